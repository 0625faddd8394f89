"""Figures of days: their rows, which days changed, the triggers that note it, and the indexes they are counted by."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("unpaid", "paid", "shipped", "cancelled")
SHARES = ("entrance", "hour", "product")

ON_SQLITE = (
    (
        "CREATE TRIGGER figures_note_order_made AFTER INSERT ON orders BEGIN INSERT INTO figure_changes (day)"
        " SELECT day FROM (SELECT date(NEW.created_at, '+8 hours') AS day UNION SELECT date(NEW.paid_at, '+8 "
        "hours') AS day UNION SELECT date(paid_at, '+8 hours') AS day FROM orders WHERE follower_id = "
        "NEW.follower_id AND paid_at > NEW.paid_at) AS touched WHERE day IS NOT NULL AND NOT EXISTS (SELECT 1"
        " FROM figure_changes AS known WHERE known.day = touched.day); END"
    ),
    (
        "CREATE TRIGGER figures_note_order_changed AFTER UPDATE OF state, total_fen, entrance_id, "
        "follower_id, created_at, paid_at ON orders BEGIN INSERT INTO figure_changes (day) SELECT day FROM "
        "(SELECT date(OLD.created_at, '+8 hours') AS day UNION SELECT date(NEW.created_at, '+8 hours') AS day"
        " UNION SELECT date(OLD.paid_at, '+8 hours') AS day UNION SELECT date(NEW.paid_at, '+8 hours') AS "
        "day) AS touched WHERE day IS NOT NULL AND NOT EXISTS (SELECT 1 FROM figure_changes AS known WHERE "
        "known.day = touched.day); END"
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
)
ON_POSTGRESQL = (
    """
CREATE OR REPLACE FUNCTION figures_note(touched timestamptz[]) RETURNS void LANGUAGE sql AS $$
INSERT INTO figure_changes (day)
SELECT DISTINCT date(timezone('Asia/Shanghai', moment)) FROM unnest(touched) AS moment
WHERE moment IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM figure_changes
  WHERE day = date(timezone('Asia/Shanghai', moment)) AND xmin = pg_current_xact_id()::xid
)
$$""",
    """
CREATE OR REPLACE FUNCTION figures_note_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched timestamptz[] := ARRAY[NEW.created_at, NEW.paid_at];
  since timestamptz := NEW.paid_at;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    touched := touched || ARRAY[OLD.created_at, OLD.paid_at];
    since := CASE WHEN OLD.paid_at IS DISTINCT FROM NEW.paid_at THEN least(OLD.paid_at, NEW.paid_at) END;
  END IF;
  IF since IS NOT NULL THEN
    -- two payments of one buyer at the same instant: the second one waits and sees the first
    PERFORM 1 FROM followers WHERE id = NEW.follower_id FOR NO KEY UPDATE;
    touched := touched || ARRAY(
      SELECT paid_at FROM orders WHERE follower_id = NEW.follower_id AND paid_at > since
    );
  END IF;
  PERFORM figures_note(touched);
  RETURN NULL;
END $$""",
    (
        "CREATE TRIGGER figures_note_order AFTER INSERT OR UPDATE OF state, total_fen, entrance_id, "
        "follower_id, created_at, paid_at ON orders FOR EACH ROW EXECUTE FUNCTION figures_note_order()"
    ),
    """
CREATE OR REPLACE FUNCTION figures_note_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched timestamptz[] := ARRAY[NEW.paid_at];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    touched := touched || ARRAY[OLD.paid_at];
  END IF;
  PERFORM figures_note(touched || ARRAY(SELECT created_at FROM orders WHERE id = NEW.order_id));
  RETURN NULL;
END $$""",
    (
        "CREATE TRIGGER figures_note_attempt_made AFTER INSERT ON payment_attempts FOR EACH ROW WHEN "
        "(NEW.state = 'refund_due') EXECUTE FUNCTION figures_note_attempt()"
    ),
    (
        "CREATE TRIGGER figures_note_attempt_changed AFTER UPDATE OF state, amount_fen, paid_at ON "
        "payment_attempts FOR EACH ROW WHEN (NEW.state = 'refund_due' OR OLD.state = 'refund_due') EXECUTE "
        "FUNCTION figures_note_attempt()"
    ),
)
SQLITE_TRIGGERS = (
    "figures_note_order_made",
    "figures_note_order_changed",
    "figures_note_buyer",
    "figures_note_attempt_made",
    "figures_note_attempt_changed",
)
MARK_ALL_ON_SQLITE = """
INSERT INTO figure_changes (day)
SELECT date(created_at, '+8 hours') FROM orders UNION
SELECT date(paid_at, '+8 hours') FROM orders WHERE paid_at IS NOT NULL UNION
SELECT date(paid_at, '+8 hours') FROM payment_attempts WHERE state = 'refund_due' AND paid_at IS NOT NULL
"""
MARK_ALL_ON_POSTGRESQL = """
INSERT INTO figure_changes (day)
SELECT date(timezone('Asia/Shanghai', created_at)) FROM orders UNION
SELECT date(timezone('Asia/Shanghai', paid_at)) FROM orders WHERE paid_at IS NOT NULL UNION
SELECT date(timezone('Asia/Shanghai', paid_at)) FROM payment_attempts
WHERE state = 'refund_due' AND paid_at IS NOT NULL
"""


def upgrade() -> None:
    _make_tables()
    op.drop_index("ix_orders_follower_id", "orders")
    op.drop_index("ix_orders_entrance", "orders")
    op.create_index("ix_orders_buyer", "orders", ["follower_id", "paid_at"])
    op.create_index("ix_orders_entrance", "orders", ["entrance_id", "created_at", "state", "total_fen"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ON_SQLITE if is_sqlite else ON_POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
    op.get_bind().exec_driver_sql(MARK_ALL_ON_SQLITE if is_sqlite else MARK_ALL_ON_POSTGRESQL)


def _make_tables() -> None:
    op.create_table(
        "figure_states",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", _one_of("orderstate", STATES), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "state", name=op.f("pk_figure_states")),
    )
    op.create_table(
        "figure_money",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("buyers", sa.Integer(), nullable=False),
        sa.Column("new_buyers", sa.Integer(), nullable=False),
        sa.Column("new_orders", sa.Integer(), nullable=False),
        sa.Column("new_fen", sa.BigInteger(), nullable=False),
        sa.Column("late_payments", sa.Integer(), nullable=False),
        sa.Column("late_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_figure_money")),
    )
    op.create_table(
        "figure_shares",
        sa.Column("kind", _one_of("share", SHARES), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", "key", name=op.f("pk_figure_shares")),
    )
    op.create_table(
        "figure_changes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_changes")),
    )
    op.create_index("ix_figure_changes_day", "figure_changes", ["day"])


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP FUNCTION figures_note_order() CASCADE")
        op.execute("DROP FUNCTION figures_note_attempt() CASCADE")
        op.execute("DROP FUNCTION figures_note(timestamptz[])")
    op.drop_index("ix_orders_entrance", "orders")
    op.drop_index("ix_orders_buyer", "orders")
    op.create_index("ix_orders_entrance", "orders", ["entrance_id", "created_at"])
    op.create_index("ix_orders_follower_id", "orders", ["follower_id"])
    for table in ("figure_changes", "figure_shares", "figure_money", "figure_states"):
        op.drop_table(table)
