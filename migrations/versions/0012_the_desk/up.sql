-- What an event was for, and whose account it is about, stand in its payload. An index can have neither from there: row-level
-- security tries no function on a row before it is settled who may read that. So they are columns, which the database makes
-- of the payload itself: nobody who writes an event can say otherwise than what is signed. Of a payload that cannot be read,
-- which a superuser may leave behind, they say nothing.

CREATE FUNCTION payload_says(payload bytea, path text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN convert_from(payload, 'UTF8')::jsonb #>> path;
EXCEPTION WHEN others THEN
    RETURN NULL;
END
$$;
CREATE FUNCTION payload_names(payload bytea, path text[]) RETURNS uuid LANGUAGE plpgsql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN public.payload_says(payload, path)::uuid;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION payload_says(bytea, text[]), payload_names(bytea, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payload_says(bytea, text[]), payload_names(bytea, text[]) TO casetrack_app, casetrack_keeper;

ALTER TABLE events
    ADD COLUMN purpose text GENERATED ALWAYS AS (payload_says(payload, '{purpose}'::text[])) STORED,
    ADD COLUMN subject uuid GENERATED ALWAYS AS (payload_names(payload, '{detail,account}'::text[])) STORED;

CREATE INDEX ix_events_action ON events (action, at);
CREATE INDEX ix_events_purpose ON events (purpose, at);
CREATE INDEX ix_events_subject ON events (subject, at) WHERE subject IS NOT NULL;
CREATE INDEX ix_events_refused_on ON events (aggregate_id) WHERE refusal IS NOT NULL AND aggregate_id IS NOT NULL;

-- An auditor of one organisation reads what is about its own people, whoever did it: who made and closed their accounts, and
-- who failed to sign in as them.

CREATE POLICY events_about_accounts ON events FOR SELECT TO casetrack_app
    USING (
        subject IS NOT NULL
        AND (SELECT scope_role()) = 'auditor'
        AND subject IN (SELECT a.id FROM accounts a WHERE a.holder = (SELECT scope_holder()))
    );

-- Who was responsible for a case, from when until when, each as it was sealed. An auditor of one organisation is told of the
-- times at which it was responsible itself: whoever was so then too.

CREATE VIEW holdings_audited WITH (security_barrier) AS
    SELECT h.case_id, h.position, h.part, h.holder, h.number, h.since, h.until, h.via, h.pseudonym,
           h.seal_holder, h.seal_keyset, h.seal_signature, c.reference, c.opened_at
    FROM holdings h
    JOIN cases c ON c.id = h.case_id
    WHERE (SELECT scope_role()) = 'auditor' AND (
        (SELECT scope_is_national())
        OR EXISTS (
            SELECT FROM holdings mine
            WHERE mine.case_id = h.case_id AND mine.holder = (SELECT scope_holder())
              AND (mine.since, coalesce(mine.until, 'infinity')) OVERLAPS (h.since, coalesce(h.until, 'infinity'))
        )
    );
GRANT SELECT ON holdings_audited TO casetrack_app;

-- When an auditor's own organisation was responsible for a case. What somebody was refused is about the case while it was so,
-- and neither before nor after: it would hint at who has the person then.

CREATE VIEW held_when WITH (security_barrier) AS
    SELECT c.reference, h.case_id, h.since, coalesce(h.until, 'infinity') AS until
    FROM holdings h
    JOIN cases c ON c.id = h.case_id
    WHERE (SELECT scope_role()) = 'auditor' AND h.holder = (SELECT scope_holder());
GRANT SELECT ON held_when TO casetrack_app;

ALTER POLICY events_read ON events USING (
    account = (SELECT scope_account())
    OR CASE WHEN (SELECT scope_role()) = 'auditor' THEN
        (SELECT scope_is_national())
        OR holder = (SELECT scope_holder())
        OR holders_then @> ARRAY[(SELECT scope_holder())]
        OR refusal IS NOT NULL AND (
            EXISTS (
                SELECT FROM held_when w
                WHERE w.reference = events.attempted AND events.at >= w.since AND events.at < w.until
            )
            OR EXISTS (
                SELECT FROM transfer_cases t JOIN held_when w ON w.case_id = t.case_id
                WHERE t.id = events.aggregate_id AND events.at >= w.since AND events.at < w.until
            )
        )
    ELSE
        EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = events.case_id)
        OR EXISTS (SELECT FROM cases_left l WHERE l.case_id = events.case_id AND events.at <= l.left_at)
        OR (step IS NOT NULL AND EXISTS (SELECT FROM transfers t WHERE t.id = events.aggregate_id))
    END
);

-- Last, because from here on it is not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER VIEW holdings_audited OWNER TO casetrack_definer;
ALTER VIEW held_when OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
