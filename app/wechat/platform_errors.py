"""What WeChat's error numbers mean for the person who has to mend them.

Source: https://developers.weixin.qq.com/doc/service/guide/dev/errorcode.html
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.core.errors import PlatformError, PlatformUnreachable

UNREACHABLE = -1001
UNREADABLE = -1002

_SENTENCES = {
    -1: lazy_gettext("微信系统繁忙，请稍后再试"),
    40001: lazy_gettext("凭据无效：请核对 AppSecret，并确认没有别的系统在用同一个公众号换取 access_token"),
    40003: lazy_gettext("openid 不属于本公众号，或对方没有关注"),
    40007: lazy_gettext("素材不存在或已过期"),
    40036: lazy_gettext("模板编号的长度不对，请重新选模板"),
    40037: lazy_gettext("公众号没有这个模板，可能已被删除，请重新选一个"),
    40013: lazy_gettext("AppID 不对：请核对 WECHAT_APPID 与公众平台上的 AppID"),
    40014: lazy_gettext("access_token 无效，系统会自动换新"),
    40015: lazy_gettext("菜单类型不对"),
    40016: lazy_gettext("一级菜单须有 1 到 3 个按钮"),
    40017: lazy_gettext("一级按钮的类型微信不认识"),
    40018: lazy_gettext("菜单名称太长：一级菜单最多 16 字节"),
    40019: lazy_gettext("一级按钮的 key 太长：最多 128 字节"),
    40020: lazy_gettext("一级按钮的链接太长：最多 1024 字节"),
    40022: lazy_gettext("菜单最多两级"),
    40023: lazy_gettext("每一列最多 5 个子菜单"),
    40024: lazy_gettext("子菜单按钮的类型微信不认识"),
    40025: lazy_gettext("子菜单名称太长：最多 60 字节"),
    40026: lazy_gettext("子菜单按钮的 key 太长：最多 128 字节"),
    40027: lazy_gettext("子菜单按钮的链接太长：最多 1024 字节"),
    40028: lazy_gettext("这个微信用户不能使用菜单接口"),
    40029: lazy_gettext("授权码无效，请重新打开页面"),
    40032: lazy_gettext("一次给微信的 openid 太多"),
    40033: lazy_gettext("内容里有 \\u 转义的字符，微信不接受"),
    40048: lazy_gettext("链接的域名没有在公众平台登记"),
    40054: lazy_gettext("子菜单链接的域名没有在公众平台登记"),
    40055: lazy_gettext("菜单链接的域名没有在公众平台登记"),
    40092: lazy_gettext("备注名微信不接受：要少于 30 个字节，一个汉字算 3 个"),
    40117: lazy_gettext("分组名称微信不接受"),
    40118: lazy_gettext("素材的 media_id 长度不对"),
    40119: lazy_gettext("一级按钮的类型微信不支持"),
    40120: lazy_gettext("子菜单按钮的类型微信不支持"),
    40121: lazy_gettext("素材的类型不能用在菜单里"),
    40125: lazy_gettext("AppSecret 不对：请在公众平台重置后更新 WECHAT_APPSECRET"),
    40163: lazy_gettext("授权码已经用过，请重新打开页面"),
    40249: lazy_gettext("微信认为通知里有推销的内容，请改掉"),
    40243: lazy_gettext("AppSecret 已被冻结：请在公众平台解冻，约十分钟后生效"),
    41001: lazy_gettext("请求没有带 access_token"),
    42001: lazy_gettext("access_token 已过期，系统会自动换新"),
    42003: lazy_gettext("授权码已过期，请重新打开页面"),
    42010: lazy_gettext("一分钟里群发太多次，请过一分钟再试"),
    43004: lazy_gettext("对方没有关注公众号"),
    43101: lazy_gettext("对方没有同意这种通知，或同意的次数用完了"),
    43116: lazy_gettext("这个模板被微信封了，请换一个"),
    43019: lazy_gettext("对方在黑名单里，请先移出黑名单"),
    45002: lazy_gettext("消息内容太长"),
    45008: lazy_gettext("客服图文消息只能有一条"),
    45009: lazy_gettext("今天的接口调用次数已用完，次日零点恢复；可在公众平台查看用量"),
    45010: lazy_gettext("今天发布菜单的次数已用完，次日零点恢复"),
    45011: lazy_gettext("接口调用太频繁，请一分钟后再试"),
    45015: lazy_gettext("已超过可回复的时间，或对方已取消关注"),
    45028: lazy_gettext("公众号的群发次数用完了，今天的或这个月的；等它恢复，或缩小人群"),
    45029: lazy_gettext("永久二维码已达 10 万个的上限：请改用临时二维码，或续用已有的永久码"),
    45047: lazy_gettext("在对方再次发来消息之前，可发送的客服消息已用完"),
    45056: lazy_gettext("公众号的标签已满 100 个，请先删除不用的标签"),
    45057: lazy_gettext("这个标签下的粉丝超过 10 万，微信不让删除：请先取下一部分粉丝的标签"),
    45058: lazy_gettext("这是微信的系统标签，不能改动"),
    45059: lazy_gettext("有粉丝的标签已满 20 个，请先取下不用的标签"),
    45064: lazy_gettext("菜单里不能用这个小程序：请先在公众平台关联它"),
    45157: lazy_gettext("标签名不合法，或者和已有的标签重名"),
    45158: lazy_gettext("标签名太长，请缩短后再试"),
    45159: lazy_gettext("微信那边已经没有这个标签了"),
    45169: lazy_gettext("有别的操作正在改动同一个标签，稍后会再试"),
    45171: lazy_gettext("只有一部分粉丝打上了标签，其余会再试"),
    46002: lazy_gettext("微信没有这个版本的菜单"),
    46003: lazy_gettext("公众号还没有通过接口发布过菜单"),
    47003: lazy_gettext("通知里有一项内容不合微信对这个关键词的规定"),
    48001: lazy_gettext("公众号没有这个接口的权限：请确认是已认证的服务号"),
    48002: lazy_gettext("对方已拒收公众号的消息"),
    48003: lazy_gettext("公众号还没有同意群发协议：请先在公众平台的群发页面同意"),
    48004: lazy_gettext("接口因违规被封禁，详情见公众平台的通知"),
    49003: lazy_gettext("openid 不属于本公众号"),
    50004: lazy_gettext("公众号被处罚，不能获取 access_token"),
    50005: lazy_gettext("对方已取消关注"),
    50007: lazy_gettext("公众号已被冻结"),
    53600: lazy_gettext("文章不存在或还没有发布：请核对 article_id"),
    61004: lazy_gettext("服务器地址不在 IP 白名单：请在公众平台的开发设置里添加"),
    65301: lazy_gettext("微信那边已经没有这个个性化菜单"),
    65302: lazy_gettext("微信找不到这位粉丝"),
    65303: lazy_gettext("还没有默认菜单：请先发布默认菜单，再发布个性化菜单"),
    65304: lazy_gettext("个性化菜单没有说给谁看：请选择标签或手机系统"),
    65305: lazy_gettext("个性化菜单太多：请先撤下不用的"),
    65306: lazy_gettext("公众号不能使用个性化菜单：请确认已认证"),
    65307: lazy_gettext("个性化菜单是空的"),
    65308: lazy_gettext("有按钮没有动作"),
    65309: lazy_gettext("个性化菜单在公众平台被关闭"),
    65316: lazy_gettext("个性化菜单的链接最多去 3 个其他域名"),
    65317: lazy_gettext("有链接微信不接受"),
    65318: lazy_gettext("菜单不是 UTF-8 编码"),
    65319: lazy_gettext("公众号不能创建菜单"),
    65320: lazy_gettext("个性化菜单不再支持性别、地区和语言"),
    65400: lazy_gettext("公众号还没有开通客服功能：请在公众平台开通；刚开通的话请等几分钟"),
    65401: lazy_gettext("没有这个客服账号"),
    65402: lazy_gettext("这个客服账号还没有绑定微信号：请先邀请一位客服"),
    65403: lazy_gettext("客服昵称不合规"),
    65404: lazy_gettext("客服账号的写法不对"),
    65405: lazy_gettext("客服账号已满 100 个"),
    65406: lazy_gettext("这个客服账号已经有了"),
    65407: lazy_gettext("这个微信号已经是本公众号的客服"),
    65408: lazy_gettext("已经邀请过这个微信号"),
    65409: lazy_gettext("没有这个微信号"),
    65410: lazy_gettext("这个微信号绑定的客服账号已达上限"),
    65411: lazy_gettext("这个客服账号有一份还没有答复的邀请"),
    65412: lazy_gettext("这个客服账号已经绑定了微信号"),
    65413: lazy_gettext("这位粉丝没有进行中的会话"),
    65414: lazy_gettext("这位粉丝正由另一位客服接待"),
    65415: lazy_gettext("这位客服不在线"),
    65416: lazy_gettext("聊天记录的查询参数不对"),
    65417: lazy_gettext("聊天记录一次最多查 24 小时"),
    70000: lazy_gettext("对方是未成年人，微信限制了这类消息"),
    89503: lazy_gettext("这次调用需要管理员在微信里确认"),
    89506: lazy_gettext("管理员拒绝了这个服务器地址，24 小时后才能再试"),
    89507: lazy_gettext("管理员拒绝了这个服务器地址，1 小时后才能再试"),
}

_SOON, _LATER, _MUCH_LATER = timedelta(minutes=1), timedelta(minutes=10), timedelta(minutes=30)
# Asked again later, WeChat may say yes: it is busy, a quota comes back, or somebody mends a setting.
_PASSING = {
    **dict.fromkeys((-1, UNREACHABLE, UNREADABLE, 45011, 45169), _SOON),
    **dict.fromkeys(
        (40001, 40013, 40014, 40125, 40164, 40243, 42001, 50004, 61004, 89503, 89506, 89507), _LATER
    ),
    45009: _MUCH_LATER,
}

_ADDRESS = re.compile(r"invalid ip ([0-9a-fA-F.:]{3,45})")


def make_error(errcode: int, errmsg: str) -> PlatformError:
    """The error for WeChat's `errcode`, with a sentence that says what to do."""
    if errcode == 40164:
        return PlatformError(errcode, errmsg, _address_sentence(errmsg))
    sentence = _SENTENCES.get(errcode)
    return PlatformError(errcode, errmsg, f"{sentence}（{errcode}）" if sentence else "")


