"""What freight is called on the console."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.money import format_yuan
from app.delivery.models import FreightTemplate, FreightZone
from app.pricing.freight import Counting, kilos
from console.frame.labels import Labels

counting_label = Labels({Counting.PIECE: _l("按件数"), Counting.WEIGHT: _l("按重量")})


def tell_zone(template: FreightTemplate, zone: FreightZone) -> str:
    """`1 件内 ¥8.00，每加 1 件 ¥2.00，满 ¥99.00 免运费`."""
    if not zone.is_served:
        return _("不配送")
    fee, more = format_yuan(zone.first_fee_fen), format_yuan(zone.next_fee_fen)
    first, further = _units(template, zone.first_units), _units(template, zone.next_units)
    words = [
        _("%(units)s内 ¥%(fee)s", units=first, fee=fee) if zone.next_units else _("每单 ¥%(fee)s", fee=fee)
    ]
    if zone.next_units and zone.next_fee_fen:
        words.append(_("每加 %(units)s ¥%(fee)s", units=further, fee=more))
    if zone.free_from_fen is not None:
        words.append(_("满 ¥%(free)s 免运费", free=format_yuan(zone.free_from_fen)))
    return "，".join(words)


def _units(template: FreightTemplate, units: int) -> str:
    if template.counting == Counting.WEIGHT:
        return _("%(kilos)s 公斤", kilos=kilos(units))
    return _("%(number)s 件", number=units)
