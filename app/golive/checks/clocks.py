"""The server's clock against WeChat's: more than five minutes apart, no signature counts any more."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.db import leave_database
from app.golive.checks.contract import Check, Finding, Group, Surroundings, fail, ok, unknown, warn

TIMEOUT = (3, 5)
WARN_SECONDS, FAIL_SECONDS = 5, 60
PATH = "/cgi-bin/get_api_domain_ip"  # any answer carries the time, a refusal too


def _look(around: Surroundings) -> Finding:
    leave_database()
    began = clock.now()
    try:
        url = f"{around.config['WECHAT_API_BASE']}{PATH}"
        response = around.session.get(url, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException:
        return unknown("unreachable")
    theirs = _read_date(response.headers.get("Date", ""))
    if theirs is None:
        return unknown("no_date")
    ended = clock.now()
    return judge(int((began + (ended - began) / 2 - theirs).total_seconds()))


def judge(ahead_seconds: int) -> Finding:
    """What it means that our clock is so far ahead (behind when negative)."""
    off = abs(ahead_seconds)
    if off <= WARN_SECONDS:
        return ok("right", seconds=off)
    return (fail if off > FAIL_SECONDS else warn)("ahead" if ahead_seconds > 0 else "behind", seconds=off)


def _read_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


CHECKS = (
    Check(
        name="clock",
        group=Group.MACHINE,
        title=_l("服务器时间"),
        meaning=_l("签名里带着时间，和微信差五分钟以上就全部作废。"),
        place=_l("服务器：打开时间同步（如 chrony、systemd-timesyncd）"),
        says={
            "right": _l("和微信的时间相差不超过 %(seconds)s 秒"),
            "ahead": _l("比微信快 %(seconds)s 秒：请打开时间同步"),
            "behind": _l("比微信慢 %(seconds)s 秒：请打开时间同步"),
            "no_date": _l("微信的应答里没有时间"),
        },
        look=_look,
    ),
)
