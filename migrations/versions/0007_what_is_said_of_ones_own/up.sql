-- An event tells of now. Whoever could say another time could say that a look happened when its own case was not even
-- there. A request takes five minutes at most, so a quarter of an hour is for that and for clocks that disagree. The time
-- of its leaf is its own.
--
-- A demonstration tells of the past while it is built, and tests do. Then the database itself says so, by a setting of its
-- own that only its administrator can make. It is read where it is kept: what a session says of itself counts for nothing.

CREATE FUNCTION past_is_told() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM pg_db_role_setting s
        JOIN pg_database d ON d.oid = s.setdatabase
        WHERE d.datname = current_database() AND s.setrole = 0 AND 'casetrack.past=told' = ANY (s.setconfig)
    )
$$;

CREATE POLICY events_write_of_now ON events AS RESTRICTIVE FOR INSERT TO casetrack_app
    WITH CHECK (
        time_ms = floor(extract(epoch FROM at) * 1000)
        AND (at BETWEEN now() - interval '15 minutes' AND now() + interval '15 minutes' OR (SELECT past_is_told()))
    );

-- And of no case but one that the actor has, had or is offered, or of which an offer, a proposal or a tombstone is theirs
-- to read. What was refused names no case, so this refuses nothing of that. It is asked once for each event, by functions:
-- the planner, which sees through views, would plan each of them anew with every event.

CREATE FUNCTION knows_of_case(asked uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine text := public.scope_caseworker();
BEGIN
    RETURN EXISTS (SELECT FROM public.holdings h WHERE h.holder = mine AND h.case_id = asked)
        OR EXISTS (SELECT FROM public.transfers t WHERE t.case_id = asked AND mine IN (t.from_holder, t.to_holder));
END
$$;
CREATE FUNCTION makes_version(asked uuid, made integer) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.cases c
        WHERE c.id = asked AND c.version >= made AND c.xmin = pg_current_xact_id_if_assigned()::xid
    );
END
$$;

CREATE POLICY events_write_of_known_cases ON events AS RESTRICTIVE FOR INSERT TO casetrack_app
    WITH CHECK (
        case_id IS NULL
        OR knows_of_case(case_id)
        OR EXISTS (SELECT FROM proposals p WHERE p.case_id = events.case_id)
        OR EXISTS (SELECT FROM tombstones t WHERE t.case_id = events.case_id)
    );

-- A change of a case, and a step of an offer, a proposal or a hold, is told in the transaction that makes it, and of the
-- version that it makes.

ALTER POLICY events_write ON events
    WITH CHECK (
        account IS NOT DISTINCT FROM (SELECT scope_account())
        AND holder IS NOT DISTINCT FROM (SELECT scope_holder())
        AND action NOT IN ('keyset:make', 'keyset:renew')
        AND (
            case_version IS NULL
            OR makes_version(case_id, case_version)
            AND EXISTS (SELECT FROM cases_held k WHERE k.case_id = events.case_id)
        )
        AND (
            step IS NULL
            OR EXISTS (
                SELECT FROM transfers t
                WHERE t.id = events.aggregate_id AND t.case_id = events.case_id
                  AND t.version = events.step AND t.xmin = pg_current_xact_id_if_assigned()::xid
                  AND (SELECT scope_caseworker()) IN (t.from_holder, t.to_holder)
            )
        )
    );
ALTER POLICY events_write_of_two_people ON events
    WITH CHECK (
        account = (SELECT scope_account())
        AND holder = (SELECT scope_holder())
        AND (
            step IS NOT NULL AND case_version IS NULL AND (
                EXISTS (
                    SELECT FROM proposals p
                    WHERE p.id = events.aggregate_id AND p.case_id IS NOT DISTINCT FROM events.case_id
                      AND p.version = events.step AND p.xmin = pg_current_xact_id_if_assigned()::xid
                )
                OR EXISTS (
                    SELECT FROM legal_holds l
                    WHERE l.id = events.aggregate_id AND l.case_id = events.case_id
                      AND l.version = events.step AND l.xmin = pg_current_xact_id_if_assigned()::xid
                )
            )
            OR case_version IS NOT NULL AND step IS NULL AND EXISTS (
                SELECT FROM tombstones t
                WHERE t.case_id = events.case_id AND t.version = events.case_version
                  AND t.approved_by = events.account AND t.xmin = pg_current_xact_id_if_assigned()::xid
            )
        )
    );

-- An offer is answered in one's own name: taken or declined by a lead or a supervisor of whom it was offered to, seen by
-- anybody there who works with cases, taken back by anybody where it came from.

ALTER POLICY transfers_answer ON transfers
    WITH CHECK (
        CASE WHEN state = 'withdrawn' THEN
                 from_holder = (SELECT scope_caseworker()) AND answered_by = (SELECT scope_account())
             WHEN state IN ('accepted', 'declined') THEN
                 to_holder = (SELECT scope_caseworker()) AND answered_by = (SELECT scope_account())
                 AND (SELECT scope_role()) IN ('lead', 'supervisor')
             WHEN state = 'seen' THEN to_holder = (SELECT scope_caseworker())
             ELSE false END
    );

-- How often something was refused because what is stored is not what was sealed: a number for those who watch, and of no
-- event anything. It is counted in an index that holds nothing else.

CREATE INDEX ix_events_integrity ON events (at) WHERE refusal = 'IntegrityBroken';
CREATE POLICY events_count_failures ON events FOR SELECT TO casetrack_definer USING (refusal = 'IntegrityBroken');
CREATE FUNCTION integrity_failures() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM public.events e WHERE e.refusal = 'IntegrityBroken'
$$;

-- Who may ask.

REVOKE ALL ON FUNCTION past_is_told(), knows_of_case(uuid), makes_version(uuid, integer), integrity_failures() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION past_is_told(), knows_of_case(uuid), makes_version(uuid, integer), integrity_failures()
    TO casetrack_app;
GRANT SELECT (refusal) ON events TO casetrack_definer;
GRANT SELECT (version) ON cases TO casetrack_definer;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER FUNCTION knows_of_case(uuid) OWNER TO casetrack_definer;
ALTER FUNCTION makes_version(uuid, integer) OWNER TO casetrack_definer;
ALTER FUNCTION integrity_failures() OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
