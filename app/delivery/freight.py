"""Which tariff carries which goods to which region. Without any template the shop's settings count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import db
from app.delivery.models import FreightGoods, FreightTemplate, FreightZone
from app.delivery.regions import Region
from app.pricing.freight import Tariff


@dataclass(frozen=True, slots=True)
class Carriage:
    """How goods get somewhere. `tariff` None: by the shop's usual freight.

    `needs_region`: it depends on where to, and that is not known; the tariff is then that of most places.
    """

    tariff: Tariff | None = None
    is_served: bool = True
    needs_region: bool = False


def find_carriages(product_ids: Iterable[int], region: Region | None) -> Mapping[int, Carriage]:
    """How each product gets to this region; a region of None is not known yet."""
    ids = set(product_ids)
    templates = {row.id: row for row in db.session.scalars(select(FreightTemplate))}
    usual = next((row for row in templates.values() if row.is_default), None)
    query = select(FreightGoods.product_id, FreightGoods.template_id)
    own = {row[0]: row[1] for row in db.session.execute(query.where(FreightGoods.product_id.in_(ids)))}
    return {
        product_id: carriage_by(templates.get(own.get(product_id, 0), usual), region) for product_id in ids
    }


def carriage_by(template: FreightTemplate | None, region: Region | None) -> Carriage:
    """How this template carries to the region."""
    if template is None:
        return Carriage()
    if region is None:
        zone = _zone_of_most(template)
        is_one = len(template.zones) == 1 and not template.zones[0].regions
        return Carriage(tariff_of(template, zone) if zone else None, needs_region=not is_one)
    zone = _zone_for(template, region)
    if zone is None or not zone.is_served:
        return Carriage(is_served=False)
    return Carriage(tariff_of(template, zone))


def tariff_of(template: FreightTemplate, zone: FreightZone) -> Tariff:
    """A line of a template as the quote needs it."""
    return Tariff(
        template.counting,
        zone.first_units,
        zone.first_fee_fen,
        zone.next_units,
        zone.next_fee_fen,
        zone.free_from_fen,
    )


def _zone_for(template: FreightTemplate, region: Region) -> FreightZone | None:
    """The line that names the city, else the one that names the province, else the one for everywhere else."""
    for named in (region.key, region.province):
        if zone := next((each for each in template.zones if named in each.regions), None):
            return zone
    return next((each for each in template.zones if not each.regions), None)


def _zone_of_most(template: FreightTemplate) -> FreightZone | None:
    served = [zone for zone in template.zones if zone.is_served]
    return next((zone for zone in served if not zone.regions), served[0] if served else None)
