"""The merchant's mobile app: its customers, their logins, and how often anybody may ask."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "app_customers",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("follower_id", number, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["followers.id"], name=op.f("fk_app_customers_follower_id_followers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_customers")),
        sa.UniqueConstraint("openid", name=op.f("uq_app_customers_openid")),
    )
    op.create_index(op.f("ix_app_customers_follower_id"), "app_customers", ["follower_id"])
    op.create_table(
        "app_sessions",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("customer_id", number, nullable=False),
        sa.Column("refresh_hash", sa.String(64), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["app_customers.id"],
            name=op.f("fk_app_sessions_customer_id_app_customers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_sessions")),
        sa.UniqueConstraint("refresh_hash", name=op.f("uq_app_sessions_refresh_hash")),
    )
    op.create_index(op.f("ix_app_sessions_customer_id"), "app_sessions", ["customer_id"])
    op.create_index(op.f("ix_app_sessions_ends_at"), "app_sessions", ["ends_at"])
    op.create_table(
        "rate_windows",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("begins", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "begins", name=op.f("pk_rate_windows")),
    )
    op.create_index(op.f("ix_rate_windows_begins"), "rate_windows", ["begins"])
    op.create_index("ix_followers_unionid", "followers", ["unionid"])


def downgrade() -> None:
    op.drop_index("ix_followers_unionid", "followers")
    op.drop_table("rate_windows")
    op.drop_table("app_sessions")
    op.drop_table("app_customers")
