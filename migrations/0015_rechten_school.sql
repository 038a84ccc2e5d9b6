-- What a school's page sees and changes of the rights: its own rows only (second wall, 0014).
grant usage on schema rechten to leerid_school;

select schoolloket.scherm_af('rechten.directeursopdracht');
select schoolloket.scherm_af('rechten.databeheerder');
select schoolloket.scherm_af('rechten.medewerker');
grant select on rechten.directeursopdracht, rechten.databeheerder, rechten.medewerker to leerid_school;

select schoolloket.scherm_af('rechten.beheerder');
grant select, insert on rechten.beheerder to leerid_school;
grant update (tot, beeindigd_door, beeindigd_op) on rechten.beheerder to leerid_school;

select schoolloket.scherm_af('rechten.toegangsvraag');
grant select on rechten.toegangsvraag to leerid_school;
grant update (besluit, beslist_door, beslist_op) on rechten.toegangsvraag to leerid_school;
