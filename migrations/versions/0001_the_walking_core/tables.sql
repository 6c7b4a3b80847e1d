-- What is kept. Every rule that a column or two can say is said here, so that no program can forget it.
-- Times are timestamptz, days are date, codes are text with a check, what is sealed or hashed is bytea.

CREATE TABLE holders (
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    nation text NOT NULL,
    region text NOT NULL,
    valid_from date,
    valid_to date,
    successor text,
    seat text,
    phone text NOT NULL,
    CONSTRAINT pk_holders PRIMARY KEY (code),
    CONSTRAINT fk_holders_successor_holders FOREIGN KEY (successor) REFERENCES holders (code)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_holders_seat_holders FOREIGN KEY (seat) REFERENCES holders (code) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT ck_holders_kind
        CHECK (kind IN ('territorial', 'special', 'agency', 'partner', 'audit-desk', 'service')),
    CONSTRAINT ck_holders_dates CHECK (valid_from <= valid_to)
);

CREATE TABLE keysets (
    holder text NOT NULL,
    version integer NOT NULL,
    kem_public bytea NOT NULL,
    sign_public bytea NOT NULL,
    certificate bytea NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT pk_keysets PRIMARY KEY (holder, version),
    CONSTRAINT fk_keysets_holder_holders FOREIGN KEY (holder) REFERENCES holders (code),
    CONSTRAINT ck_keysets_version CHECK (version >= 1),
    CONSTRAINT ck_keysets_public CHECK (octet_length(kem_public) = 1216 AND octet_length(sign_public) = 32),
    CONSTRAINT ck_keysets_certificate CHECK (octet_length(certificate) = 64)
);

CREATE TABLE accounts (
    id uuid NOT NULL,
    sign_in_name text NOT NULL,
    display_name text NOT NULL,
    role text NOT NULL,
    holder text NOT NULL,
    password text NOT NULL,
    national boolean NOT NULL,
    closed_at timestamptz,
    epoch integer NOT NULL,
    signed_in_at timestamptz,
    password_digest bytea GENERATED ALWAYS AS (sha256(password::bytea)) STORED,
    seal_keyset integer NOT NULL,
    seal_signature bytea NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT uq_accounts_sign_in_name UNIQUE (sign_in_name),
    CONSTRAINT fk_accounts_holder_holders FOREIGN KEY (holder) REFERENCES holders (code),
    CONSTRAINT ck_accounts_role
        CHECK (role IN ('support_worker', 'lead', 'supervisor', 'auditor', 'administrator')),
    CONSTRAINT ck_accounts_national CHECK (NOT national OR role IN ('auditor', 'administrator')),
    CONSTRAINT ck_accounts_epoch CHECK (epoch >= 0)
);
CREATE INDEX ix_accounts_holder ON accounts (holder);

CREATE TABLE tokens (
    id uuid NOT NULL,
    name text NOT NULL,
    digest bytea NOT NULL,
    account uuid NOT NULL,
    epoch integer NOT NULL,
    until timestamptz NOT NULL,
    revoked_at timestamptz,
    seal_keyset integer NOT NULL,
    seal_signature bytea NOT NULL,
    CONSTRAINT pk_tokens PRIMARY KEY (id),
    CONSTRAINT uq_tokens_digest UNIQUE (digest),
    CONSTRAINT fk_tokens_account_accounts FOREIGN KEY (account) REFERENCES accounts (id)
);
CREATE INDEX ix_tokens_account ON tokens (account);

-- What is asked before anybody is known. No row of these says anything of a case.

CREATE TABLE sessions (
    id uuid NOT NULL,
    token bytea NOT NULL,
    account uuid NOT NULL,
    auth text NOT NULL,
    epoch integer NOT NULL,
    since timestamptz NOT NULL,
    seen timestamptz NOT NULL,
    sealed bytea NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT uq_sessions_token UNIQUE (token),
    CONSTRAINT fk_sessions_account_accounts FOREIGN KEY (account) REFERENCES accounts (id)
);
CREATE INDEX ix_sessions_account ON sessions (account);

