-- A change is told by an event of its transaction (0010), and whoever had SQL in the application's role could take any for it:
-- one whose row says what its payload, which is what is signed, does not; a look that is counted as a version of a case; one
-- that a password was kept at today's cost, beside a new role; one that is another's to write. From here on an event covers
-- what it says, and no more.

-- What an event is by its row it is by what is signed.

CREATE POLICY events_write_as_signed ON events AS RESTRICTIVE FOR INSERT TO casetrack_app, casetrack_keeper
    WITH CHECK (payload_says(payload, '{action}'::text[]) = action);

-- A version of a case, and a step, is told by what makes one. A look makes none.

CREATE POLICY events_write_of_changes ON events AS RESTRICTIVE FOR INSERT TO casetrack_app
    WITH CHECK (
        (
            case_version IS NULL
            OR action IN (
                'case:open', 'case:place', 'case:assign', 'case:close', 'case:reopen', 'strand:begin',
                'identity:record', 'contact:record', 'milestone:record', 'milestone:reopen', 'file:attach', 'note:write',
                'disclosure:record', 'sar:record', 'sar:check', 'sar:extend', 'sar:restrict', 'sar:decide', 'sar:deliver',
                'sar:withdraw', 'transfer:accept', 'datakey:renew', 'proposal:approve'
            )
        )
        AND (
            step IS NULL
            OR action IN (
                'transfer:send', 'transfer:see', 'transfer:accept', 'transfer:decline', 'transfer:withdraw',
                'hold:set', 'hold:lift', 'erasure:propose', 'destruction:propose', 'enquiry:propose',
                'proposal:approve', 'proposal:refuse', 'proposal:withdraw'
            )
        )
    );

-- Of the keys of organisations and of the log the keeper tells, and nobody else; but that somebody looked at them, and that
-- an organisation's own tags were made anew. The keeper says it as the command line, or, as they are founded, as nobody.

DROP POLICY events_write_no_destruction ON events;
CREATE POLICY events_write_nothing_of_keys ON events AS RESTRICTIVE FOR INSERT TO casetrack_app
    WITH CHECK (action NOT LIKE 'keyset:%' OR action IN ('keyset:list', 'keyset:retag'));
ALTER POLICY events_keep ON events
    WITH CHECK (
        action LIKE 'keyset:%' AND case_id IS NULL AND aggregate_id IS NULL
        AND (
            account IS NULL AND holder IS NULL
            OR account = '00000000-0000-4000-8000-000000000001' AND holder = 'service'
        )
    );

DROP TRIGGER nothing_untold ON accounts;
DROP TRIGGER nothing_untold ON tokens;
DROP TRIGGER nothing_untold ON keysets;
DROP TRIGGER nothing_untold ON shifts;
DROP TRIGGER nothing_untold ON quota_raises;
DROP FUNCTION require_act();

-- What lets somebody in is made by one act and changed by others, each of which changes something of its own. The second
-- argument has, of each act, what else changes with it; null of the act that makes one. The seal goes with each, and so does
-- what the database makes of the password. That the service vouches by other keys names nobody: then only the seal changes,
-- and to that of the keys that the event names. What was refused has changed nothing.

CREATE FUNCTION require_act_of_door() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changes jsonb := TG_ARGV[1];
    beside text[] := '{seal_keyset,seal_signature,password_digest,signed_in_at}';
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.events e,
            LATERAL (SELECT convert_from(e.payload, 'UTF8')::jsonb -> 'detail' AS said) p,
            LATERAL (SELECT changes -> e.action AS may) c
        WHERE e.at BETWEEN now() - interval '15 minutes' AND now() + interval '15 minutes'
          AND e.xmin = pg_current_xact_id_if_assigned()::xid
          AND e.refusal IS NULL
          AND CASE e.action WHEN 'keyset:vouch' THEN p.said ->> 'version' = NEW.seal_keyset::text
                            ELSE p.said ->> TG_ARGV[0] = NEW.id::text END
          AND CASE jsonb_typeof(c.may)
                  WHEN 'null' THEN TG_OP = 'INSERT'
                  WHEN 'array' THEN TG_OP = 'UPDATE' AND
                      to_jsonb(NEW) - beside - ARRAY(SELECT jsonb_array_elements_text(c.may))
                      = to_jsonb(OLD) - beside - ARRAY(SELECT jsonb_array_elements_text(c.may))
                  ELSE false END
    ) THEN
        PERFORM public.refuse_untold(TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END
$$;

-- Of what else has an act, the keys of the organisations above all, one that was refused counts no more either.

CREATE FUNCTION require_act() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed text := to_jsonb(NEW) ->> TG_ARGV[1];
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.events e, LATERAL (SELECT convert_from(e.payload, 'UTF8')::jsonb AS said) p
        WHERE e.at BETWEEN now() - interval '15 minutes' AND now() + interval '15 minutes'
          AND e.xmin = pg_current_xact_id_if_assigned()::xid
          AND e.refusal IS NULL
          AND e.action = ANY (TG_ARGV[2:])
          AND (
              changed IN (p.said -> 'detail' ->> TG_ARGV[0], p.said ->> TG_ARGV[0])
              OR e.action = 'keyset:vouch' AND TG_OP = 'UPDATE'
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
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act_of_door(
        'account',
        '{"account:create": null, "account:close": ["closed_at", "epoch"], "account:reset": ["password", "epoch"],
          "password:set": ["password", "epoch"], "password:change": ["password", "epoch"], "password:rehash": ["password"],
          "keyset:vouch": []}'
    );
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON tokens
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act_of_door(
        'token', '{"token:create": null, "token:revoke": ["revoked_at"], "keyset:vouch": []}'
    );
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON keysets
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act(
        'holder', 'holder', 'keyset:make', 'keyset:renew', 'keyset:reseal', 'keyset:vouch', 'keyset:destroy'
    );
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT OR UPDATE ON shifts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act('actor', 'account', 'caseload:name');
CREATE CONSTRAINT TRIGGER nothing_untold AFTER INSERT ON quota_raises
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_act('account', 'account', 'quota:raise');
ALTER TABLE accounts ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE tokens ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE keysets ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE shifts ENABLE ALWAYS TRIGGER nothing_untold;
ALTER TABLE quota_raises ENABLE ALWAYS TRIGGER nothing_untold;

-- Who may ask: nobody, but the triggers.

REVOKE ALL ON FUNCTION require_act_of_door(), require_act() FROM PUBLIC;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER FUNCTION require_act_of_door() OWNER TO casetrack_definer;
ALTER FUNCTION require_act() OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
