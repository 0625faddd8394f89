"""The doctor's page: what it shows, who may confirm what, and that it never stands in the way."""

import re
from io import BytesIO

from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.golive import records
from app.golive.checks import CHECKS
from app.golive.checks.contract import fail, unknown
from app.payments.models import PaymentNotification
from app.payments.self_test import write_self_test
from tests.staff import open_console


def found(app: Flask) -> None:
    """A run that found a missing address and asks about a domain."""
    with app.app_context():
        run_id, _is_new = records.begin_run("command")
        records.record_finding(run_id, "ip_list", fail("missing", address="203.0.113.8"), took_ms=5)
        records.record_finding(run_id, "js_domain", unknown("ask"), took_ms=5)
        records.finish_run(run_id)


def test_the_page_names_every_check_before_any_was_made(app: Flask) -> None:
    page = open_console(app).text("/doctor/")

    for check in CHECKS:
        assert f'id="{check.name}"' in page
    assert "还没有检查过" in page


def test_a_finding_says_what_where_and_hands_out_the_value(app: Flask) -> None:
    found(app)

    page = open_console(app).text("/doctor/")

    assert "203.0.113.8，不在白名单里" in page
    assert 'data-copy="203.0.113.8"' in page
    assert 'data-copy="https://shop.example.cn/wechat"' in page
    for name in ("WECHAT_TOKEN", "WECHAT_APPSECRET", "WXPAY_APIV3_KEY", "SECRET_KEY"):
        assert app.config[name] not in page


def test_the_page_speaks_english(app: Flask) -> None:
    found(app)

    page = open_console(app, language="en").text("/doctor/")

    assert "WeChat sees 203.0.113.8, which is not on the list" in page
    assert not re.search(r"[\u4e00-\u9fff]{5,}", re.sub(r"（.*?）|\(.*?\)|中文", "", page))


def test_a_person_confirms_with_name_and_takes_it_back(app: Flask) -> None:
    found(app)
    console = open_console(app)

    console.post("/doctor/tick/js_domain")
    assert "owner 确认于" in console.text("/doctor/")

    console.post("/doctor/tick/js_domain", do="off")
    assert "owner 确认于" not in console.text("/doctor/")
    assert "不用人来确认" in console.client.get(
        console.post("/doctor/tick/disk").location, buffered=True
    ).get_data(as_text=True)


def test_a_proof_file_is_handed_in_with_its_name(app: Flask) -> None:
    console = open_console(app)
    name = "MP_verify_0123456789abcdef.txt"
    fields = {"csrf_token": console.token(), "file": (BytesIO(b"0123456789abcdef"), name)}

    console.client.post("/console/doctor/proof-files", data=fields)

    assert name in console.text("/doctor/")
    assert app.test_client().get(f"/{name}").text == "0123456789abcdef"


def test_our_own_test_notification_is_acknowledged_and_kept_nowhere(app: Flask) -> None:
    test = write_self_test(app.config["SECRET_KEY"])
    client = app.test_client()

    answer = client.post("/pay/notify/wechatpay_v3", data=test.body, headers=test.headers)
    forged = client.post("/pay/notify/wechatpay_v3", data=test.body + b" ", headers=test.headers)

    assert answer.get_json() == {"receipt": test.receipt, "dropped": []}
    assert forged.status_code == 401
    with app.app_context():
        assert len(db.session.scalars(select(PaymentNotification)).all()) == 1  # the forged one, as evidence
