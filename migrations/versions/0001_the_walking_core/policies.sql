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

-- The case itself: read by whoever knows of it, changed by whoever has it. Whoever is being offered it may lock it, and
-- changes it once its own holdings have begun in the same transaction.

CREATE POLICY cases_read ON cases FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_known k WHERE k.case_id = cases.id));
CREATE POLICY cases_open ON cases FOR INSERT TO casetrack_app
    WITH CHECK ((SELECT scope_caseworker()) IS NOT NULL);
CREATE POLICY cases_change ON cases FOR UPDATE TO casetrack_app
    USING (EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = cases.id))
    WITH CHECK (EXISTS (SELECT FROM cases_held k WHERE k.case_id = cases.id));

-- Holdings: nobody is given a case. One begins for oneself, in a case that is new or by an offer to oneself of that very
-- strand (the parts that follow the strands come with either), and ends for oneself or for whoever offered it.

CREATE POLICY holdings_read ON holdings FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_known k WHERE k.case_id = holdings.case_id));
CREATE POLICY holdings_begin ON holdings FOR INSERT TO casetrack_app
    WITH CHECK (
        holder = (SELECT scope_caseworker())
        AND until IS NULL
        AND CASE WHEN via IS NULL THEN is_first_holder(case_id, holder)
            ELSE EXISTS (
                SELECT FROM offers_to_me o
                WHERE o.id = holdings.via AND o.case_id = holdings.case_id
                  AND CASE holdings.part WHEN 'support' THEN o.moves_support
                                         WHEN 'investigation' THEN o.moves_investigation
                                         ELSE o.moves_support OR o.moves_investigation END
            ) END
    );
CREATE POLICY holdings_end ON holdings FOR UPDATE TO casetrack_app
    USING (
        until IS NULL
        AND (
            holder = (SELECT scope_caseworker())
            OR EXISTS (
                SELECT FROM offers_to_me o WHERE o.case_id = holdings.case_id AND o.from_holder = holdings.holder
            )
        )
    )
    WITH CHECK (until IS NOT NULL);

CREATE POLICY milestone_records_read ON milestone_records FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_known k WHERE k.case_id = milestone_records.case_id));
CREATE POLICY milestone_records_add ON milestone_records FOR INSERT TO casetrack_app
    WITH CHECK (EXISTS (SELECT FROM cases_held k WHERE k.case_id = milestone_records.case_id));

-- Transfers: offered by whoever has the case, and only for itself; seen, accepted and declined only by the holder that it
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
    );
CREATE POLICY transfers_answer ON transfers FOR UPDATE TO casetrack_app
    USING (state IN ('sent', 'seen') AND (SELECT scope_caseworker()) IN (from_holder, to_holder))
    WITH CHECK (
        CASE WHEN state = 'withdrawn' THEN from_holder = (SELECT scope_caseworker())
             WHEN state IN ('seen', 'accepted', 'declined') THEN to_holder = (SELECT scope_caseworker())
             ELSE false END
    );

-- What is sealed, and the wraps of its keys: read by present holders and by the holder that is being offered the case,
-- changed by present holders alone. A former holder is left with hashes and commitments, to check the seal of the stub by. The wraps of an offer's key belong
-- to its two sides, for as long as either may read what was offered and answered.

CREATE POLICY case_keys_read ON case_keys FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_known k WHERE k.case_id = case_keys.case_id));
CREATE POLICY case_keys_add ON case_keys FOR INSERT TO casetrack_app
    WITH CHECK (EXISTS (SELECT FROM cases_held k WHERE k.case_id = case_keys.case_id));
CREATE POLICY case_keys_retire ON case_keys FOR UPDATE TO casetrack_app
    USING (EXISTS (SELECT FROM cases_held k WHERE k.case_id = case_keys.case_id))
    WITH CHECK (retired);

CREATE POLICY wraps_read ON wraps FOR SELECT TO casetrack_app
    USING (
        CASE WHEN number IS NULL THEN recipient = (SELECT scope_caseworker())
             ELSE EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = wraps.case_id) END
    );
CREATE POLICY wraps_add ON wraps FOR INSERT TO casetrack_app
    WITH CHECK (
        sender = (SELECT scope_caseworker())
        AND EXISTS (SELECT FROM cases_held k WHERE k.case_id = wraps.case_id)
    );
CREATE POLICY wraps_remove ON wraps FOR DELETE TO casetrack_app
    USING (number IS NOT NULL AND EXISTS (SELECT FROM cases_held k WHERE k.case_id = wraps.case_id));

CREATE POLICY sealed_values_read ON sealed_values FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM cases_at_hand k WHERE k.case_id = sealed_values.case_id));
CREATE POLICY sealed_values_add ON sealed_values FOR INSERT TO casetrack_app
    WITH CHECK (EXISTS (SELECT FROM cases_held k WHERE k.case_id = sealed_values.case_id));
CREATE POLICY sealed_values_change ON sealed_values FOR UPDATE TO casetrack_app
    USING (EXISTS (SELECT FROM cases_held k WHERE k.case_id = sealed_values.case_id));

-- Events: written in one's own name; read by whoever did them, by whoever knows of the case, and by the auditors of the
-- holder that did them or that then had the case. A national auditor reads all.

CREATE POLICY events_read ON events FOR SELECT TO casetrack_app
    USING (
        account = (SELECT scope_account())
        OR CASE WHEN (SELECT scope_role()) = 'auditor' THEN
            (SELECT scope_is_national())
            OR holder = (SELECT scope_holder())
            OR holders_then @> ARRAY[(SELECT scope_holder())]
        ELSE
            EXISTS (SELECT FROM cases_known k WHERE k.case_id = events.case_id)
        END
    );
CREATE POLICY events_write ON events FOR INSERT TO casetrack_app
    WITH CHECK (
        account IS NOT DISTINCT FROM (SELECT scope_account())
        AND holder IS NOT DISTINCT FROM (SELECT scope_holder())
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
