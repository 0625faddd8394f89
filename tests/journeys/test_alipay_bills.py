"""Every difference a bill of Alipay's may have is found by the shop, named, and heals; its days beside WeChat's."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.days import Days
from app.core.db import db
from app.payments.attempts import check
from app.payments.closing import cancel_order
from app.payments.gateways import get_gateway
from app.payments.gateways.contract import BillKind
from app.payments.models import PaymentAttempt
from app.payments.refunds.models import Refund
from app.payments.refunds.quote import Wish
from app.payments.refunds.sending import go_on
from app.payments.service import start_alipay
from app.reconciliation.closing import find_day, reconcile
from app.reconciliation.fetching import find_bill
from app.reconciliation.healing import ask
from app.reconciliation.models import BillDay, Difference
from app.reconciliation.proof import prove
from app.reconciliation.standing import Standing, read_standings
from app.reconciliation.states import STANDING
from simulator.__main__ import Servers
from simulator.clock import Clock
from tests.factories import make_order
from tests.journeys.test_bills import app, wechat  # noqa: F401  (fixtures)
from tests.refunds import ask as give_back

# Value of the switch → what the shop finds.
FOUND = {
    "missing_there": ["missing_there"],
    "wrong_amount": ["amount"],
    "wrong_status": ["status"],
    "wrong_fee": ["fee"],
    "twice": ["twice"],
    "unknown_order": ["unknown_order"],
    "refund_missing": ["refund_missing"],
    "midnight": ["missing_there"],
    "columns": [],
    "missing_here": ["missing_here"],
    "paid_after_close": ["paid_after_close"],
    "refund_extra": ["refund_extra"],
}
ON_THE_BOOKS = (
    "missing_here",
    "paid_after_close",
    "refund_extra",
)  # these heal by asking, the rest with the bill


def begin() -> PaymentAttempt:
    """A buyer stands before Alipay's password."""
    gateway = get_gateway("alipay")
    address = start_alipay(
        make_order(), gateway=gateway, is_phone=False, return_url="http://shop.example.cn/"
    )
    page = requests.get(address, timeout=10)
    requests.post(page.url, data={"action": "login"}, timeout=10).raise_for_status()
    return db.session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id.desc()).limit(1)).one()


def pay(wechat: Servers) -> PaymentAttempt:  # noqa: F811
    attempt = begin()
    wechat.engine.alipay.pay(attempt.out_trade_no)
    check(attempt, get_gateway("alipay"))
    return attempt


def live_through_everything(app: Flask, wechat: Servers, monkeypatch: pytest.MonkeyPatch) -> date:  # noqa: F811
    """Payments, one of them near midnight, a refund, a number that is open and one that is closed."""
    noon = datetime.combine(clock.today() - timedelta(days=1), time(12), clock.BEIJING)
    monkeypatch.setattr(Clock, "wall", lambda _self: int(clock.now().timestamp()))
    theirs = wechat.engine.clock
    theirs._base -= theirs.now() - noon.timestamp()
    with app.app_context(), clock.frozen_at(noon) as advance:
        pay(wechat)
        begin()
        cancel_order(begin().order, gateway=get_gateway(), reason="expired")
        refunded = pay(wechat)
        go_on(give_back(refunded.order, Wish(other_fen=100)).id, get_gateway())
        late = timedelta(hours=11, minutes=45)
        advance(late)
        theirs.advance(late.total_seconds())
        pay(wechat)
    theirs.advance(timedelta(hours=11).total_seconds())
    return noon.date()


def test_every_switch_is_found_named_and_heals(
    app: Flask,  # noqa: F811
    wechat: Servers,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    day = live_through_everything(app, wechat, monkeypatch)
    morning = datetime.combine(day + timedelta(days=1), time(10, 45), clock.BEIJING)
    with app.app_context(), clock.frozen_at(morning):
        gateway, folder = get_gateway("alipay"), tmp_path / "bills"

        def reconciled() -> BillDay:
            return reconcile(day, gateway=gateway, folder=folder, again=True).row

        def standing() -> list[Difference]:
            return list(db.session.scalars(select(Difference).where(Difference.state.in_(STANDING))))

        assert db.session.scalars(select(Refund.state)).all() == ["done"]
        row = reconciled()
        assert (row.state, row.their_payments, row.their_refunds_fen) == ("equal", 3, 100), standing()
        funds = find_bill(BillKind.FUNDS, day, "alipay")
        assert funds is not None
        assert funds.payments_fen - funds.refunds_fen == 3 * 7600 - 100 - row.fee_fen
        assert read_standings(Days(day, day)).days[day] == Standing.EQUAL
        for switch, kinds in FOUND.items():
            wechat.engine.faults.set("alipay_bill", switch, once=True)
            row = reconciled()
            assert (switch, [str(each.kind) for each in standing()]) == (switch, kinds)
            assert (switch, row.proof_gap_fen) == (switch, 0)
            if switch == "midnight":
                assert row.problem == "midnight"
                wechat.engine.store.remove("alipay_bill_moves", str(day + timedelta(days=1)))
            if switch in ON_THE_BOOKS:
                assert ask(standing()[0], gateway=gateway), switch
            assert (switch, reconciled().state) == (switch, "equal")
        assert standing() == []
        for broken, problem in {"cut": "unreachable", "other_host": "unreachable", "none": "absent"}.items():
            wechat.engine.faults.set("alipay_bill", broken, once=True)
            assert reconcile(day, gateway=gateway, folder=folder, again=True).problem == problem
        assert reconcile(day, gateway=get_gateway(), folder=folder).row.state == "empty"
        assert find_day(day, "alipay").state == "equal"  # type: ignore[union-attr]
        assert prove(gateway_name="alipay") == prove(gateway_name="wechatpay_v3") == []
