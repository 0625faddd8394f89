"""Automatic messages: rules, the broadcasts of their days, causes that were dealt with, who asked for goods; changed carts."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("cart_lines", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table("automatic_rules",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("kind", sa.Enum("welcome", "cart_left", "back_in_stock", name="rulekind", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("step", sa.Integer(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("on_since", sa.DateTime(timezone=True), nullable=True),
    sa.Column("delay_hours", sa.Integer(), nullable=False),
    sa.Column("slug", sa.String(length=60), nullable=False),
    sa.Column("title", sa.String(length=32), nullable=False),
    sa.Column("summary", sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_automatic_rules")),
    sa.UniqueConstraint("kind", "step", name=op.f("uq_automatic_rules_kind_step"))
    )
    op.create_table("automatic_days",
    sa.Column("broadcast_id", ID, nullable=False),
    sa.Column("rule_id", ID, nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_automatic_days_broadcast_id_broadcasts")),
    sa.ForeignKeyConstraint(["rule_id"], ["automatic_rules.id"], name=op.f("fk_automatic_days_rule_id_automatic_rules")),
    sa.PrimaryKeyConstraint("broadcast_id", name=op.f("pk_automatic_days")),
    sa.UniqueConstraint("rule_id", "day", name=op.f("uq_automatic_days_rule_id_day"))
    )
    op.create_table("automatic_causes",
    sa.Column("rule_id", ID, nullable=False),
    sa.Column("follower_id", ID, nullable=False),
    sa.Column("cause", sa.String(length=60), nullable=False),
    sa.Column("broadcast_id", ID, nullable=False),
    sa.Column("slug", sa.String(length=60), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_automatic_causes_broadcast_id_broadcasts")),
    sa.ForeignKeyConstraint(["follower_id"], ["followers.id"], name=op.f("fk_automatic_causes_follower_id_followers")),
    sa.ForeignKeyConstraint(["rule_id"], ["automatic_rules.id"], name=op.f("fk_automatic_causes_rule_id_automatic_rules")),
    sa.PrimaryKeyConstraint("rule_id", "follower_id", "cause", name=op.f("pk_automatic_causes"))
    )
    op.create_index("ix_automatic_causes_follower", "automatic_causes", ["follower_id", "at"], unique=False)
    op.create_index("ix_automatic_causes_message", "automatic_causes", ["broadcast_id", "follower_id"], unique=False)
    op.create_table("stock_requests",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("sku_id", ID, nullable=False),
    sa.Column("follower_id", ID, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["follower_id"], ["followers.id"], name=op.f("fk_stock_requests_follower_id_followers")),
    sa.ForeignKeyConstraint(["sku_id"], ["skus.id"], name=op.f("fk_stock_requests_sku_id_skus")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_requests")),
    sa.UniqueConstraint("sku_id", "follower_id", name=op.f("uq_stock_requests_sku_id_follower_id"))
    )
    op.create_index("ix_stock_requests_follower", "stock_requests", ["follower_id"], unique=False)


def downgrade() -> None:
    for table in ("stock_requests", "automatic_causes", "automatic_days", "automatic_rules"):
        op.drop_table(table)
    with op.batch_alter_table("cart_lines") as table:
        table.drop_column("changed_at")
