-- Everything that came with this revision is gone, and what was kept with it.

DROP FUNCTION forget_tags(uuid, text);
DROP TABLE index_tags;
DROP TABLE quota_raises, quota_uses;
