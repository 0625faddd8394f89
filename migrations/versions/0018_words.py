"""The wordings of the shop's pages, and which of them an order's buyer agreed to."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("faq", "agreement", "privacy")


def upgrade() -> None:
    op.create_table(
        "wordings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="words", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wordings")),
        sa.UniqueConstraint("kind", "language", "version", name=op.f("uq_wordings_kind_language_version")),
    )
    op.create_table(
        "order_acceptances",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("wording_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_acceptances_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["wording_id"], ["wordings.id"], name=op.f("fk_order_acceptances_wording_id_wordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_acceptances")),
        sa.UniqueConstraint(
            "order_id", "wording_id", name=op.f("uq_order_acceptances_order_id_wording_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("order_acceptances")
    op.drop_table("wordings")
