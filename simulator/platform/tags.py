"""Tags: making and naming them, giving them to followers, and the pages of who has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.platform.errors import PlatformError
from simulator.platform.openids import known_follower, page_after, subscribers
from simulator.platform.routing import OK, Call, route

if TYPE_CHECKING:
    from simulator.engine import Engine

STARRED = {"id": 2, "name": "星标组"}
SYSTEM_IDS = (0, 1, 2)  # ungrouped, blacklist, starred
FIRST_ID = 100  # the account's own begin behind it
NAME_BYTES = 30
BATCH = 50


class Tags:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[dict[str, Any]]:
        """The starred group and the account's own, in the order they were made."""
        return [STARRED, *sorted(self._engine.store.all("tags"), key=lambda tag: int(tag["id"]))]

    def add(self, name: str) -> dict[str, Any]:
        return self.keep(self._engine.store.number("tag", FIRST_ID), name)

    def keep(self, number: int, name: str) -> dict[str, Any]:
        return self._engine.store.put("tags", str(number), {"id": number, "name": name})

    def remove(self, number: int) -> None:
        """Its followers lose it, too."""
        self._engine.store.remove("tags", str(number))
        self._engine.followers.drop_tag(number)

    def exists(self, number: Any) -> bool:
        return any(tag["id"] == number for tag in self.list()) and not isinstance(number, bool)


@route("POST", "/cgi-bin/tags/create", "创建标签", daily_limit=1000)
def create(call: Call) -> dict[str, Any]:
    name = _name(call, _tag(call).get("name"))
    if call.engine.store.count("tags") >= call.engine.limits.get("tags"):
        raise PlatformError(45056)
    return {"tag": call.engine.tags.add(name)}


@route("GET", "/cgi-bin/tags/get", "取标签列表", daily_limit=1000)
def list_tags(call: Call) -> dict[str, Any]:
    counts = call.engine.followers.count_by_tag()
    return {"tags": [{**tag, "count": counts[tag["id"]]} for tag in call.engine.tags.list()]}


@route("POST", "/cgi-bin/tags/update", "修改标签", daily_limit=1000)
def update(call: Call) -> dict[str, Any]:
    tag = _tag(call)
    number = _own_number(call, tag.get("id"))
    call.engine.tags.keep(number, _name(call, tag.get("name"), besides=number))
    return OK


@route("POST", "/cgi-bin/tags/delete", "删除标签", daily_limit=1000)
def delete(call: Call) -> dict[str, Any]:
    number = _own_number(call, _tag(call).get("id"))
    if call.engine.followers.count_by_tag()[number] > call.engine.limits.get("tag_delete_followers"):
        raise PlatformError(45057)
    call.engine.tags.remove(number)
    return OK


@route("GET|POST", "/cgi-bin/user/tag/get", "取标签下的粉丝", daily_limit=1000)
def list_tagged(call: Call) -> dict[str, Any]:
    body = call.json()
    number = _number(call, body.get("tagid"))
    return page_after(call, body.get("next_openid"), call.engine.limits.get("followers_page"), tag=number)


@route("POST", "/cgi-bin/tags/members/batchtagging", "批量打标签", daily_limit=100_000)
def tag_members(call: Call) -> dict[str, Any]:
    number, people = _members(call)
    most = call.engine.limits.get("tags_per_follower")
    newly = [follower for follower in people if number not in follower["tagid_list"]]
    if any(len(follower["tagid_list"]) >= most for follower in newly):
        raise PlatformError(45059)
    call.engine.followers.change_many(
        {follower["openid"]: {"tagid_list": [*follower["tagid_list"], number]} for follower in newly}
    )
    return OK


@route("POST", "/cgi-bin/tags/members/batchuntagging", "批量取消标签", daily_limit=100_000)
def untag_members(call: Call) -> dict[str, Any]:
    number, people = _members(call)
    call.engine.followers.change_many(
        {
            follower["openid"]: {"tagid_list": [one for one in follower["tagid_list"] if one != number]}
            for follower in people
        }
    )
    return OK


@route("POST", "/cgi-bin/tags/getidlist", "取粉丝身上的标签", daily_limit=100_000)
def list_tags_of_member(call: Call) -> dict[str, Any]:
    follower = known_follower(call, call.json().get("openid"))
    if not follower["subscribed"]:
        raise PlatformError(50005)
    return {"tagid_list": follower["tagid_list"]}


def _members(call: Call) -> tuple[int, list[dict[str, Any]]]:
    body = call.json()
    people = subscribers(call, body.get("openid_list"), BATCH)
    if body.get("tagid") in (0, 1):
        raise PlatformError(45058)
    return _number(call, body.get("tagid")), people


def _tag(call: Call) -> dict[str, Any]:
    tag = call.json().get("tag")
    if not isinstance(tag, dict):
        raise PlatformError(47001)
    return tag


def _number(call: Call, given: Any) -> int:
    """Of a tag that exists; libraries also send it as text. Raises: PlatformError 45159."""
    number = int(given) if isinstance(given, str) and given.isascii() and given.isdigit() else given
    if not isinstance(number, int) or not call.engine.tags.exists(number):
        call.verdicts.add("tagid", False, str(given)[:32])
        raise PlatformError(45159)
    return number


def _own_number(call: Call, given: Any) -> int:
    """Raises: PlatformError 45058, 45159."""
    if str(given) in map(str, SYSTEM_IDS):
        raise PlatformError(45058)
    return _number(call, given)


def _name(call: Call, given: Any, besides: int = 0) -> str:
    """Raises: PlatformError 45157, 45158."""
    if not isinstance(given, str) or not given.strip():
        raise PlatformError(45157)
    if len(given.encode()) > NAME_BYTES:
        call.verdicts.add("标签名长度", False, f"{len(given.encode())}/{NAME_BYTES} 字节")
        raise PlatformError(45158)
    if any(tag["name"] == given and tag["id"] != besides for tag in call.engine.tags.list()):
        raise PlatformError(45157)
    return given
