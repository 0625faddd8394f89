"""Bills kept, their rows, how far each day is, what differs."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bill_days",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "equal",
                "empty",
                "different",
                "explained",
                name="daystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("funds_problem", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("our_payments", sa.Integer(), nullable=False),
        sa.Column("our_payments_fen", sa.BigInteger(), nullable=False),
        sa.Column("our_refunds", sa.Integer(), nullable=False),
        sa.Column("our_refunds_fen", sa.BigInteger(), nullable=False),
        sa.Column("their_payments", sa.Integer(), nullable=False),
        sa.Column("their_payments_fen", sa.BigInteger(), nullable=False),
        sa.Column("their_refunds", sa.Integer(), nullable=False),
        sa.Column("their_refunds_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("moved_fen", sa.BigInteger(), nullable=False),
        sa.Column("moved_refunds_fen", sa.BigInteger(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof_gap_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_days")),
        sa.UniqueConstraint("day", name=op.f("uq_bill_days_day")),
    )
    op.create_table(
        "bills",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("trade", "funds", name="billkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sha1", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_lines", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("payments_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("refunds_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint("gateway", "kind", "day", name=op.f("uq_bills_gateway_kind_day")),
    )
    op.create_table(
        "bill_rows",
        sa.Column("bill_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "payment", "refund", name="rowkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transaction_id", sa.String(length=32), nullable=False),
        sa.Column("out_trade_no", sa.String(length=32), nullable=False),
        sa.Column("refund_id", sa.String(length=32), nullable=True),
        sa.Column("out_refund_no", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("settled_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_bill_rows_bill_id_bills")),
        sa.PrimaryKeyConstraint("bill_id", "line", name=op.f("pk_bill_rows")),
    )
    op.create_index("ix_bill_rows_payment", "bill_rows", ["out_trade_no"], unique=False)
    op.create_index("ix_bill_rows_refund", "bill_rows", ["out_refund_no"], unique=False)
    op.create_table(
        "fund_rows",
        sa.Column("bill_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("voucher", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_fund_rows_bill_id_bills")),
        sa.PrimaryKeyConstraint("bill_id", "line", name=op.f("pk_fund_rows")),
    )
    op.create_index("ix_fund_rows_number", "fund_rows", ["number"], unique=False)
    op.create_table(
        "bill_differences",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "missing_here",
                "paid_after_close",
                "duplicate_attempt",
                "missing_there",
                "unknown_order",
                "amount",
                "status",
                "number",
                "fee",
                "twice",
                "refund_extra",
                "refund_missing",
                "refund_amount",
                "refund_status",
                name="differencekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "open",
                "accepted",
                "closed",
                name="differencestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("order_id", ID, nullable=True),
        sa.Column("attempt_id", ID, nullable=True),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("gap_fen", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["payment_attempts.id"],
            name=op.f("fk_bill_differences_attempt_id_payment_attempts"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_bill_differences_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_differences")),
        sa.UniqueConstraint("day", "kind", "ref", name=op.f("uq_bill_differences_day_kind_ref")),
    )
    op.create_index(op.f("ix_bill_differences_order_id"), "bill_differences", ["order_id"], unique=False)
    op.create_index("ix_bill_differences_state", "bill_differences", ["state", "day"], unique=False)
    op.create_index("ix_payment_attempts_paid", "payment_attempts", ["paid_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_payment_attempts_paid", table_name="payment_attempts")
    op.drop_index("ix_bill_differences_state", table_name="bill_differences")
    op.drop_index(op.f("ix_bill_differences_order_id"), table_name="bill_differences")
    op.drop_table("bill_differences")
    op.drop_index("ix_fund_rows_number", table_name="fund_rows")
    op.drop_table("fund_rows")
    op.drop_index("ix_bill_rows_refund", table_name="bill_rows")
    op.drop_index("ix_bill_rows_payment", table_name="bill_rows")
    op.drop_table("bill_rows")
    op.drop_table("bills")
    op.drop_table("bill_days")
