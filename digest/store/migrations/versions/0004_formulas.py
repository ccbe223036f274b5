"""Keys made another way (identity.VERSION 3): titles are read as text, with their formulas, before they are folded."""

from alembic import op

from digest.store.rekeying import rekey

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """The same tables; every work is made anew."""
    rekey(op.get_bind())
