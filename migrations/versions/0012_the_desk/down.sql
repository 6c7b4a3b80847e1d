-- Everything that came with this revision is gone. The two columns were made of the payload, and can be again.

DROP VIEW holdings_audited;
DROP POLICY events_about_accounts ON events;
DROP INDEX ix_events_action, ix_events_purpose, ix_events_subject, ix_events_refused_on;
ALTER TABLE events DROP COLUMN purpose, DROP COLUMN subject;
DROP FUNCTION payload_names(bytea, text[]), payload_says(bytea, text[]);
