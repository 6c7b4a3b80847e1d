-- What needs two people: one proposes it, another decides. The two are never the same, and the second is not late.
-- A case that was erased is still named here, so case_id is no foreign key.

CREATE TABLE proposals (
    id uuid NOT NULL,
    kind text NOT NULL,
    subject uuid NOT NULL,
    case_id uuid,
    version integer NOT NULL,
    state text NOT NULL,
    rule text NOT NULL,
    reason text NOT NULL,
    case_version integer,
    from_holder text NOT NULL,
    to_holder text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    words bytea,
    words_digest bytea NOT NULL,
    seal_digest bytea NOT NULL,
    seal_previous bytea NOT NULL,
    seal_holder text NOT NULL,
    seal_keyset integer NOT NULL,
    seal_signature bytea NOT NULL,
    CONSTRAINT pk_proposals PRIMARY KEY (id),
    CONSTRAINT fk_proposals_from_holder_holders FOREIGN KEY (from_holder) REFERENCES holders (code),
    CONSTRAINT fk_proposals_to_holder_holders FOREIGN KEY (to_holder) REFERENCES holders (code),
    CONSTRAINT fk_proposals_proposed_by_accounts FOREIGN KEY (proposed_by) REFERENCES accounts (id),
    CONSTRAINT fk_proposals_decided_by_accounts FOREIGN KEY (decided_by) REFERENCES accounts (id),
    CONSTRAINT fk_proposals_seal_holder_keysets FOREIGN KEY (seal_holder, seal_keyset)
        REFERENCES keysets (holder, version),
    CONSTRAINT ck_proposals_version CHECK (version >= 1),
    CONSTRAINT ck_proposals_kind CHECK (kind IN ('erasure', 'lifting')),
    CONSTRAINT ck_proposals_state CHECK (state IN ('proposed', 'approved', 'refused', 'withdrawn')),
    CONSTRAINT ck_proposals_decided
        CHECK ((state = 'proposed') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT ck_proposals_two_people CHECK (state NOT IN ('approved', 'refused') OR decided_by <> proposed_by),
    CONSTRAINT ck_proposals_in_time
        CHECK (decided_at IS NULL OR decided_at BETWEEN proposed_at AND proposed_at + interval '720 hours'),
    CONSTRAINT ck_proposals_words CHECK (octet_length(words_digest) = 32),
    CONSTRAINT ck_proposals_seal CHECK (octet_length(seal_digest) = 32 AND octet_length(seal_previous) = 32)
);
CREATE INDEX ix_proposals_to_holder ON proposals (to_holder, state);
CREATE INDEX ix_proposals_from_holder ON proposals (from_holder, state);
CREATE INDEX ix_proposals_case_id ON proposals (case_id);

CREATE TABLE legal_holds (
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    version integer NOT NULL,
    reason text NOT NULL,
    holder text NOT NULL,
    set_by uuid NOT NULL,
    set_at timestamptz NOT NULL,
    lifted_by uuid,
    lifted_at timestamptz,
    seal_digest bytea NOT NULL,
    seal_previous bytea NOT NULL,
    seal_holder text NOT NULL,
    seal_keyset integer NOT NULL,
    seal_signature bytea NOT NULL,
    CONSTRAINT pk_legal_holds PRIMARY KEY (id),
    CONSTRAINT fk_legal_holds_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id),
    CONSTRAINT fk_legal_holds_holder_holders FOREIGN KEY (holder) REFERENCES holders (code),
    CONSTRAINT fk_legal_holds_set_by_accounts FOREIGN KEY (set_by) REFERENCES accounts (id),
    CONSTRAINT fk_legal_holds_lifted_by_accounts FOREIGN KEY (lifted_by) REFERENCES accounts (id),
    CONSTRAINT fk_legal_holds_seal_holder_keysets FOREIGN KEY (seal_holder, seal_keyset)
        REFERENCES keysets (holder, version),
    CONSTRAINT ck_legal_holds_version CHECK (version >= 1),
    CONSTRAINT ck_legal_holds_lifted CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)),
    CONSTRAINT ck_legal_holds_seal CHECK (octet_length(seal_digest) = 32 AND octet_length(seal_previous) = 32)
);
-- One hold for one reason stands on a case at a time.
CREATE UNIQUE INDEX uq_legal_holds_standing ON legal_holds (case_id, reason) WHERE lifted_at IS NULL;
CREATE INDEX ix_legal_holds_case_id ON legal_holds (case_id);

