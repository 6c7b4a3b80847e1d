"""The database's roles: who may do what to which table begins with who there is.

| Role                 | Is for                                                                            |
|----------------------|-----------------------------------------------------------------------------------|
| casetrack_owner      | migrations alone: owns every table, and no policy lets it read a case             |
| casetrack_definer    | nobody signs in as it: owns the views and functions that say which cases an actor knows of |
| casetrack_app        | the doors: owns nothing, under row-level security                                 |
| casetrack_sequencer  | the log's sequencer: the queue, the leaves, the checkpoints                       |
| casetrack_auditor    | verifying: reads all that is signed, and changes nothing                          |
"""

from typing import Final

from sqlalchemy import Connection, text

OWNER: Final = "casetrack_owner"
DEFINER: Final = "casetrack_definer"
APP: Final = "casetrack_app"
SEQUENCER: Final = "casetrack_sequencer"
AUDITOR: Final = "casetrack_auditor"

_LOGIN: Final = "LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
_ROLES: Final = {
    OWNER: _LOGIN,
    APP: _LOGIN,
    SEQUENCER: _LOGIN,
    AUDITOR: _LOGIN,
    DEFINER: _LOGIN.replace("LOGIN", "NOLOGIN", 1),
}

_QUIET: Final = (
    "SET log_error_verbosity = 'terse'",
    "SET log_min_error_statement = 'panic'",
    "SET log_parameter_max_length = 0",
    "SET log_parameter_max_length_on_error = 0",
)
"""The server's log holds no statement and no value of a row or a parameter, whatever goes wrong."""

_PATIENT: Final = (
    "SET statement_timeout = '20s'",
    "SET lock_timeout = '10s'",
    "SET idle_in_transaction_session_timeout = '20s'",
)
"""Nobody waits longer than the longest thing that is done here, a hand-off."""

_DATABASE: Final = (
    f"ALTER SCHEMA public OWNER TO {OWNER}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    # Kept by a role that inherits nothing: to own things in the definer's name, not to read what it reads.
    f"GRANT {DEFINER} TO {OWNER}",
)

_ONLY_OURS: Final = """
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO casetrack_owner, casetrack_app, casetrack_sequencer, casetrack_auditor',
        current_database()
    );
END
$$
"""


def create_roles(connection: Connection) -> None:
    """The roles are there, and the database that is connected to lets in nobody else. A superuser does this.

    Doing it again changes nothing. Who signs in with which password is between the server and its administrator.
    """
    present = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    for role, attributes in _ROLES.items():
        connection.execute(text(f"{'ALTER' if role in present else 'CREATE'} ROLE {role} {attributes}"))
    for role in (OWNER, APP, SEQUENCER, AUDITOR):
        for setting in _QUIET:
            connection.execute(text(f"ALTER ROLE {role} {setting}"))
    for setting in _PATIENT:
        connection.execute(text(f"ALTER ROLE {APP} {setting}"))
    for statement in (*_DATABASE, _ONLY_OURS):
        connection.execute(text(statement))
