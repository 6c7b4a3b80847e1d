-- An event is told in the transaction of the change that it tells of (0007). From here on the reverse is asked too, when
-- the transaction ends, whoever acts: what changed was told in it. The application writes an event with each change; this
-- is for whoever writes to the database by another way, and for a fault of the application's own.
--
-- While a past is told nothing is asked: then the administrator of the database has said so, and no other.

CREATE POLICY events_told_now ON events FOR SELECT TO casetrack_definer
    USING (xmin = pg_current_xact_id_if_assigned()::xid);

CREATE FUNCTION refuse_untold(changed text) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT public.past_is_told() THEN
        RAISE EXCEPTION 'a change of % has no event', changed USING ERRCODE = 'CT005';
    END IF;
END
$$;

-- A version of a case, and what is left of one.

CREATE FUNCTION change_is_told(asked uuid, made integer) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.events e
        WHERE e.case_id = asked AND e.case_version = made AND e.xmin = pg_current_xact_id_if_assigned()::xid
    );
END
$$;
CREATE FUNCTION require_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT public.change_is_told(NEW.id, NEW.version) THEN
        PERFORM public.refuse_untold(TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION require_last_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT public.change_is_told(NEW.case_id, NEW.version) THEN
        PERFORM public.refuse_untold(TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_change();
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT ON tombstones DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_last_change();

-- What a case consists of changes with it: in a transaction that has made a version of the case, or has erased it.

CREATE FUNCTION case_is_untouched(asked uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM public.cases c WHERE c.id = asked AND c.xmin <> pg_current_xact_id_if_assigned()::xid
    );
END
$$;
CREATE FUNCTION require_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.case_is_untouched(NEW.case_id) THEN
        PERFORM public.refuse_untold(TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON holdings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_case();
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT ON milestone_records DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_case();
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON case_keys DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_case();
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON sealed_values DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_case();
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT ON file_chunks DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_case();

-- Who can open something of a case changes with the case; who can open an offer, with the offer. The keeper only wraps
-- anew for the same recipient, which is an event of its own kind and changes no case.

CREATE FUNCTION require_case_or_offer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed public.wraps := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF changed.number IS NOT NULL AND public.case_is_untouched(changed.case_id)
        OR changed.number IS NULL AND EXISTS (
            SELECT FROM public.transfers t
            WHERE t.id = changed.transfer_id AND t.xmin <> pg_current_xact_id_if_assigned()::xid
        )
    THEN
        PERFORM public.refuse_untold(TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR DELETE ON wraps DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION require_case_or_offer();

-- A step of what has steps beside a case. Erasing takes the words of a proposal away, and that is no step.

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

-- What lets somebody in, or shows them more, and the keys of the organisations: an event of one of those actions, which
-- tells of now and names what changed. The first argument says by which member it does, the second by which column it is
-- known. One event is of many: that the service has other keys, by which every organisation is certified anew, or that
-- accounts and tokens are sealed anew by those. When somebody last signed in is no event.

CREATE FUNCTION require_act() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed text := to_jsonb(NEW) ->> TG_ARGV[1];
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.events e, LATERAL (SELECT convert_from(e.payload, 'UTF8')::jsonb AS said) p
        WHERE e.at BETWEEN now() - interval '15 minutes' AND now() + interval '15 minutes'
          AND e.xmin = pg_current_xact_id_if_assigned()::xid
          AND e.action = ANY (TG_ARGV[2:])
          AND (
              changed IN (p.said -> 'detail' ->> TG_ARGV[0], p.said ->> TG_ARGV[0])
              OR e.action = 'keyset:vouch'
              OR e.action IN ('keyset:renew', 'keyset:reseal') AND p.said -> 'detail' ->> 'holder' = 'service'
          )
    ) THEN
        PERFORM public.refuse_untold(TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER nothing_untold
    AFTER INSERT OR UPDATE OF sign_in_name, display_name, role, holder, national, password, closed_at, epoch,
        seal_keyset, seal_signature ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act(
        'account', 'id', 'account:create', 'account:close', 'account:reset', 'password:set', 'password:change', 'password:rehash',
        'keyset:vouch'
    );
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON tokens
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act(
        'token', 'id', 'token:create', 'token:revoke', 'keyset:vouch'
    );
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON keysets
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act(
        'holder', 'holder', 'keyset:make', 'keyset:renew', 'keyset:reseal', 'keyset:vouch', 'keyset:destroy'
    );
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON shifts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act('actor', 'account', 'caseload:name');
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT ON quota_raises
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act('account', 'account', 'quota:raise');

ALTER TABLE cases ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE tombstones ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE holdings ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE milestone_records ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE case_keys ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE sealed_values ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE file_chunks ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE wraps ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE transfers ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE proposals ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE legal_holds ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE accounts ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE tokens ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE keysets ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE shifts ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE quota_raises ENABLE ALWAYS TRIGGER nothing_untold;

-- Who may ask: nobody, but the triggers.

REVOKE ALL ON FUNCTION refuse_untold(text), change_is_told(uuid, integer), require_change(), require_last_change(),
    case_is_untouched(uuid), require_case(), require_case_or_offer(), require_step(), require_act() FROM PUBLIC;
GRANT SELECT (case_id, case_version, aggregate_id, step, xmin) ON events TO casetrack_definer;
GRANT EXECUTE ON FUNCTION past_is_told() TO casetrack_definer;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER FUNCTION refuse_untold(text) OWNER TO casetrack_definer;
ALTER FUNCTION case_is_untouched(uuid) OWNER TO casetrack_definer;
ALTER FUNCTION change_is_told(uuid, integer) OWNER TO casetrack_definer;
ALTER FUNCTION require_change() OWNER TO casetrack_definer;
ALTER FUNCTION require_last_change() OWNER TO casetrack_definer;
ALTER FUNCTION require_case() OWNER TO casetrack_definer;
ALTER FUNCTION require_case_or_offer() OWNER TO casetrack_definer;
ALTER FUNCTION require_step() OWNER TO casetrack_definer;
ALTER FUNCTION require_act() OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
