-- What came with this revision is gone. Who asked, and who agreed, stays in the journal.

DROP FUNCTION cases_enquired(uuid, text[], integer[], text[], bytea[], integer[], integer[]);
REVOKE EXECUTE ON FUNCTION scope_account() FROM casetrack_definer;
REVOKE SELECT (id, kind, state, proposed_by, decided_by, decided_at) ON proposals FROM casetrack_definer;
REVOKE SELECT (index_name, tag) ON index_tags FROM casetrack_definer;
DROP POLICY proposals_enquire ON proposals;
DROP POLICY proposals_decide_of_desk ON proposals;
DROP POLICY proposals_propose_of_desk ON proposals;
DROP POLICY proposals_read_of_desk ON proposals;
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

-- Row-level security lets the owner of the table see no proposal, and is forced on it.
ALTER TABLE proposals NO FORCE ROW LEVEL SECURITY;
DELETE FROM proposals WHERE kind = 'enquiry';
ALTER TABLE proposals FORCE ROW LEVEL SECURITY;
DROP INDEX ix_proposals_enquiry;
ALTER TABLE proposals DROP CONSTRAINT ck_proposals_about, DROP CONSTRAINT ck_proposals_kind;
ALTER TABLE proposals
    ADD CONSTRAINT ck_proposals_kind CHECK (kind IN ('erasure', 'lifting', 'destruction')),
    ADD CONSTRAINT ck_proposals_about CHECK ((kind = 'destruction') = (case_id IS NULL));
