"""Second factors, devices of sessions and tries, locks by place, passwords that must be changed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "staff_recovery_codes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_users.id"], name=op.f("fk_staff_recovery_codes_staff_id_staff_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_recovery_codes")),
        sa.UniqueConstraint("staff_id", "code_hash", name=op.f("uq_staff_recovery_codes_staff_id_code_hash")),
    )
    with op.batch_alter_table("staff_users") as table:
        table.add_column(sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("totp_secret", sa.String(length=200), nullable=False, server_default=""))
        table.add_column(sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"))
        table.drop_column("failed_logins")
        table.drop_column("locked_until")
    with op.batch_alter_table("staff_sessions") as table:
        table.add_column(sa.Column("is_waiting", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("address", sa.String(length=45), nullable=False, server_default=""))
        table.add_column(sa.Column("agent", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("staff_login_tries") as table:
        table.add_column(sa.Column("device", sa.String(length=20), nullable=False, server_default=""))
        table.add_column(sa.Column("agent", sa.String(length=200), nullable=False, server_default=""))
        table.add_column(sa.Column("outcome", sa.String(length=12), nullable=False, server_default="forgiven"))
        table.create_index("ix_staff_login_tries_staff", ["staff_id", "id"])
    op.execute("UPDATE staff_login_tries SET outcome = 'succeeded' WHERE succeeded")
    with op.batch_alter_table("staff_login_tries") as table:
        table.drop_column("succeeded")


def downgrade() -> None:
    with op.batch_alter_table("staff_login_tries") as table:
        table.add_column(sa.Column("succeeded", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE staff_login_tries SET succeeded = (outcome IN ('succeeded', 'half'))")
    with op.batch_alter_table("staff_login_tries") as table:
        table.drop_index("ix_staff_login_tries_staff")
        table.drop_column("outcome")
        table.drop_column("agent")
        table.drop_column("device")
    op.execute("DELETE FROM staff_sessions WHERE is_waiting")
    with op.batch_alter_table("staff_sessions") as table:
        table.drop_column("agent")
        table.drop_column("address")
        table.drop_column("is_waiting")
    with op.batch_alter_table("staff_users") as table:
        table.add_column(sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("failed_logins", sa.Integer(), nullable=False, server_default="0"))
        table.drop_column("totp_step")
        table.drop_column("totp_since")
        table.drop_column("totp_secret")
        table.drop_column("must_change_password")
    op.drop_table("staff_recovery_codes")
