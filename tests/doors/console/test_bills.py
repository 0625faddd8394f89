"""Bills in the console: a calendar, a day with both sums, a difference with what to do, the journal."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.db import db
from app.core.long_jobs.models import LongJob
from app.payments.gateways.contract import BillKind
from app.payments.models import PaymentAttempt
from app.payments.notifications import record_notification
from app.payments.opening import release
from app.payments.service import start_payment
from app.reconciliation.models import Difference
from app.tasks import LONG_HANDLERS
from tests.bills import BillText
from tests.factories import make_order
from tests.fakes import FakeGateway
from tests.staff import PASSWORD, Console, make_staff, open_console

Advance = Callable[[timedelta], None]
DAY = date(2026, 11, 21)


@pytest.fixture
def console(app: Flask, gateway: FakeGateway, advance: Advance) -> Console:
    with app.app_context():
        release(actor="system", name="x", report={}, secret=app.config["SECRET_KEY"])
        bill = BillText()
        for is_told in (True, False):
            start_payment(make_order(), gateway=gateway)
            number = gateway.requests[-1].out_trade_no
            trade = gateway.pay(number)
            if is_told:
                record_notification(gateway, {}, number.encode())
            query = select(PaymentAttempt).where(PaymentAttempt.out_trade_no == number)
            bill.pay(db.session.scalars(query).one(), 微信订单号=trade.transaction_id)
        gateway.bills[BillKind.TRADE, DAY] = bill.data
    advance(timedelta(days=1))
    return open_console(app)


def test_a_bill_is_fetched_a_difference_is_found_and_asking_heals_it(console: Console) -> None:
    assert "未下载" in console.text("/bills/")

    console.post(f"/bills/{DAY}/fetch")

    page = console.text(f"/bills/{DAY}")
    assert "有差异" in page
    assert re.findall(r"¥</span>([\d.]+)", page)[:2] == ["152.00", "0.00"]
    assert "本店少一笔" in page
    link = re.search(r"/console(/bills/differences/\d+)", page)[1]  # type: ignore[index]
    assert "还没有收到钱的记录" in console.text(link)
    console.post(f"{link}/ask")
    assert "已经消失" in console.text(link)
    assert "is-equal" in console.text("/bills/?month=2026-11")
    assert "流水 = 统计 = 账单" in console.text("/figures/")


def test_what_moved_on_the_account_stands_beside_it(console: Console, gateway: FakeGateway) -> None:
    gateway.bills[BillKind.FUNDS, DAY] = (
        "\ufeff记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
        "资金变更提交申请人,备注,业务凭证号\r\n"
        "`2026-11-21 10:15:32,`42001,`F1,`交易,`交易,`收入,`76.00,`76.00,`system,`,`XP1\r\n"
        "`2026-11-21 10:15:32,`42001,`F2,`手续费,`扣除交易手续费,`支出,`0.46,`75.54,`system,`,`XP1\r\n"
        "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n`2.0,`1.0,`76.00,`1.0,`0.46\r\n"
    ).encode()

    console.post(f"/bills/{DAY}/fetch")

    assert "收入 ¥76.00，支出 ¥0.46，净增 ¥75.54" in console.text(f"/bills/{DAY}")


def test_a_difference_stays_only_with_a_reason(app: Flask, console: Console) -> None:
    console.post(f"/bills/{DAY}/fetch")
    with app.app_context():
        number = db.session.scalars(select(Difference.id)).one()

    answer = console.post(f"/bills/differences/{number}/accept", reason="  ")
    assert answer.status_code == 422
    assert "请写下原因" in answer.get_data(as_text=True)
    console.post(f"/bills/differences/{number}/accept", reason="收款码收的")

    assert "收款码收的" in console.text(f"/bills/differences/{number}")
    assert "有说明" in console.text(f"/bills/{DAY}")
    assert "说明了一笔对账差异" in console.text("/people/log/")


def test_a_bill_that_cannot_be_had_says_why(console: Console, gateway: FakeGateway) -> None:
    gateway.bills_are_late = True

    console.post(f"/bills/{DAY}/fetch")

    assert "微信支付还在生成这一天的账单" in console.text(f"/bills/{DAY}")


def test_an_answer_that_does_not_come_changes_nothing(
    app: Flask, console: Console, gateway: FakeGateway
) -> None:
    console.post(f"/bills/{DAY}/fetch")
    with app.app_context():
        number = db.session.scalars(select(Difference.id)).one()
    gateway.is_down = True

    console.post(f"/bills/differences/{number}/ask")

    assert "什么也没有改" in console.text(f"/bills/differences/{number}")


@pytest.mark.parametrize(
    "path", ["/bills/2026-13-01", "/bills/tomorrow", "/bills/2026-11-23", "/bills/differences/9"]
)
def test_what_is_not_there_is_not_found(console: Console, path: str) -> None:
    assert console.get(path).status_code == 404


def test_the_ledger_wears_marks_and_filters_by_them(console: Console) -> None:
    console.post(f"/bills/{DAY}/fetch")

    assert "共 1 笔" in console.text("/orders/?mark=matched")
    assert "共 1 笔" in console.text("/orders/?mark=different")
    assert "没有找到订单" in console.text("/orders/?mark=waiting")
    page = console.text("/orders/")
    assert "is-matched" in page
    assert "is-different" in page


def test_the_orders_page_tells_what_the_bill_says(console: Console) -> None:
    console.post(f"/bills/{DAY}/fetch")

    link = re.search(r"/console(/orders/\d{18})", console.text("/orders/?mark=matched"))[1]  # type: ignore[index]

    assert f"微信支付 {DAY} 的账单里有这笔付款" in console.text(link)


def test_the_journal_is_taken_away_as_a_job(app: Flask, console: Console, tmp_path: Path) -> None:
    console.post(f"/bills/{DAY}/fetch")

    console.post("/bills/journal", **{"from": str(DAY), "to": str(DAY), "format": ".csv"})

    with app.app_context():
        job = db.session.scalars(select(LongJob)).one()
        LONG_HANDLERS["run_long_job"](job.id)
        job = db.session.scalars(select(LongJob).execution_options(populate_existing=True)).one()
        text = Path(app.config["DATA_DIR"], "files", job.file).read_text("utf-8-sig")
        actions = list(db.session.scalars(select(AuditEntry.action)))
    rows = text.splitlines()
    assert len(rows) == 3
    assert "76.00,76.00,0.46,75.54,0.60%,SUCCESS" in rows[1]
    assert "bills.exported" in actions


def test_the_original_is_handed_out_and_written_down(console: Console, gateway: FakeGateway) -> None:
    console.post(f"/bills/{DAY}/fetch")

    answer = console.get(f"/bills/{DAY}/original/1")

    assert answer.data == gateway.bills[BillKind.TRADE, DAY]
    assert "下载了账单原件" in console.text("/people/log/")
    assert console.get("/bills/2026-11-20/original/1").status_code == 404


def test_service_sees_no_bills_and_an_operator_settles_none(app: Flask, console: Console) -> None:
    with app.app_context():
        make_staff("service", role="service")
        make_staff("operator", role="operator")
    service, operator = Console(app), Console(app)
    service.log_in("service", PASSWORD)
    operator.log_in("operator", PASSWORD)

    assert service.get("/bills/").status_code == 403
    assert operator.get("/bills/").status_code == 200
    assert operator.post(f"/bills/{DAY}/fetch").status_code == 403


def test_a_day_shows_each_gateway_and_is_as_good_as_its_worst(app: Flask, console: Console) -> None:
    alipay = app.extensions["gateways"]["alipay"] = FakeGateway(name="alipay")
    with app.app_context():
        start_payment(make_order(), gateway=alipay)
        number = alipay.requests[-1].out_trade_no
        alipay.pay(number)  # before this day's bill: it belongs to the next one
        record_notification(alipay, {}, number.encode())

    console.post(f"/bills/{DAY}/fetch")

    page = console.text(f"/bills/{DAY}")
    assert page.index("微信支付：两边的合计") < page.index("支付宝：两边的合计")
    assert "支付宝说这一天没有账单" in page
    assert "is-different" in console.text("/bills/?month=2026-11")
