"""Each gateway closes its days for itself: whose bill a day and a difference are about."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

UNIQUE = {"bill_days": ["day"], "bill_differences": ["day", "kind", "ref"]}


def upgrade() -> None:
    for table, names in UNIQUE.items():
        with op.batch_alter_table(table) as batch:
            column = sa.Column("gateway", sa.String(20), nullable=False, server_default="wechatpay_v3")
            batch.add_column(column)
            batch.drop_constraint(batch.f(f"uq_{table}_{'_'.join(names)}"), type_="unique")
            together = ["day", "gateway", *names[1:]]
            batch.create_unique_constraint(batch.f(f"uq_{table}_{'_'.join(together)}"), together)
        with op.batch_alter_table(table) as batch:
            batch.alter_column("gateway", server_default=None)


def downgrade() -> None:
    for table, names in UNIQUE.items():
        op.execute(f"DELETE FROM {table} WHERE gateway <> 'wechatpay_v3'")
        with op.batch_alter_table(table) as batch:
            together = ["day", "gateway", *names[1:]]
            batch.drop_constraint(batch.f(f"uq_{table}_{'_'.join(together)}"), type_="unique")
            batch.create_unique_constraint(batch.f(f"uq_{table}_{'_'.join(names)}"), names)
            batch.drop_column("gateway")
