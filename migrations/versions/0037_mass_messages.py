"""Mass messages: their articles, and whether WeChat was told "all"."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("broadcasts", sa.Column("articles", sa.JSON(), nullable=True))
    op.add_column("broadcasts", sa.Column("is_to_all", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("broadcasts") as table:
        table.drop_column("is_to_all")
        table.drop_column("articles")
