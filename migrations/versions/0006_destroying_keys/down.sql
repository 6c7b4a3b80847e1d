-- Everything that came with this revision is gone. What was destroyed stays destroyed: an empty private half opens nothing.

DROP TRIGGER keys_are_lost_by_two ON keysets;
DROP FUNCTION destroy_keyset(text, integer, uuid), keyset_needs(text, integer), refuse_losing_keys();
DROP POLICY events_needing_keys ON events;
DROP POLICY events_write_no_destruction ON events;
DROP POLICY proposals_keep ON proposals;
DROP POLICY proposals_decide_of_keys ON proposals;
DROP POLICY proposals_propose_of_keys ON proposals;
DROP POLICY proposals_read_of_keys ON proposals;
ALTER POLICY proposals_read ON proposals
    USING ((SELECT scope_caseworker()) IN (from_holder, to_holder));
ALTER POLICY proposals_propose ON proposals
    WITH CHECK (
        from_holder = (SELECT scope_caseworker())
        AND proposed_by = (SELECT scope_account())
        AND (SELECT scope_role()) IN ('lead', 'supervisor')
        AND state = 'proposed'
        AND (case_id IS NULL OR EXISTS (SELECT FROM cases_held k WHERE k.case_id = proposals.case_id))
    );
ALTER POLICY proposals_decide ON proposals
    USING (state = 'proposed' AND (SELECT scope_caseworker()) IN (from_holder, to_holder));
DROP FUNCTION keyset_subject(text, integer, bytea, bytea);

REVOKE SELECT (
    id, kind, subject, case_id, version, state, rule, reason, case_version, from_holder, to_holder, proposed_by,
    proposed_at, decided_by, decided_at, words_digest, seal_digest, seal_previous, seal_holder, seal_keyset,
    seal_signature
) ON proposals FROM casetrack_keeper;
REVOKE ALL ON keysets, events, drafts, answers FROM casetrack_eraser;
REVOKE SELECT (holder, version, kem_public, sign_public, agreed), UPDATE (sealed, agreed) ON keysets
    FROM casetrack_eraser;
REVOKE SELECT (subject, words) ON proposals FROM casetrack_eraser;
REVOKE SELECT (national) ON accounts FROM casetrack_eraser;
REVOKE SELECT (recipient, recipient_version, number) ON wraps FROM casetrack_eraser;
REVOKE SELECT (holder, keyset_version) ON index_tags FROM casetrack_eraser;

-- The two people stay in the journal. Row-level security lets the owner of the table see no proposal, and is forced on it.
ALTER TABLE proposals NO FORCE ROW LEVEL SECURITY;
DELETE FROM proposals WHERE kind = 'destruction';
ALTER TABLE proposals FORCE ROW LEVEL SECURITY;
DROP INDEX ix_proposals_subject;
ALTER TABLE proposals DROP CONSTRAINT ck_proposals_about, DROP CONSTRAINT ck_proposals_kind;
ALTER TABLE proposals ADD CONSTRAINT ck_proposals_kind CHECK (kind IN ('erasure', 'lifting'));

ALTER TABLE keysets DROP CONSTRAINT ck_keysets_agreed, DROP CONSTRAINT ck_keysets_sealed, DROP COLUMN destroyed, DROP COLUMN agreed;
UPDATE keysets SET sealed = '' WHERE sealed IS NULL;
ALTER TABLE keysets ALTER COLUMN sealed SET NOT NULL;
