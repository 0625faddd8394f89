"""The way from message to money: who looked at a product, orders placed by entrance, messages by who said them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MARK_ALL = "INSERT INTO figure_changes (day) SELECT day FROM figure_states"


def upgrade() -> None:
    op.add_column(
        "entrance_visits",
        sa.Column("saw_product", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.drop_index("ix_entrance_visits_day", "entrance_visits")
    op.create_index("ix_entrance_visits_day", "entrance_visits", ["day", "entrance_id", "saw_product"])
    _allow("entrance", "hour", "placed", "product")
    op.execute(MARK_ALL)  # days that are over have no orders by entrance yet
    op.create_table(
        "figure_messages",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("said_by", sa.String(length=80), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "said_by", name=op.f("pk_figure_messages")),
    )
    op.create_table(
        "figure_message_place",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_message_place")),
    )


def _allow(*kinds: str) -> None:
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("figure_shares") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_figure_shares_share"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_figure_shares_share"), f"kind IN ({words})")


def downgrade() -> None:
    op.drop_table("figure_message_place")
    op.drop_table("figure_messages")
    op.execute("DELETE FROM figure_shares WHERE kind = 'placed'")
    _allow("entrance", "hour", "product")
    op.drop_index("ix_entrance_visits_day", "entrance_visits")
    op.create_index("ix_entrance_visits_day", "entrance_visits", ["day"])
    op.drop_column("entrance_visits", "saw_product")
