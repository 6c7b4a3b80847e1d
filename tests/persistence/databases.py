"""A database for tests: made, reached in each role, and emptied."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.orm import Session

from casetrack.persistence import db as database_room
from casetrack.persistence import schema
from casetrack.persistence.embedded import SUPERUSER, EmbeddedCluster
from casetrack.persistence.past import tell_past
from casetrack.persistence.roles import APP, KEEPER, OWNER, create_roles
from casetrack.persistence.work import stores_on
from casetrack.services.ports import Scope, Stores

TIMEOUT_MS: Final = 20_000
TRIGGERS: Final = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE tgname LIKE '%for_ever'"
ENABLED: Final = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "D": "DISABLE"}
"""How a trigger is put back as it was (pg_trigger.tgenabled)."""
TABLES: Final = tuple(table.name for table in reversed(schema.METADATA.sorted_tables))


@dataclass
class Database:
    """One database of one server."""

    cluster: EmbeddedCluster
    name: str
    _engines: dict[str, Engine] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def made(cls, cluster: EmbeddedCluster, name: str) -> Iterator["Database"]:
        """A database of that name, whose connections are closed at the end of the block."""
        database = cls.create(cluster, name)
        try:
            yield database
        finally:
            database.dispose()

    @classmethod
    def create(cls, cluster: EmbeddedCluster, name: str) -> "Database":
        """A database of that name with the roles and the newest schema, in which any time may be told of."""
        cluster.create_database(name)
        database = cls(cluster, name)
        with database.engine(SUPERUSER).begin() as connection:
            create_roles(connection)
            tell_past(connection)
        with database.engine(OWNER).begin() as connection:
            schema.upgrade(connection)
        return database

    def url(self, role: str) -> str:
        """Where it is, for that role."""
        return self.cluster.url(role, self.name)

    def engine(self, role: str) -> Engine:
        """An engine of that role's, which keeps no connection."""
        if role not in self._engines:
            self._engines[role] = create_engine(self.url(role), poolclass=NullPool)
        return self._engines[role]

    @contextmanager
    def app(self) -> Iterator[Flask]:
        """An application with stores over it, and no doors."""
        app = Flask(f"casetrack-{self.name}")
        database_room.init_app(app, self.url(APP), statement_timeout_ms=TIMEOUT_MS)
        yield app
        with app.app_context():
            database_room.db.engine.dispose()

    @contextmanager
    def founding(self, _: Scope) -> Iterator[Stores]:
        """The stores, in one transaction of the role that keeps organisations and their keys."""
        with Session(self.engine(KEEPER), autoflush=False) as session, session.begin():
            yield stores_on(session)

    @contextmanager
    def left_alone(self) -> Iterator[None]:
        """Every row is, at the end of the block, as it was at its beginning: whatever was done in it was undone."""
        before = self.rows()
        yield
        now = self.rows()
        assert now == before, f"changed, and not undone: {[table for table in now if now[table] != before[table]]}"

    def rows(self) -> dict[str, str | None]:
        """What stands in each table, as a digest."""
        digest = "md5(string_agg(t::text, ' ' ORDER BY t::text)) AS digest"
        each = (f"SELECT '{table}' AS name, {digest} FROM {table} t" for table in TABLES)  # noqa: S608 - a table of ours
        with self.engine(SUPERUSER).connect() as connection:
            return {row.name: row.digest for row in connection.execute(text(" UNION ALL ".join(each)))}

    def dispose(self) -> None:
        """Every engine is closed."""
        for engine in self._engines.values():
            engine.dispose()

    def empty(self) -> None:
        """Nothing is kept in any table; as only a superuser can, who first lets go of what keeps rows for ever."""
        with self.engine(SUPERUSER).begin() as connection:
            kept = connection.execute(text(TRIGGERS)).all()
            for table, trigger, _ in kept:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
            connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
            for table in TABLES:
                connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a table of ours
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            for table, trigger, enabled in kept:
                connection.execute(text(f"ALTER TABLE {table} {ENABLED[enabled]} TRIGGER {trigger}"))
