"""What of a refund the buyer gets, and what of it leaves the merchant's account, where coupons had paid a part."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refunds", sa.Column("payer_fen", sa.BigInteger(), nullable=True))
    op.add_column("refunds", sa.Column("settled_fen", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    # No batch: it would make the table anew, and its triggers would be gone.
    op.drop_column("refunds", "settled_fen")
    op.drop_column("refunds", "payer_fen")
