"""Refunds: sums that go back out of a payment, and the goods they are for."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("waiting", "requested", "submitted", "done", "abnormal", "closed", "refused", "handled")
SOURCES = ("console", "automatic", "external")


def upgrade() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("gateway", sa.String(20), nullable=False),
        sa.Column("out_refund_no", sa.String(64), nullable=False),
        sa.Column("refund_id", sa.String(32), nullable=True),
        sa.Column("state", _states("refundstate", *STATES), nullable=False),
        _fen("amount_fen"),
        _fen("shipping_fen"),
        _fen("other_fen"),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.Column("source", _states("refundsource", *SOURCES), nullable=False),
        sa.Column("requested_by", sa.String(80), nullable=False),
        sa.Column("approved_by", sa.String(80), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_account", sa.String(64), nullable=False),
        sa.Column("problem", sa.String(60), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_refunds_order_id_orders")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name=op.f("fk_refunds_attempt_id_payment_attempts")
        ),
        sa.UniqueConstraint("out_refund_no", name=op.f("uq_refunds_out_refund_no")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_refunds_refund_id")),
        sa.UniqueConstraint("form_token", name=op.f("uq_refunds_form_token")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_refunds_amount")),
        sa.CheckConstraint("shipping_fen >= 0", name=op.f("ck_refunds_shipping")),
    )
    op.create_index(op.f("ix_refunds_order_id"), "refunds", ["order_id"])
    op.create_index(op.f("ix_refunds_attempt_id"), "refunds", ["attempt_id"])
    op.create_index("ix_refunds_check", "refunds", ["state", "next_check_at"])
    op.create_index("ix_refunds_time", "refunds", ["created_at"])
    op.create_table(
        "refund_lines",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("parent_id", ID, nullable=False),
        sa.Column("order_line_id", ID, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        _fen("amount_fen"),
        _fen("reduction_fen"),
        _fen("coupon_fen"),
        _fen("adjustment_fen"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_lines")),
        sa.ForeignKeyConstraint(["parent_id"], ["refunds.id"], name=op.f("fk_refund_lines_parent_id_refunds")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_refund_lines_order_line_id_order_lines")
        ),
        sa.UniqueConstraint("parent_id", "order_line_id", name=op.f("uq_refund_lines_parent_id_order_line_id")),
        sa.CheckConstraint(
            "quantity > 0 AND unsent >= 0 AND unsent <= quantity", name=op.f("ck_refund_lines_quantity")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_refund_lines_amount")),
    )
    op.create_index(op.f("ix_refund_lines_order_line_id"), "refund_lines", ["order_line_id"])


def downgrade() -> None:
    op.drop_table("refund_lines")
    op.drop_table("refunds")


def _fen(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _states(name: str, *states: str) -> sa.Enum:
    return sa.Enum(*states, native_enum=False, create_constraint=True, length=40, name=name)
