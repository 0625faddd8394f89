"""What the doctor found, what persons have confirmed, who may pay before the shop is released."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
VERDICTS = ("ok", "warn", "fail", "unknown")


def upgrade() -> None:
    op.create_table(
        "doctor_runs",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.String(length=80), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doctor_runs")),
    )
    op.create_table(
        "doctor_findings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(*VERDICTS, name="verdict", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("says", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["doctor_runs.id"],
            name=op.f("fk_doctor_findings_run_id_doctor_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doctor_findings")),
        sa.UniqueConstraint("run_id", "name", name=op.f("uq_doctor_findings_run_id_name")),
    )
    op.create_table(
        "golive_ticks",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("ticked_at", MOMENT, nullable=False),
        sa.Column("ticked_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_golive_ticks")),
    )
    op.create_table(
        "pay_openings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "released",
                "withdrawn",
                name="opening",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_openings")),
    )
    op.create_table(
        "pay_testers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("follower_id", ID, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["followers.id"], name=op.f("fk_pay_testers_follower_id_followers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pay_testers")),
        sa.UniqueConstraint("follower_id", name=op.f("uq_pay_testers_follower_id")),
    )


def downgrade() -> None:
    op.drop_table("pay_testers")
    op.drop_table("pay_openings")
    op.drop_table("golive_ticks")
    op.drop_table("doctor_findings")
    op.drop_table("doctor_runs")
