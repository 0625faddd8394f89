"""Orders know what of them went back: a state, a sum, pieces that are not sent any more; figures of days follow.

On SQLite it writes `orders` anew: the triggers that name it are dropped before and made again afterwards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BEFORE = ("unpaid", "paid", "shipped", "cancelled")
STATES = (*BEFORE, "refunded")
REFUNDED = "refunded_fen >= 0 AND refunded_fen <= total_fen"
WITHDRAWN = "withdrawn >= 0 AND withdrawn <= quantity"
SQLITE_TRIGGERS = (
    "figures_note_order_made",
    "figures_note_order_changed",
    "figures_note_buyer",
    "figures_note_attempt_made",
    "figures_note_attempt_changed",
)
ON_SQLITE = (
    (
        "CREATE TRIGGER figures_note_order_made AFTER INSERT ON orders BEGIN INSERT INTO figure_changes (day)"
        " SELECT day FROM (SELECT date(NEW.created_at, '+8 hours') AS day UNION SELECT date(NEW.paid_at, '+8 "
        "hours') AS day UNION SELECT date(paid_at, '+8 hours') AS day FROM orders WHERE follower_id = "
        "NEW.follower_id AND paid_at > NEW.paid_at) AS touched WHERE day IS NOT NULL AND NOT EXISTS (SELECT 1"
        " FROM figure_changes AS known WHERE known.day = touched.day); END"
    ),
    (
        "CREATE TRIGGER figures_note_order_changed AFTER UPDATE OF state, total_fen, refunded_fen, "
        "entrance_id, follower_id, created_at, paid_at ON orders BEGIN INSERT INTO figure_changes (day) "
        "SELECT day FROM (SELECT date(OLD.created_at, '+8 hours') AS day UNION SELECT date(NEW.created_at, "
        "'+8 hours') AS day UNION SELECT date(OLD.paid_at, '+8 hours') AS day UNION SELECT date(NEW.paid_at, "
        "'+8 hours') AS day) AS touched WHERE day IS NOT NULL AND NOT EXISTS (SELECT 1 FROM figure_changes AS"
        " known WHERE known.day = touched.day); END"
    ),
    (
        "CREATE TRIGGER figures_note_buyer AFTER UPDATE OF paid_at ON orders WHEN OLD.paid_at IS NOT "
        "NEW.paid_at BEGIN INSERT INTO figure_changes (day) SELECT day FROM (SELECT date(paid_at, '+8 hours')"
        " AS day FROM orders WHERE follower_id = NEW.follower_id AND paid_at > min(coalesce(OLD.paid_at, "
        "NEW.paid_at), coalesce(NEW.paid_at, OLD.paid_at))) AS touched WHERE day IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM figure_changes AS known WHERE known.day = touched.day); END"
    ),
    (
        "CREATE TRIGGER figures_note_attempt_made AFTER INSERT ON payment_attempts WHEN NEW.state = "
        "'refund_due' BEGIN INSERT INTO figure_changes (day) SELECT day FROM (SELECT date(NEW.paid_at, '+8 "
        "hours') AS day UNION SELECT date(created_at, '+8 hours') AS day FROM orders WHERE id = NEW.order_id)"
        " AS touched WHERE day IS NOT NULL AND NOT EXISTS (SELECT 1 FROM figure_changes AS known WHERE "
        "known.day = touched.day); END"
    ),
    (
        "CREATE TRIGGER figures_note_attempt_changed AFTER UPDATE OF state, amount_fen, paid_at ON "
        "payment_attempts WHEN NEW.state = 'refund_due' OR OLD.state = 'refund_due' BEGIN INSERT INTO "
        "figure_changes (day) SELECT day FROM (SELECT date(OLD.paid_at, '+8 hours') AS day UNION SELECT "
        "date(NEW.paid_at, '+8 hours') AS day UNION SELECT date(created_at, '+8 hours') AS day FROM orders "
        "WHERE id = NEW.order_id) AS touched WHERE day IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
        "figure_changes AS known WHERE known.day = touched.day); END"
    ),
    (
        "CREATE TRIGGER figures_note_refund_made AFTER INSERT ON refunds BEGIN INSERT INTO figure_changes "
        "(day) SELECT day FROM (SELECT date(NEW.succeeded_at, '+8 hours') AS day) AS touched WHERE day IS NOT"
        " NULL AND NOT EXISTS (SELECT 1 FROM figure_changes AS known WHERE known.day = touched.day); END"
    ),
    (
        "CREATE TRIGGER figures_note_refund_changed AFTER UPDATE OF state, amount_fen, succeeded_at ON "
        "refunds BEGIN INSERT INTO figure_changes (day) SELECT day FROM (SELECT date(OLD.succeeded_at, '+8 "
        "hours') AS day UNION SELECT date(NEW.succeeded_at, '+8 hours') AS day) AS touched WHERE day IS NOT "
        "NULL AND NOT EXISTS (SELECT 1 FROM figure_changes AS known WHERE known.day = touched.day); END"
    ),
)
REFUND_ON_POSTGRESQL = (
    """
