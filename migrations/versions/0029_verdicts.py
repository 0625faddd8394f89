"""Notifications are listed and counted by their verdict."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_payment_notifications_verdict", "payment_notifications", ["verdict", "id"])


def downgrade() -> None:
    op.drop_index("ix_payment_notifications_verdict", "payment_notifications")
