-- A private half can be gone: then the row says on which proposal. It is no foreign key, as a tombstone's is none. What a
-- private half is sealed in is never shorter than the 96 bytes of it; what the way down left empty is gone.

ALTER TABLE keysets ALTER COLUMN sealed DROP NOT NULL, ADD COLUMN agreed uuid;
UPDATE keysets SET sealed = NULL WHERE octet_length(sealed) = 0;
ALTER TABLE keysets ADD COLUMN destroyed boolean GENERATED ALWAYS AS (sealed IS NULL) STORED;
ALTER TABLE keysets
    ADD CONSTRAINT ck_keysets_sealed CHECK (octet_length(sealed) >= 96),
    ADD CONSTRAINT ck_keysets_agreed CHECK (agreed IS NULL OR sealed IS NULL);

-- Keys are what the proposals about no case are about, and all of those.

ALTER TABLE proposals DROP CONSTRAINT ck_proposals_kind;
ALTER TABLE proposals
    ADD CONSTRAINT ck_proposals_kind CHECK (kind IN ('erasure', 'lifting', 'destruction')),
    ADD CONSTRAINT ck_proposals_about CHECK ((kind = 'destruction') = (case_id IS NULL));
CREATE INDEX ix_proposals_subject ON proposals (subject);

-- What a proposal about keys names: docs/formats/sealing.md, section 5.4.
CREATE FUNCTION keyset_subject(of_holder text, of_version integer, kem bytea, sign bytea) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(
        substring(
            sha256(
                'casetrack/v1/keyset'::bytea || '\x00'::bytea
                || int2send(octet_length(of_holder)::smallint) || convert_to(of_holder, 'UTF8') || int4send(of_version)
                || int2send(octet_length(kem)::smallint) || kem || int2send(octet_length(sign)::smallint) || sign
            ) FROM 1 FOR 16
        ), 'hex'
    )::uuid
$$;

-- Administrators see, propose and decide what is about keys, and nothing else; whoever works with cases, everything else.

ALTER POLICY proposals_read ON proposals
    USING (kind <> 'destruction' AND (SELECT scope_caseworker()) IN (from_holder, to_holder));
ALTER POLICY proposals_propose ON proposals
    WITH CHECK (
        kind <> 'destruction'
        AND from_holder = (SELECT scope_caseworker())
        AND proposed_by = (SELECT scope_account())
        AND (SELECT scope_role()) IN ('lead', 'supervisor')
        AND state = 'proposed'
        AND (case_id IS NULL OR EXISTS (SELECT FROM cases_held k WHERE k.case_id = proposals.case_id))
    );
ALTER POLICY proposals_decide ON proposals
    USING (
        kind <> 'destruction' AND state = 'proposed' AND (SELECT scope_caseworker()) IN (from_holder, to_holder)
    );
CREATE POLICY proposals_read_of_keys ON proposals FOR SELECT TO casetrack_app
    USING (
        kind = 'destruction'
        AND (SELECT scope_role()) = 'administrator'
        AND (SELECT scope_holder()) IN (from_holder, to_holder)
    );
CREATE POLICY proposals_propose_of_keys ON proposals FOR INSERT TO casetrack_app
    WITH CHECK (
        kind = 'destruction'
        AND (SELECT scope_role()) = 'administrator'
        AND from_holder = (SELECT scope_holder())
        AND proposed_by = (SELECT scope_account())
        AND (to_holder = (SELECT scope_holder()) OR (SELECT scope_is_national()))
        AND state = 'proposed'
        AND EXISTS (
            SELECT FROM keysets k
            JOIN keysets newer ON newer.holder = k.holder AND newer.version > k.version
            WHERE k.holder = proposals.to_holder
              AND keyset_subject(k.holder, k.version, k.kem_public, k.sign_public) = proposals.subject
        )
    );
