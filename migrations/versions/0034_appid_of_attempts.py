"""The AppID a payment was ordered under, which stays when the setting changes. Empty: from before this column."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_attempts", sa.Column("appid", sa.String(32), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("payment_attempts", "appid")
