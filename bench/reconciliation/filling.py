"""A day with many payments, written by the database itself, and WeChat Pay's bill of it as a file."""

import gzip
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from app.core import clock
from app.core.db import db, transaction
from app.followers.models import Follower
from app.payments.gateways.wechatpay_v3 import NAME
from tests.bills import FUND_HEADING, FUND_TOTALS, HEADING, TOTALS, fee_of, yuan

FOLLOWERS, SECONDS = 20_000, 86_000
WRONG = 100  # payments whose amount in the bill is a fen more
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
_AMOUNT = "1000 + ((i % 90000) * 7919) % 90000"
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', :start, '+' || (i % 86000) || ' seconds') || '.000000'",
    "postgresql": "CAST(:start AS timestamptz) + (i % 86000) * interval '1 second'",
}
_ORDERS = """
INSERT INTO orders (id, order_no, follower_id, state, goods_fen, shipping_fen, total_fen, receiver, phone, region,
  address, note, checkout_token, created_at, expires_at, paid_at, cancel_reason)
{numbers} SELECT i, 'B' || i, 1 + i % {followers}, 'paid', {amount}, 0, {amount}, '王小茶', '13800001234', '福建省',
  '湖滨南路', '', 't' || i, {moment}, {moment}, {moment}, '' FROM n"""
_ATTEMPTS = """
INSERT INTO payment_attempts (order_id, gateway, out_trade_no, transaction_id, state, amount_fen, openid, description,
  created_at, expires_at, paid_at)
{numbers} SELECT i, '{gateway}', 'XPBENCH' || i, '42' || i, 'paid', {amount}, 'oBench', '好茶', {moment}, {moment},
  {moment} FROM n"""


def fill(rows: int, day: date) -> None:
    """So many paid orders on one day; without the triggers of figures, which are another matter."""
    dialect = db.engine.dialect.name
    start = datetime.combine(day, time(), clock.BEIJING).astimezone(UTC)
    words = {
        "numbers": _NUMBERS,
        "amount": _AMOUNT,
        "followers": FOLLOWERS,
        "gateway": NAME,
        "moment": _MOMENT[dialect],
    }
    values = {"rows": rows, "start": f"{start:%Y-%m-%d %H:%M:%S}" + ("+00" if dialect != "sqlite" else "")}
    with transaction() as session:
        _drop_triggers()
        people = [{"openid": f"oBench_{n:021d}", "is_subscribed": True} for n in range(FOLLOWERS)]
        session.execute(insert(Follower), people)
        for statement in (_ORDERS, _ATTEMPTS):
            session.execute(text(statement.format(**words)), values)
    with transaction() as session:
        session.execute(text("ANALYZE"))


def _drop_triggers() -> None:
    if db.engine.dialect.name == "postgresql":
        for table in ("orders", "payment_attempts"):
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    names = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    for name in names:
        db.session.execute(text(f"DROP TRIGGER {name}"))


def write_bill(path: Path, rows: int, day: date) -> None:
    """The same payments as WeChat Pay tells them, gzipped; a hundred of them a fen more."""
    start = datetime.combine(day, time())
    every, total, fees = max(1, rows // WRONG), 0, 0
    moments = [f"{start + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}" for second in range(SECONDS)]
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        file.write("\ufeff" + ",".join(HEADING) + "\r\n")
        for number in range(1, rows + 1):
            fen = 1000 + (number * 7919) % 90000 + (number % every == 0)
            total, fees = total + fen, fees + fee_of(fen)
            money, fee = yuan(fen), yuan(fee_of(fen), 5)
            file.write(
                f"`{moments[number % SECONDS]},`wx5a1b2c3d4e5f6a7b,`1900000001,`0,`,`42{number},`XPBENCH{number},`o,"
                f"`JSAPI,`SUCCESS,`OTHERS,`CNY,`{money},`0.00,`0,`0,`0.00,`0.00,`,`,`好茶,`,`{fee},`0.60%,`{money},"
                "`0.00,`\r\n"
            )
        sums = (yuan(total), "0.0", "0.0", yuan(fees), yuan(total), "0.0")
        file.write(f"{TOTALS}\r\n`{rows}.0," + ",".join(f"`{each}" for each in sums) + "\r\n")


def write_account(path: Path, rows: int, day: date) -> None:
    """What moved on the account by these payments, each with its fee; the fen of a hundred never came."""
    start, total, fees = datetime.combine(day, time()), 0, 0
    moments = [f"{start + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}" for second in range(SECONDS)]
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=1) as file:
        file.write("\ufeff" + ",".join(FUND_HEADING) + "\r\n")
        for number in range(1, rows + 1):
            fen = 1000 + (number * 7919) % 90000
            total, fees = total + fen, fees + fee_of(fen)
            head = f"`{moments[number % SECONDS]},`42{number},`19{number}"
            tail = f"`{yuan(total - fees)},`system,`,`XPBENCH{number}\r\n"
            file.write(f"{head}0,`交易,`交易,`收入,`{yuan(fen)},{tail}")
            file.write(f"{head}1,`手续费,`扣除交易手续费,`支出,`{yuan(fee_of(fen))},{tail}")
        file.write(f"{FUND_TOTALS}\r\n`{2 * rows}.0,`{rows}.0,`{yuan(total)},`{rows}.0,`{yuan(fees)}\r\n")
