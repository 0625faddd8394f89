"""The account's own interface: AppID and AppSecret, the IP list, and how a refusal becomes a finding.

Source: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.errors import PlatformError, PlatformUnreachable
from app.golive.checks.contract import Check, Copy, Details, Finding, Group, Surroundings, fail, ok, unknown
from app.wechat.platform_errors import find_refused_address

NOT_ON_THE_LIST = (40164, 61004)
OF_THE_SECRET = {40001: "secret", 40125: "secret", 40013: "appid", 40243: "frozen"}
CONSOLE = _l("公众平台 → 设置与开发 → 开发接口管理 → 账号开发信息")


def explain(error: PlatformError) -> Finding:
    """A refusal that a check has no sentence of its own for."""
    if isinstance(error, PlatformUnreachable):
        return unknown("unreachable")
    return fail("refused", errcode=error.errcode)


def _look_at_secret(around: Surroundings) -> Finding:
    try:
        around.client.check_credentials()
    except PlatformError as error:
        if error.errcode in NOT_ON_THE_LIST:
            return unknown("list_first")
        says = OF_THE_SECRET.get(error.errcode)
        return fail(says) if says else explain(error)
    return ok("right")


def _look_at_list(around: Surroundings) -> Finding:
    try:
        around.client.check_credentials()
    except PlatformError as error:
        if error.errcode in NOT_ON_THE_LIST:
            return fail("missing", address=find_refused_address(error.errmsg))
        return unknown("secret_first") if error.errcode in OF_THE_SECRET else explain(error)
    return ok("listed")


def _appid_copies(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    return (Copy(_l("AppID"), str(config["WECHAT_APPID"])),)


def _address_copies(_config: Mapping[str, Any], details: Details) -> Sequence[Copy]:
    return (Copy(_l("要加进白名单的地址"), details["address"]),) if details.get("address") else ()


CHECKS = (
    Check(
        name="credentials",
        group=Group.SERVER,
        title=_l("AppID 与 AppSecret"),
        meaning=_l("本店凭它们向微信换取 access_token：发消息、建菜单、登录都要用。"),
        place=CONSOLE,
        says={
            "right": _l("微信认得这个账号"),
            "secret": _l("AppSecret 不对：在公众平台重置后填进 .env 的 WECHAT_APPSECRET，重启"),
            "appid": _l("AppID 不对：核对 .env 的 WECHAT_APPID"),
            "frozen": _l("AppSecret 被冻结：在公众平台解冻，约十分钟后生效"),
            "list_first": _l("先把服务器地址加进 IP 白名单，才看得出来"),
        },
        look=_look_at_secret,
        copies=_appid_copies,
    ),
    Check(
        name="ip_list",
        group=Group.SERVER,
        title=_l("IP 白名单"),
        meaning=_l("微信只让白名单里的服务器换取 access_token。"),
        place=_l("公众平台 → 设置与开发 → 开发接口管理 → IP 白名单"),
        says={
            "listed": _l("这台服务器在白名单里"),
            "missing": _l("微信看到的地址是 %(address)s，不在白名单里：加进去，约五到十分钟后生效"),
            "secret_first": _l("先把 AppID、AppSecret 填对，才看得出来"),
        },
        look=_look_at_list,
        copies=_address_copies,
    ),
)