CREATE TABLE failures (
    id uuid NOT NULL,
    throttle bytea NOT NULL,
    at timestamptz NOT NULL,
    refused_at timestamptz,
    CONSTRAINT pk_failures PRIMARY KEY (id)
);
CREATE INDEX ix_failures_throttle ON failures (throttle, at);

CREATE TABLE links (
    digest bytea NOT NULL,
    account uuid NOT NULL,
    use text NOT NULL,
    epoch integer NOT NULL,
    until timestamptz NOT NULL,
    used_at timestamptz,
    mac bytea NOT NULL,
    CONSTRAINT pk_links PRIMARY KEY (digest),
    CONSTRAINT fk_links_account_accounts FOREIGN KEY (account) REFERENCES accounts (id),
    CONSTRAINT ck_links_use CHECK (use IN ('set-up', 'demo'))
);

CREATE TABLE shifts (
    account uuid NOT NULL,
    purpose text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_shifts PRIMARY KEY (account),
    CONSTRAINT fk_shifts_account_accounts FOREIGN KEY (account) REFERENCES accounts (id)
);

CREATE TABLE answers (
    key bytea NOT NULL,
    account uuid NOT NULL,
    answer bytea NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_answers PRIMARY KEY (key, account),
    CONSTRAINT fk_answers_account_accounts FOREIGN KEY (account) REFERENCES accounts (id)
);

CREATE TABLE drafts (
    account uuid NOT NULL,
    kind text NOT NULL,
    sealed bytea NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_drafts PRIMARY KEY (account, kind),
    CONSTRAINT fk_drafts_account_accounts FOREIGN KEY (account) REFERENCES accounts (id)
);

-- Cases, and who is responsible for them.

CREATE TABLE cases (
    id uuid NOT NULL,
    reference text NOT NULL,
    pseudonym text NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    close_reason text,
    opened_at timestamptz NOT NULL,
    nation text NOT NULL,
    age_group text NOT NULL,
    identity text NOT NULL,
    exploitation text,
    home text,
    encounter text,
    support_worker uuid,
    investigation_worker uuid,
    phase text NOT NULL,
    due_support date,
    due_investigation date,
    milestone_support text,
    milestone_investigation text,
    do_now_support boolean NOT NULL,
    do_now_investigation boolean NOT NULL,
    waiting boolean NOT NULL,
    high_risk boolean NOT NULL,
    seal_digest bytea NOT NULL,
    seal_previous bytea NOT NULL,
    seal_holder text NOT NULL,
    seal_keyset integer NOT NULL,
    seal_signature bytea NOT NULL,
    CONSTRAINT pk_cases PRIMARY KEY (id),
    CONSTRAINT uq_cases_reference UNIQUE (reference),
    CONSTRAINT fk_cases_exploitation_holders FOREIGN KEY (exploitation) REFERENCES holders (code),
    CONSTRAINT fk_cases_home_holders FOREIGN KEY (home) REFERENCES holders (code),
    CONSTRAINT fk_cases_encounter_holders FOREIGN KEY (encounter) REFERENCES holders (code),
    CONSTRAINT fk_cases_support_worker_accounts FOREIGN KEY (support_worker) REFERENCES accounts (id),
    CONSTRAINT fk_cases_investigation_worker_accounts FOREIGN KEY (investigation_worker) REFERENCES accounts (id),
    CONSTRAINT fk_cases_seal_holder_keysets FOREIGN KEY (seal_holder, seal_keyset)
        REFERENCES keysets (holder, version),
    CONSTRAINT ck_cases_version CHECK (version >= 1),
    CONSTRAINT ck_cases_status CHECK (status IN ('open', 'closed')),
    CONSTRAINT ck_cases_close_reason CHECK ((status = 'closed') = (close_reason IS NOT NULL)),
    CONSTRAINT ck_cases_age_group CHECK (age_group IN ('adult', 'child', 'in-doubt')),
    CONSTRAINT ck_cases_identity CHECK (identity IN ('given', 'not-given', 'withheld', 'not-yet-asked')),
    CONSTRAINT ck_cases_seal CHECK (octet_length(seal_digest) = 32 AND octet_length(seal_previous) = 32)
);
-- Two people who are being worked with are never called by the same name.
CREATE UNIQUE INDEX uq_cases_open_pseudonym ON cases (pseudonym) WHERE status = 'open';

