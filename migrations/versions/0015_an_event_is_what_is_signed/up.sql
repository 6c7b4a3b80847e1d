-- The columns of an event are what everybody goes by, and what is signed is what proves. Of both the action alone was compared
-- (0014), so that a reveal of one's own could be signed as a colleague's. What was refused covered a change, and an event about
-- one kind of thing a step of another. And who once had to do with a case had to do with it for ever.

-- What an event says in its columns is what it says in its payload, read once. The time is written as verifying reads it.

CREATE FUNCTION is_as_signed(kept events) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said jsonb;
    told timestamp := kept.at AT TIME ZONE 'UTC';
BEGIN
    said := convert_from(kept.payload, 'UTF8')::jsonb;
    RETURN coalesce(
        said @> jsonb_build_object(
            'at', to_char(told, 'YYYY-MM-DD"T"HH24:MI:SS')
                  || CASE WHEN date_trunc('second', told) = told THEN '' ELSE to_char(told, '.US') END || '+00:00',
            'action', kept.action, 'actor', kept.account, 'holder', kept.holder, 'case', kept.case_id,
            'case_version', kept.case_version, 'step', kept.step, 'refusal', kept.refusal,
            'words', encode(sha256(kept.words), 'hex')
        )
        AND said -> 'holders_then' = to_jsonb(kept.holders_then)
        AND coalesce(said ->> 'transfer', said ->> 'proposal', said ->> 'hold', said ->> 'entry')
            IS NOT DISTINCT FROM kept.aggregate_id::text
        AND CASE said ->> 'event' WHEN 'Refused' THEN said -> 'detail' ->> 'reference' END
            IS NOT DISTINCT FROM kept.attempted
        AND kept.time_ms = floor(extract(epoch FROM kept.at) * 1000),
        false
    );
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN false;
END
$$;
ALTER POLICY events_write_as_signed ON events WITH CHECK (is_as_signed(events));
REVOKE ALL ON FUNCTION is_as_signed(events) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_as_signed(events) TO casetrack_app, casetrack_keeper;

-- What was refused has changed nothing, and a step is told by an action on what it is a step of.

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
          AND e.refusal IS NULL
    );
END
$$;
CREATE FUNCTION require_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.events e
        WHERE e.aggregate_id = NEW.id AND e.step = NEW.version AND e.xmin = pg_current_xact_id_if_assigned()::xid
          AND e.refusal IS NULL AND e.action = ANY (TG_ARGV)
    ) THEN
        PERFORM public.refuse_untold(TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON transfers DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_step(
        'transfer:send', 'transfer:see', 'transfer:accept', 'transfer:decline', 'transfer:withdraw'
    );
CREATE CONSTRAINT TRIGGER nothing_untold
    AFTER INSERT OR UPDATE OF version, state, decided_by, decided_at, seal_digest, seal_previous, seal_holder,
        seal_keyset, seal_signature ON proposals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_step(
        'erasure:propose', 'destruction:propose', 'enquiry:propose', 'hold:lift', 'proposal:approve', 'proposal:refuse',
        'proposal:withdraw'
    );
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON legal_holds DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_step('hold:set', 'proposal:approve');
ALTER TABLE transfers ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE proposals ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE legal_holds ENABLE ALWAYS TRIGGER nothing_untold;
REVOKE ALL ON FUNCTION change_is_told(uuid, integer), require_step() FROM PUBLIC;

-- To look at an offer is a step of it, of which nobody asks for a tie; so it makes none either. Any other step and any change
-- makes one for 28 days, and another renews it. The worker of a strand has one until another is named, as before.

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
    -- Hours, because days would be longer or shorter where the clocks change.
    SELECT k.case_id, k.account, k.at AS since, k.at + interval '672 hours' AS until
    FROM known k
    WHERE k.action <> 'transfer:see'
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

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER FUNCTION change_is_told(uuid, integer) OWNER TO casetrack_definer;
ALTER FUNCTION require_step() OWNER TO casetrack_definer;
ALTER VIEW case_ties OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
