"""Corrections: pictures, what was read in them, and what they were."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "corrections",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("received", sa.DateTime, nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.Column("read", sa.SmallInteger),
        sa.Column("was", sa.SmallInteger),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("picture", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_corrections_received", "corrections", ["received"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("corrections")
