-- What an account has to do with a case, from an instant on: it changed the case, or took a step of an offer, a proposal or a
-- hold of it; or it is the worker of a strand, until another is named. A case that was erased has its events still. An
-- auditor is told of the ties of the accounts of their own organisation, and of whoever's to the cases that it has, or as far as
-- they began while it had them.
-- No event is read by this but what changed a case or was a step.

CREATE INDEX ix_events_tie ON events (case_id, account, at) WHERE case_version IS NOT NULL OR step IS NOT NULL;
CREATE INDEX ix_events_worker ON events (case_id, case_version)
    WHERE case_version IS NOT NULL AND action IN ('case:open', 'case:assign', 'strand:begin', 'transfer:accept');

-- What a payload says of its kind of event alone. One that somebody has spoiled says nothing, and stops nobody.
CREATE FUNCTION said_in(payload bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    detail jsonb;
BEGIN
    detail := convert_from(payload, 'UTF8')::jsonb -> 'detail';
    RETURN CASE jsonb_typeof(detail) WHEN 'object' THEN detail ELSE '{}' END;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN '{}';
END
$$;

CREATE POLICY events_define_ties ON events FOR SELECT TO casetrack_definer
    USING (case_version IS NOT NULL OR step IS NOT NULL);

CREATE VIEW case_ties WITH (security_barrier) AS
    WITH known AS NOT MATERIALIZED (
        SELECT e.case_id, e.case_version, e.account, e.at, e.action, e.payload
        FROM events e
        WHERE (e.case_version IS NOT NULL OR e.step IS NOT NULL)
          AND (SELECT scope_role()) = 'auditor'
          AND (
              (SELECT scope_is_national())
              OR e.holder = (SELECT scope_holder())
              OR e.holders_then @> ARRAY[(SELECT scope_holder())]
              OR EXISTS (SELECT FROM holdings h WHERE h.case_id = e.case_id AND h.holder = (SELECT scope_holder()))
          )
    )
    SELECT t.case_id, t.account, t.since, t.until
    FROM (
    SELECT k.case_id, k.account, k.at AS since, CAST(NULL AS timestamptz) AS until
    FROM known k
    UNION ALL
    SELECT w.case_id, w.worker, w.since, w.until
    FROM (
        SELECT k.case_id, n.worker, k.at AS since,
               lead(k.at) OVER (PARTITION BY k.case_id, n.strand ORDER BY k.case_version) AS until
        FROM known k
        CROSS JOIN LATERAL (SELECT said_in(k.payload) AS said) d
        CROSS JOIN LATERAL (
            -- Whoever opens a case, or begins a strand, works on it. A hand-off of long ago does not say who does.
            SELECT s.strand,
                   CASE WHEN k.action IN ('case:open', 'strand:begin') THEN k.account
                        WHEN d.said ->> 'worker' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                        THEN (d.said ->> 'worker')::uuid END
            FROM jsonb_array_elements_text(
                CASE jsonb_typeof(d.said -> 'strands') WHEN 'array' THEN d.said -> 'strands'
                     ELSE jsonb_build_array(d.said -> 'strand') END
            ) s (strand)
        ) n (strand, worker)
        WHERE k.case_version IS NOT NULL AND k.action IN ('case:open', 'case:assign', 'strand:begin', 'transfer:accept')
    ) w
    ) t
    WHERE (SELECT scope_is_national())
       OR EXISTS (SELECT FROM accounts a WHERE a.id = t.account AND a.holder = (SELECT scope_holder()))
       OR EXISTS (
           SELECT FROM holdings h
           WHERE h.case_id = t.case_id AND h.holder = (SELECT scope_holder()) AND t.since <= coalesce(h.until, 'infinity')
       );

-- What came of an access is said by an auditor in whose scope it is, and never by whoever it was of. That surnames were
-- compared is said in the transaction that shows them, and of one's own entry. What was refused of either is told as ever.

CREATE FUNCTION may_review(entry uuid) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN public.scope_role() = 'auditor' AND EXISTS (
        SELECT FROM public.events e WHERE e.id = entry AND e.account <> public.scope_account()
    );
END
$$;
CREATE FUNCTION shows_names_now(entry uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.events e
        WHERE e.id = entry AND e.account = public.scope_account() AND e.action IN ('identity:reveal', 'caseload:name')
          AND e.refusal IS NULL AND e.xmin = pg_current_xact_id_if_assigned()::xid
    );
END
$$;

CREATE POLICY events_write_of_access ON events AS RESTRICTIVE FOR INSERT TO casetrack_app
    WITH CHECK (
        refusal IS NOT NULL
        OR CASE action WHEN 'unusual:review' THEN case_id IS NULL AND (aggregate_id IS NULL OR may_review(aggregate_id))
                       WHEN 'surname:compare' THEN case_id IS NULL AND shows_names_now(aggregate_id)
                       ELSE true END
    );

-- What the audit desk says came of an access is the desk's own: it may be for a reason that nobody else is told, and about an
-- auditor.

CREATE POLICY events_of_the_desk ON events AS RESTRICTIVE FOR SELECT TO casetrack_app
    USING (
        action <> 'unusual:review'
        OR holder IS DISTINCT FROM 'audit-desk'
        OR (SELECT scope_holder()) = 'audit-desk'
        OR account = (SELECT scope_account())
    );

CREATE INDEX ix_events_review ON events (aggregate_id, at) WHERE action = 'unusual:review';
CREATE INDEX ix_events_compared ON events (at) WHERE action = 'surname:compare';

-- Who may ask.

REVOKE ALL ON FUNCTION said_in(bytea), may_review(uuid), shows_names_now(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION said_in(bytea), may_review(uuid), shows_names_now(uuid) TO casetrack_app;
GRANT EXECUTE ON FUNCTION said_in(bytea) TO casetrack_definer;
GRANT SELECT (account, holder, holders_then) ON events TO casetrack_definer;
GRANT SELECT (id, holder) ON accounts TO casetrack_definer;
GRANT SELECT ON case_ties TO casetrack_app;

-- Last, because from here on it is not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER VIEW case_ties OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
