"""Which days a change touches: triggers write that down in the transaction of the change, whoever makes it.

An order touches the day it was placed and the day it was paid; money that came too late, the day it came and the
day its order was placed; money that went back, the day it arrived. When an order's payment moves in time, the later
days of its buyer are touched as well: on these he may have been a new one until now. One change of a day is enough;
on PostgreSQL each transaction writes its own, because nobody sees what the others have not committed yet.

Migrations repeat these statements in words of their own, and a guard test holds the two together.
"""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import DDL, FromClause, Table, event

_ORDER_COLUMNS = "state, total_fen, refunded_fen, entrance_id, follower_id, created_at, paid_at"
_ATTEMPT_COLUMNS = "state, amount_fen, paid_at"
_REFUND_COLUMNS = "state, amount_fen, succeeded_at"
_IS_DUE = "NEW.state = 'refund_due'"
_WAS_DUE = f"{_IS_DUE} OR OLD.state = 'refund_due'"

_ON_SQLITE = (
    "CREATE TRIGGER {name} AFTER {when} BEGIN INSERT INTO figure_changes (day) SELECT day FROM ({days}) AS touched"
    " WHERE day IS NOT NULL AND NOT EXISTS (SELECT 1 FROM figure_changes AS known WHERE known.day = touched.day);"
    " END"
)
_DAY = "SELECT date({moment}, '+8 hours') AS day"
_LATER = (
    "SELECT date(paid_at, '+8 hours') AS day FROM orders"
    " WHERE follower_id = NEW.follower_id AND paid_at > {since}"
)
_EARLIER = "min(coalesce(OLD.paid_at, NEW.paid_at), coalesce(NEW.paid_at, OLD.paid_at))"
_ITS_ORDER = "SELECT date(created_at, '+8 hours') AS day FROM orders WHERE id = NEW.order_id"


def _on_sqlite(name: str, when: str, moments: Sequence[str], *more: str) -> str:
    days = [*(_DAY.format(moment=moment) for moment in moments), *more]
    return _ON_SQLITE.format(name=name, when=when, days=" UNION ".join(days))


ON_SQLITE = {
    "orders": (
        _on_sqlite(
            "figures_note_order_made",
            "INSERT ON orders",
            ("NEW.created_at", "NEW.paid_at"),
            _LATER.format(since="NEW.paid_at"),
        ),
        _on_sqlite(
            "figures_note_order_changed",
            f"UPDATE OF {_ORDER_COLUMNS} ON orders",
            ("OLD.created_at", "NEW.created_at", "OLD.paid_at", "NEW.paid_at"),
        ),
        _on_sqlite(
            "figures_note_buyer",
            "UPDATE OF paid_at ON orders WHEN OLD.paid_at IS NOT NEW.paid_at",
            (),
            _LATER.format(since=_EARLIER),
        ),
    ),
    "payment_attempts": (
        _on_sqlite(
            "figures_note_attempt_made",
            f"INSERT ON payment_attempts WHEN {_IS_DUE}",
            ("NEW.paid_at",),
            _ITS_ORDER,
        ),
        _on_sqlite(
            "figures_note_attempt_changed",
            f"UPDATE OF {_ATTEMPT_COLUMNS} ON payment_attempts WHEN {_WAS_DUE}",
            ("OLD.paid_at", "NEW.paid_at"),
            _ITS_ORDER,
        ),
    ),
    "refunds": (
        _on_sqlite("figures_note_refund_made", "INSERT ON refunds", ("NEW.succeeded_at",)),
        _on_sqlite(
            "figures_note_refund_changed",
            f"UPDATE OF {_REFUND_COLUMNS} ON refunds",
            ("OLD.succeeded_at", "NEW.succeeded_at"),
        ),
    ),
}

_NOTE_FUNCTION = """
CREATE OR REPLACE FUNCTION figures_note(touched timestamptz[]) RETURNS void LANGUAGE sql AS $$
INSERT INTO figure_changes (day)
SELECT DISTINCT date(timezone('Asia/Shanghai', moment)) FROM unnest(touched) AS moment
WHERE moment IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM figure_changes
  WHERE day = date(timezone('Asia/Shanghai', moment)) AND xmin = pg_current_xact_id()::xid
)
$$"""
_ORDER_FUNCTION = """
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
END $$"""
_ATTEMPT_FUNCTION = """
CREATE OR REPLACE FUNCTION figures_note_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched timestamptz[] := ARRAY[NEW.paid_at];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    touched := touched || ARRAY[OLD.paid_at];
  END IF;
  PERFORM figures_note(touched || ARRAY(SELECT created_at FROM orders WHERE id = NEW.order_id));
  RETURN NULL;
END $$"""
_REFUND_FUNCTION = """
CREATE OR REPLACE FUNCTION figures_note_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM figures_note(
    ARRAY[NEW.succeeded_at, CASE WHEN TG_OP = 'UPDATE' THEN OLD.succeeded_at END]
  );
  RETURN NULL;
END $$"""
ON_POSTGRESQL = {
    "orders": (
        _NOTE_FUNCTION,
        _ORDER_FUNCTION,
        f"CREATE TRIGGER figures_note_order AFTER INSERT OR UPDATE OF {_ORDER_COLUMNS} ON orders"
        " FOR EACH ROW EXECUTE FUNCTION figures_note_order()",
    ),
    "payment_attempts": (
        _ATTEMPT_FUNCTION,
        "CREATE TRIGGER figures_note_attempt_made AFTER INSERT ON payment_attempts"
        f" FOR EACH ROW WHEN ({_IS_DUE}) EXECUTE FUNCTION figures_note_attempt()",
        f"CREATE TRIGGER figures_note_attempt_changed AFTER UPDATE OF {_ATTEMPT_COLUMNS} ON payment_attempts"
        f" FOR EACH ROW WHEN ({_WAS_DUE}) EXECUTE FUNCTION figures_note_attempt()",
    ),
    "refunds": (
        _REFUND_FUNCTION,
        f"CREATE TRIGGER figures_note_refund AFTER INSERT OR UPDATE OF {_REFUND_COLUMNS} ON refunds"
        " FOR EACH ROW EXECUTE FUNCTION figures_note_refund()",
    ),
}


def notice_changes(*tables: FromClause) -> None:
    """Add the triggers wherever these tables are made."""
    for table in tables:
        name = cast("Table", table).name
        for dialect, statements in (("sqlite", ON_SQLITE[name]), ("postgresql", ON_POSTGRESQL[name])):
            for statement in statements:
                made: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
                event.listen(table, "after_create", made.execute_if(dialect=dialect))
