-- Telling applications that a session ended (OpenID Connect Back-Channel Logout 1.0) is work that outlives the request: a row per
-- application in the commit that ends the session, and a job that tells it until it heard, or we give up.
create table acm.afmelding (
  nr bigint generated always as identity primary key,
  client_id text not null,
  -- Jobs are told ids only, and a client_id may be any text: this stands for it.
  rij text not null generated always as ('c' || to_hex(hashtextextended(client_id, 0))) stored,
  sub text not null,
  sessie_uid text not null,
  sinds timestamptz not null,
  pogingen integer not null default 0,
  geprobeerd_op timestamptz,
  opnieuw_op timestamptz not null,
  check ((pogingen = 0) = (geprobeerd_op is null))
);
comment on table acm.afmelding is
  'Sessions that ended, and an application that must still hear of it (R32, D7): the sub it knows and the session it opened in. Retention: until it heard, eight hours at most.';
comment on column acm.afmelding.rij is 'The queue of an application: one run at a time tells all that waits in it.';
comment on column acm.afmelding.opnieuw_op is 'When it may be tried (again); set before a try, so that a process that is killed during one changes nothing.';
create index afmelding_rij on acm.afmelding (rij, opnieuw_op);
create index afmelding_over_tijd on acm.afmelding (opnieuw_op);

insert into acm.afmelding (client_id, sub, sessie_uid, sinds, opnieuw_op)
select c.key, c.value, u.uid, u.sinds, u.sinds from acm.uitlog u cross join lateral jsonb_each_text(u.clients) c where c.value is not null;
drop table acm.uitlog;

grant select, insert, update, delete on acm.afmelding to leerid_app;
grant usage on sequence acm.afmelding_nr_seq to leerid_app;
