-- Row-level security on everything that is about a case, for the owner too: with no policy of its own it reads nothing.

ALTER TABLE cases ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE holdings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE milestone_records ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE transfers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE case_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE wraps ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE sealed_values ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE event_shown ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- The case itself: read and locked by whoever has any of it, or takes it over in this transaction, and changed once its
-- holdings have begun. Who had it, or is being offered it, reads nothing here (visibility.sql: stubs, case_names).

CREATE POLICY cases_read ON cases FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = cases.id));
CREATE POLICY cases_open ON cases FOR INSERT TO casetrack_app
    WITH CHECK ((SELECT scope_caseworker()) IS NOT NULL);
CREATE POLICY cases_change ON cases FOR UPDATE TO casetrack_app
    USING (EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = cases.id))
    WITH CHECK (EXISTS (SELECT FROM cases_held k WHERE k.case_id = cases.id));

-- Holdings: nobody is given a case. One begins for oneself: in a case that is new, or by an offer to oneself that was
-- accepted just now and moves that part, or of the strand that a case of one's own lacks. It ends by such an offer alone,
-- and is whoever offered it's. A former holder goes on reading its own, and who leads the case now.

CREATE POLICY holdings_read ON holdings FOR SELECT TO casetrack_app
    USING (
        EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = holdings.case_id)
        OR holder = (SELECT scope_caseworker())
        OR (
            number IS NOT NULL AND until IS NULL
            AND EXISTS (SELECT FROM cases_left l WHERE l.case_id = holdings.case_id)
        )
    );
CREATE POLICY holdings_begin ON holdings FOR INSERT TO casetrack_app
    WITH CHECK (
        holder = (SELECT scope_caseworker())
        AND until IS NULL
        AND CASE WHEN via IS NULL THEN may_begin(case_id, part)
            ELSE EXISTS (
                SELECT FROM parts_taken t
                WHERE t.transfer_id = holdings.via AND t.case_id = holdings.case_id AND t.part = holdings.part
            ) END
    );
CREATE POLICY holdings_end ON holdings FOR UPDATE TO casetrack_app
    USING (
        until IS NULL
        AND EXISTS (
            SELECT FROM parts_taken t
            WHERE t.case_id = holdings.case_id AND t.part = holdings.part AND t.from_holder = holdings.holder AND t.ends
        )
    )
    WITH CHECK (until IS NOT NULL);

CREATE POLICY milestone_records_read ON milestone_records FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = milestone_records.case_id));
CREATE POLICY milestone_records_add ON milestone_records FOR INSERT TO casetrack_app
    WITH CHECK (EXISTS (SELECT FROM cases_held k WHERE k.case_id = milestone_records.case_id));

-- Transfers: offered by whoever has the case, for itself, and of the strands that it leads (or of the investigation that a
-- case of its own has not); seen, accepted and declined only by the holder that it
-- was offered to, withdrawn only by the one that offered it. What was answered is never answered again.

CREATE POLICY transfers_read ON transfers FOR SELECT TO casetrack_app
    USING (
        from_holder = (SELECT scope_caseworker())
        OR to_holder = (SELECT scope_caseworker())
        OR EXISTS (SELECT FROM cases_held k WHERE k.case_id = transfers.case_id)
    );
CREATE POLICY transfers_send ON transfers FOR INSERT TO casetrack_app
    WITH CHECK (
        from_holder = (SELECT scope_caseworker())
        AND state = 'sent'
        AND EXISTS (SELECT FROM cases_held k WHERE k.case_id = transfers.case_id)
        AND (
            NOT moves_support
            OR EXISTS (SELECT FROM parts_held p WHERE p.case_id = transfers.case_id AND p.part = 'support')
        )
        AND (
            NOT moves_investigation
            OR EXISTS (SELECT FROM parts_held p WHERE p.case_id = transfers.case_id AND p.part = 'investigation')
            OR (
                EXISTS (SELECT FROM parts_held p WHERE p.case_id = transfers.case_id AND p.part = 'support')
                AND NOT EXISTS (
                    SELECT FROM holdings h WHERE h.case_id = transfers.case_id AND h.part = 'investigation'
                )
            )
        )
    );
