"""Visits of days that are over, by entrance."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "figure_visits",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entrance_id", ID, autoincrement=False, nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "entrance_id", name=op.f("pk_figure_visits")),
    )
    op.create_table(
        "figure_visit_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_figure_visit_days")),
    )


def downgrade() -> None:
    op.drop_table("figure_visit_days")
    op.drop_table("figure_visits")
