"""The server address: does the shop answer it, to WeChat alone, and does WeChat reach it.

Source: https://developers.weixin.qq.com/doc/service/guide/dev/push/
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.conversations.models import Direction, Message
from app.core import clock
from app.core.db import db
from app.core.errors import PlatformError
from app.golive.checks.access import explain
from app.golive.checks.contract import (
    Check,
    Copy,
    Details,
    Finding,
    Group,
    Surroundings,
    fail,
    ok,
    unknown,
    warn,
)
from app.golive.checks.own_address import Answer, NoAnswer, ask_own
from app.wechat.callback.crypto import compute_signature

PATH = "/wechat"
PLACE = _l("公众平台 → 设置与开发 → 开发接口管理 → 服务器配置")
NO_ANSWER = {
    "silent": _l("从服务器自己这里连不上 %(host)s：检查域名解析、反向代理和防火墙"),
    "slow": _l("%(host)s 太久没有应答：微信只等五秒"),
    "certificate": _l("%(host)s 的 HTTPS 证书有问题：过期、域名不符或缺少中间证书"),
}


def _look_at_address(around: Surroundings) -> Finding:
    echo = str(secrets.randbelow(10**18))
    try:
        right = ask_own(around, PATH, query=_query(str(around.config["WECHAT_TOKEN"]), echo))
        wrong = ask_own(around, PATH, query=_query(secrets.token_hex(8), echo))
    except NoAnswer as nothing:
        return nothing.finding
    return _judge(right, wrong, echo.encode(), is_https=around.base_url.startswith("https://"))


def _judge(right: Answer, wrong: Answer, echo: bytes, *, is_https: bool) -> Finding:
    if right.location:
        return fail("redirected", location=right.location)
    if right.status == 403:
        return fail("another_token")
    if right.status != 200 or right.body != echo:
        return fail("not_us", status=right.status)
    if wrong.status != 403:
        return fail("open_to_all", status=wrong.status)
    return ok("right", ms=right.took_ms) if is_https else warn("plain", ms=right.took_ms)


def _query(token: str, echo: str) -> dict[str, str]:
    timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(6)
    signature = compute_signature(token, timestamp, nonce)
    return {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}


def _look_at_pushes(around: Surroundings) -> Finding:
    query = select(Message.at).where(Message.direction == Direction.IN).order_by(Message.id.desc()).limit(1)
    last = db.session.scalar(query)
    if last is None:
        return unknown("never")
    mode = str(around.config["WECHAT_CALLBACK_MODE"])
    when = last.isoformat()
    return ok("received", when=when) if mode == "safe" else warn("weak", when=when, mode=mode)


def _look_from_wechat(around: Surroundings) -> Finding:
    try:
        answer = around.client.post("callback/check", data={"action": "all", "check_operator": "DEFAULT"})
    except PlatformError as error:
        return fail("not_set") if error.errcode == 40201 else explain(error)
    pings = [row for row in answer.get("ping") or () if isinstance(row, dict)]
    lost = [row for row in pings if str(row.get("package_loss", "")) == "100%"]
    addresses = sorted(
        {str(row.get("ip", ""))[:45] for row in answer.get("dns") or () if isinstance(row, dict)}
    )
    if not addresses and not pings:
        return warn("no_name")
    if pings and len(lost) == len(pings):
        return warn("no_ping", addresses=", ".join(addresses))
    return ok("seen", addresses=", ".join(addresses))


def _look_at_sources(around: Surroundings) -> Finding:
    try:
        answer = around.client.get("getcallbackip")
    except PlatformError as error:
        return explain(error)
    addresses = [str(each)[:45] for each in answer.get("ip_list") or ()][:200]
    return ok("sources", number=len(addresses), addresses="\n".join(addresses))


def _address_copies(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    return (Copy(_l("服务器地址（URL）"), f"{config['BASE_URL']}{PATH}"),)


def _source_copies(_config: Mapping[str, Any], details: Details) -> Sequence[Copy]:
    return (Copy(_l("微信推送的来源地址"), details["addresses"]),) if details.get("addresses") else ()


CHECKS = (
    Check(
        name="server_address",
        group=Group.SERVER,
        title=_l("服务器地址"),
        meaning=_l("粉丝说的话、点的菜单都由微信送到这个地址。本店用对的和错的签名各敲了一次自己的门。"),
        place=PLACE,
        says={
            **NO_ANSWER,
            "right": _l("对的签名得到了应答，错的被拒绝（%(ms)s 毫秒）"),
            "plain": _l("应答正确（%(ms)s 毫秒），但地址不是 https：正式营业前请换成 https"),
            "redirected": _l("地址被转到 %(location)s：微信不跟随跳转，请让反向代理直接应答"),
            "another_token": _l(
                "应答的服务用的是另一个 Token：那里跑的可能不是这份程序，或 .env 改过还没有重启"
            ),
            "not_us": _l("那里有别的程序在应答（HTTP %(status)s）：检查反向代理指向哪里"),
            "open_to_all": _l("错的签名也被接受了（HTTP %(status)s）：应答的不是这家店"),
        },
        look=_look_at_address,
        copies=_address_copies,
    ),
    Check(
        name="pushes",
        group=Group.SERVER,
        title=_l("Token 与消息加解密密钥"),
        meaning=_l("只有公众平台和 .env 里的 Token、EncodingAESKey 一字不差，微信的推送才能验签、解密。"),
        place=PLACE,
        says={
            "received": _l("最近一次收到并解开微信的推送：%(when)s"),
            "weak": _l(
                "收到过推送（%(when)s），但接受 %(mode)s 模式：正式营业请用“安全模式”，WECHAT_CALLBACK_MODE 设为 safe"
            ),
            "never": _l(
                "还没有收到过微信的推送：在公众平台提交服务器配置后，用手机给公众号发一句话，再查一次"
            ),
        },
        look=_look_at_pushes,
    ),
    Check(
        name="callback_check",
        group=Group.SERVER,
        title=_l("微信看得到服务器"),
        meaning=_l("请微信从它那边解析域名并试着连一次。"),
        place=PLACE,
        says={
            "seen": _l("微信能找到服务器：%(addresses)s"),
            "not_set": _l("公众平台里还没有填服务器地址"),
            "no_name": _l("微信没有解析出地址：检查域名解析"),
            "no_ping": _l("微信 ping 不到 %(addresses)s：有的机房不答 ping，只要推送能收到就没关系"),
        },
        look=_look_from_wechat,
    ),
    Check(
        name="push_sources",
        group=Group.SERVER,
        title=_l("防火墙"),
        meaning=_l("服务器前面有防火墙时，要放行微信推送的来源地址；名单会变，每次检查都会重新取。"),
        place=_l("服务器或云厂商的安全组、防火墙"),
        says={"sources": _l("微信会从 %(number)s 个地址推送；没有按来源限制的防火墙就不用管")},
        look=_look_at_sources,
        copies=_source_copies,
    ),
)