CREATE TABLE transfers (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    version integer NOT NULL,
    from_holder text NOT NULL,
    to_holder text NOT NULL,
    moves_support boolean NOT NULL,
    moves_investigation boolean NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    case_version integer NOT NULL,
    already_moved boolean NOT NULL,
    high_risk boolean NOT NULL,
    sent_by uuid NOT NULL,
    sent_at timestamptz NOT NULL,
    seen_at timestamptz,
    answered_at timestamptz,
    answered_by uuid,
    decline_reason text,
    commitment bytea NOT NULL,
    preview bytea NOT NULL,
    answer bytea,
    seal_digest bytea NOT NULL,
    seal_previous bytea NOT NULL,
    seal_holder text NOT NULL,
    seal_keyset integer NOT NULL,
    seal_signature bytea NOT NULL,
    CONSTRAINT pk_transfers PRIMARY KEY (id),
    CONSTRAINT uq_transfers_receiver UNIQUE (id, case_id, to_holder, state),
    CONSTRAINT fk_transfers_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id),
    CONSTRAINT fk_transfers_from_holder_holders FOREIGN KEY (from_holder) REFERENCES holders (code),
    CONSTRAINT fk_transfers_to_holder_holders FOREIGN KEY (to_holder) REFERENCES holders (code),
    CONSTRAINT fk_transfers_sent_by_accounts FOREIGN KEY (sent_by) REFERENCES accounts (id),
    CONSTRAINT fk_transfers_answered_by_accounts FOREIGN KEY (answered_by) REFERENCES accounts (id),
    CONSTRAINT fk_transfers_seal_holder_keysets FOREIGN KEY (seal_holder, seal_keyset)
        REFERENCES keysets (holder, version),
    CONSTRAINT ck_transfers_version CHECK (version >= 1),
    CONSTRAINT ck_transfers_sides CHECK (from_holder <> to_holder),
    CONSTRAINT ck_transfers_state CHECK (state IN ('sent', 'seen', 'accepted', 'declined', 'withdrawn')),
    CONSTRAINT ck_transfers_seen CHECK (state IN ('sent', 'withdrawn') OR seen_at IS NOT NULL),
    CONSTRAINT ck_transfers_answered
        CHECK ((state IN ('sent', 'seen')) = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)),
    CONSTRAINT ck_transfers_declined CHECK ((state = 'declined') = (decline_reason IS NOT NULL)),
    CONSTRAINT ck_transfers_seal CHECK (octet_length(seal_digest) = 32 AND octet_length(seal_previous) = 32)
);
-- One transfer of a case is open at a time.
CREATE UNIQUE INDEX uq_transfers_open ON transfers (case_id) WHERE state IN ('sent', 'seen');
CREATE INDEX ix_transfers_case_id ON transfers (case_id);
CREATE INDEX ix_transfers_to_holder ON transfers (to_holder, case_id);
CREATE INDEX ix_transfers_from_holder ON transfers (from_holder, sent_at);

