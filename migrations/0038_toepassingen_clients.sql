-- oudste-programma: 0.1.0
-- The file of an application is the truth about its clients, also about the machines among them. Those belong to no application,
-- so they say themselves which file they stand in. And a client that an operator freed of PKCE (RFC 9700 2.1.1) says so.
alter table toepassingen.client
  add column herkomst text check (herkomst is null or soort = 'machine'),
  add column pkce_vrij boolean not null default false check (not pkce_vrij or soort = 'web');
comment on column toepassingen.client.herkomst is
  'Of a machine: the file it stands in, by the name of its application, or whoever made it without one (demo). Where it stands there no longer, it ends. Null: not said yet; the next file that names it says so.';
comment on column toepassingen.client.pkce_vrij is 'May it leave PKCE out? Every client here has a secret or a key of its own.';
