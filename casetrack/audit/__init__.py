"""The tamper-evident log, of opaque bytes.

This room seals bytes and knows nothing of cases, people or databases. It imports the standard
library and nothing else, so that an inspector can read it in an hour and run it alone. Its format
is `docs/formats/audit-log.md`; where the code and that document disagree, the document is right.

The life of an entry:

1. Something happens, and its event is kept in the same transaction, with 32 random bytes of salt.
   `entry.commit` binds the event's payload and salt into 32 bytes that say nothing of either.
2. The sequencer gives the event the next index. `entry.Entry` is what the log holds of it: an
   instant, the event's id, and the commitment. `Entry.leaf` is its 57 bytes.
3. `tree.leaf_hash` hashes the leaf and `tree.Frontier.extend` takes it into the Merkle tree. The
   frontier is all that a sequencer must remember of the tree to go on.
4. When a batch is stored, `checkpoint.sign_checkpoint` signs the tree's size and root as a
   `note.Note`. From then on no entry below that size can change without the root changing too.
5. The checkpoint travels: to a witness, to the other side of a transfer, to an auditor. Whoever
   holds one can later ask `verify.verify_held` whether the log still begins with those entries.
6. An auditor runs `verify.verify_log` over the leaves and the checkpoints, then
   `verify.verify_payload` on each payload that was disclosed to them. Each refuses at the first
   thing that is wrong and names it (`errors`, `export_errors`).
7. Somebody with one entry and no log asks for `tree.inclusion_proof`, and somebody with two
   checkpoints for `tree.consistency_proof`; `proof` checks either without the rest of the log.
8. When the log's key is renewed, both keys sign for a while, and `succession.Statement` says so in
   their names. `succession.LogKeys` is what a verifier believes who began with the first of them.
9. A witness is asked by a `witness.Submission`, and puts a `cosignature` beside the log's signature
   if the log goes on from what it cosigned before. A `policy` says which witnesses somebody asks for.
10. `tiles.tiled` lays the log out as files that never change, for whoever holds no database. An
   `export` is those with payloads that are disclosed; `log_proof` is about one entry alone.

Signatures come in from outside, through the ports `note.Signer` and `note.Verifier`.
"""