-- A strand's line of holdings has no gap and no overlap: each lead but the first began at the instant that the one before
-- it ended, each that has ended is followed at that instant, numbers do not repeat, and one at most is still open. What
-- began by a transfer is its receiver's, in its case, and the transfer was accepted. What has ended keeps what the case
-- went by then: that is what whoever had it goes on knowing it by.
CREATE TABLE holdings (
    case_id uuid NOT NULL,
    position integer NOT NULL,
    part text NOT NULL,
    holder text NOT NULL,
    number integer,
    since timestamptz NOT NULL,
    until timestamptz,
    via uuid,
    pseudonym text,
    before integer GENERATED ALWAYS AS (CASE WHEN number > 1 THEN number - 1 ELSE NULL::integer END) STORED,
    after integer GENERATED ALWAYS AS (CASE WHEN until IS NOT NULL THEN number + 1 ELSE NULL::integer END) STORED,
    accepted text GENERATED ALWAYS AS ('accepted') STORED,
    seal_holder text NOT NULL,
    seal_keyset integer NOT NULL,
    seal_signature bytea NOT NULL,
    CONSTRAINT pk_holdings PRIMARY KEY (case_id, position),
    CONSTRAINT uq_holdings_number UNIQUE (case_id, part, number),
    CONSTRAINT uq_holdings_begun UNIQUE (case_id, part, number, since),
    CONSTRAINT uq_holdings_ended UNIQUE (case_id, part, number, until),
    CONSTRAINT fk_holdings_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id),
    CONSTRAINT fk_holdings_holder_holders FOREIGN KEY (holder) REFERENCES holders (code),
    CONSTRAINT fk_holdings_via FOREIGN KEY (via, case_id, holder, accepted)
        REFERENCES transfers (id, case_id, to_holder, state) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_holdings_before FOREIGN KEY (case_id, part, before, since)
        REFERENCES holdings (case_id, part, number, until) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_holdings_after FOREIGN KEY (case_id, part, after, until)
        REFERENCES holdings (case_id, part, number, since) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_holdings_seal_holder_keysets FOREIGN KEY (seal_holder, seal_keyset)
        REFERENCES keysets (holder, version),
    CONSTRAINT ck_holdings_position CHECK (position >= 0),
    CONSTRAINT ck_holdings_part CHECK (part IN ('identity', 'safe-address', 'support', 'investigation')),
    CONSTRAINT ck_holdings_number
        CHECK (CASE WHEN part IN ('support', 'investigation') THEN number >= 1 AND number IS NOT NULL
               ELSE number IS NULL END),
    CONSTRAINT ck_holdings_instants CHECK (since <= until),
    CONSTRAINT ck_holdings_via CHECK (number IS NULL OR number = 1 OR via IS NOT NULL),
    CONSTRAINT ck_holdings_pseudonym CHECK ((until IS NULL) = (pseudonym IS NULL))
);
CREATE UNIQUE INDEX uq_holdings_open_lead ON holdings (case_id, part) WHERE until IS NULL AND number IS NOT NULL;
CREATE UNIQUE INDEX uq_holdings_open ON holdings (case_id, part, holder) WHERE until IS NULL;
CREATE INDEX ix_holdings_holder ON holdings (holder, case_id);

CREATE TABLE milestone_records (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    position integer NOT NULL,
    code text NOT NULL,
    state text NOT NULL,
    outcome text,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT pk_milestone_records PRIMARY KEY (id),
    CONSTRAINT uq_milestone_records_position UNIQUE (case_id, position),
    CONSTRAINT fk_milestone_records_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id),
    CONSTRAINT ck_milestone_records_position CHECK (position >= 0),
    CONSTRAINT ck_milestone_records_state
        CHECK (state IN ('met', 'not_applicable', 'declined', 'reopened', 'fact')),
    CONSTRAINT ck_milestone_records_instants CHECK (at <= recorded_at)
);

-- What is sealed, and the keys' rows: never a key.

