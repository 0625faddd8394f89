"""Notifications by template: what serves each purpose, who agreed, and the third way of a broadcast."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PURPOSES = ("back_in_stock", "sale_opening", "delay", "recall")
OLD_WAYS = ("mass", "card")
WAYS = (*OLD_WAYS, "notice")
OLD_LINES = ("due", "asking", "unclear", "sent", "skipped", "refused")
LINES = ("due", "asking", "unclear", "handed", "sent", "skipped", "refused")


def upgrade() -> None:
    op.create_table(
        "notice_templates",
        sa.Column("purpose", sa.Enum(*PURPOSES, name="purpose", native_enum=False, create_constraint=True, length=40)),
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("content", sa.String(1000), nullable=False),
        sa.Column("is_lasting", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_notice_templates")),
    )
    op.create_table(
        "notice_acceptances",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_acceptances")),
        sa.UniqueConstraint(
            "message_id", "template_id", name=op.f("uq_notice_acceptances_message_id_template_id")
        ),
    )
    op.create_index("ix_notice_acceptances_left", "notice_acceptances", ["openid", "template_id", "spent_at"])
    op.create_index("ix_notice_acceptances_spent", "notice_acceptances", ["broadcast_id", "openid"])
    with op.batch_alter_table("broadcasts") as batch:
        batch.add_column(sa.Column("purpose", sa.String(40), nullable=True))
        batch.create_check_constraint(batch.f("ck_broadcasts_purpose"), _one_of("purpose", PURPOSES))
        _replace(batch, "broadcasts", "way", "way", WAYS)
    with op.batch_alter_table("broadcast_recipients") as batch:
        batch.add_column(sa.Column("msg_id", sa.BigInteger(), nullable=True))
        _replace(batch, "broadcast_recipients", "recipientstate", "state", LINES)
    with op.batch_alter_table("automatic_days") as batch:
        batch.add_column(sa.Column("way", sa.String(40), nullable=False, server_default="card"))
        batch.create_check_constraint(batch.f("ck_automatic_days_way"), _one_of("way", WAYS))
        batch.drop_constraint(batch.f("uq_automatic_days_rule_id_day"), type_="unique")
        batch.create_unique_constraint(batch.f("uq_automatic_days_rule_id_day_way"), ["rule_id", "day", "way"])


def downgrade() -> None:
    op.execute("DELETE FROM automatic_days WHERE way = 'notice'")
    with op.batch_alter_table("automatic_days") as batch:
        batch.drop_constraint(batch.f("uq_automatic_days_rule_id_day_way"), type_="unique")
        batch.create_unique_constraint(batch.f("uq_automatic_days_rule_id_day"), ["rule_id", "day"])
        batch.drop_constraint(batch.f("ck_automatic_days_way"), type_="check")
        batch.drop_column("way")
    op.execute("UPDATE broadcast_recipients SET state = 'sent' WHERE state = 'handed'")
    with op.batch_alter_table("broadcast_recipients") as batch:
        _replace(batch, "broadcast_recipients", "recipientstate", "state", OLD_LINES)
        batch.drop_column("msg_id")
    op.execute("UPDATE broadcasts SET way = 'card' WHERE way = 'notice'")
    with op.batch_alter_table("broadcasts") as batch:
        _replace(batch, "broadcasts", "way", "way", OLD_WAYS)
        batch.drop_constraint(batch.f("ck_broadcasts_purpose"), type_="check")
        batch.drop_column("purpose")
    op.drop_table("notice_acceptances")
    op.drop_table("notice_templates")


def _replace(batch, table: str, name: str, column: str, states: tuple[str, ...]) -> None:
    """Hold a column to another list of states."""
    batch.drop_constraint(batch.f(f"ck_{table}_{name}"), type_="check")
    batch.create_check_constraint(batch.f(f"ck_{table}_{name}"), _one_of(column, states))


def _one_of(column: str, states: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(state) for state in states)})"
