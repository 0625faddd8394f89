"""Goods that are edited: who changed a product last, SKUs that were removed, who moved stock."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEPT = sa.text("removed_at IS NULL")
ON_POSTGRESQL = (
    "CREATE TRIGGER stock_moves_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_moves"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_kept_rows()",
)
_REFUSED = " BEGIN SELECT RAISE(ABORT, 'rows of stock_moves are only ever added'); END"
ON_SQLITE = (
    f"CREATE TRIGGER stock_moves_kept_UPDATE BEFORE UPDATE ON stock_moves{_REFUSED}",
    f"CREATE TRIGGER stock_moves_kept_DELETE BEFORE DELETE ON stock_moves{_REFUSED}",
    "CREATE TRIGGER stock_moves_kept_replace BEFORE INSERT ON stock_moves"
    f" WHEN EXISTS (SELECT 1 FROM stock_moves WHERE id = NEW.id){_REFUSED}",
)
NOBODY = {"server_default": "", "nullable": False}


def upgrade() -> None:
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("changed_by", sa.String(length=80), **NOBODY))
        batch_op.add_column(sa.Column("change_mark", sa.BigInteger(), server_default="1", nullable=False))
        batch_op.create_index(batch_op.f("ix_products_category_id"), ["category_id"], unique=False)
    op.execute("UPDATE products SET changed_at = created_at")
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.alter_column("changed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column("changed_by", existing_type=sa.String(length=80), server_default=None)
        batch_op.alter_column("change_mark", existing_type=sa.BigInteger(), server_default=None)
    with op.batch_alter_table("skus", schema=None) as batch_op:
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_skus_code"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_skus_product_id_options"), type_="unique")
        for name, columns in (("ix_skus_code", ["code"]), ("ix_skus_options", ["product_id", "options"])):
            batch_op.create_index(name, columns, unique=True, sqlite_where=KEPT, postgresql_where=KEPT)
    with op.batch_alter_table("stock_moves", schema=None) as batch_op:
        batch_op.add_column(sa.Column("actor", sa.String(length=80), **NOBODY))
        batch_op.add_column(sa.Column("note", sa.String(length=200), **NOBODY))
    with op.batch_alter_table("stock_moves", schema=None) as batch_op:
        batch_op.alter_column("actor", existing_type=sa.String(length=80), server_default=None)
        batch_op.alter_column("note", existing_type=sa.String(length=200), server_default=None)
    for statement in ON_SQLITE if _is_sqlite() else ON_POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for trigger in ("_UPDATE", "_DELETE", "_replace") if _is_sqlite() else ("",):
        table = "" if _is_sqlite() else " ON stock_moves"
        op.execute(f"DROP TRIGGER stock_moves_kept{trigger}{table}")
    with op.batch_alter_table("stock_moves", schema=None) as batch_op:
        batch_op.drop_column("note")
        batch_op.drop_column("actor")
    # What was removed stays, under a code and a combination of its own.
    op.execute(
        "UPDATE skus SET code = 'removed-' || id, options = '已删除=' || id WHERE removed_at IS NOT NULL"
    )
    with op.batch_alter_table("skus", schema=None) as batch_op:
        for name in ("ix_skus_options", "ix_skus_code"):
            batch_op.drop_index(name, sqlite_where=KEPT, postgresql_where=KEPT)
        batch_op.create_unique_constraint(
            batch_op.f("uq_skus_product_id_options"), ["product_id", "options"]
        )
        batch_op.create_unique_constraint(batch_op.f("uq_skus_code"), ["code"])
        batch_op.drop_column("removed_at")
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_products_category_id"))
        batch_op.drop_column("change_mark")
        batch_op.drop_column("changed_by")
        batch_op.drop_column("changed_at")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")
