-- oudste-programma: geen
-- A code carries itself, sealed, until it is redeemed; a request that waits for somebody stands sealed in the address of its form. What is
-- left here is what was redeemed.
comment on table acm.machtiging is
  'One authorization that was redeemed: the hash of its code''s id, so that it is redeemed once, and its access token (1 hour). A code that comes again revokes the row, and with it the token. Removed when the token has expired.';
comment on table acm.model is
  'Client assertions that were used once (replay). No personal data of pupils. Retention: until they expire, a day at most.';
delete from acm.model where model = 'interactie';

-- An application that is opened for the first time in a session is noted in its row: with room in the page the indexes stay as they are.
alter table acm.sessie set (fillfactor = 70);