def wait_before_retry(errcode: int) -> timedelta | None:
    """How long to wait before asking the same again; None when the answer will stay no."""
    return _PASSING.get(errcode)


def make_unreachable(reason: str) -> PlatformUnreachable:
    """WeChat did not answer. `reason` is the kind of failure, never an address with a token in it."""
    return PlatformUnreachable(UNREACHABLE, reason, _("连不上微信服务器，请稍后再试"))


def make_unreadable(reason: str) -> PlatformUnreachable:
    """Something answered, but not WeChat's interface."""
    return PlatformUnreachable(UNREADABLE, reason, _("微信服务器的回答无法识别，请稍后再试"))


def raise_for_errcode(result: Mapping[str, Any]) -> None:
    """Raise when WeChat's answer is a failure: `errcode` present and not 0."""
    try:
        errcode = int(result.get("errcode") or 0)
    except (TypeError, ValueError) as error:
        raise make_unreadable("errcode is no number") from error
    if errcode:
        error = make_error(errcode, str(result.get("errmsg", "")))
        error.answer = dict(result)
        raise error


def find_refused_address(errmsg: str) -> str:
    """The address that WeChat saw and does not have on its list; empty when it does not say."""
    found = _ADDRESS.search(errmsg)
    return found.group(1) if found else ""


def say_errcode(errcode: int) -> str:
    """What WeChat's number means, in the reader's language; empty when nobody here knows."""
    return str(_SENTENCES.get(errcode, ""))


def _address_sentence(errmsg: str) -> str:
    address = find_refused_address(errmsg)
    if not address:
        return str(_("服务器地址不在 IP 白名单：请在公众平台的开发设置里添加（40164）"))
    return str(
        _(
            "服务器地址 %(address)s 不在 IP 白名单：请在公众平台“设置与开发 → 开发接口管理 → IP白名单”里添加它，"
            "约十分钟后生效（40164）",
            address=address,
        )
    )
