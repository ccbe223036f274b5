"""Brings the store of an older version up to date, with Alembic; imported only when a store is behind."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def knows(revision: str) -> bool:
    """Whether this program has a migration of that name."""
    known = ScriptDirectory.from_config(_config()).walk_revisions()
    return any(script.revision == revision for script in known)


def upgrade(db: Connection) -> None:
    """Run the migrations that this store lacks, in the transaction of this connection."""
    config = _config()
    config.attributes["connection"] = db
    command.upgrade(config, "head")
