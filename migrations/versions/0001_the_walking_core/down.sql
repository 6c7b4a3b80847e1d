-- Everything that came with this revision is gone, and what was kept with it.

DROP VIEW keysets_made, key_rows, transfer_cases, case_references, value_digests, case_names, stubs, cases_left,
    keys_at_hand, keys_held, cases_at_hand, parts_at_hand, parts_taken, offers_taken, offers_to_me, cases_held,
    parts_held CASCADE;
DROP TABLE checkpoints, leaves, log_queue, event_shown, events, sealed_values, wraps, case_keys, milestone_records,
    holdings, transfers, cases, drafts, answers, shifts, links, failures, sessions, tokens, accounts, keysets, holders;
DROP FUNCTION queue_event(), refuse_change(), may_begin(uuid, text), pseudonym_is_taken(text), scope_caseworker(),
    scope_is_national(), scope_holder(), scope_role(), scope_account(), scope_setting(text);
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM casetrack_app, casetrack_sequencer, casetrack_jobs, casetrack_auditor,
    casetrack_keeper;
REVOKE USAGE ON SCHEMA public
    FROM casetrack_app, casetrack_definer, casetrack_sequencer, casetrack_jobs, casetrack_auditor, casetrack_keeper;
