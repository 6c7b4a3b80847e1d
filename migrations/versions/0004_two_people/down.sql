-- Everything that came with this revision is gone, and what was kept with it.

DROP TRIGGER records_are_for_ever ON milestone_records;
CREATE TRIGGER records_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON milestone_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE milestone_records ENABLE ALWAYS TRIGGER records_are_for_ever;
DROP TRIGGER stones_stand_for_ever ON cases;
DROP FUNCTION erase_case(uuid, uuid), forget_case(uuid, uuid), require_tombstone(), refuse_change_but_erasing();
DROP POLICY events_write_of_two_people ON events;
DROP POLICY events_of_two_people ON events;
DROP POLICY cases_erase ON cases;
DROP POLICY holdings_erase ON holdings;
DROP POLICY milestone_records_erase ON milestone_records;
DROP POLICY transfers_erase ON transfers;
DROP POLICY case_keys_erase ON case_keys;
DROP POLICY wraps_erase ON wraps;
DROP POLICY sealed_values_erase ON sealed_values;
DROP POLICY file_chunks_erase ON file_chunks;
DROP POLICY index_tags_erase ON index_tags;
DROP TABLE tombstones, legal_holds, proposals;
REVOKE ALL ON cases, holdings, milestone_records, transfers, case_keys, wraps, sealed_values, file_chunks, index_tags,
    accounts FROM casetrack_eraser;
REVOKE ALL ON FUNCTION scope_setting(text), scope_account() FROM casetrack_eraser;
REVOKE USAGE ON SCHEMA public FROM casetrack_eraser;
