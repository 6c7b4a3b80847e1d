-- An organisation takes away its own tags of a part that it has, to make them anew under its newest keys. Those of the
-- part's other holders stay: nobody but they themselves can make them anew.

CREATE FUNCTION forget_own_tags(case_id uuid, part text) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.index_tags t
    WHERE t.case_id = forget_own_tags.case_id AND t.part = forget_own_tags.part
      AND t.holder = public.scope_caseworker()
      AND EXISTS (
          SELECT FROM public.parts_held p
          WHERE p.case_id = forget_own_tags.case_id AND p.part = forget_own_tags.part
      )
$$;

-- How many tags each version of each holder's keyset made: numbers, for whoever watches over the keys.

CREATE VIEW tag_rows WITH (security_barrier) AS
    SELECT t.holder, t.keyset_version, count(*) AS tags
    FROM index_tags t
    WHERE (SELECT scope_role()) = 'administrator'
    GROUP BY t.holder, t.keyset_version;

REVOKE ALL ON FUNCTION forget_own_tags(uuid, text) FROM PUBLIC;
GRANT SELECT (holder, keyset_version) ON index_tags TO casetrack_definer;
GRANT EXECUTE ON FUNCTION forget_own_tags(uuid, text) TO casetrack_app;
GRANT SELECT ON tag_rows TO casetrack_app;

-- Last, because from here on they are not the migrations' to change.

GRANT CREATE ON SCHEMA public TO casetrack_definer;
ALTER FUNCTION forget_own_tags(uuid, text) OWNER TO casetrack_definer;
ALTER VIEW tag_rows OWNER TO casetrack_definer;
REVOKE CREATE ON SCHEMA public FROM casetrack_definer;
