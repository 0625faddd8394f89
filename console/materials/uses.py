"""Where materials are shown: rules, standing replies, scene codes, menus."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from app.entrances.scenes import list_scenes
from app.keywords.replies import ReplySpec, read_specs
from app.keywords.service import list_all
from app.keywords.standing import list_standing
from app.materials.service import list_materials
from app.wechat.menus.buttons import leaves
from app.wechat.menus.drafts import load_draft
from app.wechat.menus.versions import find_shown, get_default, list_personal
from console.replies.occasions import occasion_label


@dataclass(frozen=True, slots=True)
class Use:
    """A place as people know it, and its page; empty when it has none of its own."""

    label: str
    address: str


def find_uses() -> Mapping[int, Sequence[Use]]:
    """The places that show each material, by its id."""
    found: dict[int, list[Use]] = defaultdict(list)
    for replies, use in _places():
        for material_id in {spec.material_id for spec in replies if spec.material_id is not None}:
            found[material_id].append(use)
    numbers = {material.media_id: material.id for material in list_materials() if material.media_id}
    for media_ids, use in _menus():
        for material_id in {numbers[each] for each in media_ids if each in numbers}:
            found[material_id].append(use)
    return found


def _menus() -> Iterable[tuple[set[str], Use]]:
    """What buttons send: of the draft, and of the menu that is shown meanwhile."""
    for menu in (get_default(), *list_personal()):
        shown = find_shown(menu.id)
        buttons = leaves(load_draft(menu)) + (leaves(shown.definition) if shown else [])
        label = _("个性化菜单“%(name)s”", name=menu.name) if menu.role is None else _("菜单")
        yield (
            {str(each["media_id"]) for each in buttons if each.get("media_id")},
            Use(label, url_for("console.menus.edit", menu_id=menu.id)),
        )


def _places() -> Iterable[tuple[Iterable[ReplySpec], Use]]:
    for rule in list_all():
        address = url_for("console.rules.edit", rule_id=rule.id)
        yield read_specs(rule.replies), Use(_("规则“%(name)s”", name=rule.name), address)
    for occasion, standing in list_standing().items():
        address = url_for("console.standing.edit", occasion=occasion)
        yield standing.replies, Use(_("固定回复“%(name)s”", name=occasion_label(occasion)), address)
    for code in list_scenes():
        yield read_specs(code.replies), Use(_("渠道码“%(name)s”", name=code.label), "")
