-- Who is acting, and which cases they know of. Visibility has one source: holdings and transfers.
--
-- The scope of an actor is set for one transaction by begin() of casetrack/persistence/work.py. Each of these functions
-- raises when it was not set, so that a forgotten scope is an error and never an empty list, or a full one.

CREATE FUNCTION scope_setting(name text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(current_setting('casetrack.scope', true), '') <> 'set' THEN
        RAISE EXCEPTION 'nobody said who is acting' USING ERRCODE = 'CT001';
    END IF;
    RETURN nullif(current_setting('casetrack.' || name, true), '');
END
$$;

CREATE FUNCTION scope_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$ SELECT public.scope_setting('account')::uuid $$;

CREATE FUNCTION scope_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$ SELECT public.scope_setting('role') $$;

CREATE FUNCTION scope_holder() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$ SELECT public.scope_setting('holder') $$;

CREATE FUNCTION scope_is_national() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$ SELECT public.scope_setting('national') IS NOT NULL $$;

-- The holder whose cases the actor works with; NULL of the roles that work with none. It raises before anybody is known:
-- nothing that is asked at the door is about a case.
CREATE FUNCTION scope_caseworker() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.scope_holder() IS NULL THEN
        RAISE EXCEPTION 'nobody is known yet' USING ERRCODE = 'CT001';
    END IF;
    RETURN CASE WHEN public.scope_role() IN ('support_worker', 'lead', 'supervisor') THEN public.scope_holder() END;
END
$$;

-- The views below are the definer's on purpose (so not security_invoker): they alone read holdings and transfers whole,
-- which the policies of those tables could not do for themselves without asking themselves. Each says only what the actor
-- may know, and nothing that the asker wrote is tried on a row before that is settled (security_barrier). Being views and
-- not functions, the planner sees through them: one case is an index look-up, and ten thousand are one hash.

-- An offer that is open, or that this very transaction answers: acceptance goes on after its first statement.
CREATE VIEW offers_to_me WITH (security_barrier) AS
    SELECT t.id, t.case_id, t.from_holder, t.moves_support, t.moves_investigation
    FROM transfers t
    WHERE t.to_holder = (SELECT scope_caseworker())
      AND (t.state IN ('sent', 'seen') OR t.xmin = pg_current_xact_id_if_assigned()::xid);

-- The cases that the actor's holder has now: the ones that it may change.
CREATE VIEW cases_held WITH (security_barrier) AS
    SELECT h.case_id FROM holdings h WHERE h.holder = (SELECT scope_caseworker()) AND h.until IS NULL;

-- And those that it is being offered: the ones whose sealed parts it needs, to check a seal and to take them over.
CREATE VIEW cases_at_hand WITH (security_barrier) AS
    SELECT c.case_id FROM cases_held c
    UNION ALL
    SELECT o.case_id FROM offers_to_me o;

-- And those that it had: stubs, of which nothing sealed is shown.
CREATE VIEW cases_known WITH (security_barrier) AS
    SELECT h.case_id FROM holdings h WHERE h.holder = (SELECT scope_caseworker())
    UNION ALL
    SELECT o.case_id FROM offers_to_me o;

-- What a former holder needs to check the seal of a stub: that there is a sealed value, and its hash.
CREATE VIEW value_digests WITH (security_barrier) AS
    SELECT v.id, v.case_id, v.digest, v.superseded
    FROM sealed_values v
    WHERE EXISTS (SELECT FROM cases_known k WHERE k.case_id = v.case_id);

-- The references of the cases that an auditor's entries speak of, and nothing else of those cases.
CREATE VIEW case_references WITH (security_barrier) AS
    SELECT c.id, c.reference
    FROM cases c
    WHERE CASE WHEN (SELECT scope_role()) = 'auditor' THEN
        (SELECT scope_is_national())
        OR EXISTS (SELECT FROM holdings h WHERE h.case_id = c.id AND h.holder = (SELECT scope_holder()))
        OR EXISTS (SELECT FROM transfers t WHERE t.case_id = c.id AND t.to_holder = (SELECT scope_holder()))
    ELSE
        EXISTS (SELECT FROM cases_known k WHERE k.case_id = c.id)
    END;

-- True if an open case, anywhere, goes by that name.
CREATE FUNCTION pseudonym_is_taken(pseudonym text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.cases c WHERE c.pseudonym = pseudonym_is_taken.pseudonym AND c.status = 'open'
    ) AND public.scope_caseworker() IS NOT NULL
$$;

-- A case is begun by whoever nobody has preceded in it.
CREATE FUNCTION is_first_holder(case_id uuid, holder text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT FROM public.holdings h
        WHERE h.case_id = is_first_holder.case_id AND (h.holder <> is_first_holder.holder OR h.until IS NOT NULL)
    )
$$;
