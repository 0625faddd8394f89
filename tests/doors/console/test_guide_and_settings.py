"""The path for a newcomer, and the settings a merchant may change himself."""

import pytest
from flask import Flask

from app.core.db import transaction
from app.core.live_settings import keep_live, read_live
from app.golive import records
from app.golive.checks import CHECKS
from app.golive.checks.contract import ok
from app.golive.path import account_of, find_next, walk
from app.payments import opening
from app.staff.rights import FINANCE
from tests.factories import make_sku
from tests.staff import open_console

FIELDS = {
    "ORDER_TTL_SECONDS": "30",
    "SHIPPING_FEE_FEN": "8",
    "SHIPPING_FREE_FROM_FEN": "99",
    "MESSAGE_PAYLOAD_DAYS": "30",
    "MESSAGE_DAYS": "730",
}
WAS = {f"was_{name}": text for name, text in FIELDS.items()}


def all_is_well(app: Flask) -> None:
    run_id, _is_new = records.begin_run("command")
    for check in CHECKS:
        records.record_finding(run_id, check.name, ok("x"), took_ms=1)
    records.finish_run(run_id)


def close_shop() -> None:
    with transaction():
        opening.withdraw(actor="staff:1", name="x", secret="s")


def done(app: Flask) -> list[str]:
    return [place.step.name for place in walk(app.config) if place.is_done]


def test_every_step_is_done_by_what_it_says(app: Flask) -> None:
    with app.app_context():
        close_shop()
        assert done(app) == []
        for name in ("account", "verified", "merchant"):
            records.set_tick(f"path:{name}", account_of(app.config), actor="staff:1")
        all_is_well(app)
        assert done(app) == ["account", "verified", "merchant", "connect", "machine"]
        make_sku()
        with transaction():
            opening.release(actor="staff:1", name="x", report={}, secret="s")
        assert done(app)[5:] == ["goods", "open"]
        next_place = find_next(walk(app.config))
        assert next_place is not None and next_place.step.name == "menu"


def test_a_tick_about_another_account_says_nothing(app: Flask) -> None:
    with app.app_context():
        records.set_tick("path:account", "wx0000000000000000 1900000009", actor="staff:1")

        assert "account" not in done(app)


def test_a_step_is_confirmed_and_taken_back(app: Flask) -> None:
    console = open_console(app)

    assert "下一步：注册服务号" in console.text("/guide/")
    console.post("/guide/tick/account")
    assert "下一步：完成微信认证" in console.text("/guide/")
    console.post("/guide/tick/account", **{"do": "off"})
    console.post("/guide/tick/goods")  # nobody can say that there are goods

    assert "下一步：注册服务号" in console.text("/guide/")


def test_settings_count_at_once_and_are_noted(app: Flask) -> None:
    console = open_console(app)

    console.post("/settings/", **{**FIELDS, **WAS, "SHIPPING_FEE_FEN": "6.50", "ORDER_TTL_SECONDS": "15"})

    with app.app_context():
        assert read_live("SHIPPING_FEE_FEN", app.config) == 650
        assert read_live("ORDER_TTL_SECONDS", app.config) == 900
        assert read_live("MESSAGE_DAYS", app.config) == 730
    page = console.text("/settings/")
    assert 'value="6.50"' in page
    assert "修改了营业设置" in console.text("/people/log/")


def test_what_a_colleague_changed_meanwhile_stays(app: Flask) -> None:
    console = open_console(app)
    with app.app_context():
        keep_live({"SHIPPING_FEE_FEN": 1200}, app.config, actor="staff:9")

    console.post("/settings/", **{**FIELDS, **WAS, "MESSAGE_DAYS": "365"})

    with app.app_context():
        assert read_live("SHIPPING_FEE_FEN", app.config) == 1200
        assert read_live("MESSAGE_DAYS", app.config) == 365


@pytest.mark.parametrize(
    ("name", "text"), [("ORDER_TTL_SECONDS", "4"), ("SHIPPING_FEE_FEN", "免费"), ("MESSAGE_DAYS", "")]
)
def test_what_does_not_fit_is_said_beside_the_field_and_nothing_is_lost(
    app: Flask, name: str, text: str
) -> None:
    console = open_console(app)

    answer = console.post("/settings/", **{**FIELDS, **WAS, "SHIPPING_FREE_FROM_FEN": "188", name: text})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请填" in page
    assert f'value="{text}"' in page
    assert 'value="188"' in page
    with app.app_context():
        assert read_live("SHIPPING_FREE_FROM_FEN", app.config) == 9900


def test_no_secret_stands_on_the_page(app: Flask) -> None:
    app.config["ALERT_WEBHOOK_URL"] = "http://127.0.0.1:9/send?key=a-secret-key"
    app.config["DATABASE_URL"] = "postgresql://shop:a-password@db/shop"

    console = open_console(app)
    console.post("/settings/try/robot")
    page = console.text("/settings/")

    assert "连不上" in page
    for name in ("SECRET_KEY", "WECHAT_APPSECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY", "WXPAY_APIV3_KEY"):
        assert app.config[name] not in page
    assert "a-secret-key" not in page
    assert "a-password" not in page
    assert app.config["WECHAT_APPID"] in page


def test_finance_may_look_at_the_path_and_change_nothing(app: Flask) -> None:
    console = open_console(app, role=FINANCE)

    assert console.get("/guide/").status_code == 200
    assert console.post("/guide/tick/account").status_code == 403
    assert console.get("/settings/").status_code == 403