-- What is left of a case that was erased, and all that verifying the journal needs of it. Who agreed is no foreign key: in
-- a copy from before then, out of which the case is erased once more, their accounts may not be there yet.
CREATE TABLE tombstones (
    case_id uuid NOT NULL,
    version integer NOT NULL,
    sealed_version integer NOT NULL,
    repeated boolean NOT NULL,
    reference_digest bytea NOT NULL,
    holders text[] NOT NULL,
    proposal uuid NOT NULL,
    rule text NOT NULL,
    reason text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_holder text NOT NULL,
    proposed_at timestamptz NOT NULL,
    approved_by uuid NOT NULL,
    approved_holder text NOT NULL,
    erased_at timestamptz NOT NULL,
    lost jsonb NOT NULL,
    seal_digest bytea NOT NULL,
    seal_previous bytea NOT NULL,
    seal_holder text NOT NULL,
    seal_keyset integer NOT NULL,
    seal_signature bytea NOT NULL,
    CONSTRAINT pk_tombstones PRIMARY KEY (case_id),
    CONSTRAINT ck_tombstones_version CHECK (version >= 2 AND sealed_version >= 2 AND (repeated OR version = sealed_version)),
    CONSTRAINT ck_tombstones_two_people CHECK (proposed_by <> approved_by),
    CONSTRAINT ck_tombstones_reference CHECK (octet_length(reference_digest) = 32),
    CONSTRAINT ck_tombstones_seal CHECK (octet_length(seal_digest) = 32 AND octet_length(seal_previous) = 32)
);
CREATE INDEX ix_tombstones_holders ON tombstones USING gin (holders);

-- The rows are for the organisations of the two people; a hold, for whoever has the case; a tombstone, for a supervisor of
-- who was responsible last, and for the two people.

ALTER TABLE proposals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE legal_holds ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE tombstones ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY proposals_read ON proposals FOR SELECT TO casetrack_app
    USING ((SELECT scope_caseworker()) IN (from_holder, to_holder));
CREATE POLICY proposals_propose ON proposals FOR INSERT TO casetrack_app
    WITH CHECK (
        from_holder = (SELECT scope_caseworker())
        AND proposed_by = (SELECT scope_account())
        AND (SELECT scope_role()) IN ('lead', 'supervisor')
        AND state = 'proposed'
        AND (case_id IS NULL OR EXISTS (SELECT FROM cases_held k WHERE k.case_id = proposals.case_id))
    );
CREATE POLICY proposals_decide ON proposals FOR UPDATE TO casetrack_app
    USING (state = 'proposed' AND (SELECT scope_caseworker()) IN (from_holder, to_holder))
    WITH CHECK (
        decided_by = (SELECT scope_account())
        AND (SELECT scope_role()) IN ('lead', 'supervisor')
        AND CASE WHEN state = 'withdrawn' THEN from_holder = (SELECT scope_caseworker())
                 WHEN state IN ('approved', 'refused') THEN to_holder = (SELECT scope_caseworker())
                 ELSE false END
    );

CREATE POLICY legal_holds_read ON legal_holds FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_held k WHERE k.case_id = legal_holds.case_id));
CREATE POLICY legal_holds_set ON legal_holds FOR INSERT TO casetrack_app
    WITH CHECK (
        holder = (SELECT scope_caseworker())
        AND set_by = (SELECT scope_account())
        AND (SELECT scope_role()) IN ('lead', 'supervisor')
        AND lifted_at IS NULL
        AND EXISTS (SELECT FROM cases_held k WHERE k.case_id = legal_holds.case_id)
    );
CREATE POLICY legal_holds_lift ON legal_holds FOR UPDATE TO casetrack_app
    USING (lifted_at IS NULL AND EXISTS (SELECT FROM cases_held k WHERE k.case_id = legal_holds.case_id))
    WITH CHECK (
        holder = (SELECT scope_caseworker())
        AND lifted_by = (SELECT scope_account())
        AND EXISTS (
            SELECT FROM proposals p
            WHERE p.kind = 'lifting' AND p.subject = legal_holds.id AND p.state = 'approved'
              AND p.decided_by = legal_holds.lifted_by
        )
    );

CREATE POLICY tombstones_read ON tombstones FOR SELECT TO casetrack_app
    USING (
        (SELECT scope_caseworker()) = ANY (holders)
        AND ((SELECT scope_role()) = 'supervisor' OR (SELECT scope_account()) IN (proposed_by, approved_by))
    );
CREATE POLICY tombstones_set ON tombstones FOR INSERT TO casetrack_app
    WITH CHECK (
        NOT repeated
        AND approved_by = (SELECT scope_account())
        AND EXISTS (
            SELECT FROM proposals p
            WHERE p.id = tombstones.proposal AND p.kind = 'erasure' AND p.case_id = tombstones.case_id
              AND p.state = 'approved' AND p.decided_by = tombstones.approved_by
              AND p.proposed_by = tombstones.proposed_by
        )
        AND NOT EXISTS (SELECT FROM holdings h WHERE h.case_id = tombstones.case_id)
    );

