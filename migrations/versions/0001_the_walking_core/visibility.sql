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

-- The parts that the actor's holder has now, and the cases that it has any of.
CREATE VIEW parts_held WITH (security_barrier) AS
    SELECT h.case_id, h.part FROM holdings h WHERE h.holder = (SELECT scope_caseworker()) AND h.until IS NULL;

CREATE VIEW cases_held WITH (security_barrier) AS
    SELECT p.case_id FROM parts_held p;

-- The offers to it that wait for an answer. Of their cases it knows what they go by, and else what was sealed for it.
CREATE VIEW offers_to_me WITH (security_barrier) AS
    SELECT t.id, t.case_id FROM transfers t
    WHERE t.to_holder = (SELECT scope_caseworker()) AND t.state IN ('sent', 'seen');

-- The offers to it that this very transaction has accepted: acceptance goes on to the hand-off.
CREATE VIEW offers_taken WITH (security_barrier) AS
    SELECT t.id, t.case_id, t.from_holder, t.moves_support, t.moves_investigation FROM transfers t
    WHERE t.to_holder = (SELECT scope_caseworker())
      AND t.state = 'accepted' AND t.xmin = pg_current_xact_id_if_assigned()::xid;

-- The parts that those move, and from whom: those of their strands; with either, the identity; and the safe address with
-- the support strand, or with the only strand that there is (docs/decisions/0003). `ends` says of each that the one who
-- offered it has it no longer: the identity stays with whoever keeps a strand.
CREATE VIEW parts_taken WITH (security_barrier) AS
    SELECT o.id AS transfer_id, o.case_id, p.part, o.from_holder, p.ends
    FROM offers_taken o
    CROSS JOIN LATERAL (
        SELECT
            EXISTS (SELECT FROM holdings h WHERE h.case_id = o.case_id AND h.part = 'support') AS has_support,
            EXISTS (
                SELECT FROM holdings h
                WHERE h.case_id = o.case_id AND h.holder = o.from_holder AND h.number IS NOT NULL AND h.until IS NULL
                  AND NOT CASE h.part WHEN 'support' THEN o.moves_support ELSE o.moves_investigation END
            ) AS keeps_a_strand
    ) c
    CROSS JOIN LATERAL (
        VALUES
            ('support', o.moves_support, true),
            ('investigation', o.moves_investigation, true),
            ('identity', o.moves_support OR o.moves_investigation, NOT c.keeps_a_strand),
            ('safe-address', o.moves_support OR o.moves_investigation AND NOT c.has_support, true)
    ) p (part, moves, ends)
    WHERE p.moves;

-- What it opens, and may change from here on: what it has, and what it is taking over in this transaction.
CREATE VIEW parts_at_hand WITH (security_barrier) AS
    SELECT p.case_id, p.part FROM parts_held p
    UNION ALL
    SELECT p.case_id, p.part FROM parts_taken p;

CREATE VIEW cases_at_hand WITH (security_barrier) AS
    SELECT p.case_id FROM parts_at_hand p;

-- The data keys of those parts.
CREATE VIEW keys_held WITH (security_barrier) AS
    SELECT k.case_id, k.number FROM case_keys k
    WHERE EXISTS (SELECT FROM parts_held p WHERE p.case_id = k.case_id AND p.part = k.part);

CREATE VIEW keys_at_hand WITH (security_barrier) AS
    SELECT k.case_id, k.number FROM case_keys k
    WHERE EXISTS (SELECT FROM parts_at_hand p WHERE p.case_id = k.case_id AND p.part = k.part);

-- The cases that it had and has passed on, and when the last of each went.
CREATE VIEW cases_left WITH (security_barrier) AS
    SELECT h.case_id, max(h.until) AS left_at
    FROM holdings h
    WHERE h.holder = (SELECT scope_caseworker())
    GROUP BY h.case_id
    HAVING count(*) = count(h.until);

-- Their stubs: what each goes by, as it was called when it went. Who is responsible now is among the holdings.
CREATE VIEW stubs WITH (security_barrier) AS
    SELECT c.id AS case_id, c.reference, c.opened_at, h.pseudonym
    FROM cases_left l
    JOIN cases c ON c.id = l.case_id
    CROSS JOIN LATERAL (
        SELECT h.pseudonym FROM holdings h
        WHERE h.case_id = l.case_id AND h.holder = (SELECT scope_caseworker()) AND h.until = l.left_at
        LIMIT 1
    ) h;

