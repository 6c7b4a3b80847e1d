-- Everything that came with this revision is gone; the tags stay.

DROP VIEW tag_rows;
DROP FUNCTION forget_own_tags(uuid, text);
REVOKE SELECT (holder, keyset_version) ON index_tags FROM casetrack_definer;