CREATE TABLE case_keys (
    case_id uuid NOT NULL,
    number integer NOT NULL,
    part text NOT NULL,
    commitment bytea NOT NULL,
    retired boolean NOT NULL,
    CONSTRAINT pk_case_keys PRIMARY KEY (case_id, number),
    CONSTRAINT fk_case_keys_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id),
    CONSTRAINT ck_case_keys_number CHECK (number >= 1),
    CONSTRAINT ck_case_keys_part CHECK (part IN ('identity', 'safe-address', 'support', 'investigation')),
    CONSTRAINT ck_case_keys_commitment CHECK (octet_length(commitment) = 32)
);
-- A part is sealed under one key at a time. It is begun before the one before it is retired, so this is asked last.
ALTER TABLE case_keys ADD CONSTRAINT ex_case_keys_part
    EXCLUDE USING btree (case_id WITH =, part WITH =) WHERE (NOT retired) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE wraps (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    number integer,
    transfer_id uuid,
    commitment bytea NOT NULL,
    recipient text NOT NULL,
    recipient_version integer NOT NULL,
    sender text NOT NULL,
    sender_version integer NOT NULL,
    sealed bytea NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT pk_wraps PRIMARY KEY (id),
    CONSTRAINT fk_wraps_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id),
    CONSTRAINT fk_wraps_case_id_case_keys FOREIGN KEY (case_id, number) REFERENCES case_keys (case_id, number),
    CONSTRAINT fk_wraps_transfer_id_transfers FOREIGN KEY (transfer_id) REFERENCES transfers (id),
    CONSTRAINT fk_wraps_recipient_keysets FOREIGN KEY (recipient, recipient_version)
        REFERENCES keysets (holder, version),
    CONSTRAINT fk_wraps_sender_keysets FOREIGN KEY (sender, sender_version) REFERENCES keysets (holder, version),
    -- Without a number it is the wrap of an offer's key, and belongs to that offer.
    CONSTRAINT ck_wraps_offer CHECK (number IS NOT NULL OR transfer_id IS NOT NULL),
    CONSTRAINT ck_wraps_commitment CHECK (octet_length(commitment) = 32)
);
CREATE INDEX ix_wraps_recipient ON wraps (recipient, recipient_version);
CREATE UNIQUE INDEX uq_wraps_data_key ON wraps (case_id, number, recipient) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX uq_wraps_offer_key ON wraps (transfer_id, recipient) WHERE number IS NULL;

CREATE TABLE sealed_values (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    part text NOT NULL,
    label_table text NOT NULL,
    label_column text NOT NULL,
    subject uuid NOT NULL,
    stored bytea NOT NULL,
    version integer NOT NULL,
    superseded integer,
    digest bytea GENERATED ALWAYS AS (
        sha256(
            (part || '/' || label_table || '/' || label_column || '/')::bytea
            || uuid_send(subject) || int4send(version) || stored
        )
    ) STORED,
    CONSTRAINT pk_sealed_values PRIMARY KEY (id),
    CONSTRAINT fk_sealed_values_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id),
    CONSTRAINT ck_sealed_values_part CHECK (part IN ('identity', 'safe-address', 'support', 'investigation')),
    CONSTRAINT ck_sealed_values_version CHECK (version >= 1),
    CONSTRAINT ck_sealed_values_superseded CHECK (superseded >= version)
);
CREATE UNIQUE INDEX uq_sealed_values_current ON sealed_values (case_id, label_table, label_column, subject)
    WHERE superseded IS NULL;
CREATE INDEX ix_sealed_values_case_id ON sealed_values (case_id, part);

-- The journal and its log. An event names what it is about without a foreign key: an attempt to open a case that was
-- refused names a case that was never kept, and the log outlives what it speaks of.

