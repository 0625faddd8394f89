"""The lines of a freight template's form: `z0-…`, `z1-…`, read into a draft, and shown as typed or as kept."""

import re

from flask import request

from app.delivery.models import FreightTemplate, FreightZone
from app.delivery.templates import TemplateDraft, ZoneDraft
from app.pricing.freight import Counting, kilos
from console.frame.form_fields import (
    UNREADABLE,
    fen_field,
    ids_field,
    read_fen,
    show_yuan,
    text_field,
    whole_field,
)

NAMES = ("first", "fee", "next", "next_fee", "free")
EMPTY = {"first": "1", "fee": "", "next": "1", "next_fee": "", "free": ""}


def read_template() -> TemplateDraft:
    """The whole form."""
    counting = Counting.WEIGHT if request.form.get("counting") == Counting.WEIGHT else Counting.PIECE
    return TemplateDraft(
        title=text_field("title"),
        counting=counting,
        is_default="is_default" in request.form,
        zones=tuple(_read_zone(number, counting) for number in _numbers()),
        product_ids=ids_field("product"),
    )


def show_zones(template: FreightTemplate | None) -> list[dict[str, object]]:
    """Each line as a form shows it: what was typed, else what is kept, else one empty line for everywhere."""
    if request.method == "POST" and (numbers := _numbers()):
        return [_typed_zone(number) for number in numbers]
    if template is None:
        return [EMPTY | {"regions": [], "is_served": True}]
    return [_kept_zone(template, zone) for zone in template.zones]


def _numbers() -> list[int]:
    """Which lines the form has, but for those that were taken out."""
    found = {int(match[1]) for name in request.form if (match := re.fullmatch(r"z(\d{1,3})-first", name))}
    gone = request.form.getlist("remove")
    return [number for number in sorted(found) if str(number) not in gone]


def _read_zone(number: int, counting: Counting) -> ZoneDraft:
    is_weighed = counting == Counting.WEIGHT
    free = request.form.get(f"z{number}-free", "")
    return ZoneDraft(
        regions=tuple(request.form.getlist(f"z{number}-regions")),
        is_served=request.form.get(f"z{number}-served") != "no",
        first_units=_units(f"z{number}-first", is_weighed),
        first_fee_fen=fen_field(f"z{number}-fee"),
        next_units=_units(f"z{number}-next", is_weighed),
        next_fee_fen=fen_field(f"z{number}-next_fee"),
        free_from_fen=read_fen(free, UNREADABLE) if free.strip() else None,
    )


def _units(name: str, is_weighed: bool) -> int:
    """Pieces, or kilogrammes with up to two decimals as grams."""
    if not is_weighed:
        return whole_field(name)
    hundredths = fen_field(name)
    return hundredths * 10 if hundredths >= 0 else UNREADABLE


def _typed_zone(number: int) -> dict[str, object]:
    typed: dict[str, object] = {name: request.form.get(f"z{number}-{name}", "") for name in NAMES}
    regions = request.form.getlist(f"z{number}-regions")
    return typed | {"regions": regions, "is_served": request.form.get(f"z{number}-served") != "no"}


def _kept_zone(template: FreightTemplate, zone: FreightZone) -> dict[str, object]:
    is_weighed = template.counting == Counting.WEIGHT
    return {
        "first": kilos(zone.first_units) if is_weighed else str(zone.first_units),
        "fee": show_yuan(zone.first_fee_fen) or "0",
        "next": kilos(zone.next_units) if is_weighed else str(zone.next_units or ""),
        "next_fee": show_yuan(zone.next_fee_fen),
        "free": show_yuan(zone.free_from_fen or 0),
        "regions": zone.regions,
        "is_served": zone.is_served,
    }
