"""Keys, sealing and signing: knows keys and nothing of people. Formats: `docs/formats/sealing.md`.

The verbs are the field's (seal, open, wrap, sign) and no call site chooses an algorithm, a mode or a key. What does not
open raises `CannotOpen`. Nothing here keeps a secret in a cache or in a default instance.
"""
