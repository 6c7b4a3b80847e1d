-- Who may touch what. A column that is not named for UPDATE never changes; TRUNCATE is granted to nobody.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO casetrack_app, casetrack_definer, casetrack_sequencer, casetrack_auditor;

-- The definer: what its views and functions look at, by column, and the queue.

GRANT SELECT ON holdings, transfers TO casetrack_definer;
GRANT SELECT (id, reference, pseudonym, status) ON cases TO casetrack_definer;
GRANT SELECT (id, case_id, digest, superseded) ON sealed_values TO casetrack_definer;
GRANT INSERT (event) ON log_queue TO casetrack_definer;
GRANT EXECUTE ON FUNCTION scope_setting(text), scope_role(), scope_holder(), scope_caseworker(), scope_is_national()
    TO casetrack_definer;

-- The application.

GRANT EXECUTE ON FUNCTION scope_setting(text), scope_account(), scope_role(), scope_holder(), scope_caseworker(),
    scope_is_national(), pseudonym_is_taken(text), is_first_holder(uuid, text) TO casetrack_app;
GRANT SELECT ON offers_to_me, cases_held, cases_at_hand, cases_known, value_digests, case_references TO casetrack_app;
GRANT SELECT ON alembic_version, log_queue, leaves, checkpoints TO casetrack_app;

GRANT SELECT, INSERT ON holders, keysets, accounts, tokens, sessions, failures, links, shifts, answers, drafts,
    cases, transfers, holdings, milestone_records, case_keys, wraps, sealed_values, events, event_shown
    TO casetrack_app;
GRANT DELETE ON sessions, failures, drafts, wraps TO casetrack_app;

GRANT UPDATE (display_name, role, holder, password, national, closed_at, epoch) ON accounts TO casetrack_app;
GRANT UPDATE (revoked_at) ON tokens TO casetrack_app;
GRANT UPDATE (token, account, auth, epoch, since, seen, sealed) ON sessions TO casetrack_app;
GRANT UPDATE (used_at) ON links TO casetrack_app;
GRANT UPDATE (purpose, at) ON shifts TO casetrack_app;
GRANT UPDATE (sealed, at) ON drafts TO casetrack_app;
GRANT UPDATE (
    pseudonym, version, status, close_reason, nation, age_group, identity, exploitation, home, encounter,
    support_worker, investigation_worker, phase, due_support, due_investigation, do_now_support,
    do_now_investigation, waiting, high_risk,
    seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature
) ON cases TO casetrack_app;
GRANT UPDATE (
    version, state, seen_at, answered_at, answered_by, decline_reason, answer,
    seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature
) ON transfers TO casetrack_app;
GRANT UPDATE (until, seal_holder, seal_keyset, seal_signature) ON holdings TO casetrack_app;
GRANT UPDATE (retired) ON case_keys TO casetrack_app;
GRANT UPDATE (stored, superseded) ON sealed_values TO casetrack_app;

-- The sequencer: of an event, only what its leaf is made of.

GRANT SELECT (id, time_ms, commitment) ON events TO casetrack_sequencer;
GRANT SELECT, DELETE ON log_queue TO casetrack_sequencer;
GRANT SELECT, INSERT ON leaves, checkpoints TO casetrack_sequencer;
GRANT SELECT ON alembic_version TO casetrack_sequencer;

-- Verifying: all that is signed, and nothing that opens anything.

GRANT SELECT ON holders, cases, holdings, milestone_records, transfers, case_keys, sealed_values, events, event_shown,
    log_queue, leaves, checkpoints, alembic_version TO casetrack_auditor;
GRANT SELECT (holder, version, kem_public, sign_public, certificate) ON keysets TO casetrack_auditor;
GRANT SELECT (id, display_name, role, holder, closed_at) ON accounts TO casetrack_auditor;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER VIEW offers_to_me OWNER TO casetrack_definer;
ALTER VIEW cases_held OWNER TO casetrack_definer;
ALTER VIEW cases_at_hand OWNER TO casetrack_definer;
ALTER VIEW cases_known OWNER TO casetrack_definer;
ALTER VIEW value_digests OWNER TO casetrack_definer;
ALTER VIEW case_references OWNER TO casetrack_definer;
ALTER FUNCTION pseudonym_is_taken(text) OWNER TO casetrack_definer;
ALTER FUNCTION is_first_holder(uuid, text) OWNER TO casetrack_definer;
ALTER FUNCTION queue_event() OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
