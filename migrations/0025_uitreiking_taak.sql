-- A print batch and the job that makes its keys are one commit: the role of a school may ask for this job and for nothing else.
create function uitreiking.vraag_maken(p_batch uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform jobs.enqueue('uitreiking-batch', json_build_object('batch', p_batch), 'uitreiking-' || p_batch);
end $$;
revoke execute on function uitreiking.vraag_maken(uuid) from public;
grant execute on function uitreiking.vraag_maken(uuid) to leerid_app, leerid_school;
