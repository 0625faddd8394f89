"""What the lines of a cost list and a freight tariff are called on a follower's page."""

from flask_babel import gettext as _

from app.core.money import format_yuan
from app.delivery.freight import Carriage
from app.pricing.explained import CostKind, CostLine
from app.pricing.freight import Counting, FreightRule, Tariff, kilos


def cost_label(line: CostLine) -> str:
    """The name of a line; of what is taken off, with the shop's own name for it."""
    match line.kind:
        case CostKind.GOODS:
            return _("商品")
        case CostKind.REDUCTION:
            return _("满减 · %(title)s", title=line.label)
        case CostKind.COUPON:
            return _("优惠券 · %(title)s", title=line.label)
        case CostKind.ADJUSTMENT:
            return _("店主改价 · %(reason)s", reason=line.label)
        case CostKind.SHIPPING:
            return _("运费")


def freight_words(carriage: Carriage, usual: FreightRule) -> str:
    """A product's freight in a sentence, before anybody has chosen an address."""
    tariff = carriage.tariff or usual.tariff
    words = tariff_words(tariff)
    return _("%(freight)s，偏远地区以结算页为准", freight=words) if carriage.needs_region else words


def tariff_words(tariff: Tariff) -> str:
    """`首件 ¥8.00，每加 1 件 ¥2.00，满 ¥99.00 免运费`."""
    if tariff.first_fee_fen == 0 and not tariff.next_fee_fen:
        return _("免运费")
    parts = [_first(tariff)]
    if tariff.next_units and tariff.next_fee_fen:
        parts.append(_next(tariff))
    if tariff.free_from_fen is not None:
        parts.append(_("满 ¥%(free)s 免运费", free=format_yuan(tariff.free_from_fen)))
    return "，".join(parts)


def _first(tariff: Tariff) -> str:
    fee = format_yuan(tariff.first_fee_fen)
    if not tariff.next_units:
        return _("每单 ¥%(fee)s", fee=fee)
    if tariff.counting == Counting.WEIGHT:
        return _("%(kilos)s 公斤内 ¥%(fee)s", kilos=kilos(tariff.first_units), fee=fee)
    return _("%(number)s 件内 ¥%(fee)s", number=tariff.first_units, fee=fee)


def _next(tariff: Tariff) -> str:
    fee = format_yuan(tariff.next_fee_fen)
    if tariff.counting == Counting.WEIGHT:
        return _("每加 %(kilos)s 公斤 ¥%(fee)s", kilos=kilos(tariff.next_units), fee=fee)
    return _("每加 %(number)s 件 ¥%(fee)s", number=tariff.next_units, fee=fee)
