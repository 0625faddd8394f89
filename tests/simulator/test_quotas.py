"""Daily budgets: used up, looked at, cleared, set by whoever runs the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.limits import TABLE
from simulator.settings import SettingsError, load_settings
from tests.simulator.box import Box

PATH = "/cgi-bin/user/get"


def quota(box: Box, path: str = PATH) -> dict[str, Any]:
    return box.api("POST", "/cgi-bin/openapi/quota/get", body={"cgi_path": path})


def clear(box: Box, **body: Any) -> int:
    path = "/cgi-bin/openapi/quota/clear" if "cgi_path" in body else "/cgi-bin/clear_quota"
    return int(box.api("POST", path, body=body)["errcode"])


def test_a_daily_budget_ends_and_can_be_cleared_ten_times_a_month(box: Box) -> None:
    box.post("limits", name=PATH, value=2)
    appid = box.settings.account.appid

    answers = [box.api("GET", PATH).get("errcode") for _ in range(4)]

    assert answers == [None, None, 45009, 45009]
    assert quota(box)["quota"] == {"daily_limit": 2, "used": 2, "remain": 0}
    assert clear(box, appid=appid) == 0
    assert box.api("GET", PATH)["count"] == 4
    assert [clear(box, appid=appid) for _ in range(10)] == [0] * 9 + [48006]
    assert clear(box, appid="wx0000000000000000") == 40013


def test_one_budget_is_cleared_without_the_others(box: Box) -> None:
    for path in (PATH, "/cgi-bin/tags/get"):
        box.post("limits", name=path, value=1)
        box.api("GET", path)

    assert clear(box, cgi_path=PATH) == 0

    assert box.api("GET", PATH)["count"] == 4
    assert box.api("GET", "/cgi-bin/tags/get")["errcode"] == 45009
    assert clear(box, cgi_path="/cgi-bin/poem") == 76003
    assert quota(box, "/cgi-bin/poem")["errcode"] == 76003


def test_a_budget_starts_afresh_the_next_beijing_day(box: Box) -> None:
    box.post("limits", name=PATH, value=1)
    assert [box.api("GET", PATH).get("errcode") for _ in range(2)] == [None, 45009]

    box.pass_time(86_400)

    assert box.api("GET", PATH)["count"] == 4


def test_budgets_and_numbers_are_settings(tmp_path: Path) -> None:
    environ = {"SIM_DAILY_LIMITS": "/cgi-bin/user/get=3, /cgi-bin/menu/create=1", "SIM_TAGS": "7"}

    limits = load_settings(tmp_path, environ).limits

    assert limits[PATH] == 3
    assert limits["/cgi-bin/menu/create"] == 1
    assert {name: limits[name] for name in ("tags", "agents")} == {"tags": 7, "agents": 100}
    assert {limit.name for limit in TABLE} <= set(limits)


@pytest.mark.parametrize(
    "environ",
    [
        {"SIM_TAGS": "0"},
        {"SIM_TAGS": "many"},
        {"SIM_DAILY_LIMITS": "user/get=3"},
        {"SIM_DAILY_LIMITS": "/cgi-bin/user/get"},
    ],
)
def test_a_wrong_number_stops_the_start(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="SIM_"):
        load_settings(tmp_path, environ)


def test_too_many_calls_in_a_minute_wait_for_the_next_one(box: Box) -> None:
    token = box.token()
    box.post("limits", name="calls_per_minute", value=2)

    answers = [box.api("GET", PATH, token=token).get("errcode") for _ in range(3)]
    other = box.api("GET", "/cgi-bin/tags/get", token=token).get("errcode")
    box.pass_time(60)

    assert answers == [None, None, 45011]
    assert other is None
    assert box.api("GET", PATH, token=token)["count"] == 4


def test_a_rid_tells_what_was_asked_for_a_week(box: Box) -> None:
    failed = box.api("POST", "/cgi-bin/user/info/updateremark", body={"openid": "oNobody", "remark": "x"})
    rid = failed["errmsg"].rpartition("rid: ")[2]

    def look(rid: str) -> dict[str, Any]:
        return box.api("POST", "/cgi-bin/openapi/rid/get", body={"rid": rid})

    asked = look(rid)["request"]
    assert failed["errcode"] == 40003
    assert '"remark"' in asked["request_body"]
    assert rid in asked["response_body"]
    assert asked["request_url"].startswith("access_token=")
    assert look("00000000-00000000-00000000")["errcode"] == 76001
    box.pass_time(7 * 86_400 + 1)
    assert look(rid)["errcode"] == 76001
