"""Ended broadcasts keep their numbers: those that ended before are counted when somebody asks, until a worker has."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("broadcasts", sa.Column("final_lines", sa.JSON(), nullable=True))
    op.add_column("broadcasts", sa.Column("came", sa.JSON(), nullable=True))
    op.add_column("broadcasts", sa.Column("came_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("broadcasts") as batch:
        batch.drop_column("came_at")
        batch.drop_column("came")
        batch.drop_column("final_lines")