CREATE POLICY transfers_answer ON transfers FOR UPDATE TO casetrack_app
    USING (state IN ('sent', 'seen') AND (SELECT scope_caseworker()) IN (from_holder, to_holder))
    WITH CHECK (
        CASE WHEN state = 'withdrawn' THEN from_holder = (SELECT scope_caseworker())
             WHEN state IN ('seen', 'accepted', 'declined') THEN to_holder = (SELECT scope_caseworker())
             ELSE false END
    );

-- What is sealed, and the wraps of its keys: part by part, read by its present holders and by whoever takes it over in this
-- transaction, changed by its present holders alone. The commitments of all the keys of a case are read by whoever checks
-- its seal. The wraps of an offer's key belong to its two sides, for as long as either may read what was offered and
-- answered. A key is wrapped for nobody else.

CREATE POLICY case_keys_read ON case_keys FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = case_keys.case_id));
CREATE POLICY case_keys_add ON case_keys FOR INSERT TO casetrack_app
    WITH CHECK (
        EXISTS (SELECT FROM parts_held p WHERE p.case_id = case_keys.case_id AND p.part = case_keys.part)
    );
CREATE POLICY case_keys_retire ON case_keys FOR UPDATE TO casetrack_app
    USING (EXISTS (SELECT FROM parts_held p WHERE p.case_id = case_keys.case_id AND p.part = case_keys.part))
    WITH CHECK (retired);

CREATE POLICY wraps_read ON wraps FOR SELECT TO casetrack_app
    USING (
        CASE WHEN number IS NULL THEN recipient = (SELECT scope_caseworker())
             ELSE EXISTS (
                 SELECT FROM keys_at_hand k WHERE k.case_id = wraps.case_id AND k.number = wraps.number
             ) END
    );
CREATE POLICY wraps_add ON wraps FOR INSERT TO casetrack_app
    WITH CHECK (
        sender = (SELECT scope_caseworker())
        AND CASE WHEN number IS NULL THEN EXISTS (
                SELECT FROM transfers t
                WHERE t.id = wraps.transfer_id AND t.case_id = wraps.case_id AND t.from_holder = wraps.sender
                  AND wraps.recipient IN (t.from_holder, t.to_holder)
            )
            ELSE EXISTS (SELECT FROM keys_held k WHERE k.case_id = wraps.case_id AND k.number = wraps.number)
                AND EXISTS (
                    SELECT FROM case_keys k
                    JOIN holdings h ON h.case_id = k.case_id AND h.part = k.part AND h.until IS NULL
                    WHERE k.case_id = wraps.case_id AND k.number = wraps.number AND h.holder = wraps.recipient
                ) END
    );
CREATE POLICY wraps_remove ON wraps FOR DELETE TO casetrack_app
    USING (
        number IS NOT NULL
        AND EXISTS (SELECT FROM keys_held k WHERE k.case_id = wraps.case_id AND k.number = wraps.number)
    );

CREATE POLICY sealed_values_read ON sealed_values FOR SELECT TO casetrack_app
    USING (
        EXISTS (
            SELECT FROM parts_at_hand p WHERE p.case_id = sealed_values.case_id AND p.part = sealed_values.part
        )
    );
CREATE POLICY sealed_values_add ON sealed_values FOR INSERT TO casetrack_app
    WITH CHECK (
        EXISTS (SELECT FROM parts_held p WHERE p.case_id = sealed_values.case_id AND p.part = sealed_values.part)
    );
CREATE POLICY sealed_values_change ON sealed_values FOR UPDATE TO casetrack_app
    USING (EXISTS (SELECT FROM parts_held p WHERE p.case_id = sealed_values.case_id AND p.part = sealed_values.part));

-- Events: written in one's own name, as the change of a case that one has now and as the step of an offer of one's own,
-- and never that keys were made, which is the keeper's to say; read by whoever did them, by whoever has the case, by whoever had it up to the hand-off by which it went, the steps of a
-- transfer by both its sides, and by the auditors of the holder that did them or that then had the case. What was refused
-- names no case, so that its insert tells nobody whether there is one: it is read by the auditors who may read the
-- reference that was asked for. A national auditor reads all.