-- What the cases go by that it has, is being offered or had.
CREATE VIEW case_names WITH (security_barrier) AS
    SELECT c.id, c.reference, c.pseudonym
    FROM cases c
    WHERE EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = c.id)
       OR EXISTS (SELECT FROM offers_to_me o WHERE o.case_id = c.id)
    UNION ALL
    SELECT s.case_id, s.reference, s.pseudonym
    FROM stubs s
    WHERE NOT EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = s.case_id)
      AND NOT EXISTS (SELECT FROM offers_to_me o WHERE o.case_id = s.case_id);

-- What whoever has any part of a case needs to check the seal over the whole of it: that there is a sealed value, and its
-- hash.
CREATE VIEW value_digests WITH (security_barrier) AS
    SELECT v.id, v.case_id, v.digest, v.superseded
    FROM sealed_values v
    WHERE EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = v.case_id);

-- The references of the cases that an auditor's entries speak of, and nothing else of those cases.
CREATE VIEW case_references WITH (security_barrier) AS
    SELECT c.id, c.reference
    FROM cases c
    WHERE CASE WHEN (SELECT scope_role()) = 'auditor' THEN
        (SELECT scope_is_national())
        OR EXISTS (SELECT FROM holdings h WHERE h.case_id = c.id AND h.holder = (SELECT scope_holder()))
        OR EXISTS (SELECT FROM transfers t WHERE t.case_id = c.id AND t.to_holder = (SELECT scope_holder()))
    ELSE
        EXISTS (SELECT FROM case_names n WHERE n.id = c.id)
    END;

-- And which of those cases each transfer is of: a refused attempt on an offer names the offer alone.
CREATE VIEW transfer_cases WITH (security_barrier) AS
    SELECT t.id, t.case_id
    FROM transfers t
    WHERE EXISTS (SELECT FROM case_references r WHERE r.id = t.case_id);

-- True if an open case, anywhere, goes by that name: of whose it is, or which, it says nothing. Nobody is told but who
-- works with cases.
CREATE FUNCTION pseudonym_is_taken(pseudonym text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.scope_caseworker() IS NULL THEN
        RAISE EXCEPTION 'only who opens cases is told which names are taken' USING ERRCODE = '42501';
    END IF;
    RETURN EXISTS (
        SELECT FROM public.cases c WHERE c.pseudonym = pseudonym_is_taken.pseudonym AND c.status = 'open'
    );
END
$$;

-- Without an offer a case is begun by whoever opens it in this very transaction, and the strand that it lacks by whoever
-- leads the other. Neither begins while an offer of the case waits for an answer. Of any other case it says no.
CREATE FUNCTION may_begin(case_id uuid, part text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT FROM public.transfers t WHERE t.case_id = may_begin.case_id AND t.state IN ('sent', 'seen')
    ) AND (
        EXISTS (
            SELECT FROM public.cases c
            WHERE c.id = may_begin.case_id AND c.xmin = pg_current_xact_id_if_assigned()::xid
        ) AND NOT EXISTS (
            SELECT FROM public.holdings h
            WHERE h.case_id = may_begin.case_id
              AND (h.holder <> public.scope_caseworker() OR h.until IS NOT NULL)
        )
        OR may_begin.part IN ('support', 'investigation') AND EXISTS (
            SELECT FROM public.holdings h
            WHERE h.case_id = may_begin.case_id AND h.holder = public.scope_caseworker()
              AND h.part <> may_begin.part AND h.number IS NOT NULL AND h.until IS NULL
        )
    )
$$;

-- How many keys each version of each holder's keyset opens: numbers, for whoever watches over the keys.
CREATE VIEW key_rows WITH (security_barrier) AS
    SELECT w.recipient, w.recipient_version,
           count(*) FILTER (WHERE w.number IS NOT NULL) AS data_keys,
           count(*) FILTER (WHERE w.number IS NULL) AS offer_keys
    FROM wraps w
    WHERE (SELECT scope_role()) = 'administrator'
    GROUP BY w.recipient, w.recipient_version;

-- When keysets were made, from the journal, which is where that is signed.
CREATE VIEW keysets_made WITH (security_barrier) AS
    SELECT e.at, e.payload
    FROM events e
    WHERE e.action IN ('keyset:make', 'keyset:renew') AND (SELECT scope_role()) = 'administrator';
