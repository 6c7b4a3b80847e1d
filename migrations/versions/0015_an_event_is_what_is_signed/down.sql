-- Ties last for ever, what was refused covers again, and of an event its action alone is what is signed.

DROP VIEW case_ties;
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
GRANT SELECT ON case_ties TO casetrack_app;

DROP TRIGGER nothing_untold ON transfers;
DROP TRIGGER nothing_untold ON proposals;
DROP TRIGGER nothing_untold ON legal_holds;
DROP FUNCTION require_step(), change_is_told(uuid, integer);
CREATE FUNCTION change_is_told(asked uuid, made integer) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.events e
        WHERE e.case_id = asked AND e.case_version = made AND e.xmin = pg_current_xact_id_if_assigned()::xid
    );
END
$$;
CREATE FUNCTION require_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.events e
        WHERE e.aggregate_id = NEW.id AND e.step = NEW.version AND e.xmin = pg_current_xact_id_if_assigned()::xid
    ) THEN
        PERFORM public.refuse_untold(TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON transfers DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_step();
CREATE CONSTRAINT TRIGGER nothing_untold
    AFTER INSERT OR UPDATE OF version, state, decided_by, decided_at, seal_digest, seal_previous, seal_holder,
        seal_keyset, seal_signature ON proposals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_step();
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON legal_holds DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_step();
ALTER TABLE transfers ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE proposals ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE legal_holds ENABLE ALWAYS TRIGGER nothing_untold;
REVOKE ALL ON FUNCTION change_is_told(uuid, integer), require_step() FROM PUBLIC;

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER FUNCTION change_is_told(uuid, integer) OWNER TO casetrack_definer;
ALTER FUNCTION require_step() OWNER TO casetrack_definer;
ALTER VIEW case_ties OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;

ALTER POLICY events_write_as_signed ON events WITH CHECK (payload_says(payload, '{action}'::text[]) = action);
DROP FUNCTION is_as_signed(events);
