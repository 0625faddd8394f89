"""Complaints whose buyer is served at once, buttons in what we say, and whose words go when they are over."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def _kinds(*kinds: str) -> None:
    with op.batch_alter_table("complaint_acts") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_complaint_acts_actkind"), type_="check")
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        batch_op.create_check_constraint(batch_op.f("ck_complaint_acts_actkind"), f"kind IN ({listed})")


def upgrade() -> None:
    for name in ("is_served_at_once", "is_to_be_forgotten"):
        op.add_column("complaints", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("complaint_acts", sa.Column("jump", sa.JSON(), nullable=False, server_default="{}"))
    _kinds("reply", "at_once", "approve", "reject", "complete")


def downgrade() -> None:
    op.execute("UPDATE complaint_acts SET kind = 'reply' WHERE kind = 'at_once'")
    _kinds("reply", "approve", "reject", "complete")
    op.drop_column("complaint_acts", "jump")
    for name in ("is_to_be_forgotten", "is_served_at_once"):
        op.drop_column("complaints", name)
