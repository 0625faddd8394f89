"""Product messages to many: segments, broadcasts, recipients, parts, opt-outs."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("segments",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("audience", sa.JSON(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by", sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
    sa.UniqueConstraint("name", name=op.f("uq_segments_name"))
    )
    op.create_table("broadcast_opt_outs",
    sa.Column("follower_id", ID, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("by", sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(["follower_id"], ["followers.id"], name=op.f("fk_broadcast_opt_outs_follower_id_followers")),
    sa.PrimaryKeyConstraint("follower_id", name=op.f("pk_broadcast_opt_outs"))
    )
    op.create_table("broadcasts",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("name", sa.String(length=60), nullable=False),
    sa.Column("way", sa.Enum("mass", "card", name="way", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("state", sa.Enum("draft", "scheduled", "gathering", "sending", "paused", "stopped", "finished", "partial", "failed", name="broadcaststate", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("content", sa.JSON(), nullable=False),
    sa.Column("audience", sa.JSON(), nullable=False),
    sa.Column("segment_id", ID, nullable=True),
    sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("confirmed_by", sa.String(length=80), nullable=False),
    sa.Column("content_hash", sa.String(length=64), nullable=False),
    sa.Column("gathered_to", sa.BigInteger(), nullable=False),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("halt", sa.Integer(), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("created_by", sa.String(length=80), nullable=False),
    sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["segment_id"], ["segments.id"], name=op.f("fk_broadcasts_segment_id_segments"), ondelete="SET NULL"),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts"))
    )
    op.create_index(op.f("ix_broadcasts_content_hash"), "broadcasts", ["content_hash"], unique=False)
    op.create_index("ix_broadcasts_state", "broadcasts", ["state", "scheduled_at"], unique=False)
    op.create_table("broadcast_parts",
    sa.Column("id", ID, autoincrement=True, nullable=False),
    sa.Column("broadcast_id", ID, nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("state", sa.Enum("due", "asking", "accepted", "finished", "failed", name="partstate", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("clientmsgid", sa.String(length=32), nullable=False),
    sa.Column("media_id", sa.String(length=128), nullable=False),
    sa.Column("msg_id", sa.BigInteger(), nullable=True),
    sa.Column("msg_data_id", sa.BigInteger(), nullable=True),
    sa.Column("status", sa.String(length=40), nullable=False),
    sa.Column("errcode", sa.Integer(), nullable=True),
    sa.Column("total", sa.Integer(), nullable=True),
    sa.Column("filtered", sa.Integer(), nullable=True),
    sa.Column("sent", sa.Integer(), nullable=True),
    sa.Column("failed", sa.Integer(), nullable=True),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_parts_broadcast_id_broadcasts")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_parts")),
    sa.UniqueConstraint("broadcast_id", "number", name=op.f("uq_broadcast_parts_broadcast_id_number")),
    sa.UniqueConstraint("clientmsgid", name=op.f("uq_broadcast_parts_clientmsgid"))
    )
    op.create_index("ix_broadcast_parts_msg", "broadcast_parts", ["msg_id"], unique=False)
    op.create_table("broadcast_recipients",
    sa.Column("broadcast_id", ID, nullable=False),
    sa.Column("follower_id", ID, nullable=False),
    sa.Column("openid", sa.String(length=64), nullable=False),
    sa.Column("state", sa.Enum("due", "asking", "unclear", "sent", "skipped", "refused", name="recipientstate", native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column("reason", sa.String(length=20), nullable=False),
    sa.Column("part", sa.Integer(), nullable=False),
    sa.Column("tries", sa.Integer(), nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_recipients_broadcast_id_broadcasts")),
    sa.ForeignKeyConstraint(["follower_id"], ["followers.id"], name=op.f("fk_broadcast_recipients_follower_id_followers")),
    sa.PrimaryKeyConstraint("broadcast_id", "follower_id", name=op.f("pk_broadcast_recipients"))
    )
    op.create_index("ix_broadcast_recipients_follower", "broadcast_recipients", ["follower_id", "asked_at"], unique=False)
    op.create_index("ix_broadcast_recipients_state", "broadcast_recipients", ["broadcast_id", "state", "follower_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_broadcast_recipients_state", table_name="broadcast_recipients")
    op.drop_index("ix_broadcast_recipients_follower", table_name="broadcast_recipients")
    op.drop_table("broadcast_recipients")
    op.drop_index("ix_broadcast_parts_msg", table_name="broadcast_parts")
    op.drop_table("broadcast_parts")
    op.drop_index("ix_broadcasts_state", table_name="broadcasts")
    op.drop_index(op.f("ix_broadcasts_content_hash"), table_name="broadcasts")
    op.drop_table("broadcasts")
    op.drop_table("broadcast_opt_outs")
    op.drop_table("segments")
