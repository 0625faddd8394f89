"""What differences are called and what they say, in the reader's language; their rows keep names and numbers alone."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.money import format_yuan
from app.payments.gateways.names import name_console, name_gateway
from app.reconciliation.states import DifferenceKind as Kind

Record = Mapping[str, Any]


def name_kind(kind: str) -> str:
    """In a word or two; a kind of another release stays as it is."""
    names = {
        Kind.MISSING_HERE: _("本店少一笔"),
        Kind.PAID_AFTER_CLOSE: _("关单后付款"),
        Kind.DUPLICATE_ATTEMPT: _("同一订单付了两次"),
        Kind.MISSING_THERE: _("账单少一笔"),
        Kind.UNKNOWN_ORDER: _("陌生单号"),
        Kind.AMOUNT: _("金额不符"),
        Kind.STATUS: _("状态不符"),
        Kind.NUMBER: _("支付单号不符"),
        Kind.FEE: _("手续费不符"),
        Kind.TWICE: _("账单重复一行"),
        Kind.REFUND_EXTRA: _("本店少一笔退款"),
        Kind.REFUND_MISSING: _("账单少一笔退款"),
        Kind.REFUND_AMOUNT: _("退款金额不符"),
        Kind.REFUND_STATUS: _("退款状态不符"),
        Kind.FUNDS_MISSING: _("没有进账"),
        Kind.FUNDS_REFUND_MISSING: _("退款没有出账"),
        Kind.FUNDS_AMOUNT: _("进出账金额不符"),
        Kind.FUNDS_FEE: _("扣的手续费不符"),
        Kind.FUNDS_FEE_BACK: _("退回的手续费不符"),
        Kind.FUNDS_EXTRA: _("账户多一笔"),
    }
    return str(names.get(kind, kind))  # type: ignore[call-overload]


def say_difference(kind: Kind, ours: Record, theirs: Record) -> str:
    """One sentence: what each side says."""
    return _SENTENCES[kind](ours, theirs)


def say_advice(kind: Kind, gateway: str) -> str:
    """One sentence: what to do at its gateway, and why that is safe."""
    return _ADVICE[kind](name_gateway(gateway), name_console(gateway))


def say_alert(detail: str) -> str:
    """`missing_here XP2026… 2026-11-29`, as the alert keeps it."""
    kind, number, day = (*detail.split(" "), "", "", "")[:3]
    return str(_("%(day)s %(kind)s，单号 %(number)s", day=day, kind=name_kind(kind), number=number))


def say_status(value: object) -> str:
    """A state in a record: ours in words, theirs as they write it."""
    words = {
        "created": _("还没有付款"),
        "open": _("还没有付款"),
        "paid": _("已付款"),
        "closed": _("已关闭"),
        "refund_due": _("已付款，要退款"),
        "suspect": _("有疑问，待核对"),
        "refund:waiting": _("等第二个人同意"),
        "refund:requested": _("还没有提交"),
        "refund:submitted": _("处理中"),
        "refund:done": _("已退到"),
        "refund:abnormal": _("退款异常"),
        "refund:closed": _("退款关闭"),
        "refund:refused": _("没有同意"),
        "refund:handled": _("用别的方式退了"),
    }
    return str(words.get(str(value or ""), value or ""))


def say_rate(ppm: int) -> str:
    """6000 → `0.60%`."""
    return f"{ppm // 10_000}.{ppm % 10_000 // 100:02d}%"


def _yuan(record: Record, name: str = "amount_fen") -> str:
    return format_yuan(int(record.get(name) or 0))


def _size(record: Record, name: str = "amount_fen") -> str:
    """Without its direction, which the sentence tells."""
    return format_yuan(abs(int(record.get(name) or 0)))


def _expected_fee(theirs: Record) -> str:
    exact = int(theirs["amount_fen"]) * int(theirs["rate_ppm"])
    return format_yuan((exact + 500_000) // 1_000_000)


def _refund_amount(ours: Record, theirs: Record) -> str:
    words, name = _l("账单上退了 ¥%(theirs)s，本店记的是 ¥%(ours)s。"), "amount_fen"
    if ours.get(name) == theirs.get(name):
        words, name = _l("账单从商户账户扣了 ¥%(theirs)s，微信支付当时说的是 ¥%(ours)s。"), "settled_fen"
    return str(words) % {"theirs": _yuan(theirs, name), "ours": _yuan(ours, name)}


_SENTENCES: Mapping[Kind, Callable[[Record, Record], str]] = {
    Kind.MISSING_HERE: lambda ours, theirs: _(
        "账单上有一笔 ¥%(yuan)s 的付款，本店这个单号还没有收到钱的记录。", yuan=_yuan(theirs)
    ),
    Kind.PAID_AFTER_CLOSE: lambda ours, theirs: _(
        "账单上有一笔 ¥%(yuan)s 的付款，本店在那之前已经关闭了这个单号。", yuan=_yuan(theirs)
    ),
    Kind.DUPLICATE_ATTEMPT: lambda ours, theirs: _(
        "账单上有一笔 ¥%(yuan)s 的付款，而这个订单已经由另一个单号付过了。", yuan=_yuan(theirs)
    ),
    Kind.MISSING_THERE: lambda ours, theirs: _(
        "本店记着一笔 ¥%(yuan)s 的付款，所有下载过的账单里都没有它。", yuan=_yuan(ours)
    ),
    Kind.UNKNOWN_ORDER: lambda ours, theirs: _(
        "账单上有一笔 ¥%(yuan)s 的付款，它的商户单号不是本店的。", yuan=_yuan(theirs)
    ),
    Kind.AMOUNT: lambda ours, theirs: _(
        "账单上是 ¥%(theirs)s，本店记的是 ¥%(ours)s。", theirs=_yuan(theirs), ours=_yuan(ours)
    ),
    Kind.STATUS: lambda ours, theirs: _(
        "账单上的状态是 %(theirs)s，本店这笔付款的状态是 %(ours)s。",
        theirs=theirs.get("status", ""),
        ours=say_status(ours.get("status")),
    ),
    Kind.NUMBER: lambda ours, theirs: _("同一个商户单号，账单上的支付单号和本店记的不一样。"),
    Kind.FEE: lambda ours, theirs: _(
        "账单收了 ¥%(fee)s 手续费，按费率 %(rate)s 应当是 ¥%(expected)s。",
        fee=_yuan(theirs, "fee_fen"),
        rate=say_rate(int(theirs["rate_ppm"])),
        expected=_expected_fee(theirs),
    ),
    Kind.TWICE: lambda ours, theirs: _("账单上这笔 ¥%(yuan)s 的付款出现了不止一次。", yuan=_yuan(theirs)),
    Kind.REFUND_EXTRA: lambda ours, theirs: _(
        "账单上有一笔 ¥%(yuan)s 的退款，本店没有这笔退款的记录。", yuan=_yuan(theirs)
    ),
    Kind.REFUND_MISSING: lambda ours, theirs: _(
        "本店记着一笔 ¥%(yuan)s 的退款，所有下载过的账单里都没有它。", yuan=_yuan(ours)
    ),
    Kind.REFUND_AMOUNT: _refund_amount,
    Kind.REFUND_STATUS: lambda ours, theirs: _(
        "账单上这笔退款的状态是 %(theirs)s，本店记的是 %(ours)s。",
        theirs=theirs.get("status", ""),
        ours=say_status(ours.get("status")),
    ),
    Kind.FUNDS_MISSING: lambda ours, theirs: _(
        "交易账单上有一笔 ¥%(yuan)s 的付款，资金账单里没有它的进账。", yuan=_yuan(ours)
    ),
    Kind.FUNDS_REFUND_MISSING: lambda ours, theirs: _(
        "交易账单上有一笔 ¥%(yuan)s 的退款，资金账单里没有它的出账。", yuan=_yuan(ours)
    ),
    Kind.FUNDS_AMOUNT: lambda ours, theirs: _(
        "按交易账单应当进出账 ¥%(ours)s，资金账单记的是 ¥%(theirs)s。",
        ours=_yuan(ours),
        theirs=_size(theirs),
    ),
    Kind.FUNDS_FEE: lambda ours, theirs: _(
        "交易账单上的手续费是 ¥%(ours)s，资金账单扣了 ¥%(theirs)s。",
        ours=_size(ours, "fee_fen"),
        theirs=_size(theirs),
    ),
    Kind.FUNDS_FEE_BACK: lambda ours, theirs: _(
        "这笔退款应当退回手续费 ¥%(ours)s，资金账单退了 ¥%(theirs)s。",
        ours=_size(ours, "fee_fen"),
        theirs=_size(theirs),
    ),
    Kind.FUNDS_EXTRA: lambda ours, theirs: _(
        "资金账单上有一笔“%(what)s”¥%(yuan)s，交易账单和本店都没有这个单号。",
        what=theirs.get("what", ""),
        yuan=_yuan(theirs),
    ),
}

_ADVICE: Mapping[Kind, Callable[[str, str], str]] = {
    Kind.MISSING_HERE: lambda gateway, _console: _(
        "现在向%(gateway)s查询这个单号。查到已付款，就按平常收到通知一样入账；重复查询没有害处。",
        gateway=gateway,
    ),
    Kind.PAID_AFTER_CLOSE: lambda gateway, _console: _(
        "现在向%(gateway)s查询这个单号。查到已付款，库存够就恢复订单，不够就记为要退款；重复查询没有害处。",
        gateway=gateway,
    ),
    Kind.DUPLICATE_ATTEMPT: lambda gateway, _console: _(
        "现在向%(gateway)s查询这个单号。查到已付款，这笔多付的钱会记为要退款，订单不会付两次。",
        gateway=gateway,
    ),
    Kind.MISSING_THERE: lambda gateway, _console: _(
        "先向%(gateway)s查询这个单号，再重新下载这一天的账单。账单更正以后，差异会自己消失。",
        gateway=gateway,
    ),
    Kind.UNKNOWN_ORDER: lambda gateway, _console: _(
        "向%(gateway)s查询这个单号，看是不是同一个商户号下别的店或收款码收的钱；确认后写下原因。",
        gateway=gateway,
    ),
    Kind.AMOUNT: lambda gateway, _console: _(
        "向%(gateway)s查询这个单号，以查询结果为准核对订单；本店不会自己改已经入账的金额。",
        gateway=gateway,
    ),
    Kind.STATUS: lambda gateway, _console: _(
        "现在向%(gateway)s查询这个单号，查到的结果会入账；账单写的是撤销，就核对这笔钱是不是已经退回。",
        gateway=gateway,
    ),
    Kind.NUMBER: lambda gateway, _console: _(
        "向%(gateway)s查询这个单号，核对是哪一个支付单号；不要手工改单号。", gateway=gateway
    ),
    Kind.FEE: lambda _gateway, console: _(
        "在%(console)s核对这笔交易的费率，不对就在那里申诉；本店的收款不受影响。", console=console
    ),
    Kind.TWICE: lambda _gateway, console: _(
        "重新下载这一天的账单；还在的话，到%(console)s核对是不是真的收了两次。", console=console
    ),
    Kind.REFUND_EXTRA: lambda gateway, console: _(
        "现在向%(gateway)s查询这笔退款。查到了，就按“在%(console)s退的款”记到订单上。",
        gateway=gateway,
        console=console,
    ),
    Kind.REFUND_MISSING: lambda gateway, _console: _(
        "现在向%(gateway)s查询这笔退款；还在处理的，会出现在之后的账单里。", gateway=gateway
    ),
    Kind.REFUND_AMOUNT: lambda gateway, _console: _(
        "向%(gateway)s查询这笔退款，以查询结果为准核对；优惠券付掉的部分不退现金。", gateway=gateway
    ),
    Kind.REFUND_STATUS: lambda gateway, _console: _(
        "现在向%(gateway)s查询这笔退款，查到的结果会记下来。", gateway=gateway
    ),
    Kind.FUNDS_MISSING: lambda _gateway, _console: _(
        "先查询这笔付款，再重新下载这一天的账单；还是没有，就拿微信支付单号问微信支付。订单不受影响。"
    ),
    Kind.FUNDS_REFUND_MISSING: lambda _gateway, _console: _(
        "先查询这笔退款，再重新下载这一天的账单；还是没有，就拿微信退款单号问微信支付。"
    ),
    Kind.FUNDS_AMOUNT: lambda _gateway, _console: _(
        "重新下载这一天的账单；还是不一样，就在微信商户平台核对这笔钱是不是记了两次或记错了。"
    ),
    Kind.FUNDS_FEE: lambda _gateway, _console: _(
        "在微信商户平台核对这笔交易的手续费；两份账单都是微信出的，不一样就向微信申诉。"
    ),
    Kind.FUNDS_FEE_BACK: lambda _gateway, _console: _(
        "在微信商户平台核对这笔退款退回的手续费，不对就向微信申诉。"
    ),
    Kind.FUNDS_EXTRA: lambda _gateway, _console: _(
        "查询它的业务凭证号，看是不是同一个商户号下别的店收的或退的；确认后写下原因。"
    ),
}
if missing := set(Kind) - set(_SENTENCES) | set(Kind) - set(_ADVICE):
    raise ValueError(f"no words for {sorted(missing)}")
