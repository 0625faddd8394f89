"""The way from a business licence to an open shop, in the order in which it is walked.

What the shop can see for itself it looks up: the doctor's findings, goods on sale, a published menu, a paid test.
What only a person can know he says by a tick, the same as the doctor's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import exists, select

from app.catalog.models import Product
from app.catalog.states import ProductState
from app.core.db import db
from app.golive import records
from app.golive.checks.contract import Group
from app.golive.models import GoLiveTick, Verdict
from app.golive.report import Report, make_report
from app.payments import opening
from app.payments.models import PaymentAttempt
from app.payments.states import AttemptState
from app.wechat.menus.models import MenuVersion
from app.wechat.menus.states import VersionState

PREFIX = "path:"  # of the ticks' names, so that no check of the doctor's is meant


@dataclass(frozen=True, slots=True)
class Sight:
    """What the steps are judged by."""

    config: Mapping[str, Any]
    report: Report
    ticks: Mapping[str, GoLiveTick]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. With `asks` a person says that it is done; without it `is_done` looks."""

    name: str
    title: LazyString
    why: LazyString
    how: Sequence[LazyString]
    asks: LazyString | None = None
    is_done: Callable[[Sight], bool] = lambda _sight: False
    groups: Sequence[Group] = ()  # of the doctor's checks that belong here
    page: str = ""  # what is opened to do it: `doctor`, `products`, `menu`, `opening`

    @property
    def tick_name(self) -> str:
        """The name of its tick."""
        return PREFIX + self.name


@dataclass(frozen=True, slots=True)
class Place:
    """A step as it stands. `open_checks`: titles of the doctor's checks that still keep it."""

    step: Step
    is_done: bool
    tick: GoLiveTick | None
    open_checks: Sequence[str]


def walk(config: Mapping[str, Any]) -> Sequence[Place]:
    """Every step as it stands now."""
    sight = Sight(config, make_report(config), records.list_ticks())
    return [_look(step, sight) for step in STEPS]


def find_next(places: Sequence[Place]) -> Place | None:
    """The first that is not done; None when the shop is open and all is well."""
    return next((place for place in places if not place.is_done), None)


def account_of(config: Mapping[str, Any]) -> str:
    """What a tick is about: of another account or merchant number it says nothing."""
    return f"{config['WECHAT_APPID']} {config['WXPAY_MCHID']}"


def _look(step: Step, sight: Sight) -> Place:
    tick = sight.ticks.get(step.tick_name)
    if tick is not None and tick.about != account_of(sight.config):
        tick = None
    waiting = _open_checks(step.groups, sight.report)
    said = tick is not None if step.asks else step.is_done(sight)
    return Place(step, not waiting if step.groups else said, tick, waiting)


def _open_checks(groups: Sequence[Group], report: Report) -> Sequence[str]:
    """What would also stand in the way of the opening: what fails, was never looked at, or waits for a person."""
    lines = [line for line in report.lines if line.check.group in groups]
    keeps = (Verdict.FAIL, None)
    return [str(line.check.title) for line in lines if line.verdict in keeps or line.may_be_ticked]


def _has_goods(_sight: Sight) -> bool:
    return _there_is(Product.state == ProductState.ON_SALE)


def _has_menu(_sight: Sight) -> bool:
    return _there_is(MenuVersion.state == VersionState.SHOWN)


def _was_paid(_sight: Sight) -> bool:
    return _there_is(PaymentAttempt.state == AttemptState.PAID)


def _is_open(_sight: Sight) -> bool:
    return opening.is_released()


def _there_is(condition: Any) -> bool:
    return bool(db.session.scalar(select(exists().where(condition))))


STEPS: Sequence[Step] = (
    Step(
        name="account",
        title=_l("注册服务号"),
        why=_l("要有营业执照，个体户也可以。订阅号不能让粉丝登录，也收不了款，所以一定要选服务号。"),
        how=(
            _l("打开 mp.weixin.qq.com，点“立即注册”，选“服务号”"),
            _l("按提示填营业执照和管理员信息；管理员的微信以后要扫码确认，选常在的人"),
        ),
        asks=_l("服务号已经注册好了"),
    ),
    Step(
        name="verified",
        title=_l("完成微信认证"),
        why=_l("认证后的服务号才有网页授权、自定义菜单接口、客服消息这些能力。认证每年要续一次。"),
        how=(
            _l("公众平台 → 设置与开发 → 公众号设置 → 微信认证"),
            _l("提交后等微信审核；通过后认证详情里有到期日，快到期时本店会告警"),
        ),
        asks=_l("认证已经通过"),
    ),
    Step(
        name="merchant",
        title=_l("开通微信支付商户号"),
        why=_l("粉丝付的钱进商户号，再结算到您的银行账户。"),
        how=(
            _l("打开 pay.weixin.qq.com，用同一张营业执照申请成为商家，并完成账户验证和签约"),
            _l("商户平台 → 产品中心：开通 JSAPI 支付"),
            _l("商户平台 → 产品中心 → AppID 账号管理：关联服务号的 AppID，再回公众平台确认"),
            _l("商户平台 → 账户中心 → API 安全：申请 API 证书，设置 APIv3 密钥，申请微信支付公钥"),
        ),
        asks=_l("商户号开好了，也关联了服务号"),
    ),
    Step(
        name="connect",
        title=_l("把公众号、支付和本店接起来"),
        why=_l("地址、密钥、域名、支付目录，两边要一字不差。每一项都能当场检查，也有要复制的内容。"),
        how=(
            _l("在服务器上运行 make configure，按提示填好密钥，重新启动本店"),
            _l("打开“检查”，点“全部重新检查”，按提示把没通过的一项项改好"),
        ),
        groups=(Group.SERVER, Group.DOMAINS, Group.PAY),
        page="doctor",
    ),
    Step(
        name="machine",
        title=_l("让服务器自己转起来"),
        why=_l("查单、关单、发通知都由后台进程按时做；磁盘满了就停业。"),
        how=(_l("让网站和后台进程 flask worker 都随机器启动，再检查一次"),),
        groups=(Group.MACHINE,),
        page="doctor",
    ),
    Step(
        name="goods",
        title=_l("上架第一件商品"),
        why=_l("有图、有价、有库存，粉丝才买得了。"),
        how=(_l("商品 → 新商品：传图片，填价格、规格和库存，然后上架"),),
        is_done=_has_goods,
        page="products",
    ),
    Step(
        name="menu",
        title=_l("发布公众号菜单"),
        why=_l("粉丝从聊天窗口底部的菜单进店，这是最常用的入口。"),
        how=(_l("菜单 → 加一个打开店铺的按钮，在手机预览里看好，然后发布"),),
        is_done=_has_menu,
        page="menu",
    ),
    Step(
        name="test",
        title=_l("真的付一次款"),
        why=_l("开业前只有名单里的人能付款。用自己的手机买一次，从下单到收到通知走完。"),
        how=(
            _l("支付测试与开业 → 请同事扫码加入名单"),
            _l("买一件便宜的，付款后看订单流水里是不是“已付款”"),
        ),
        is_done=_was_paid,
        page="opening",
    ),
    Step(
        name="open",
        title=_l("开业"),
        why=_l("店主确认后每位粉丝都能付款，谁在什么时候、凭哪次检查开的业，都有签名的记录。"),
        how=(_l("支付测试与开业 → 开业"),),
        is_done=_is_open,
        page="opening",
    ),
)
BY_NAME: Mapping[str, Step] = {step.name: step for step in STEPS}
