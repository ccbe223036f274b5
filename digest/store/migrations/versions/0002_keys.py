"""Keys made another way (identity.VERSION 2): titles fold TeX, and first author and year part equal titles."""

from alembic import op

from digest.store.rekeying import rekey

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The same tables; every work is made anew."""
    rekey(op.get_bind())
