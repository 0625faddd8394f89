"""What a person of the shop takes off one order, and notes of staff on orders.

On SQLite it writes `orders` anew, which would drop triggers on it: it stands before the revision that makes some.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TOTAL = "total_fen = goods_fen - reduction_fen - coupon_fen - adjustment_fen + shipping_fen"
DISCOUNTS = "reduction_fen >= 0 AND coupon_fen >= 0 AND adjustment_fen >= 0"
LINE_PAID = "reduction_fen + coupon_fen + adjustment_fen <= unit_price_fen * quantity"
TOTAL_BEFORE = "total_fen = goods_fen - reduction_fen - coupon_fen + shipping_fen"
DISCOUNTS_BEFORE = "reduction_fen >= 0 AND coupon_fen >= 0"
LINE_PAID_BEFORE = "reduction_fen + coupon_fen <= unit_price_fen * quantity"


def upgrade() -> None:
    with op.batch_alter_table("order_lines") as batch:
        batch.drop_constraint(batch.f("ck_order_lines_paid"), type_="check")
        batch.add_column(sa.Column("adjustment_fen", sa.BigInteger(), nullable=False, server_default="0"))
        batch.create_check_constraint(batch.f("ck_order_lines_paid"), LINE_PAID)
    with op.batch_alter_table("orders") as batch:
        batch.drop_constraint(batch.f("ck_orders_total"), type_="check")
        batch.drop_constraint(batch.f("ck_orders_discounts"), type_="check")
        batch.add_column(sa.Column("adjustment_fen", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("adjustment_label", sa.String(30), nullable=False, server_default=""))
        batch.create_check_constraint(batch.f("ck_orders_total"), TOTAL)
        batch.create_check_constraint(batch.f("ck_orders_discounts"), DISCOUNTS)
    op.create_table(
        "order_notes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_notes")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_notes_order_id_orders")),
        sa.UniqueConstraint("token", name=op.f("uq_order_notes_token")),
    )
    op.create_index(op.f("ix_order_notes_order_id"), "order_notes", ["order_id"])
    op.create_index(op.f("ix_alerts_order_no"), "alerts", ["order_no"])


def downgrade() -> None:
    op.drop_index(op.f("ix_alerts_order_no"), "alerts")
    op.drop_table("order_notes")
    with op.batch_alter_table("orders") as batch:
        batch.drop_constraint(batch.f("ck_orders_total"), type_="check")
        batch.drop_constraint(batch.f("ck_orders_discounts"), type_="check")
    # What the goods cost in the end is what an older release calls their price.
    op.execute("UPDATE orders SET goods_fen = goods_fen - adjustment_fen")
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("adjustment_label")
        batch.drop_column("adjustment_fen")
        batch.create_check_constraint(batch.f("ck_orders_total"), TOTAL_BEFORE)
        batch.create_check_constraint(batch.f("ck_orders_discounts"), DISCOUNTS_BEFORE)
    with op.batch_alter_table("order_lines") as batch:
        batch.drop_constraint(batch.f("ck_order_lines_paid"), type_="check")
    with op.batch_alter_table("order_lines") as batch:
        batch.drop_column("adjustment_fen")
        batch.create_check_constraint(batch.f("ck_order_lines_paid"), LINE_PAID_BEFORE)
