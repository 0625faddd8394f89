"""A stock from before there was a history gets a first line, so that the lines add up to it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPENINGS = """
INSERT INTO stock_moves (at, sku_id, change, cause, order_no, actor, note)
SELECT products.created_at, skus.id, skus.stock - COALESCE(moved.total, 0), 'opening', '', '', ''
FROM skus
JOIN products ON products.id = skus.product_id
LEFT JOIN (SELECT sku_id, SUM(change) AS total FROM stock_moves GROUP BY sku_id) AS moved
  ON moved.sku_id = skus.id
WHERE skus.stock <> COALESCE(moved.total, 0)
"""


def upgrade() -> None:
    op.execute(OPENINGS)


def downgrade() -> None:
    """The lines stay: a history is only ever added to, and an older release reads past them."""
