"""Parcels from before there could be several held the whole order."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WHOLE_ORDERS = """
INSERT INTO shipment_lines (shipment_id, order_line_id, quantity)
SELECT shipments.id, order_lines.id, order_lines.quantity
FROM shipments
JOIN order_lines ON order_lines.order_id = shipments.order_id
WHERE NOT EXISTS (SELECT 1 FROM shipment_lines AS packed WHERE packed.order_line_id = order_lines.id)
"""


def upgrade() -> None:
    op.execute(WHOLE_ORDERS)


def downgrade() -> None:
    """The table itself goes with the revision before."""
