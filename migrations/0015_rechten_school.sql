-- What a school's page sees and changes of the rights: its own rows only (second wall, 0014).
grant usage on schema rechten to leerid_school;

select schoolloket.scherm_af('rechten.directeursopdracht', 'instellingsnummer = any ((select schoolloket.nummers())::text[])');
select schoolloket.scherm_af('rechten.databeheerder', 'instellingsnummer = any ((select schoolloket.nummers())::text[])');
select schoolloket.scherm_af('rechten.medewerker', 'instellingsnummer = any ((select schoolloket.nummers())::text[])');
grant select on rechten.directeursopdracht, rechten.databeheerder, rechten.medewerker to leerid_school;

select schoolloket.scherm_af('rechten.beheerder', 'instellingsnummer = any ((select schoolloket.nummers())::text[])');
grant select, insert on rechten.beheerder to leerid_school;
grant update (tot, beeindigd_door, beeindigd_op) on rechten.beheerder to leerid_school;

select schoolloket.scherm_af('rechten.toegangsvraag', 'instellingsnummer = any ((select schoolloket.nummers())::text[])');
grant select on rechten.toegangsvraag to leerid_school;
grant update (besluit, beslist_door, beslist_op) on rechten.toegangsvraag to leerid_school;
