-- What witnesses say of the log's checkpoints: the signature lines that they gave back, each beside the checkpoint that it
-- is of. Whoever sequences the log keeps them, and they are for ever, as the checkpoints are.

CREATE TABLE cosignatures (
    size bigint NOT NULL,
    name text NOT NULL,
    key_id bytea NOT NULL,
    line text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_cosignatures PRIMARY KEY (size, name, key_id),
    CONSTRAINT fk_cosignatures_size_checkpoints FOREIGN KEY (size) REFERENCES checkpoints (size),
    CONSTRAINT ck_cosignatures_key_id CHECK (octet_length(key_id) = 4)
);
CREATE TRIGGER cosignatures_are_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON cosignatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE cosignatures ENABLE ALWAYS TRIGGER cosignatures_are_for_ever;
REVOKE ALL ON cosignatures FROM PUBLIC;
GRANT SELECT, INSERT ON cosignatures TO casetrack_sequencer;
GRANT SELECT ON cosignatures TO casetrack_auditor;
