"""The database's roles: who may do what to which table begins with who there is.

| Role                 | Is for                                                                            |
|----------------------|-----------------------------------------------------------------------------------|
| casetrack_owner      | migrations alone: owns every table, and no policy lets it read a case             |
| casetrack_definer    | nobody signs in as it: owns what says which cases an actor knows of               |
| casetrack_app        | the doors: owns nothing, under row-level security                                 |
| casetrack_sequencer  | the log's sequencer: the queue, the leaves, the checkpoints                       |
| casetrack_jobs       | the sweeper: deletes what is past its life, and reads nothing but when that is    |
| casetrack_auditor    | verifying: reads all that is signed, and changes nothing                          |
| casetrack_keeper     | organisations and their keys: wraps again what older keys open, and reads no value |
| casetrack_eraser     | nobody signs in as it: owns the functions that erase a case and destroy an old version of
|                      | keys, and may do nothing but that                                                 |
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, text

OWNER: Final = "casetrack_owner"
DEFINER: Final = "casetrack_definer"
APP: Final = "casetrack_app"
SEQUENCER: Final = "casetrack_sequencer"
JOBS: Final = "casetrack_jobs"
AUDITOR: Final = "casetrack_auditor"
KEEPER: Final = "casetrack_keeper"
ERASER: Final = "casetrack_eraser"

_LOGIN: Final = "LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
_ROLES: Final = {
    OWNER: _LOGIN,
    APP: _LOGIN,
    SEQUENCER: _LOGIN,
    JOBS: _LOGIN,
    AUDITOR: _LOGIN,
    KEEPER: _LOGIN,
    DEFINER: _LOGIN.replace("LOGIN", "NOLOGIN", 1),
    ERASER: _LOGIN.replace("LOGIN", "NOLOGIN", 1),
}

_QUIET: Final = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""The server's log holds no statement and no value of a row or a parameter, whatever goes wrong."""

_PATIENT: Final = {
    "statement_timeout": "20s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "20s",
}
"""Nobody waits longer than the longest thing that is done here, a hand-off."""

SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    **dict.fromkeys((OWNER, KEEPER, SEQUENCER, JOBS, AUDITOR), _QUIET),
    APP: {**_QUIET, **_PATIENT},
}
"""What each role that signs in begins with. PostgreSQL lets every role change its own, so they are looked at again."""

_DATABASE: Final = (
    f"ALTER SCHEMA public OWNER TO {OWNER}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    # Kept by a role that inherits nothing: to own things in their names, not to read or to delete what they do.
    f"GRANT {DEFINER}, {ERASER} TO {OWNER}",
)

_ONLY_OURS: Final = """
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I '
        'TO casetrack_owner, casetrack_app, casetrack_sequencer, casetrack_jobs, casetrack_auditor, '
        'casetrack_keeper',
        current_database()
    );
END
$$
"""

_TURNS: Final = """
DO $$
DECLARE
    taken text;
BEGIN
    FOR taken IN
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND proname LIKE 'pg\\_%advisory%'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', taken);
    END LOOP;
    GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint)
        TO casetrack_owner, casetrack_sequencer, casetrack_jobs;
END
$$
"""
"""Only those who take turns take an advisory lock: nobody else can keep the sequencer waiting."""


def create_roles(connection: Connection) -> None:
    """The roles are there, and the database that is connected to lets in nobody else. A superuser does this.

    Doing it again changes nothing. Who signs in with which password is between the server and its administrator.
    """
    present = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    for role, attributes in _ROLES.items():
        connection.execute(text(f"{'ALTER' if role in present else 'CREATE'} ROLE {role} {attributes}"))
    for role, settings in SETTINGS.items():
        for name, value in settings.items():
            connection.execute(text(f"ALTER ROLE {role} SET {name} = '{value}'"))
    for statement in (*_DATABASE, _ONLY_OURS, _TURNS):
        connection.execute(text(statement))
