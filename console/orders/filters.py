"""The ledger's filters as parts of an address: read, written, and said in words."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.days import Days
from app.core.incoming import find_row_id
from app.core.money import format_yuan, read_yuan
from app.entrances.models import EntranceKind
from app.entrances.service import list_entrances
from app.followers.names import name_of
from app.followers.service import find_by_id
from app.ledger.wanted import LONGEST_SEARCH, Buyers, Delivery, Moment, Money, Wanted
from app.orders.states import OrderState
from app.reconciliation.marks import Mark
from console.frame.entrance_labels import entrance_label
from console.frame.labels import Labels

FIRST_DAY = date(2011, 1, 1)  # before there was any shop in WeChat
LARGEST_FEN = 10**12

# Many orders together: some of them are sent, others are fetched.
tab_label = Labels(
    {
        OrderState.UNPAID: _l("待付款"),
        OrderState.PAID: _l("待发货/自提"),
        OrderState.SHIPPED: _l("已发货/自提"),
        OrderState.CANCELLED: _l("已取消"),
        OrderState.REFUNDED: _l("已退款"),
    }
)
delivery_label = Labels(
    {
        Delivery.WAITING: tab_label.table[OrderState.PAID],
        Delivery.PARTLY: _l("部分发货"),
        Delivery.SENT: tab_label.table[OrderState.SHIPPED],
    }
)
moment_label = Labels({Moment.PLACED: _l("下单时间"), Moment.PAID: _l("付款时间")})
buyers_label = Labels({Buyers.NEW: _l("新买家"), Buyers.RETURNING: _l("老买家")})
money_label = Labels({Money.CAME: _l("收到过钱"), Money.GOES_BACK: _l("有退款")})
mark_label = Labels({Mark.MATCHED: _l("已对平"), Mark.DIFFERENT: _l("有差异"), Mark.WAITING: _l("等账单")})

Args = MultiDict[str, str]


def read_wanted(args: Args) -> Wanted:
    """The filters of an address; what makes no sense there does not narrow."""
    return Wanted(
        days=_days(args),
        by=_one_of(Moment, args.get("by", "")) or Moment.PLACED,
        until=_time(args.get("until", "")),
        hour=_hour(args.get("hour", "")),
        buyers=_one_of(Buyers, args.get("buyers", "")),
        state=_one_of(OrderState, args.get("state", "")),
        kind=_one_of(EntranceKind, args.get("kind", "")),
        entrance_id=find_row_id(args.get("entrance", "")),
        slug=args.get("product", "")[:60],
        follower_id=find_row_id(args.get("buyer", "")) or None,
        least_fen=_fen(args.get("least", "")),
        most_fen=_fen(args.get("most", "")),
        delivery=_one_of(Delivery, args.get("delivery", "")),
        money=_one_of(Money, args.get("money", "")),
        mark=_one_of(Mark, args.get("mark", "")),
        search="".join(args.get("q", "").split())[:LONGEST_SEARCH],
    )


def write_filters(wanted: Wanted) -> dict[str, Any]:
    """The same as parts of an address; None where it does not narrow."""
    return {
        "from": wanted.days.first.isoformat() if wanted.days else None,
        "to": wanted.days.last.isoformat() if wanted.days else None,
        "by": wanted.by if wanted.by != Moment.PLACED else None,
        "until": wanted.until.isoformat() if wanted.until else None,
        "hour": wanted.hour,
        "buyers": wanted.buyers,
        "state": wanted.state,
        "kind": wanted.kind,
        "entrance": wanted.entrance_id,
        "product": wanted.slug or None,
        "buyer": wanted.follower_id,
        "least": _yuan(wanted.least_fen),
        "most": _yuan(wanted.most_fen),
        "delivery": wanted.delivery,
        "money": wanted.money,
        "mark": wanted.mark,
        "q": wanted.search or None,
    }


def narrow(filters: Mapping[str, Any]) -> dict[str, str]:
    """The filters that narrow, as a job keeps them: `read_wanted` reads them again."""
    return {name: str(value) for name, value in filters.items() if value is not None}


def presets() -> list[tuple[str, Days | None]]:
    """Days one asks for again and again; None is all of them."""
    today = clock.today()
    yesterday = today - timedelta(days=1)
    return [
        (_("今天"), Days(today, today)),
        (_("昨天"), Days(yesterday, yesterday)),
        (_("近 %(n)s 天", n=7), Days.until_today(7)),
        (_("近 %(n)s 天", n=30), Days.until_today(30)),
        (_("全部"), None),
    ]


def say_chosen(wanted: Wanted) -> list[tuple[str, str]]:
    """Filters that came by a link: which part of the address each is, and what it says."""
    said = []
    if wanted.until is not None:
        said.append(("until", _("最后一天只到 %(time)s", time=wanted.until.isoformat())))
    if wanted.hour is not None:
        said.append(("hour", _("只看 %(hour)s 点到 %(next)s 点", hour=wanted.hour, next=wanted.hour + 1)))
    if wanted.buyers is not None:
        said.append(("buyers", _("只看：%(what)s", what=buyers_label(wanted.buyers))))
    if wanted.entrance_id is not None:
        known = list_entrances([wanted.entrance_id]) if wanted.entrance_id else []
        name = entrance_label(known[0]) if known else _("直接打开")
        said.append(("entrance", _("只看来源：%(name)s", name=name)))
    if wanted.follower_id is not None:
        buyer = find_by_id(wanted.follower_id)
        name = name_of(buyer) if buyer else _("没有这个人")
        said.append(("buyer", _("只看买家：%(name)s", name=name)))
    if wanted.money is not None:
        said.append(("money", _("只看：%(what)s", what=money_label(wanted.money))))
    return said


def _one_of(kinds: Any, text: str) -> Any:
    return kinds(text) if text in set(kinds) else None


def _days(args: Args) -> Days | None:
    """One end may be left open."""
    first, last = _day(args.get("from", "")), _day(args.get("to", ""))
    if first is None and last is None:
        return None
    first, last = first or FIRST_DAY, last or max(clock.today(), first or FIRST_DAY)
    return Days(max(min(first, last), FIRST_DAY), max(first, last))


def _time(text: str) -> time | None:
    try:
        moment = time.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo else moment


def _hour(text: str) -> int | None:
    return int(text) if text in map(str, range(24)) else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day < date(9000, 1, 1) else None


def _fen(text: str) -> int | None:
    try:
        return min(read_yuan(text), LARGEST_FEN)
    except ValueError:
        return None


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else format_yuan(fen).replace(",", "")
