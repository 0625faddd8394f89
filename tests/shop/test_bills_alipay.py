"""What Alipay's bill alone can tell: a refund made in its console under a number that nobody can ask for."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db, transaction
from app.payments.models import PaymentAttempt
from app.payments.notifications import record_notification
from app.payments.refunds.models import Refund
from app.payments.refunds.states import RefundSource, RefundState
from app.payments.service import start_payment
from app.reconciliation.closing import reconcile
from app.reconciliation.healing import ask
from app.reconciliation.models import Difference
from app.reconciliation.states import DifferenceKind, DifferenceState
from tests.factories import make_order
from tests.fakes import FakeGateway


def test_a_refund_that_no_question_finds_is_taken_from_the_bill(shop: Flask, tmp_path: Path) -> None:
    alipay = shop.extensions["gateways"]["alipay"] = FakeGateway(name="alipay")
    start_payment(make_order(), gateway=alipay)
    number = alipay.requests[-1].out_trade_no
    trade = alipay.pay(number)
    record_notification(alipay, {}, number.encode())
    attempt = db.session.scalars(select(PaymentAttempt)).one()
    theirs = {
        "at": f"{clock.now().astimezone(clock.BEIJING):%Y-%m-%d %H:%M:%S}",
        "out_trade_no": number,
        "transaction_id": trade.transaction_id,
        "amount_fen": 500,
    }
    reconcile(clock.today(), gateway=alipay, folder=tmp_path)
    with transaction() as session:
        row = Difference(
            day=clock.today(),
            gateway="alipay",
            kind=DifferenceKind.REFUND_EXTRA,
            ref="MADE-THERE",
            state=DifferenceState.OPEN,
            order_id=attempt.order_id,
            attempt_id=attempt.id,
            ours={},
            theirs=theirs,
            gap_fen=-500,
            run=1,
            first_seen_at=clock.now(),
        )
        session.add(row)

    assert ask(row, gateway=alipay)

    refund = db.session.scalars(select(Refund)).one()
    assert (refund.source, refund.state, refund.amount_fen) == (RefundSource.EXTERNAL, RefundState.DONE, 500)
