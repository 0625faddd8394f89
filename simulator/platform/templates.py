"""Templates of the account, those of template messages and those of subscription notifications."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from simulator.clock import beijing_day
from simulator.platform.errors import PlatformError
from simulator.platform.routing import OK, Call, require_text, route
from simulator.platform.template_rules import LIBRARY, Public, public_template

if TYPE_CHECKING:
    from simulator.engine import Engine

MESSAGE, ONCE, LONG = 0, 2, 3  # the kinds; 2 and 3 are WeChat's words for subscription templates
MOST = {MESSAGE: 25, ONCE: 50}
SAMPLES = {
    "thing": "铁观音",
    "time": "2026年11月21日 08:00",
    "amount": "88.00元",
    "phone_number": "0592-1234567",
}
INDUSTRIES = {"1": ("IT科技", "互联网|电子商务"), "10": ("餐饮", "餐饮"), "31": ("消费品", "消费品")}


# What the account's owner added in WeChat's console before the simulator was started for the first time.
AT_FIRST = (
    (402, [1, 2, 4], ONCE),
    (405, [1, 2], ONCE),
    (43219, [1, 2, 3], MESSAGE),
    (43220, [1, 2, 3, 4], MESSAGE),
    (43217, [1, 2, 3, 4], MESSAGE),
    (43216, [1, 2, 3, 4, 5], MESSAGE),
    (43218, [1, 2, 3, 4], MESSAGE),
)


class Templates:
    def __init__(self, engine: Engine) -> None:
        self._store = engine.store

    def seed(self) -> None:
        """The first templates, when there is none."""
        for number, keywords, kind in () if self._store.all("templates") else AT_FIRST:
            if public := public_template(number):
                self.add(public, keywords, kind)

    def add(self, public: Public, numbers: list[int], kind: int) -> dict[str, Any]:
        template_id = secrets.token_urlsafe(33)[:43]
        content = public.pick(numbers)
        return self._store.put(
            "templates",
            template_id,
            {
                "template_id": template_id,
                "number": self._store.number("template"),
                "kind": kind,
                "tid": public.tid,
                "title": public.title,
                "content": content,
                "example": _example(public, numbers),
            },
        )

    def find(self, template_id: Any, *kinds: int) -> dict[str, Any] | None:
        found = self._store.find("templates", template_id) if isinstance(template_id, str) else None
        return found if found and found["kind"] in kinds else None

    def list(self, *kinds: int) -> list[dict[str, Any]]:
        rows = (row for row in self._store.all("templates") if row["kind"] in kinds)
        return sorted(rows, key=lambda row: int(row["number"]))

    def remove(self, template_id: str) -> None:
        self._store.remove("templates", template_id)


def _example(public: Public, numbers: list[int]) -> str:
    rows = [public.keywords[number - 1] for number in numbers]
    return "".join(f"{name}:{SAMPLES.get(rule, '20261121001')}\n" for name, rule in rows)


@route("POST", "/cgi-bin/template/api_set_industry", "设置所属行业")
def set_industry(call: Call) -> dict[str, Any]:
    body, month = call.json(), beijing_day(call.engine.clock.now())[:6]
    ids = [str(body.get(name) or "") for name in ("industry_id1", "industry_id2")]
    if not all(one.isdecimal() and 1 <= int(one) <= 41 for one in ids):
        raise PlatformError(40097)
    if (call.engine.store.find("industry", "industry") or {}).get("month") == month:
        raise PlatformError(43100)
    call.engine.store.put("industry", "industry", {"ids": ids, "month": month})
    return OK


@route("GET", "/cgi-bin/template/get_industry", "取所属行业")
def get_industry(call: Call) -> dict[str, Any]:
    ids = (call.engine.store.find("industry", "industry") or {"ids": ["1", "31"]})["ids"]
    rows = [INDUSTRIES.get(one, ("其他", f"行业 {one}")) for one in ids]
    classes = [{"first_class": first, "second_class": second} for first, second in rows]
    return {"primary_industry": classes[0], "secondary_industry": classes[1]}


@route("POST", "/cgi-bin/template/api_add_template", "添加模板")
def add_message_template(call: Call) -> dict[str, Any]:
    body = call.json()
    public = public_template(require_text(body, "template_id_short"))
    names = body.get("keyword_name_list")
    if public is None:
        raise PlatformError(40037)
    known = [name for name, _ in public.keywords]
    if not isinstance(names, list) or not names:
        raise PlatformError(40246)
    if not all(name in known for name in names):
        raise PlatformError(40247)
    if len(call.engine.templates.list(MESSAGE)) >= MOST[MESSAGE]:
        raise PlatformError(45026)
    made = call.engine.templates.add(public, [known.index(name) + 1 for name in names], MESSAGE)
    return {**OK, "template_id": made["template_id"]}


@route("GET", "/cgi-bin/template/get_all_private_template", "取模板列表")
def list_message_templates(call: Call) -> dict[str, Any]:
    names = ("template_id", "title", "content", "example")
    rows = [{name: row[name] for name in names} for row in call.engine.templates.list(MESSAGE)]
    return {"template_list": [{**row, "primary_industry": "", "deputy_industry": ""} for row in rows]}


@route("POST", "/cgi-bin/template/del_private_template", "删除模板")
def delete_message_template(call: Call) -> dict[str, Any]:
    return _delete(call, "template_id", MESSAGE)


@route("POST", "/wxaapi/newtmpl/addtemplate", "添加订阅模板")
def add_subscription_template(call: Call) -> dict[str, Any]:
    body = call.json()
    public, numbers, scene = (
        public_template(body.get("tid")),
        body.get("kidList"),
        body.get("sceneDesc") or "",
    )
    if public is None:
        raise PlatformError(200014)
    if not isinstance(numbers, list) or not 2 <= len(numbers) <= 5:
        raise PlatformError(200020)
    if not all(isinstance(one, int) and 1 <= one <= len(public.keywords) for one in numbers):
        raise PlatformError(200020)
    if not isinstance(scene, str) or len(scene) > 15:
        raise PlatformError(200021)
    if len(call.engine.templates.list(ONCE, LONG)) >= MOST[ONCE]:
        raise PlatformError(200012)
    return {**OK, "priTmplId": call.engine.templates.add(public, numbers, ONCE)["template_id"]}


@route("GET", "/wxaapi/newtmpl/gettemplate", "取订阅模板列表")
def list_subscription_templates(call: Call) -> dict[str, Any]:
    rows = [
        {
            "priTmplId": row["template_id"],
            "title": row["title"],
            "content": row["content"],
            "example": row["example"],
            "type": row["kind"],
            "keywordEnumValueList": [],
        }
        for row in call.engine.templates.list(ONCE, LONG)
    ]
    return {**OK, "data": rows}


@route("POST", "/wxaapi/newtmpl/deltemplate", "删除订阅模板")
def delete_subscription_template(call: Call) -> dict[str, Any]:
    return _delete(call, "priTmplId", ONCE, LONG)


@route("GET", "/wxaapi/newtmpl/getcategory", "取类目")
def list_categories(call: Call) -> dict[str, Any]:
    return {**OK, "data": [{"id": 616, "name": "商家自营"}]}


@route("GET", "/wxaapi/newtmpl/getpubtemplatetitles", "取公共模板标题")
def list_public_templates(call: Call) -> dict[str, Any]:
    start, limit = call.arg("start"), call.arg("limit")
    if not start.isdecimal():
        raise PlatformError(200016)
    if not limit.isdecimal() or not 1 <= int(limit) <= 30:
        raise PlatformError(200017)
    if not call.arg("ids"):
        raise PlatformError(200018)
    rows = [{"tid": one.tid, "title": one.title, "type": ONCE, "categoryId": "616"} for one in LIBRARY]
    return {**OK, "count": len(rows), "data": rows[int(start) : int(start) + int(limit)]}


@route("GET", "/wxaapi/newtmpl/getpubtemplatekeywords", "取公共模板关键词")
def list_public_keywords(call: Call) -> dict[str, Any]:
    public = public_template(call.arg("tid"))
    if public is None:
        raise PlatformError(200014)
    rows = [
        {"kid": number, "name": name, "example": SAMPLES.get(rule, "20261121001"), "rule": rule}
        for number, (name, rule) in enumerate(public.keywords, 1)
    ]
    return {**OK, "data": rows}


def _delete(call: Call, name: str, *kinds: int) -> dict[str, Any]:
    found = call.engine.templates.find(require_text(call.json(), name), *kinds)
    if found is None:
        raise PlatformError(40037)
    call.engine.templates.remove(found["template_id"])
    return OK
