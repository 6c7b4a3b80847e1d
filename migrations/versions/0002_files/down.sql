-- Everything that came with this revision is gone, and what was kept with it.

DROP TABLE file_chunks;
