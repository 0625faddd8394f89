"""By which way an attempt is paid, and the address it is paid at.

Columns are only added, so that on SQLite the table stays and with it the triggers of the figures.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "payment_attempts", sa.Column("way", sa.String(10), nullable=False, server_default="jsapi")
    )
    op.add_column("payment_attempts", sa.Column("pay_url", sa.String(512), nullable=True))


def downgrade() -> None:
    op.drop_column("payment_attempts", "pay_url")
    op.drop_column("payment_attempts", "way")