CREATE POLICY events_read ON events FOR SELECT TO casetrack_app
    USING (
        account = (SELECT scope_account())
        OR CASE WHEN (SELECT scope_role()) = 'auditor' THEN
            (SELECT scope_is_national())
            OR holder = (SELECT scope_holder())
            OR holders_then @> ARRAY[(SELECT scope_holder())]
            OR refusal IS NOT NULL AND (
                EXISTS (SELECT FROM case_references r WHERE r.reference = events.attempted)
                OR EXISTS (SELECT FROM transfer_cases t WHERE t.id = events.aggregate_id)
            )
        ELSE
            EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = events.case_id)
            OR EXISTS (SELECT FROM cases_left l WHERE l.case_id = events.case_id AND events.at <= l.left_at)
            OR (step IS NOT NULL AND EXISTS (SELECT FROM transfers t WHERE t.id = events.aggregate_id))
        END
    );
CREATE POLICY events_write ON events FOR INSERT TO casetrack_app
    WITH CHECK (
        account IS NOT DISTINCT FROM (SELECT scope_account())
        AND holder IS NOT DISTINCT FROM (SELECT scope_holder())
        AND action NOT IN ('keyset:make', 'keyset:renew')
        AND (case_version IS NULL OR EXISTS (SELECT FROM cases_held k WHERE k.case_id = events.case_id))
        AND (
            step IS NULL
            OR EXISTS (
                SELECT FROM transfers t
                WHERE t.id = events.aggregate_id AND t.case_id = events.case_id
                  AND (SELECT scope_caseworker()) IN (t.from_holder, t.to_holder)
            )
        )
    );

-- Whom a list showed is written with the list's event, and read by whoever reads that event.

CREATE POLICY event_shown_read ON event_shown FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM events e WHERE e.id = event_shown.event));
CREATE POLICY event_shown_write ON event_shown FOR INSERT TO casetrack_app
    WITH CHECK (
        EXISTS (
            SELECT FROM events e WHERE e.id = event_shown.event AND e.xmin = pg_current_xact_id_if_assigned()::xid
        )
    );

-- The roles that read whole, each only what its grants name.

CREATE POLICY holdings_define ON holdings FOR SELECT TO casetrack_definer USING (true);
CREATE POLICY transfers_define ON transfers FOR SELECT TO casetrack_definer USING (true);
CREATE POLICY cases_define ON cases FOR SELECT TO casetrack_definer USING (true);
CREATE POLICY case_keys_define ON case_keys FOR SELECT TO casetrack_definer USING (true);
CREATE POLICY sealed_values_define ON sealed_values FOR SELECT TO casetrack_definer USING (true);

CREATE POLICY events_sequence ON events FOR SELECT TO casetrack_sequencer USING (true);

CREATE POLICY cases_verify ON cases FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY holdings_verify ON holdings FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY milestone_records_verify ON milestone_records FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY transfers_verify ON transfers FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY case_keys_verify ON case_keys FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY sealed_values_verify ON sealed_values FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY events_verify ON events FOR SELECT TO casetrack_auditor USING (true);
CREATE POLICY event_shown_verify ON event_shown FOR SELECT TO casetrack_auditor USING (true);

-- The keeper of the keys wraps again what is wrapped, and looks at who should have what. It never opens a value.

CREATE POLICY wraps_define ON wraps FOR SELECT TO casetrack_definer USING (true);
CREATE POLICY events_define ON events FOR SELECT TO casetrack_definer
    USING (action IN ('keyset:make', 'keyset:renew'));

CREATE POLICY cases_keep ON cases FOR SELECT TO casetrack_keeper USING (true);
CREATE POLICY holdings_keep ON holdings FOR SELECT TO casetrack_keeper USING (true);
CREATE POLICY transfers_keep ON transfers FOR SELECT TO casetrack_keeper USING (true);
CREATE POLICY case_keys_keep ON case_keys FOR SELECT TO casetrack_keeper USING (true);
CREATE POLICY wraps_keep ON wraps FOR SELECT TO casetrack_keeper USING (true);
CREATE POLICY wraps_rewrap ON wraps FOR UPDATE TO casetrack_keeper USING (true) WITH CHECK (sender = recipient);
CREATE POLICY events_keep ON events FOR INSERT TO casetrack_keeper
    WITH CHECK (action LIKE 'keyset:%' AND case_id IS NULL AND aggregate_id IS NULL);