CREATE POLICY proposals_decide_of_keys ON proposals FOR UPDATE TO casetrack_app
    USING (
        kind = 'destruction'
        AND state = 'proposed'
        AND (SELECT scope_role()) = 'administrator'
        AND (SELECT scope_holder()) IN (from_holder, to_holder)
    )
    WITH CHECK (
        kind = 'destruction'
        AND (SELECT scope_role()) = 'administrator'
        AND decided_by = (SELECT scope_account())
        AND CASE WHEN state = 'withdrawn' THEN from_holder = (SELECT scope_holder())
                 WHEN state IN ('approved', 'refused') THEN to_holder = (SELECT scope_holder())
                 ELSE false END
    );
CREATE POLICY proposals_keep ON proposals FOR SELECT TO casetrack_keeper USING (kind = 'destruction');

-- That keys were destroyed is the keeper's to say.
CREATE POLICY events_write_no_destruction ON events AS RESTRICTIVE FOR INSERT TO casetrack_app
    WITH CHECK (action <> 'keyset:destroy');
CREATE POLICY events_needing_keys ON events FOR SELECT TO casetrack_eraser
    USING (words IS NOT NULL OR action = 'person:find');

-- How many of what open with the private half of one version alone. What is typed for the auditors is sealed to the audit
-- desk, and a mark of a search does not say which version of its keys made it: so all of them count.
CREATE FUNCTION keyset_needs(of_holder text, of_version integer) RETURNS TABLE (need text, number bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'DATA_KEYS', count(*) FROM public.wraps w
    WHERE w.recipient = of_holder AND w.recipient_version = of_version AND w.number IS NOT NULL
    UNION ALL
    SELECT 'OFFER_KEYS', count(*) FROM public.wraps w
    WHERE w.recipient = of_holder AND w.recipient_version = of_version AND w.number IS NULL
    UNION ALL
    SELECT 'TAGS', count(*) FROM public.index_tags t
    WHERE t.holder = of_holder AND t.keyset_version = of_version
    UNION ALL
    SELECT 'LOG_WORDS', count(*) FROM public.events e
    WHERE of_holder = 'audit-desk' AND substring(e.words FROM 1 FOR 6) = '\xc703'::bytea || int4send(of_version)
    UNION ALL
    SELECT 'SEARCHES', count(*) FROM public.events e
    WHERE of_holder = 'audit-desk' AND e.action = 'person:find'
      AND jsonb_array_length(
          coalesce(nullif(convert_from(e.payload, 'UTF8')::jsonb #> '{detail,marks}', 'null'), '[]')
      ) > 0
    UNION ALL
    SELECT 'PROPOSAL_WORDS', count(*) FROM public.proposals p
    WHERE p.to_holder = of_holder AND substring(p.words FROM 1 FOR 6) = '\xc703'::bytea || int4send(of_version)
    UNION ALL
    SELECT 'DRAFTS', count(*) FROM public.drafts d JOIN public.accounts a ON a.id = d.account
    WHERE a.holder = of_holder AND substring(d.sealed FROM 1 FOR 6) = '\xc703'::bytea || int4send(of_version)
    UNION ALL
    SELECT 'ANSWERS', count(*) FROM public.answers r JOIN public.accounts a ON a.id = r.account
    WHERE a.holder = of_holder AND substring(r.answer FROM 1 FOR 6) = '\xc703'::bytea || int4send(of_version)
$$;

-- The private half of an older version is gone, once two administrators have agreed to exactly that, the second of whom is
-- of the organisation, and while nothing needs it.
CREATE FUNCTION destroy_keyset(of_holder text, of_version integer, on_word_of uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Whoever is wrapping for it now has done so, or waits.
    PERFORM FROM public.keysets k WHERE k.holder = of_holder AND k.version = of_version FOR UPDATE;
    IF NOT EXISTS (
        SELECT FROM public.keysets k
        JOIN public.keysets newer ON newer.holder = k.holder AND newer.version = k.version + 1
        JOIN public.proposals p
          ON p.subject = public.keyset_subject(k.holder, k.version, k.kem_public, k.sign_public)
         AND p.to_holder = k.holder
        JOIN public.accounts one
          ON one.id = p.proposed_by AND one.holder = p.from_holder AND one.role = 'administrator'
         AND (one.national OR one.holder = k.holder)
        JOIN public.accounts other
          ON other.id = p.decided_by AND other.holder = p.to_holder AND other.role = 'administrator'
        WHERE k.holder = of_holder AND k.version = of_version AND k.agreed IS NULL
          AND p.id = on_word_of AND p.kind = 'destruction' AND p.state = 'approved'
          AND one.id <> other.id
    ) THEN
        RAISE EXCEPTION 'two people have not agreed to this' USING ERRCODE = 'CT003';
    END IF;
    IF EXISTS (SELECT FROM public.keyset_needs(of_holder, of_version) n WHERE n.number > 0) THEN
        RAISE EXCEPTION 'something needs these keys' USING ERRCODE = 'CT002';
    END IF;
    UPDATE public.keysets k SET sealed = NULL, agreed = on_word_of
    WHERE k.holder = of_holder AND k.version = of_version;
END
$$;

-- No private half goes by any other way, and none comes back. Sealed anew under another root it may be, so long as it is
-- there: that it is the same one is seen when it is opened, beside its public half.
CREATE FUNCTION refuse_losing_keys() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.sealed IS NULL) = (OLD.sealed IS NULL) AND NEW.agreed IS NOT DISTINCT FROM OLD.agreed THEN
        RETURN NEW;
    END IF;
    IF OLD.sealed IS NOT NULL AND NEW.sealed IS NULL AND current_user = 'casetrack_eraser' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a private half is destroyed once, by two people' USING ERRCODE = 'CT002';
END
$$;
CREATE TRIGGER keys_are_lost_by_two BEFORE UPDATE ON keysets
    FOR EACH ROW EXECUTE FUNCTION refuse_losing_keys();
ALTER TABLE keysets ENABLE ALWAYS TRIGGER keys_are_lost_by_two;

-- Who may touch what.

REVOKE ALL ON FUNCTION keyset_subject(text, integer, bytea, bytea), keyset_needs(text, integer),
    destroy_keyset(text, integer, uuid), refuse_losing_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keyset_subject(text, integer, bytea, bytea) TO casetrack_app, casetrack_eraser;
GRANT EXECUTE ON FUNCTION keyset_needs(text, integer), destroy_keyset(text, integer, uuid) TO casetrack_keeper;
GRANT SELECT (agreed, destroyed) ON keysets TO casetrack_auditor;
GRANT SELECT (
    id, kind, subject, case_id, version, state, rule, reason, case_version, from_holder, to_holder, proposed_by,
    proposed_at, decided_by, decided_at, words_digest, seal_digest, seal_previous, seal_holder, seal_keyset,
    seal_signature
) ON proposals TO casetrack_keeper;

GRANT SELECT (holder, version, kem_public, sign_public, agreed) ON keysets TO casetrack_eraser;
GRANT UPDATE (sealed, agreed) ON keysets TO casetrack_eraser;
GRANT SELECT (subject, words) ON proposals TO casetrack_eraser;
GRANT SELECT (national) ON accounts TO casetrack_eraser;
GRANT SELECT (recipient, recipient_version, number) ON wraps TO casetrack_eraser;
GRANT SELECT (holder, keyset_version) ON index_tags TO casetrack_eraser;
GRANT SELECT (action, words, payload) ON events TO casetrack_eraser;
GRANT SELECT (account, sealed) ON drafts TO casetrack_eraser;
GRANT SELECT (account, answer) ON answers TO casetrack_eraser;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_eraser;
ALTER FUNCTION keyset_needs(text, integer) OWNER TO casetrack_eraser;
ALTER FUNCTION destroy_keyset(text, integer, uuid) OWNER TO casetrack_eraser;
REVOKE CREATE ON SCHEMA public FROM casetrack_eraser;