CREATE OR REPLACE FUNCTION figures_note_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM figures_note(
    ARRAY[NEW.succeeded_at, CASE WHEN TG_OP = 'UPDATE' THEN OLD.succeeded_at END]
  );
  RETURN NULL;
END $$""",
    (
        "CREATE TRIGGER figures_note_refund AFTER INSERT OR UPDATE OF state, amount_fen, succeeded_at ON "
        "refunds FOR EACH ROW EXECUTE FUNCTION figures_note_refund()"
    ),
)
ORDER_ON_POSTGRESQL = (
    "CREATE TRIGGER figures_note_order AFTER INSERT OR UPDATE OF state, total_fen, refunded_fen, "
    "entrance_id, follower_id, created_at, paid_at ON orders FOR EACH ROW EXECUTE FUNCTION figures_note_order()"
)
NEW_COLUMN = ", refunded_fen"


def upgrade() -> None:
    _drop_triggers()
    with op.batch_alter_table("orders") as batch:
        batch.drop_constraint(batch.f("ck_orders_orderstate"), type_="check")
        batch.create_check_constraint(batch.f("ck_orders_orderstate"), _one_of(STATES))
        batch.add_column(_number("refunded_fen", sa.BigInteger()))
        batch.create_check_constraint(batch.f("ck_orders_refunded"), REFUNDED)
    refunded = sa.text("refunded_fen > 0")
    op.create_index(
        "ix_orders_refunded", "orders", ["created_at"], sqlite_where=refunded, postgresql_where=refunded
    )
    with op.batch_alter_table("order_lines") as batch:
        batch.add_column(_number("withdrawn", sa.Integer()))
        batch.create_check_constraint(batch.f("ck_order_lines_withdrawn"), WITHDRAWN)
    with op.batch_alter_table("figure_states") as batch:
        batch.drop_constraint(batch.f("ck_figure_states_orderstate"), type_="check")
        batch.create_check_constraint(batch.f("ck_figure_states_orderstate"), _one_of(STATES))
        batch.add_column(_number("refunded_fen", sa.BigInteger()))
    op.add_column("figure_money", _number("refunds", sa.Integer()))
    op.add_column("figure_money", _number("refunded_fen", sa.BigInteger()))
    op.create_index("ix_refunds_arrived", "refunds", ["succeeded_at"])
    _make_triggers(ON_SQLITE, (*REFUND_ON_POSTGRESQL, ORDER_ON_POSTGRESQL))


def downgrade() -> None:
    _drop_triggers()
    if _is_sqlite():
        op.execute("DROP TRIGGER figures_note_refund_made")
        op.execute("DROP TRIGGER figures_note_refund_changed")
    else:
        op.execute("DROP FUNCTION figures_note_refund() CASCADE")
    op.drop_index("ix_refunds_arrived", "refunds")
    for name in ("refunded_fen", "refunds"):
        with op.batch_alter_table("figure_money") as batch:
            batch.drop_column(name)
    op.execute("DELETE FROM figure_states WHERE state = 'refunded'")
    with op.batch_alter_table("figure_states") as batch:
        batch.drop_constraint(batch.f("ck_figure_states_orderstate"), type_="check")
        batch.drop_column("refunded_fen")
        batch.create_check_constraint(batch.f("ck_figure_states_orderstate"), _one_of(BEFORE))
    with op.batch_alter_table("order_lines") as batch:
        batch.drop_constraint(batch.f("ck_order_lines_withdrawn"), type_="check")
    with op.batch_alter_table("order_lines") as batch:
        batch.drop_column("withdrawn")
    # An older release has no word for it; that it was sent keeps it from being sent now.
    op.execute("UPDATE orders SET state = 'shipped' WHERE state = 'refunded'")
    op.drop_index("ix_orders_refunded", "orders")
    with op.batch_alter_table("orders") as batch:
        batch.drop_constraint(batch.f("ck_orders_orderstate"), type_="check")
        batch.drop_constraint(batch.f("ck_orders_refunded"), type_="check")
        batch.create_check_constraint(batch.f("ck_orders_orderstate"), _one_of(BEFORE))
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("refunded_fen")
    before = tuple(each.replace(NEW_COLUMN, "") for each in ON_SQLITE if "ON refunds" not in each)
    _make_triggers(before, (ORDER_ON_POSTGRESQL.replace(NEW_COLUMN, ""),))
    op.execute("INSERT INTO figure_changes (day) SELECT DISTINCT day FROM figure_states")


def _drop_triggers() -> None:
    if _is_sqlite():
        for name in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER figures_note_order ON orders")


def _make_triggers(on_sqlite: tuple[str, ...], on_postgresql: tuple[str, ...]) -> None:
    for statement in on_sqlite if _is_sqlite() else on_postgresql:
        op.get_bind().exec_driver_sql(statement)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _number(name: str, kind: sa.Integer) -> sa.Column[int]:
    return sa.Column(name, kind, nullable=False, server_default="0")


def _one_of(states: tuple[str, ...]) -> str:
    return "state IN ({})".format(", ".join(f"'{state}'" for state in states))
