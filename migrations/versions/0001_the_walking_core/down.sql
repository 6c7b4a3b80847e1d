-- Everything that came with this revision is gone, and what was kept with it.

DROP VIEW case_references, value_digests, cases_known, cases_at_hand, cases_held, offers_to_me CASCADE;
DROP TABLE checkpoints, leaves, log_queue, event_shown, events, sealed_values, wraps, case_keys, milestone_records,
    holdings, transfers, cases, drafts, answers, shifts, links, failures, sessions, tokens, accounts, keysets, holders;
DROP FUNCTION queue_event(), refuse_change(), is_first_holder(uuid, text), pseudonym_is_taken(text), scope_caseworker(),
    scope_is_national(), scope_holder(), scope_role(), scope_account(), scope_setting(text);
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM casetrack_app, casetrack_sequencer, casetrack_auditor;
REVOKE USAGE ON SCHEMA public FROM casetrack_app, casetrack_definer, casetrack_sequencer, casetrack_auditor;
