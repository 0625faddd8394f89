"""Notices of orders may go as template messages: which template serves them, and what became of each."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

OLD_PURPOSES = ("back_in_stock", "sale_opening", "delay", "recall")
NEW_PURPOSES = ("paid", "shipped", "refunded")


def upgrade() -> None:
    for table in ("notice_templates", "broadcasts"):
        _hold(table, (*OLD_PURPOSES, *NEW_PURPOSES))
    with op.batch_alter_table("notices") as batch:
        batch.add_column(sa.Column("is_template", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("msg_id", sa.BigInteger(), nullable=True))
        batch.create_index("ix_notices_msg_id", ["msg_id"])


def downgrade() -> None:
    op.execute("UPDATE notices SET state = 'sent' WHERE state = 'handed'")
    op.execute("UPDATE notices SET state = 'refused' WHERE state IN ('blocked', 'failed')")
    with op.batch_alter_table("notices") as batch:
        batch.drop_index("ix_notices_msg_id")
        batch.drop_column("msg_id")
        batch.drop_column("asked_at")
        batch.drop_column("is_template")
    op.execute("DELETE FROM notice_templates WHERE purpose IN ('paid', 'shipped', 'refunded')")
    for table in ("broadcasts", "notice_templates"):
        _hold(table, OLD_PURPOSES)


def _hold(table: str, purposes: tuple[str, ...]) -> None:
    """Hold the purpose to these."""
    name, words = f"ck_{table}_purpose", ", ".join(repr(purpose) for purpose in purposes)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(batch.f(name), type_="check")
        batch.create_check_constraint(batch.f(name), f"purpose IN ({words})")
