"""Pushes wait in a small table of their own until they are settled; the log holds settled messages alone."""

from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COPIED = "dedupe_key, at, openid, kind, content, payload, reply, further, answered_by"


def upgrade() -> None:
    op.create_table(
        "unsettled_pushes",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("dedupe_key", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("further", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_unsettled_pushes")),
    )
    _move_to_pushes()
    op.drop_index("ix_messages_unsettled", table_name="messages")
    op.drop_index("ix_messages_follower", table_name="messages")
    op.drop_column("messages", "settled_at")
    op.create_index("ix_messages_follower", "messages", ["openid", "id"])


def downgrade() -> None:
    op.drop_index("ix_messages_follower", table_name="messages")
    op.add_column("messages", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE messages SET settled_at = at")  # before those come back that are not
    op.execute(
        f"INSERT INTO messages ({COPIED}, direction) SELECT {COPIED}, 'in' FROM unsettled_pushes ORDER BY at, number"
    )
    for name, columns, condition in (
        ("ix_messages_follower", ["openid", "id"], "settled_at IS NOT NULL"),
        ("ix_messages_unsettled", ["id"], "settled_at IS NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, "messages", columns, sqlite_where=where, postgresql_where=where)
    op.drop_table("unsettled_pushes")


def _move_to_pushes() -> None:
    """Those that no worker has settled yet, with the number they would be given today."""
    database = op.get_bind()
    waiting = "FROM messages WHERE settled_at IS NULL AND direction = 'in' AND dedupe_key IS NOT NULL"
    for message_id, key in database.execute(sa.text(f"SELECT id, dedupe_key {waiting}")).all():
        values = {"number": _number_of(key), "id": message_id}
        database.execute(
            sa.text(
                f"INSERT INTO unsettled_pushes (number, {COPIED}) SELECT :number, {COPIED} FROM messages WHERE id = :id"
            ),
            values,
        )
        database.execute(sa.text("DELETE FROM messages WHERE id = :id"), values)


def _number_of(dedupe_key: str) -> int:
    if dedupe_key.startswith("m:") and int(dedupe_key[2:]) < 2**63:
        return int(dedupe_key[2:])
    return int.from_bytes(blake2b(dedupe_key.encode(), digest_size=8).digest()) >> 1
