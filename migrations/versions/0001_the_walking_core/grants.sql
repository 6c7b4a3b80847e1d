-- Who may touch what. A column that is not named for UPDATE never changes; TRUNCATE is granted to nobody.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public
    TO casetrack_app, casetrack_definer, casetrack_sequencer, casetrack_jobs, casetrack_auditor, casetrack_keeper;

-- The definer: what its views and functions look at, by column, and the queue.

GRANT SELECT ON holdings, transfers TO casetrack_definer;
GRANT SELECT (id, reference, pseudonym, status, opened_at, xmin) ON cases TO casetrack_definer;
GRANT SELECT (case_id, number, part) ON case_keys TO casetrack_definer;
GRANT SELECT (id, case_id, digest, superseded) ON sealed_values TO casetrack_definer;
GRANT INSERT (event) ON log_queue TO casetrack_definer;
GRANT SELECT (recipient, recipient_version, number) ON wraps TO casetrack_definer;
GRANT SELECT (at, action, payload) ON events TO casetrack_definer;
GRANT EXECUTE ON FUNCTION scope_setting(text), scope_role(), scope_holder(), scope_caseworker(), scope_is_national()
    TO casetrack_definer;

-- The application.

GRANT EXECUTE ON FUNCTION scope_setting(text), scope_account(), scope_role(), scope_holder(), scope_caseworker(),
    scope_is_national(), pseudonym_is_taken(text), may_begin(uuid, text) TO casetrack_app;
GRANT SELECT ON parts_held, cases_held, parts_taken, parts_at_hand, cases_at_hand, keys_held, keys_at_hand, cases_left,
    stubs, case_names, value_digests, case_references, transfer_cases, key_rows, keysets_made TO casetrack_app;
GRANT SELECT ON alembic_version, holders, keysets, log_queue, leaves, checkpoints TO casetrack_app;

GRANT SELECT, INSERT ON accounts, tokens, sessions, failures, links, shifts, answers, drafts,
    cases, transfers, holdings, milestone_records, case_keys, wraps, sealed_values, events, event_shown
    TO casetrack_app;
GRANT DELETE ON sessions, failures, drafts, wraps TO casetrack_app;

GRANT UPDATE (password, closed_at, epoch, signed_in_at, seal_keyset, seal_signature) ON accounts TO casetrack_app;
GRANT UPDATE (revoked_at, seal_keyset, seal_signature) ON tokens TO casetrack_app;
GRANT UPDATE (seen, sealed, mac) ON sessions TO casetrack_app;
GRANT UPDATE (refused_at) ON failures TO casetrack_app;
GRANT UPDATE (used_at) ON links TO casetrack_app;
GRANT UPDATE (purpose, at) ON shifts TO casetrack_app;
GRANT UPDATE (sealed, at) ON drafts TO casetrack_app;
GRANT UPDATE (
    pseudonym, version, status, close_reason, nation, age_group, identity, exploitation, home, encounter,
    support_worker, investigation_worker, phase, due_support, due_investigation, milestone_support,
    milestone_investigation, do_now_support, do_now_investigation, waiting, high_risk,
    seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature
) ON cases TO casetrack_app;
GRANT UPDATE (
    version, state, seen_at, answered_at, answered_by, decline_reason, answer,
    seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature
) ON transfers TO casetrack_app;
GRANT UPDATE (until, pseudonym, seal_holder, seal_keyset, seal_signature) ON holdings TO casetrack_app;
GRANT UPDATE (retired) ON case_keys TO casetrack_app;
GRANT UPDATE (stored, superseded) ON sealed_values TO casetrack_app;

-- The sequencer: of an event, only what its leaf is made of.

GRANT SELECT (id, time_ms, commitment) ON events TO casetrack_sequencer;
GRANT SELECT, DELETE ON log_queue TO casetrack_sequencer;
GRANT SELECT, INSERT ON leaves, checkpoints TO casetrack_sequencer;
GRANT SELECT ON alembic_version TO casetrack_sequencer;

-- The sweeper: of what can be past its life, when that is, and nothing of whose it is or what it says.

GRANT SELECT (since, seen) ON sessions TO casetrack_jobs;
GRANT SELECT (until, used_at) ON links TO casetrack_jobs;
GRANT SELECT (at) ON failures, drafts, answers TO casetrack_jobs;
GRANT DELETE ON sessions, links, failures, drafts, answers TO casetrack_jobs;

-- Verifying: all that is signed, and nothing that opens anything.

GRANT SELECT ON holders, cases, holdings, milestone_records, transfers, case_keys, sealed_values, events, event_shown,
    log_queue, leaves, checkpoints, alembic_version TO casetrack_auditor;
GRANT SELECT (holder, version, kem_public, sign_public, certificate) ON keysets TO casetrack_auditor;
GRANT SELECT (
    id, sign_in_name, display_name, role, holder, national, closed_at, epoch, password_digest,
    seal_keyset, seal_signature
) ON accounts TO casetrack_auditor;
GRANT SELECT ON tokens TO casetrack_auditor;

-- The keeper of the keys: organisations are kept, keysets are made and sealed again, wraps are made anew for the same
-- recipient, and each is an event.

GRANT INSERT ON holders TO casetrack_keeper;
GRANT SELECT ON holders, holdings, case_keys, wraps, alembic_version TO casetrack_keeper;
GRANT SELECT, INSERT ON keysets TO casetrack_keeper;
GRANT SELECT (id, reference) ON cases TO casetrack_keeper;
GRANT SELECT (id, case_id, from_holder, to_holder, commitment) ON transfers TO casetrack_keeper;
GRANT UPDATE (sealed) ON keysets TO casetrack_keeper;
GRANT UPDATE (recipient_version, sender, sender_version, sealed, signature) ON wraps TO casetrack_keeper;
GRANT INSERT ON events TO casetrack_keeper;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER VIEW parts_held OWNER TO casetrack_definer;
ALTER VIEW cases_held OWNER TO casetrack_definer;
ALTER VIEW offers_to_me OWNER TO casetrack_definer;
ALTER VIEW offers_taken OWNER TO casetrack_definer;
ALTER VIEW parts_taken OWNER TO casetrack_definer;
ALTER VIEW parts_at_hand OWNER TO casetrack_definer;
ALTER VIEW cases_at_hand OWNER TO casetrack_definer;
ALTER VIEW keys_held OWNER TO casetrack_definer;
ALTER VIEW keys_at_hand OWNER TO casetrack_definer;
ALTER VIEW cases_left OWNER TO casetrack_definer;
ALTER VIEW stubs OWNER TO casetrack_definer;
ALTER VIEW case_names OWNER TO casetrack_definer;
ALTER VIEW value_digests OWNER TO casetrack_definer;
ALTER VIEW case_references OWNER TO casetrack_definer;
ALTER VIEW transfer_cases OWNER TO casetrack_definer;
ALTER VIEW key_rows OWNER TO casetrack_definer;
ALTER VIEW keysets_made OWNER TO casetrack_definer;
ALTER FUNCTION pseudonym_is_taken(text) OWNER TO casetrack_definer;
ALTER FUNCTION may_begin(uuid, text) OWNER TO casetrack_definer;
ALTER FUNCTION queue_event() OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
