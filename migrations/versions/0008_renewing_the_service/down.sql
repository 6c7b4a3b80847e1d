-- What was renewed stays so; a version of casetrack from before this revision believes the first of the service's keys alone,
-- so whoever takes it down goes back to a copy from before. No row is of this revision.

REVOKE UPDATE (certificate) ON keysets FROM casetrack_keeper;
REVOKE SELECT (
    id, sign_in_name, display_name, role, holder, national, closed_at, epoch, password_digest,
    seal_keyset, seal_signature
) ON accounts FROM casetrack_keeper;
REVOKE SELECT ON tokens FROM casetrack_keeper;
REVOKE UPDATE (seal_keyset, seal_signature) ON accounts, tokens FROM casetrack_keeper;
