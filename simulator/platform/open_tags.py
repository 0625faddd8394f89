"""WeChat's open tags: which of them a page may use, and what `<wx-open-subscribe>` asks the follower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.platform.templates import LONG, ONCE
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

SUBSCRIBE = "wx-open-subscribe"
MOST_TEMPLATES = 3
REFUSALS = {  # the codes a tag's `error` event carries
    10001: "empty template",
    10005: "can not show the dialog",
    20001: "No template data return",
    20002: "Templates of different types",
    20003: "Templates count out of max bounds",
}


def granted_tags(engine: Engine, wanted: list[Any]) -> dict[str, Any] | None:
    """After a good wx.config; None in a client that is too old to know of tags and to say so."""
    switch = engine.faults.peek("open_tag")
    if switch in {"old", "unusable"}:
        engine.faults.take("open_tag")
    if switch == "old":
        return None
    if switch == "unusable":
        return {"granted": [], "error": "open tags are not supported by this client"}
    granted = [name for name in wanted if name == SUBSCRIBE]
    return {"granted": granted, "error": "" if granted else "the tag is not in openTagList"}


def check_subscribe(engine: Engine, wanted: str) -> dict[str, Any]:
    """What a tap on the tag brings: the templates of the dialog with their examples, or the tag's error.

    Of templates with the same title WeChat shows the first; the others are `filtered`.
    """
    verdicts = Verdicts()
    ids = [one.strip() for one in wanted.split(",") if one.strip()]
    found = [engine.templates.find(one, ONCE, LONG) for one in ids]
    templates = [template for template in found if template]
    unknown = [one for one, template in zip(ids, found, strict=True) if not template]
    code = 0
    if not verdicts.add("template", bool(ids), wanted or "空"):
        code = 10001
    elif not verdicts.add("最多三个模板", len(ids) <= MOST_TEMPLATES, f"{len(ids)} 个"):
        code = 20003
    elif not verdicts.add("模板都在", not unknown, ", ".join(unknown)):
        code = 20001
    elif not verdicts.add("同一种类型", len({template["kind"] for template in templates}) == 1, ""):
        code = 20002
    elif engine.faults.peek("open_tag") == "fail" and engine.faults.strikes("open_tag"):
        verdicts.add("故障开关", None, "open_tag")
        code = 10005
    if code:
        message = f"subscribe:fail {REFUSALS[code]}"
        return {"err_msg": message, "err_code": code, "verdicts": verdicts.rows}
    shown: dict[str, dict[str, Any]] = {}
    for template in templates:
        shown.setdefault(template["title"], _example(template))
    asked = {row["template_id"] for row in shown.values()}
    filtered = [one for one in dict.fromkeys(ids) if one not in asked]
    rows = list(shown.values())
    return {"err_msg": "subscribe:ok", "templates": rows, "filtered": filtered, "verdicts": verdicts.rows}


def _example(template: dict[str, Any]) -> dict[str, Any]:
    lines = [line.partition(":") for line in template["example"].splitlines()]
    rows = [{"label": label, "value": value} for label, _, value in lines]
    return {"template_id": template["template_id"], "title": template["title"], "rows": rows}
