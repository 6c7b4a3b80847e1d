-- Two auditors of the audit desk ask together whether a named person was looked for, listed or revealed. What waits for the
-- second of them is a proposal about no case, which nobody else sees.

ALTER TABLE proposals DROP CONSTRAINT ck_proposals_kind, DROP CONSTRAINT ck_proposals_about;
ALTER TABLE proposals
    ADD CONSTRAINT ck_proposals_kind CHECK (kind IN ('erasure', 'lifting', 'destruction', 'enquiry')),
    ADD CONSTRAINT ck_proposals_about CHECK ((kind IN ('destruction', 'enquiry')) = (case_id IS NULL));
CREATE INDEX ix_proposals_enquiry ON proposals (proposed_at) WHERE kind = 'enquiry';

ALTER POLICY proposals_read ON proposals
    USING (kind IN ('erasure', 'lifting') AND (SELECT scope_caseworker()) IN (from_holder, to_holder));
ALTER POLICY proposals_propose ON proposals
    WITH CHECK (
        kind IN ('erasure', 'lifting')
        AND from_holder = (SELECT scope_caseworker())
        AND proposed_by = (SELECT scope_account())
        AND (SELECT scope_role()) IN ('lead', 'supervisor')
        AND state = 'proposed'
        AND (case_id IS NULL OR EXISTS (SELECT FROM cases_held k WHERE k.case_id = proposals.case_id))
    );
ALTER POLICY proposals_decide ON proposals
    USING (
        kind IN ('erasure', 'lifting') AND state = 'proposed'
        AND (SELECT scope_caseworker()) IN (from_holder, to_holder)
    );
CREATE POLICY proposals_read_of_desk ON proposals FOR SELECT TO casetrack_app
    USING (kind = 'enquiry' AND (SELECT scope_role()) = 'auditor' AND (SELECT scope_holder()) = 'audit-desk');
CREATE POLICY proposals_propose_of_desk ON proposals FOR INSERT TO casetrack_app
    WITH CHECK (
        kind = 'enquiry'
        AND (SELECT scope_role()) = 'auditor'
        AND (SELECT scope_holder()) = 'audit-desk'
        AND from_holder = 'audit-desk' AND to_holder = 'audit-desk'
        AND proposed_by = (SELECT scope_account())
        AND state = 'proposed'
    );
CREATE POLICY proposals_decide_of_desk ON proposals FOR UPDATE TO casetrack_app
    USING (
        kind = 'enquiry'
        AND state = 'proposed'
        AND (SELECT scope_role()) = 'auditor'
        AND (SELECT scope_holder()) = 'audit-desk'
    )
    WITH CHECK (kind = 'enquiry' AND decided_by = (SELECT scope_account()));

-- The cases that have enough of the tags that are sought, with whatever organisation, and in which index. It is answered to one
-- of the two auditors who agreed, for 28 days from when the second did, and to nobody else; nobody reads a tag by it.
CREATE POLICY proposals_enquire ON proposals FOR SELECT TO casetrack_definer USING (kind = 'enquiry');
CREATE FUNCTION cases_enquired(
    agreed uuid, holders text[], versions integer[], indexes text[], tags bytea[], terms integer[], enough integer[]
) RETURNS TABLE (case_id uuid, index_name text) LANGUAGE plpgsql STABLE ROWS 10 SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.proposals p
        WHERE p.id = agreed AND p.kind = 'enquiry' AND p.state = 'approved' AND p.proposed_by <> p.decided_by
          AND public.scope_role() = 'auditor'
          AND public.scope_account() IN (p.proposed_by, p.decided_by)
          AND (p.decided_at > now() - interval '28 days' OR public.past_is_told())
    ) THEN
        RAISE EXCEPTION 'two people have not agreed to this' USING ERRCODE = 'CT003';
    END IF;
    RETURN QUERY
        SELECT t.case_id, t.index_name
        FROM unnest(holders, versions, indexes, tags, terms, enough)
            AS sought (holder, keyset_version, index_name, tag, term, enough)
        JOIN public.index_tags t
          ON t.holder = sought.holder AND t.keyset_version = sought.keyset_version
         AND t.index_name = sought.index_name AND t.tag = sought.tag
        GROUP BY t.case_id, t.index_name, sought.enough
        HAVING count(DISTINCT sought.term) >= sought.enough;
END
$$;

-- Who may ask.

REVOKE ALL ON FUNCTION cases_enquired(uuid, text[], integer[], text[], bytea[], integer[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_enquired(uuid, text[], integer[], text[], bytea[], integer[], integer[]) TO casetrack_app;
GRANT EXECUTE ON FUNCTION scope_account() TO casetrack_definer;
GRANT SELECT (id, kind, state, proposed_by, decided_by, decided_at) ON proposals TO casetrack_definer;
GRANT SELECT (index_name, tag) ON index_tags TO casetrack_definer;

-- Last, because from here on it is not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER FUNCTION cases_enquired(uuid, text[], integer[], text[], bytea[], integer[], integer[]) OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
