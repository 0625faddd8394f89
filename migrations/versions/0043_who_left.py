"""Who stopped following when: broadcasts count those who left after one among the few, not among all who got it."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_ONLY_THOSE = {
    "sqlite_where": sa.text("is_subscribed = 0"),
    "postgresql_where": sa.text("NOT is_subscribed"),
}


def upgrade() -> None:
    op.create_index("ix_followers_unsubscribed", "followers", ["unsubscribed_at"], **_ONLY_THOSE)


def downgrade() -> None:
    op.drop_index("ix_followers_unsubscribed", table_name="followers", **_ONLY_THOSE)
