-- A file is as many rows as it has chunks, of one length but for the first. Which file of a case it is, and what it is
-- called, is among the sealed values: here are ciphertexts, their order, and whose case they are of.

CREATE TABLE file_chunks (
    file_id uuid NOT NULL,
    number integer NOT NULL,
    case_id uuid NOT NULL,
    part text NOT NULL,
    sealed bytea NOT NULL,
    hash bytea GENERATED ALWAYS AS (sha256(sealed)) STORED,
    CONSTRAINT pk_file_chunks PRIMARY KEY (file_id, number),
    -- Asked when the transaction ends: a file may be minutes on its way, and nobody waits for the case meanwhile.
    CONSTRAINT fk_file_chunks_case_id_cases FOREIGN KEY (case_id) REFERENCES cases (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT ck_file_chunks_number CHECK (number >= 0),
    CONSTRAINT ck_file_chunks_part CHECK (part IN ('support', 'investigation')),
    CONSTRAINT ck_file_chunks_sealed CHECK (octet_length(sealed) = CASE WHEN number = 0 THEN 74 ELSE 65536 END)
);
CREATE INDEX ix_file_chunks_case_id ON file_chunks (case_id);
-- Ciphertext has nothing to compress: it is not tried.
ALTER TABLE file_chunks ALTER COLUMN sealed SET STORAGE EXTERNAL;

ALTER TABLE file_chunks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Read and added to by whoever has the strand that the file lies with. Whoever takes that over reads them only when it has
-- it: what it takes over is the key.

CREATE POLICY file_chunks_read ON file_chunks FOR SELECT TO casetrack_app
    USING (EXISTS (SELECT FROM parts_held p WHERE p.case_id = file_chunks.case_id AND p.part = file_chunks.part));
CREATE POLICY file_chunks_add ON file_chunks FOR INSERT TO casetrack_app
    WITH CHECK (EXISTS (SELECT FROM parts_held p WHERE p.case_id = file_chunks.case_id AND p.part = file_chunks.part));
CREATE POLICY file_chunks_verify ON file_chunks FOR SELECT TO casetrack_auditor USING (true);

-- No column is granted for UPDATE: a chunk never changes.

REVOKE ALL ON file_chunks FROM PUBLIC;
GRANT SELECT, INSERT ON file_chunks TO casetrack_app;
GRANT SELECT ON file_chunks TO casetrack_auditor;
