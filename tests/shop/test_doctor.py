"""The doctor's findings: what the database shows, what is kept, what a person may confirm."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.core.outbox import OutboxJob
from app.core.timetable import TimetableRun
from app.followers.models import Follower
from app.golive import records
from app.golive.checks import BY_NAME, CHECKS
from app.golive.checks.contract import Surroundings, fail, ok, unknown
from app.golive.doctor import examine
from app.golive.models import DoctorRun, Verdict
from app.golive.proof_files import keep_proof_file, list_proof_files, remove_proof_file
from app.golive.report import make_report, write_json
from app.payments.gateways import find_apiv2
from app.payments.models import PaymentNotification
from app.payments.models import Verdict as Judged
from app.payments.service import start_payment
from tests.apiv2 import OLD_KEY, no, play, signed, use_apiv2, write
from tests.complaints import FakeComplaintDesk
from tests.factories import make_follower, make_order
from tests.fakes import FakeGateway
from tests.golive.around import around
from tests.keys import certificate_pem, private_pem

Advance = Callable[[timedelta], None]


def look(name: str, surroundings: Surroundings | None = None) -> str:
    return BY_NAME[name].look(surroundings or around()).says


def test_every_check_keeps_what_it_found_even_when_it_breaks(
    shop: Flask, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = [BY_NAME["jobs"], BY_NAME["pay_keys"]]

    def break_down(_number: str) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(gateway, "query", break_down)
    run_id = examine(shop, actor="command", checks=checks)

    found = {row.name: (row.verdict, row.says) for row in records.findings_of(run_id)}
    assert found == {"jobs": (Verdict.OK, "none"), "pay_keys": (Verdict.UNKNOWN, "broken")}
    assert records.get_run(run_id).finished_at is not None


def test_a_second_press_joins_the_run_that_is_under_way(shop: Flask, advance: Advance) -> None:
    first, is_new = records.begin_run("staff:1")
    again, is_new_again = records.begin_run("staff:2")
    advance(records.LONGEST_RUN + timedelta(seconds=1))
    later, is_new_later = records.begin_run("staff:2")

    assert (is_new, is_new_again, is_new_later) == (True, False, True)
    assert first == again != later


def test_few_runs_are_kept(shop: Flask) -> None:
    for _ in range(records.KEPT_RUNS + 3):
        run_id, _is_new = records.begin_run("command")
        records.record_finding(run_id, "disk", ok("enough"), took_ms=1)
        records.finish_run(run_id)

    assert len(db.session.scalars(select(DoctorRun)).all()) == records.KEPT_RUNS


def test_a_tick_answers_what_cannot_be_known_and_nothing_else(shop: Flask) -> None:
    run_id, _is_new = records.begin_run("command")
    records.record_finding(run_id, "js_domain", unknown("ask"), took_ms=1)
    records.record_finding(run_id, "oauth_domain", fail("broken"), took_ms=1)
    for name in ("js_domain", "oauth_domain", "disk"):
        records.set_tick(name, "shop.example.cn", actor="staff:1")

    report = make_report(shop.config)

    assert report.find("js_domain").verdict == Verdict.OK
    assert report.find("oauth_domain").verdict == Verdict.FAIL
    assert report.find("disk").verdict is None  # nobody is asked about the disk


def test_a_tick_about_another_domain_says_nothing(shop: Flask) -> None:
    records.set_tick("business_domain", "old.example.cn", actor="staff:1")

    assert make_report(shop.config).find("business_domain").tick is None
    assert records.take_tick("business_domain")
    assert not records.take_tick("business_domain")


def test_no_report_holds_a_secret(shop: Flask, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.golive.doctor.open_session", lambda: around().session)
    examine(shop, actor="command", checks=[check for check in CHECKS if check.name != "notify_from_wechat"])

    text = json.dumps(write_json(make_report(shop.config)), ensure_ascii=False)

    for name in ("SECRET_KEY", "WECHAT_APPSECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY", "WXPAY_APIV3_KEY"):
        assert shop.config[name] not in text
    copied = [copy.value for check in CHECKS for copy in check.copies(shop.config, {})]
    assert not {shop.config["WECHAT_TOKEN"], shop.config["WECHAT_APPSECRET"]} & set(copied)


def test_the_worker_is_judged_by_each_line_of_the_timetable(shop: Flask, advance: Advance) -> None:
    surroundings = around(timetable={"outbox": timedelta(seconds=5), "menus": timedelta(hours=24)})
    assert look("worker", surroundings) == "never"
    with transaction() as session:
        session.add(TimetableRun(name="outbox", started_at=clock.now()))
    assert look("worker", surroundings) == "late"
    with transaction() as session:
        session.add(TimetableRun(name="menus", started_at=clock.now()))
    assert look("worker", surroundings) == "alive"

    advance(timedelta(minutes=2))

    assert look("worker", surroundings) == "silent"


def test_waiting_and_given_up_jobs_are_told(shop: Flask, advance: Advance) -> None:
    with transaction() as session:
        session.add(OutboxJob(kind="raise_alert", args={}, due_at=clock.now(), given_up_at=clock.now()))
    assert look("jobs") == "given_up"
    with transaction() as session:
        session.add(OutboxJob(kind="raise_alert", args={}, due_at=clock.now()))

    advance(timedelta(minutes=6))

    assert look("jobs") == "backlog"


def test_money_that_came_proves_directory_login_and_binding(shop: Flask, gateway: FakeGateway) -> None:
    surroundings = around(gateway=gateway)
    assert look("binding", surroundings) == "nobody"
    make_follower()
    assert (look("pay_directory"), look("oauth_domain")) == ("ask", "ask")
    assert look("binding", surroundings) == "tried"
    assert gateway.closed == [gateway.requests[-1].out_trade_no]
    tried = gateway.requests[-1]
    assert (tried.amount_fen, tried.openid) == (1, db.session.scalars(select(Follower.openid)).one())
    assert timedelta(0) < tried.expires_at - clock.now() <= timedelta(minutes=10)

    order = make_order()
    start_payment(order, gateway=gateway)

    assert (look("binding", surroundings), look("oauth_domain")) == ("proven", "proven")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("SIGN_ERROR", "our_signature"),
        ("APPID_MCHID_NOT_MATCH", "not_bound"),
        ("PARAM_ERROR", "refused_pay"),
        ("INVALID_REQUEST", "stranger"),
    ],
)
def test_what_wechat_pay_refuses_says_what_to_mend(shop: Flask, code: str, says: str) -> None:
    make_follower()

    assert look("binding", around(gateway=FakeGateway(refusal=code))) == says


def test_apiv2_is_tried_where_the_shop_has_it(shop: Flask, tmp_path: Path) -> None:
    assert look("apiv2") == "unused"
    use_apiv2(shop, tmp_path)
    files = {name: str(tmp_path / f"{name}.pem") for name in ("WXPAY_CERT_FILE", "WXPAY_PRIVATE_KEY_FILE")}
    surroundings = around(**files)
    Path(files["WXPAY_PRIVATE_KEY_FILE"]).write_bytes(private_pem("merchant"))
    said = []

    for key, answer in (
        ("another", b""),
        ("merchant", signed(no("ORDERNOTEXIST"))),
        ("merchant", write({"return_code": "FAIL", "return_msg": "签名错误"})),
        ("merchant", signed(no("ORDERNOTEXIST"), key=OLD_KEY)),
        ("merchant", b"tired"),
    ):
        Path(files["WXPAY_CERT_FILE"]).write_bytes(certificate_pem(key))
        play(find_apiv2(), lambda *_, answer=answer: answer)  # type: ignore[misc, arg-type]
        said.append(look("apiv2", surroundings))

    assert said == ["no_pair", "right", "our_signature", "answer_unproven", "silent"]


@pytest.mark.parametrize(
    ("desk", "says", "verdict"),
    [
        ({"address": ""}, "none", Verdict.WARN),
        ({"address": "https://old.example.cn/pay/notify/complaints"}, "elsewhere", Verdict.WARN),
        ({"address": "{ours}"}, "ours", Verdict.OK),
        ({"is_down": True}, "silent", Verdict.UNKNOWN),
        ({"refusal": "NO_AUTH"}, "no_right", Verdict.UNKNOWN),
    ],
)
def test_where_news_of_complaints_goes_is_looked_up(
    shop: Flask, desk: dict[str, Any], says: str, verdict: Verdict
) -> None:
    surroundings = around()
    ours = f"{surroundings.base_url}/pay/notify/complaints"
    known = {name: ours if value == "{ours}" else value for name, value in desk.items()}
    shop.extensions["complaint_desk"] = FakeComplaintDesk(**known)

    finding = BY_NAME["complaint_address"].look(surroundings)

    assert (finding.says, finding.verdict) == (says, verdict)


def test_a_genuine_notification_proves_the_way_and_a_forged_one_does_not(shop: Flask) -> None:
    forged = FakeGateway(refusal="NO_AUTH")
    keep_notification(Judged.REFUSED)
    assert look("notify_from_wechat", around(gateway=forged)) == "no_test"

    keep_notification(Judged.IGNORED)

    assert look("notify_from_wechat", around(gateway=forged)) == "received"


def keep_notification(verdict: Judged) -> None:
    with transaction() as session:
        values: dict[str, Any] = {"received_at": clock.now(), "headers": {}, "body": b"{}"}
        session.add(PaymentNotification(gateway="wechatpay_v3", verdict=verdict, **values))


def test_the_database_is_really_written(shop: Flask) -> None:
    finding = BY_NAME["database"].look(around())

    assert finding.says == "writes"
    assert finding.details["ms"] < 1000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("MP_verify_../../etc/passwd.txt", "x"),
        ("MP_verify_0123456789abcde.txt", "x"),
        ("MP_verify_0123456789abcdef.html", "x"),
        ("MP_verify_0123456789abcdef.txt", "<script>"),
        ("robots.txt", "x"),
    ],
)
def test_nothing_but_a_proof_can_be_put_at_the_root(shop: Flask, name: str, content: str) -> None:
    with pytest.raises(InputInvalid):
        keep_proof_file(name, content, actor="staff:1")


def test_a_proof_file_is_served_as_it_came_and_can_be_removed(shop: Flask) -> None:
    name = "MP_verify_0123456789abcdef.txt"
    keep_proof_file(name, "0123456789abcdef\n", actor="staff:1")
    client = shop.test_client()

    assert client.get(f"/{name}").get_data(as_text=True) == "0123456789abcdef"
    assert client.get("/MP_verify_ffffffffffffffff.txt").status_code == 404
    assert client.get("/robots.txt").status_code == 404

    remove_proof_file(name, actor="staff:1")
    remove_proof_file(name, actor="staff:1")

    assert client.get(f"/{name}").status_code == 404
    assert list_proof_files() == []
