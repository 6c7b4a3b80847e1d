-- The triggers are gone, and what they asked by.

DROP TRIGGER nothing_untold ON cases;
DROP TRIGGER nothing_untold ON tombstones;
DROP TRIGGER nothing_untold ON holdings;
DROP TRIGGER nothing_untold ON milestone_records;
DROP TRIGGER nothing_untold ON case_keys;
DROP TRIGGER nothing_untold ON sealed_values;
DROP TRIGGER nothing_untold ON file_chunks;
DROP TRIGGER nothing_untold ON wraps;
DROP TRIGGER nothing_untold ON transfers;
DROP TRIGGER nothing_untold ON proposals;
DROP TRIGGER nothing_untold ON legal_holds;
DROP TRIGGER nothing_untold ON accounts;
DROP TRIGGER nothing_untold ON tokens;
DROP TRIGGER nothing_untold ON keysets;
DROP TRIGGER nothing_untold ON shifts;
DROP TRIGGER nothing_untold ON quota_raises;
DROP FUNCTION require_act(), require_step(), require_case_or_offer(), require_case(), case_is_untouched(uuid),
    require_last_change(), require_change(), change_is_told(uuid, integer), refuse_untold(text);
DROP POLICY events_told_now ON events;
REVOKE SELECT (case_id, case_version, aggregate_id, step, xmin) ON events FROM casetrack_definer;
REVOKE EXECUTE ON FUNCTION past_is_told() FROM casetrack_definer;
