"""Movements on the account say what they are, and are compared with the trade bill: their kinds of differences."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

MOVEMENTS = ("payment", "fee", "refund", "fee_back", "other")
BEFORE = (
    *("missing_here", "paid_after_close", "duplicate_attempt", "missing_there", "unknown_order", "amount"),
    *("status", "number", "fee", "twice", "refund_extra", "refund_missing", "refund_amount", "refund_status"),
)
NEW = (
    *("funds_missing", "funds_refund_missing", "funds_amount"),
    *("funds_fee", "funds_fee_back", "funds_extra"),
)


def upgrade() -> None:
    op.add_column("bills", sa.Column("movements", sa.Text(), server_default="{}", nullable=False))
    with op.batch_alter_table("fund_rows") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=40), server_default="other", nullable=False))
        batch.create_check_constraint(batch.f("ck_fund_rows_fundkind"), _one_of(MOVEMENTS))
    op.execute(
        "UPDATE fund_rows SET kind = CASE"
        " WHEN what LIKE '%手续费%' AND amount_fen > 0 THEN 'fee_back'"
        " WHEN what LIKE '%手续费%' THEN 'fee'"
        " WHEN what = '交易' AND amount_fen > 0 THEN 'payment'"
        " WHEN what = '退款' AND amount_fen <= 0 THEN 'refund' ELSE 'other' END"
    )
    _allow(BEFORE + NEW)


def downgrade() -> None:
    names = ", ".join(f"'{name}'" for name in NEW)
    op.execute(f"DELETE FROM bill_differences WHERE kind IN ({names})")  # noqa: S608 - our own words
    _allow(BEFORE)
    with op.batch_alter_table("fund_rows") as batch:
        batch.drop_constraint(batch.f("ck_fund_rows_fundkind"), type_="check")
    with op.batch_alter_table("fund_rows") as batch:
        batch.drop_column("kind")
    with op.batch_alter_table("bills") as batch:
        batch.drop_column("movements")


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("bill_differences") as batch:
        batch.drop_constraint(batch.f("ck_bill_differences_differencekind"), type_="check")
        batch.create_check_constraint(batch.f("ck_bill_differences_differencekind"), _one_of(kinds))


def _one_of(values: tuple[str, ...]) -> str:
    return "kind IN ({})".format(", ".join(f"'{value}'" for value in values))
