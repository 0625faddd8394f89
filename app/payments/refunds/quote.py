"""What a refund comes to, as a value that explains itself line by line: pure arithmetic in whole fen.

A line's pieces go back one after the other: the n-th refund of a line gets what n pieces have cost together less
what was given back before, so that all pieces together are exactly `OrderLine.paid_fen`, in whatever portions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.core.errors import InputInvalid
from app.core.money import format_yuan
from app.orders.models import Order, OrderLine
from app.payments.refunds.room import Room
from app.pricing.shares import share_out


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to give back: all that is left; or pieces by the line's id and freight; or just a sum."""

    is_all: bool = False
    quantities: Mapping[int, int] = field(default_factory=dict)
    shipping_fen: int = 0
    other_fen: int = 0


@dataclass(frozen=True, slots=True)
class QuotedPieces:
    """Pieces of one line; `unsent` of them have not left the shop. Shares of what had been taken off are in fen."""

    line: OrderLine
    quantity: int
    unsent: int
    amount_fen: int
    reduction_fen: int
    coupon_fen: int
    adjustment_fen: int

    @property
    def gross_fen(self) -> int:
        """What the pieces cost before anything was taken off."""
        return self.line.unit_price_fen * self.quantity


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """`amount_fen` = pieces + freight + other. `other_fen` is negative where some of it had been given back before."""

    lines: tuple[QuotedPieces, ...]
    shipping_fen: int
    other_fen: int

    @property
    def goods_fen(self) -> int:
        """What the pieces come to."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def amount_fen(self) -> int:
        """What goes back."""
        return self.goods_fen + self.shipping_fen + self.other_fen


def quote_refund(order: Order, room: Room, unsent: Mapping[int, int], wish: Wish) -> RefundQuote:
    """Price a wish. `unsent`: pieces of each line that have not left the shop and are not withdrawn.

    Raises: InputInvalid with a sentence that says what is possible.
    """
    if room.left_fen <= 0:
        raise InputInvalid(_("这笔付款已经全部退还，或者正在退。"))
    if wish.is_all or wish.other_fen == room.left_fen:
        return _all_that_is_left(order, room, unsent)
    _check(order, room, wish)
    lines = tuple(
        _price(line, room.taken.get(line.id, 0), number, unsent.get(line.id, 0))
        for line in order.lines
        if (number := wish.quantities.get(line.id, 0))
    )
    asked_fen = sum(line.amount_fen for line in lines) + wish.shipping_fen
    found = RefundQuote(lines, wish.shipping_fen, wish.other_fen or min(0, room.left_fen - asked_fen))
    if found.amount_fen <= 0:
        raise InputInvalid(_("请选择要退的商品，或者填写要退的金额。"))
    return found


def _all_that_is_left(order: Order, room: Room, unsent: Mapping[int, int]) -> RefundQuote:
    lines = tuple(
        _price(line, room.taken.get(line.id, 0), number, unsent.get(line.id, 0))
        for line in order.lines
        if (number := room.pieces_of(line.id, line.quantity))
    )
    asked_fen = sum(line.amount_fen for line in lines) + room.shipping_fen
    return RefundQuote(lines, room.shipping_fen, room.left_fen - asked_fen)


def _check(order: Order, room: Room, wish: Wish) -> None:
    for line in order.lines:
        number, most = wish.quantities.get(line.id, 0), room.pieces_of(line.id, line.quantity)
        if not 0 <= number <= most:
            raise InputInvalid(_("「%(title)s」还可以退 %(n)s 件。", title=line.title, n=most))
    if not 0 <= wish.shipping_fen <= room.shipping_fen:
        most_yuan = format_yuan(room.shipping_fen)
        raise InputInvalid(_("运费最多还可以退 ¥%(most)s。", most=most_yuan))
    if not 0 <= wish.other_fen <= room.left_fen:
        raise InputInvalid(_("最多还可以退 ¥%(most)s。", most=format_yuan(room.left_fen)))
    if wish.other_fen and (any(wish.quantities.values()) or wish.shipping_fen):
        raise InputInvalid(_("请二选一：按商品退，或者只退一个金额。"))


def _price(line: OrderLine, before: int, number: int, unsent: int) -> QuotedPieces:
    """Pieces that are still here go back first: nobody has to send anything."""
    amount_fen = _cost_of(line, before + number) - _cost_of(line, before)
    off_fen = line.unit_price_fen * number - amount_fen
    shares = share_out(off_fen, (line.reduction_fen, line.coupon_fen, line.adjustment_fen))
    return QuotedPieces(line, number, min(unsent, number), amount_fen, *shares)


def _cost_of(line: OrderLine, pieces: int) -> int:
    """What the first so many pieces have cost together, rounded down; all of them exactly."""
    return line.paid_fen * pieces // line.quantity