-- The steps of a proposal are read by whoever reads that, and the last change of an erased case by whoever reads what is
-- left of it: to check either by.
CREATE POLICY events_of_two_people ON events FOR SELECT TO casetrack_app
    USING (
        step IS NOT NULL AND EXISTS (SELECT FROM proposals p WHERE p.id = events.aggregate_id)
        OR case_version IS NOT NULL AND EXISTS (
            SELECT FROM tombstones t WHERE t.case_id = events.case_id AND t.version = events.case_version
        )
    );

-- And written, in one's own name, by the two sides of a proposal, by whoever has the case of a hold, and by whoever has just
-- left the tombstone. All other events are as `events_write` of the first revision has them.
CREATE POLICY events_write_of_two_people ON events FOR INSERT TO casetrack_app
    WITH CHECK (
        account = (SELECT scope_account())
        AND holder = (SELECT scope_holder())
        AND (
            step IS NOT NULL AND case_version IS NULL AND (
                EXISTS (
                    SELECT FROM proposals p
                    WHERE p.id = events.aggregate_id AND p.case_id IS NOT DISTINCT FROM events.case_id
                )
                OR EXISTS (
                    SELECT FROM legal_holds l WHERE l.id = events.aggregate_id AND l.case_id = events.case_id
                )
            )
            OR case_version IS NOT NULL AND step IS NULL AND EXISTS (
                SELECT FROM tombstones t
                WHERE t.case_id = events.case_id AND t.version = events.case_version
                  AND t.approved_by = events.account AND t.xmin = pg_current_xact_id_if_assigned()::xid
            )
        )
    );

CREATE POLICY proposals_verify ON proposals FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY legal_holds_verify ON legal_holds FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY tombstones_verify ON tombstones FOR SELECT TO casetrack_auditor USING (true);

-- Erasing. The eraser owns two functions, signs in nowhere, and may delete what is about a case; nobody else may.

CREATE POLICY cases_erase ON cases TO casetrack_eraser USING (true);
CREATE POLICY holdings_erase ON holdings TO casetrack_eraser USING (true);
CREATE POLICY milestone_records_erase ON milestone_records TO casetrack_eraser USING (true);
CREATE POLICY transfers_erase ON transfers TO casetrack_eraser USING (true);
CREATE POLICY case_keys_erase ON case_keys TO casetrack_eraser USING (true);
CREATE POLICY wraps_erase ON wraps TO casetrack_eraser USING (true);
CREATE POLICY sealed_values_erase ON sealed_values TO casetrack_eraser USING (true);
CREATE POLICY file_chunks_erase ON file_chunks TO casetrack_eraser USING (true);
CREATE POLICY index_tags_erase ON index_tags TO casetrack_eraser USING (true);
CREATE POLICY legal_holds_erase ON legal_holds TO casetrack_eraser USING (true);
CREATE POLICY proposals_erase ON proposals TO casetrack_eraser USING (true);
CREATE POLICY tombstones_look ON tombstones FOR SELECT TO casetrack_eraser USING (true);

-- Every row of the case is gone but the proposal that two people agreed to, and that has no words any more.
CREATE FUNCTION forget_case(gone uuid, agreed uuid) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kept text;
    counted bigint;
    lost jsonb := '{}';
BEGIN
    FOREACH kept IN ARRAY ARRAY[
        'index_tags', 'wraps', 'file_chunks', 'sealed_values', 'case_keys', 'milestone_records', 'holdings', 'transfers',
        'legal_holds'
    ] LOOP
        EXECUTE format('DELETE FROM public.%I WHERE case_id = $1', kept) USING gone;
        GET DIAGNOSTICS counted = ROW_COUNT;
        lost := lost || jsonb_build_object(kept, counted);
    END LOOP;
    DELETE FROM public.proposals p WHERE p.case_id = gone AND p.id <> agreed;
    GET DIAGNOSTICS counted = ROW_COUNT;
    UPDATE public.proposals p SET words = NULL WHERE p.case_id = gone;
    DELETE FROM public.cases c WHERE c.id = gone;
    RETURN lost || jsonb_build_object('proposals', counted);
END
$$;

