-- Everything that came with this revision is gone. No row is of it but those of the log, which stay.

DROP POLICY events_of_the_desk ON events;
DROP POLICY events_write_of_access ON events;
DROP FUNCTION may_review(uuid), shows_names_now(uuid);
DROP VIEW case_ties;
DROP FUNCTION said_in(bytea);
DROP POLICY events_define_ties ON events;
DROP INDEX ix_events_tie, ix_events_worker, ix_events_review, ix_events_compared;
REVOKE SELECT (account, holder, holders_then) ON events FROM casetrack_definer;
REVOKE SELECT (id, holder) ON accounts FROM casetrack_definer;
