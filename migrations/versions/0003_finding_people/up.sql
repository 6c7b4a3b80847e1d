-- A tag is a few bits of a keyed hash of one value in one index of one holder's. The key's columns stand in the order in
-- which they are asked for, so that what other holders have is never so much as passed by.

CREATE TABLE index_tags (
    holder text NOT NULL,
    keyset_version integer NOT NULL,
    index_name text NOT NULL,
    tag bytea NOT NULL,
    case_id uuid NOT NULL,
    part text NOT NULL,
    CONSTRAINT pk_index_tags PRIMARY KEY (holder, keyset_version, index_name, tag, case_id, part),
    CONSTRAINT fk_index_tags_holder_keysets FOREIGN KEY (holder, keyset_version) REFERENCES keysets (holder, version),
    CONSTRAINT fk_index_tags_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id),
    CONSTRAINT ck_index_tags_part CHECK (part IN ('identity', 'safe-address', 'support', 'investigation')),
    CONSTRAINT ck_index_tags_tag CHECK (octet_length(tag) BETWEEN 1 AND 32)
);
CREATE INDEX ix_index_tags_case_id ON index_tags (case_id, part);

-- What each account was shown of who people are, for as long as it counts; and what supervisors have allowed besides.
-- Neither says of whom.

CREATE TABLE quota_uses (
    id uuid NOT NULL,
    account uuid NOT NULL,
    at timestamptz NOT NULL,
    reveals integer NOT NULL,
    opened integer NOT NULL,
    CONSTRAINT pk_quota_uses PRIMARY KEY (id),
    CONSTRAINT fk_quota_uses_account_accounts FOREIGN KEY (account) REFERENCES accounts (id),
    CONSTRAINT ck_quota_uses_count CHECK (reveals >= 0 AND opened >= 0)
);
CREATE INDEX ix_quota_uses_account ON quota_uses (account, at);

CREATE TABLE quota_raises (
    id uuid NOT NULL,
    account uuid NOT NULL,
    by uuid NOT NULL,
    at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    CONSTRAINT pk_quota_raises PRIMARY KEY (id),
    CONSTRAINT fk_quota_raises_account_accounts FOREIGN KEY (account) REFERENCES accounts (id),
    CONSTRAINT fk_quota_raises_by_accounts FOREIGN KEY (by) REFERENCES accounts (id),
    CONSTRAINT ck_quota_raises_by CHECK (by <> account),
    CONSTRAINT ck_quota_raises_until CHECK (until > at)
);
CREATE INDEX ix_quota_raises_account ON quota_raises (account, until);

-- Tags are read by the holder that they are of, in the parts that it has. They are made by whoever has the part, for each
-- of its holders; and taken away, all of a part's at once, by whoever has it: the tags of others too, which nobody but
-- they themselves may read.

ALTER TABLE index_tags ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY index_tags_read ON index_tags FOR SELECT TO casetrack_app
    USING (
        holder = (SELECT scope_caseworker())
        AND EXISTS (SELECT FROM parts_held p WHERE p.case_id = index_tags.case_id AND p.part = index_tags.part)
    );
CREATE POLICY index_tags_add ON index_tags FOR INSERT TO casetrack_app
    WITH CHECK (
        EXISTS (SELECT FROM parts_held p WHERE p.case_id = index_tags.case_id AND p.part = index_tags.part)
        AND EXISTS (
            SELECT FROM holdings h
            WHERE h.case_id = index_tags.case_id AND h.part = index_tags.part
              AND h.holder = index_tags.holder AND h.until IS NULL
        )
    );
CREATE POLICY index_tags_look ON index_tags FOR SELECT TO casetrack_definer USING (true);
CREATE POLICY index_tags_forget ON index_tags FOR DELETE TO casetrack_definer USING (true);

CREATE FUNCTION forget_tags(case_id uuid, part text) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.index_tags t
    WHERE t.case_id = forget_tags.case_id AND t.part = forget_tags.part
      AND EXISTS (
          SELECT FROM public.parts_held p WHERE p.case_id = forget_tags.case_id AND p.part = forget_tags.part
      )
$$;

-- No column is granted for UPDATE: a tag is never changed, only made and taken away.

REVOKE ALL ON index_tags, quota_uses, quota_raises FROM PUBLIC;
REVOKE ALL ON FUNCTION forget_tags(uuid, text) FROM PUBLIC;
GRANT SELECT (case_id, part) ON index_tags TO casetrack_definer;
GRANT DELETE ON index_tags TO casetrack_definer;
GRANT EXECUTE ON FUNCTION forget_tags(uuid, text) TO casetrack_app;
GRANT SELECT, INSERT ON index_tags, quota_uses, quota_raises TO casetrack_app;
GRANT SELECT (at) ON quota_uses TO casetrack_jobs;
GRANT SELECT (until) ON quota_raises TO casetrack_jobs;
GRANT DELETE ON quota_uses, quota_raises TO casetrack_jobs;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER FUNCTION forget_tags(uuid, text) OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