-- The same, once two people of those who are responsible have agreed to exactly this, the second of whom is acting, and
-- while no legal hold stands.
CREATE FUNCTION erase_case(gone uuid, agreed uuid) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.legal_holds l WHERE l.case_id = gone AND l.lifted_at IS NULL) THEN
        RAISE EXCEPTION 'a legal hold stands' USING ERRCODE = 'CT004';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.proposals p
        JOIN public.cases c ON c.id = p.case_id AND c.version = p.case_version AND c.status = 'closed'
        JOIN public.accounts one
          ON one.id = p.proposed_by AND one.holder = p.from_holder AND one.role IN ('lead', 'supervisor')
        JOIN public.accounts other
          ON other.id = p.decided_by AND other.holder = p.to_holder AND other.role IN ('lead', 'supervisor')
        WHERE p.id = agreed AND p.case_id = gone AND p.kind = 'erasure' AND p.state = 'approved'
          AND one.id <> other.id
          AND other.id = public.scope_account()
          AND NOT EXISTS (
              SELECT FROM public.holdings h
              WHERE h.case_id = gone AND h.until IS NULL AND h.holder NOT IN (p.from_holder, p.to_holder)
          )
          AND (
              SELECT count(DISTINCT h.holder) FROM public.holdings h
              WHERE h.case_id = gone AND h.until IS NULL AND h.holder IN (p.from_holder, p.to_holder)
          ) = CASE WHEN p.from_holder = p.to_holder THEN 1 ELSE 2 END
    ) THEN
        RAISE EXCEPTION 'two people have not agreed to this' USING ERRCODE = 'CT003';
    END IF;
    RETURN public.forget_case(gone, agreed);
END
$$;

-- No case goes without a tombstone: asked when the transaction ends, of whoever deleted it.
CREATE FUNCTION require_tombstone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.tombstones t WHERE t.case_id = OLD.id) THEN
        RAISE EXCEPTION 'a case leaves a tombstone' USING ERRCODE = 'CT002';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER stones_stand_for_ever AFTER DELETE ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_tombstone();
ALTER TABLE cases ENABLE ALWAYS TRIGGER stones_stand_for_ever;

CREATE TRIGGER tombstones_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON tombstones
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE tombstones ENABLE ALWAYS TRIGGER tombstones_are_for_ever;

-- A record is never changed, and goes only with its whole case.
CREATE FUNCTION refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'casetrack_eraser' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a row of % is never changed', TG_TABLE_NAME USING ERRCODE = 'CT002';
END
$$;
DROP TRIGGER records_are_for_ever ON milestone_records;
CREATE TRIGGER records_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON milestone_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_but_erasing();
ALTER TABLE milestone_records ENABLE ALWAYS TRIGGER records_are_for_ever;

-- Who may touch what.

REVOKE ALL ON proposals, legal_holds, tombstones FROM PUBLIC;
REVOKE ALL ON FUNCTION forget_case(uuid, uuid), erase_case(uuid, uuid), require_tombstone(), refuse_change_but_erasing()
    FROM PUBLIC;
GRANT SELECT, INSERT ON proposals, legal_holds, tombstones TO casetrack_app;
GRANT UPDATE (
    version, state, decided_by, decided_at, seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature
) ON proposals TO casetrack_app;
GRANT UPDATE (
    version, holder, lifted_by, lifted_at, seal_digest, seal_previous, seal_holder, seal_keyset, seal_signature
) ON legal_holds TO casetrack_app;
GRANT EXECUTE ON FUNCTION erase_case(uuid, uuid) TO casetrack_app;
GRANT SELECT ON proposals, legal_holds, tombstones TO casetrack_auditor;

GRANT USAGE ON SCHEMA public TO casetrack_eraser;
GRANT EXECUTE ON FUNCTION scope_setting(text), scope_account() TO casetrack_eraser;
GRANT SELECT (id, version, status) ON cases TO casetrack_eraser;
GRANT SELECT (case_id, holder, until) ON holdings TO casetrack_eraser;
GRANT SELECT (case_id) ON milestone_records, transfers, case_keys, wraps, sealed_values, file_chunks, index_tags
    TO casetrack_eraser;
GRANT SELECT (case_id, lifted_at) ON legal_holds TO casetrack_eraser;
GRANT SELECT (id, kind, case_id, state, case_version, from_holder, to_holder, proposed_by, decided_by) ON proposals
    TO casetrack_eraser;
GRANT SELECT (id, role, holder) ON accounts TO casetrack_eraser;
GRANT SELECT (case_id) ON tombstones TO casetrack_eraser;
GRANT UPDATE (words) ON proposals TO casetrack_eraser;
GRANT DELETE ON cases, holdings, milestone_records, transfers, case_keys, wraps, sealed_values, file_chunks, index_tags,
    legal_holds, proposals TO casetrack_eraser;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_eraser;
ALTER FUNCTION forget_case(uuid, uuid) OWNER TO casetrack_eraser;
ALTER FUNCTION erase_case(uuid, uuid) OWNER TO casetrack_eraser;
ALTER FUNCTION require_tombstone() OWNER TO casetrack_eraser;
REVOKE CREATE ON SCHEMA public FROM casetrack_eraser;
