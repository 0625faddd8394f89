"""The three domains of the account's console. No interface tells them: proofs are looked for, else a person is asked.

Source: https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.errors import PlatformError
from app.golive.checks.access import explain
from app.golive.checks.callback import NO_ANSWER
from app.golive.checks.contract import (
    Check,
    Copy,
    Details,
    Finding,
    Group,
    Surroundings,
    fail,
    host_of,
    ok,
    unknown,
)
from app.golive.checks.own_address import NoAnswer, ask_own
from app.golive.proof_files import list_proof_files
from app.orders.models import Order

CONSOLE = _l("公众平台 → 设置与开发 → 账号设置 → 功能设置")
PROOF_LIVES = timedelta(days=30)  # an order of then proves that followers could log in
DOMAIN = _l("域名（不带 https:// 和路径）")


def _look_at_proofs(around: Surroundings) -> Finding:
    files = list_proof_files()
    if not files:
        return unknown("none")
    try:
        for file in files:
            answer = ask_own(around, f"/{file.name}")
            if answer.status != 200 or answer.body.strip() != file.content.encode():
                return fail("not_served", name=file.name, status=answer.status)
    except NoAnswer as nothing:
        return nothing.finding
    return ok("served", names=", ".join(file.name for file in files))


def _look_at_login(_around: Surroundings) -> Finding:
    newest = db.session.scalar(select(func.max(Order.created_at)))
    if newest is not None and newest > clock.now() - PROOF_LIVES:
        return ok("proven", when=newest.isoformat())
    return unknown("ask")


def _look_at_ticket(around: Surroundings) -> Finding:
    try:
        around.client.ticket.get()
    except PlatformError as error:
        return fail("no_right") if error.errcode == 48001 else explain(error)
    return unknown("ask")


def _ask(_around: Surroundings) -> Finding:
    return unknown("ask")


def _domain(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    return (Copy(DOMAIN, host_of(config)),)


CHECKS = (
    Check(
        name="proof_file",
        group=Group.DOMAINS,
        title=_l("域名校验文件"),
        meaning=_l("登记域名时，公众平台会给一个 MP_verify_….txt，要能在域名根目录打开。"),
        place=_l("下载后在本页下方“域名校验文件”里放进来，本店会替您摆到根目录"),
        says={
            **NO_ANSWER,
            "none": _l("还没有放校验文件；域名都已登记好的话，不用管"),
            "served": _l("能打开：%(names)s"),
            "not_served": _l(
                "%(name)s 打不开（HTTP %(status)s）：检查反向代理是不是把根目录的请求也转给了本店"
            ),
        },
        look=_look_at_proofs,
    ),
    Check(
        name="oauth_domain",
        group=Group.DOMAINS,
        title=_l("网页授权域名"),
        meaning=_l(
            "粉丝打开需要登录的页面时，微信只把身份告诉登记过的域名；没登记会看到“redirect_uri 域名与后台配置不一致”。"
        ),
        place=CONSOLE,
        says={
            "proven": _l("最近有粉丝登录后下过单（%(when)s），说明登记对了"),
            "ask": _l("接口查不到。用手机微信打开商城的“我的”，能进去就是登记对了"),
        },
        look=_look_at_login,
        copies=_domain,
        asks=_l("已在公众平台登记，用手机打开“我的”能进去"),
    ),
    Check(
        name="js_domain",
        group=Group.DOMAINS,
        title=_l("JS 接口安全域名"),
        meaning=_l("选微信地址、分享卡片都靠 JS-SDK，只在登记过的域名上能用。"),
        place=CONSOLE,
        says={
            "no_right": _l("这个公众号不能用 JS-SDK：请确认是已认证的服务号"),
            "ask": _l(
                "JS-SDK 的凭据取到了；域名登记接口查不到。用手机在结算页点“选择收货地址”，出来微信的地址簿就对了"
            ),
        },
        look=_look_at_ticket,
        copies=_domain,
        asks=_l("已登记，用手机在结算页能打开微信的地址簿"),
    ),
    Check(
        name="business_domain",
        group=Group.DOMAINS,
        title=_l("业务域名"),
        meaning=_l("登记后，粉丝在页面里输入文字时微信不会提示“非官方网页”。"),
        place=CONSOLE,
        says={"ask": _l("接口查不到，请到公众平台看一眼")},
        look=_ask,
        copies=_domain,
        asks=_l("已在公众平台登记"),
    ),
)
