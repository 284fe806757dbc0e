"""Brings a catalogue's tables up to date, and refuses those that this program doesn't know."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from whaleid_core.catalogue import sqlite
from whaleid_core.catalogue.schema import NEWEST
from whaleid_core.errors import Kind, WhaleIdError

if TYPE_CHECKING:
    from alembic.config import Config


def revision(connection: Connection) -> str | None:
    """The revision of the tables; None where they aren't a catalogue's."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables or "about" not in tables:
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def is_current(version: str) -> bool:
    return version == NEWEST


def is_known(version: str) -> bool:
    """Whether this program has the migration that made these tables."""
    from alembic.script import ScriptDirectory

    return version in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def upgrade(file: Path) -> None:
    """Run every migration that the file lacks, in one transaction.

    Raises:
        WhaleIdError: the migration left rows that point nowhere; the file is as it was.
    """
    # Alembic is slow to import, and a catalogue that is up to date never needs it.
    from alembic import command

    config = _config()
    # Without foreign keys: a migration makes some tables anew, and their rows must not go meanwhile.
    engine = sqlite.make_engine(file, foreign_keys=False)
    try:
        with engine.connect().execution_options(**{sqlite.WRITES: True}) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if sqlite.broken_links(connection):
                raise WhaleIdError(
                    f"The catalogue {file.parent.name} couldn't be brought up to date and was left as it is.",
                    "Send its newest backup to the makers.",
                    Kind.BUG,
                )
    finally:
        engine.dispose()


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def newer(folder: Path) -> WhaleIdError:
    return WhaleIdError(
        f"The catalogue {folder.name} was written by a newer WhaleGUI.",
        "Install the newer version to open it.",
        Kind.ENVIRONMENT,
    )


def backup_name(version: str) -> str:
    """A file name for a copy made now: in order of time when sorted."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-v{version}.sqlite"
