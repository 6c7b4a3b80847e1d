-- What was refused covers again, and of an event its action alone is what is signed.

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
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;

ALTER POLICY events_write_as_signed ON events WITH CHECK (payload_says(payload, '{action}'::text[]) = action);
DROP FUNCTION is_as_signed(events);
