"""Freight templates as the merchant writes them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from app.core import audit, clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, TransitionRefused
from app.core.versions import check_version
from app.delivery.models import FreightGoods, FreightTemplate, FreightZone
from app.delivery.regions import is_place
from app.pricing.freight import Counting

LONGEST_TITLE = 30
MOST_ZONES = 40


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """One line, as the form says; a number that could not be read is -1. No `regions`: everywhere else."""

    regions: tuple[str, ...]
    is_served: bool = True
    first_units: int = 1
    first_fee_fen: int = 0
    next_units: int = 0
    next_fee_fen: int = 0
    free_from_fen: int | None = None


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template as the form says. `product_ids`: goods that travel by it though it is not the default."""

    title: str
    counting: Counting
    is_default: bool
    zones: tuple[ZoneDraft, ...]
    product_ids: tuple[int, ...] = ()


def list_templates() -> Sequence[FreightTemplate]:
    """Every template, the default one first."""
    query = select(FreightTemplate).order_by(FreightTemplate.is_default.desc(), FreightTemplate.id)
    return db.session.scalars(query).all()


def get_template(template_id: int) -> FreightTemplate:
    """Raises: NotFound."""
    if (template := db.session.get(FreightTemplate, template_id)) is None:
        raise NotFound(_("没有这个运费模板"))
    return template


def save_template(
    draft: TemplateDraft, *, actor: str, template_id: int | None = None, version: int = 0
) -> FreightTemplate:
    """Make a template, or write one anew if nobody changed it since `version`. The first is the default.

    Raises: NotFound, TransitionRefused, InputInvalid with a sentence per field. Opens a transaction.
    """
    _check(draft)
    with transaction() as session:
        before = None
        if template_id is None:
            template = FreightTemplate(
                is_default=False, created_at=clock.now(), title="", counting=draft.counting
            )
            session.add(template)
        else:
            template = check_version(get_template(template_id), version)
            before = _plain(template)
        template.title, template.counting = draft.title, draft.counting
        session.flush()
        _set_default(template, draft)
        template.zones = [FreightZone(position=at, **_zone(each)) for at, each in enumerate(draft.zones)]
        _set_goods(template, draft.product_ids)
        session.flush()
        session.refresh(template)
        subject, after = f"freight:{template.id}", _plain(template)
        audit.record(actor=actor, action="freight.save", subject=subject, before=before, after=after)
    return template


def delete_template(template_id: int, *, actor: str) -> None:
    """Remove a template; its goods travel by the default one. Raises: NotFound, TransitionRefused."""
    with transaction() as session:
        template = get_template(template_id)
        if template.is_default and len(list_templates()) > 1:
            raise TransitionRefused(_("这是默认模板，请先把另一个模板设为默认"))
        subject, before = f"freight:{template_id}", _plain(template)
        session.delete(template)
        audit.record(actor=actor, action="freight.delete", subject=subject, before=before, after={})


def _set_default(template: FreightTemplate, draft: TemplateDraft) -> None:
    others = select(FreightTemplate.id).where(FreightTemplate.is_default, FreightTemplate.id != template.id)
    has_other = db.session.scalars(others).first() is not None
    if draft.is_default and has_other:
        off = update(FreightTemplate).where(FreightTemplate.id != template.id).values(is_default=False)
        db.session.execute(off.execution_options(synchronize_session="fetch"))
    template.is_default = draft.is_default or not has_other


def _set_goods(template: FreightTemplate, product_ids: Sequence[int]) -> None:
    """These goods travel by this template alone."""
    mine = FreightGoods.template_id == template.id
    db.session.execute(delete(FreightGoods).where(mine | FreightGoods.product_id.in_(product_ids)))
    db.session.expire(template, ["goods"])
    db.session.add_all(
        FreightGoods(product_id=number, template_id=template.id) for number in dict.fromkeys(product_ids)
    )


def _zone(draft: ZoneDraft) -> dict[str, object]:
    return asdict(draft) | {"regions": list(draft.regions)}


def _plain(template: FreightTemplate) -> dict[str, object]:
    names = (
        "regions",
        "is_served",
        "first_units",
        "first_fee_fen",
        "next_units",
        "next_fee_fen",
        "free_from_fen",
    )
    zones = [{name: getattr(zone, name) for name in names} for zone in template.zones]
    goods = sorted(each.product_id for each in template.goods)
    head = {"title": template.title, "counting": str(template.counting), "is_default": template.is_default}
    return head | {"zones": zones, "goods": goods}


def _check(draft: TemplateDraft) -> None:
    wrong = {}
    if not 0 < len(draft.title) <= LONGEST_TITLE:
        wrong["title"] = _("请填写名称，最多 %(most)s 个字", most=LONGEST_TITLE)
    if not 1 <= len(draft.zones) <= MOST_ZONES:
        wrong["zones"] = _("请至少写一行")
    named: set[str] = set()
    for at, zone in enumerate(draft.zones):
        if sentence := _wrong_with(zone) or _named_twice(zone, named):
            wrong[f"zone{at}"] = sentence
        named.update(zone.regions or ("",))
    if wrong:
        raise InputInvalid(_("请检查标红的项"), **wrong)


def _wrong_with(zone: ZoneDraft) -> str:
    if not all(map(is_place, zone.regions)):
        return _("有不认识的地区，请重新选择")
    if not zone.is_served:
        return ""
    if zone.first_units < 1 or zone.next_units < 0:
        return _("请填写首件和续件的数量")
    if zone.first_fee_fen < 0 or zone.next_fee_fen < 0:
        return _("请填写运费，例如 8 或 8.50")
    if zone.free_from_fen is not None and zone.free_from_fen < 1:
        return _("包邮金额请填写大于 0 的数，或留空")
    return _("有续费就要填写每续多少") if zone.next_fee_fen and not zone.next_units else ""


def _named_twice(zone: ZoneDraft, named: set[str]) -> str:
    if not zone.regions:
        return _("“其余地区”只能有一行") if "" in named else ""
    twice = next((region for region in zone.regions if region in named), "")
    return _("“%(region)s”在上面已经写过了", region=twice.replace("/", " ")) if twice else ""
