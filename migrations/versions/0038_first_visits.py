"""When somebody came in by a door first on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entrance_visits", sa.Column("first_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("entrance_visits") as table:
        table.drop_column("first_at")