CREATE TABLE events (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    time_ms bigint NOT NULL,
    action text NOT NULL,
    account uuid,
    holder text,
    case_id uuid,
    aggregate_id uuid,
    case_version integer,
    step integer,
    aspect text NOT NULL,
    refusal text,
    attempted text,
    holders_then text[] NOT NULL,
    payload bytea NOT NULL,
    salt bytea NOT NULL,
    commitment bytea NOT NULL,
    words bytea,
    CONSTRAINT pk_events PRIMARY KEY (id),
    CONSTRAINT fk_events_account_accounts FOREIGN KEY (account) REFERENCES accounts (id),
    CONSTRAINT fk_events_holder_holders FOREIGN KEY (holder) REFERENCES holders (code),
    CONSTRAINT ck_events_change CHECK (case_version IS NULL OR (case_version >= 1 AND case_id IS NOT NULL)),
    CONSTRAINT ck_events_step CHECK (step IS NULL OR (step >= 1 AND aggregate_id IS NOT NULL)),
    CONSTRAINT ck_events_attempted CHECK (attempted IS NULL OR refusal IS NOT NULL),
    CONSTRAINT ck_events_time_ms CHECK (time_ms >= 0),
    -- docs/formats/audit-log.md, section 4: nobody can leave an entry that its own commitment does not hold, or that no
    -- reader can read.
    CONSTRAINT ck_events_commitment CHECK (
        octet_length(salt) = 32
        AND commitment = sha256(
            'casetrack/audit-payload/v1'::bytea || '\x00'::bytea || salt || int4send(octet_length(payload)) || payload
        )
    ),
    CONSTRAINT ck_events_payload CHECK (jsonb_typeof(convert_from(payload, 'UTF8')::jsonb) = 'object')
);
-- Each change is one version of its case, and no two are the same one.
CREATE UNIQUE INDEX uq_events_change ON events (case_id, case_version) WHERE case_version IS NOT NULL;
-- And each step is one version of what it is of: an offer, or whatever else has steps of its own beside a case.
CREATE UNIQUE INDEX uq_events_step ON events (aggregate_id, step) WHERE step IS NOT NULL;
CREATE INDEX ix_events_case_id ON events (case_id, at);
CREATE INDEX ix_events_at ON events (at);
CREATE INDEX ix_events_account ON events (account, at);
CREATE INDEX ix_events_holder ON events (holder, at);
CREATE INDEX ix_events_attempted ON events (attempted, at) WHERE attempted IS NOT NULL;
CREATE INDEX ix_events_refused ON events (at) WHERE refusal IS NOT NULL;
CREATE INDEX ix_events_holders_then ON events USING gin (holders_then);

CREATE TABLE event_shown (
    event uuid NOT NULL,
    position integer NOT NULL,
    case_id uuid NOT NULL,
    salt bytea NOT NULL,
    CONSTRAINT pk_event_shown PRIMARY KEY (event, position),
    CONSTRAINT fk_event_shown_event_events FOREIGN KEY (event) REFERENCES events (id)
);
CREATE INDEX ix_event_shown_case_id ON event_shown (case_id);

CREATE TABLE log_queue (
    event uuid NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_log_queue PRIMARY KEY (event),
    CONSTRAINT fk_log_queue_event_events FOREIGN KEY (event) REFERENCES events (id)
);
CREATE INDEX ix_log_queue_queued_at ON log_queue (queued_at);

CREATE TABLE leaves (
    number bigint NOT NULL,
    event uuid NOT NULL,
    leaf bytea NOT NULL,
    CONSTRAINT pk_leaves PRIMARY KEY (number),
    CONSTRAINT uq_leaves_event UNIQUE (event),
    CONSTRAINT fk_leaves_event_events FOREIGN KEY (event) REFERENCES events (id),
    CONSTRAINT ck_leaves_number CHECK (number >= 0),
    CONSTRAINT ck_leaves_leaf CHECK (octet_length(leaf) = 57)
);

-- A checkpoint promises no leaf that is not committed: its last one is there.
CREATE TABLE checkpoints (
    size bigint NOT NULL,
    last_leaf bigint GENERATED ALWAYS AS (size - 1) STORED,
    note text NOT NULL,
    frontier bytea NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_checkpoints PRIMARY KEY (size),
    CONSTRAINT fk_checkpoints_last_leaf_leaves FOREIGN KEY (last_leaf) REFERENCES leaves (number),
    CONSTRAINT ck_checkpoints_frontier CHECK (octet_length(frontier) % 32 = 0)
);
