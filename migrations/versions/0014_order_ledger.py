"""Indexes that the order ledger is found and added up by."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_orders_ledger", "orders", ["state", "created_at", "total_fen", "entrance_id"]),
    ("ix_orders_phone", "orders", ["phone"]),
    ("ix_order_lines_product", "order_lines", ["product_slug", "order_id"]),
    ("ix_shipments_tracking_no", "shipments", ["tracking_no"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _columns in reversed(INDEXES):
        op.drop_index(name, table)
