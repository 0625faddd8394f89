"""The audit log: a chain of rows that the database itself refuses to change, and its end."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ON_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION refuse_change_of_kept_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are only ever added';
END $$""",
    "CREATE TRIGGER audit_entries_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_kept_rows()",
)
ON_SQLITE = (
    "CREATE TRIGGER audit_entries_kept_UPDATE BEFORE UPDATE ON audit_entries"
    " BEGIN SELECT RAISE(ABORT, 'rows of audit_entries are only ever added'); END",
    "CREATE TRIGGER audit_entries_kept_DELETE BEFORE DELETE ON audit_entries"
    " BEGIN SELECT RAISE(ABORT, 'rows of audit_entries are only ever added'); END",
    "CREATE TRIGGER audit_entries_kept_replace BEFORE INSERT ON audit_entries"
    " WHEN EXISTS (SELECT 1 FROM audit_entries WHERE"
    " number = NEW.number OR previous_hash = NEW.previous_hash OR hash = NEW.hash)"
    " BEGIN SELECT RAISE(ABORT, 'rows of audit_entries are only ever added'); END",
)


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_audit_entries_previous_hash")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entries_hash")),
    )
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"])
    op.create_index(op.f("ix_audit_entries_actor"), "audit_entries", ["actor"])
    op.create_index(op.f("ix_audit_entries_action"), "audit_entries", ["action"])
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject", "number"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ON_SQLITE if is_sqlite else ON_POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_entries")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_kept_rows()")
