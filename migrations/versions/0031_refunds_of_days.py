"""Refunds are found by the day the gateway took them, as bills have them."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_refunds_taken", "refunds", ["submitted_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_refunds_taken", table_name="refunds")
