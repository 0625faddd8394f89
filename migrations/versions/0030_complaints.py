"""Complaints: as WeChat has them, what was said, pictures, what we say, notifications, how far the list was read."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("complaint_notifications",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("headers", sa.JSON(), nullable=False),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.Column("verdict", sa.Enum("received", "refused", "ignored", "applied", "repeated", name="noticeverdict", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("reason", sa.String(length=200), nullable=False),
    sa.Column("notification_id", sa.String(length=64), nullable=False),
    sa.Column("complaint_id", sa.String(length=64), nullable=False),
    sa.Column("action", sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_notifications"))
    )
    op.create_index(op.f("ix_complaint_notifications_complaint_id"), "complaint_notifications", ["complaint_id"], unique=False)
    op.create_index("ix_complaint_notifications_id", "complaint_notifications", ["notification_id"], unique=False)
    op.create_table("complaint_sweeps",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("first", sa.Date(), nullable=False),
    sa.Column("last", sa.Date(), nullable=False),
    sa.Column("offset", sa.Integer(), nullable=False),
    sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("problem", sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_sweeps"))
    )
    op.create_table("complaints",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("complaint_id", sa.String(length=64), nullable=False),
    sa.Column("order_id", ID, nullable=True),
    sa.Column("state", sa.Enum("pending", "processing", "processed", name="theirstate", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("openid", sa.String(length=64), nullable=False),
    sa.Column("complained_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("detail", sa.Text(), nullable=False),
    sa.Column("problem", sa.Text(), nullable=False),
    sa.Column("problem_type", sa.String(length=40), nullable=False),
    sa.Column("wanted_fen", sa.BigInteger(), nullable=False),
    sa.Column("payments", sa.JSON(), nullable=False),
    sa.Column("sealed_phone", sa.Text(), nullable=False),
    sa.Column("tags", sa.JSON(), nullable=False),
    sa.Column("times", sa.Integer(), nullable=False),
    sa.Column("waits_for_us", sa.Boolean(), nullable=False),
    sa.Column("is_fully_refunded", sa.Boolean(), nullable=False),
    sa.Column("is_mediated", sa.Boolean(), nullable=False),
    sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("next_sync_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_complaints_order_id_orders")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
    sa.UniqueConstraint("complaint_id", name=op.f("uq_complaints_complaint_id"))
    )
    op.create_index("ix_complaints_open", "complaints", ["state", "answer_due_at"], unique=False)
    op.create_index(op.f("ix_complaints_order_id"), "complaints", ["order_id"], unique=False)
    op.create_index("ix_complaints_sync", "complaints", ["next_sync_at"], unique=False)
    op.create_table("complaint_acts",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("parent_id", ID, nullable=False),
    sa.Column("kind", sa.Enum("reply", "approve", "reject", "complete", name="actkind", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("state", sa.Enum("requested", "done", "refused", name="actstate", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("form_token", sa.String(length=64), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("days", sa.Integer(), nullable=False),
    sa.Column("files", sa.JSON(), nullable=False),
    sa.Column("media_ids", sa.JSON(), nullable=False),
    sa.Column("actor", sa.String(length=80), nullable=False),
    sa.Column("tries", sa.Integer(), nullable=False),
    sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("problem", sa.String(length=200), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["parent_id"], ["complaints.id"], name=op.f("fk_complaint_acts_parent_id_complaints")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_acts")),
    sa.UniqueConstraint("form_token", name=op.f("uq_complaint_acts_form_token"))
    )
    op.create_index(op.f("ix_complaint_acts_parent_id"), "complaint_acts", ["parent_id"], unique=False)
    op.create_table("complaint_entries",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("parent_id", ID, nullable=False),
    sa.Column("log_id", sa.String(length=64), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("kind", sa.String(length=60), nullable=False),
    sa.Column("operator", sa.String(length=60), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(["parent_id"], ["complaints.id"], name=op.f("fk_complaint_entries_parent_id_complaints")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_entries")),
    sa.UniqueConstraint("parent_id", "log_id", name=op.f("uq_complaint_entries_parent_id_log_id"))
    )
    op.create_table("complaint_pictures",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("parent_id", ID, nullable=False),
    sa.Column("log_id", sa.String(length=64), nullable=False),
    sa.Column("address", sa.Text(), nullable=False),
    sa.Column("address_hash", sa.String(length=64), nullable=False),
    sa.Column("file", sa.String(length=80), nullable=True),
    sa.Column("problem", sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(["parent_id"], ["complaints.id"], name=op.f("fk_complaint_pictures_parent_id_complaints")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_pictures")),
    sa.UniqueConstraint("parent_id", "address_hash", name=op.f("uq_complaint_pictures_parent_id_address_hash"))
    )


def downgrade() -> None:
    op.drop_table("complaint_pictures")
    op.drop_table("complaint_entries")
    op.drop_index(op.f("ix_complaint_acts_parent_id"), table_name="complaint_acts")
    op.drop_table("complaint_acts")
    op.drop_index("ix_complaints_sync", table_name="complaints")
    op.drop_index(op.f("ix_complaints_order_id"), table_name="complaints")
    op.drop_index("ix_complaints_open", table_name="complaints")
    op.drop_table("complaints")
    op.drop_table("complaint_sweeps")
    op.drop_index("ix_complaint_notifications_id", table_name="complaint_notifications")
    op.drop_index(op.f("ix_complaint_notifications_complaint_id"), table_name="complaint_notifications")
    op.drop_table("complaint_notifications")
