"""What was moved is dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_REMOVED = sa.text("removed_at IS NULL")


def upgrade() -> None:
    op.drop_table("menu_publications")
    op.drop_table("wechat_pushes")
    with op.batch_alter_table("keyword_rules", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_keyword_rules_name"), type_="unique")
        batch_op.create_index(
            "ix_keyword_rules_name",
            ["name"],
            unique=True,
            sqlite_where=NOT_REMOVED,
            postgresql_where=NOT_REMOVED,
        )
        batch_op.drop_constraint(batch_op.f("ck_keyword_rules_matchmode"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_keyword_rules_replykind"), type_="check")
        batch_op.drop_column("reply")
        batch_op.drop_column("match")
        batch_op.drop_column("reply_kind")


def downgrade() -> None:
    op.execute("DELETE FROM keyword_rules WHERE removed_at IS NOT NULL")
    with op.batch_alter_table("keyword_rules", schema=None) as batch_op:
        batch_op.add_column(_states("reply_kind", "replykind", "text", "product"))
        batch_op.add_column(_states("match", "matchmode", "exact", "contains"))
        batch_op.add_column(sa.Column("reply", sa.Text(), server_default="", nullable=False))
        batch_op.drop_index("ix_keyword_rules_name", sqlite_where=NOT_REMOVED, postgresql_where=NOT_REMOVED)
        batch_op.create_unique_constraint(batch_op.f("uq_keyword_rules_name"), ["name"])
    op.create_table(
        "menu_publications",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_publications")),
    )
    op.create_table(
        "wechat_pushes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("dedupe_key", sa.String(length=300), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_reply", sa.JSON(), nullable=True),
        sa.Column("late_reply_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_pushes")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_wechat_pushes_dedupe_key")),
    )
    with op.batch_alter_table("wechat_pushes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wechat_pushes_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_wechat_pushes_openid"), ["openid"], unique=False)


def _states(name: str, constraint: str, *states: str) -> sa.Column[str]:
    kind = sa.Enum(*states, name=constraint, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, server_default=states[0], nullable=False)
