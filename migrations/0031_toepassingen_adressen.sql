-- oudste-programma: 0.1.0
-- Where our own sites are to be found: one answer for all nodes. A start registers an address that is not there yet and changes none;
-- `leerid adressen zet` does.
create table toepassingen.adres (
  site text primary key check (site in ('acm', 'leerlingloket', 'schoolloket', 'beheer', 'api')),
  url text not null check (url ~ '^https?://[^/?#]+$'),
  gezet_op timestamptz not null
);
comment on table toepassingen.adres is
  'Where our own sites are to be found from outside, the same for every node: their OpenID clients are registered with these. No personal data.';
insert into toepassingen.adres (site, url, gezet_op)
  select toepassing, rtrim(start_url, '/'), gewijzigd_op from toepassingen.toepassing
   where toepassing in ('leerlingloket', 'schoolloket', 'beheer') and rtrim(start_url, '/') ~ '^https?://[^/?#]+$';
grant select, insert, update on toepassingen.adres to leerid_app;
