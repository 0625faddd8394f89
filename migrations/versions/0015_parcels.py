"""An order may leave in several parcels, each with its goods, each told of once."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shipment_lines",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("shipment_id", NUMBER, nullable=False),
        sa.Column("order_line_id", NUMBER, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shipment_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipments.id"], name=op.f("fk_shipment_lines_shipment_id_shipments")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_shipment_lines_order_line_id_order_lines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_lines")),
        sa.UniqueConstraint(
            "shipment_id", "order_line_id", name=op.f("uq_shipment_lines_shipment_id_order_line_id")
        ),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parcel_id", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_notices_order_id_kind"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_notices_order_id_kind_parcel_id"), ["order_id", "kind", "parcel_id"]
        )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.alter_column("parcel_id", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    # An older release knows one notice of each kind: the first of several stays.
    op.execute(
        "DELETE FROM notices WHERE id NOT IN (SELECT MIN(id) FROM notices GROUP BY order_id, kind)"
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_notices_order_id_kind_parcel_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_notices_order_id_kind"), ["order_id", "kind"])
        batch_op.drop_column("parcel_id")
    op.drop_table("shipment_lines")
