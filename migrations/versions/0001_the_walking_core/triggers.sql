-- What is written once is never changed: not by the application, nor by the role that owns the tables. ENABLE ALWAYS, so
-- that a session which calls itself a replica is refused too.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never changed', TG_TABLE_NAME USING ERRCODE = 'CT002';
END
$$;

CREATE TRIGGER events_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_for_ever;

CREATE TRIGGER shown_is_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON event_shown
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE event_shown ENABLE ALWAYS TRIGGER shown_is_for_ever;

CREATE TRIGGER records_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON milestone_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE milestone_records ENABLE ALWAYS TRIGGER records_are_for_ever;

CREATE TRIGGER leaves_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON leaves
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE leaves ENABLE ALWAYS TRIGGER leaves_are_for_ever;

CREATE TRIGGER checkpoints_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE checkpoints ENABLE ALWAYS TRIGGER checkpoints_are_for_ever;

-- No event can miss the log: whoever inserts one has queued it. The queue is not the inserter's to write.

CREATE FUNCTION queue_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.log_queue (event) VALUES (NEW.id);
    RETURN NULL;
END
$$;

CREATE TRIGGER events_are_queued AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION queue_event();
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_queued;
