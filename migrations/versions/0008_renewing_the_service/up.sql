-- The keeper of the keys certifies anew the first keys of an organisation, and seals accounts and tokens anew by the
-- newest keys of the service. Of the hash of a password it reads a digest alone, and it changes nothing that is sealed.

GRANT UPDATE (certificate) ON keysets TO casetrack_keeper;
GRANT SELECT (
    id, sign_in_name, display_name, role, holder, national, closed_at, epoch, password_digest,
    seal_keyset, seal_signature
) ON accounts TO casetrack_keeper;
GRANT SELECT ON tokens TO casetrack_keeper;
GRANT UPDATE (seal_keyset, seal_signature) ON accounts, tokens TO casetrack_keeper;
