"""WeChat's side of followers, tags, remarks and the blacklist, in memory: pages, limits and refusals as there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.core.db import leave_database
from app.wechat.platform_errors import make_error


def openid_of(number: int) -> str:
    """28 characters, as WeChat's have."""
    return f"oTeaShop_{number:019d}"


@dataclass
class Fan:
    """One follower as WeChat keeps him."""

    remark: str = ""
    tags: set[int] = field(default_factory=set)
    subscribed_at: int = 1795210000
    source: str = "ADD_SCENE_SEARCH"
    scene: str = ""


@dataclass
class FakeCrm:
    """Stands in for the account's client. `before` may raise or act before a call is answered."""

    fans: dict[str, Fan] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=lambda: {2: "星标组"})
    blacklist: list[str] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    page: int = 10_000
    before: Callable[[str, Any], None] | None = None

    def get(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call."""
        return self._call(path, params or {})

    def post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        """One call."""
        return self._call(path, data)

    def count(self, path: str) -> int:
        """How often it was called."""
        return sum(called == path for called, _ in self.calls)

    def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        leave_database()
        self.calls.append((path, body))
        if self.before is not None:
            self.before(path, body)
        answer = getattr(self, "_" + path.replace("/", "_"))
        return answer(body)  # type: ignore[no-any-return]

    def _user_get(self, body: dict[str, Any]) -> dict[str, Any]:
        found = self._after(list(self.fans), body.get("next_openid", ""))[: self.page]
        return {"total": len(self.fans), **_page(found)}

    def _user_info(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._profile(body["openid"])

    def _user_info_batchget(self, body: dict[str, Any]) -> dict[str, Any]:
        rows = body["user_list"]
        if not 1 <= len(rows) <= 100:
            raise make_error(40032, "invalid openid list size")
        return {"user_info_list": [self._profile(row["openid"]) for row in rows]}

    def _profile(self, openid: str) -> dict[str, Any]:
        if not openid.startswith("oTeaShop"):
            raise make_error(40003, "invalid openid")
        fan = self.fans.get(openid)
        if fan is None:
            return {"subscribe": 0, "openid": openid}
        return {
            "subscribe": 1,
            "openid": openid,
            "subscribe_time": fan.subscribed_at,
            "remark": fan.remark,
            "tagid_list": sorted(fan.tags),
            "subscribe_scene": fan.source,
            "qr_scene": 0,
            "qr_scene_str": fan.scene,
        }

    def _user_info_updateremark(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["openid"] not in self.fans:
            raise make_error(43004, "require subscribe")
        if len(body["remark"].encode()) >= 30:
            raise make_error(40092, "invalid remark name")
        self.fans[body["openid"]].remark = body["remark"]
        return {"errcode": 0}

    def _tags_get(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"tags": [{"id": key, "name": name, "count": 0} for key, name in self.tags.items()]}

    def _tags_create(self, body: dict[str, Any]) -> dict[str, Any]:
        name = body["tag"]["name"]
        if name in self.tags.values():
            raise make_error(45157, "invalid tag name")
        key = max(self.tags | {99: ""}) + 1
        self.tags[key] = name
        return {"tag": {"id": key, "name": name}}

    def _tags_update(self, body: dict[str, Any]) -> dict[str, Any]:
        self._known_tag(body["tag"]["id"])
        self.tags[body["tag"]["id"]] = body["tag"]["name"]
        return {"errcode": 0}

    def _tags_delete(self, body: dict[str, Any]) -> dict[str, Any]:
        self._known_tag(body["tag"]["id"])
        del self.tags[body["tag"]["id"]]
        for fan in self.fans.values():
            fan.tags.discard(body["tag"]["id"])
        return {"errcode": 0}

    def _tags_members_batchtagging(self, body: dict[str, Any]) -> dict[str, Any]:
        fans = self._members(body)
        if any(len(fan.tags | {body["tagid"]}) > 20 for fan in fans):
            raise make_error(45059, "can not tagging one user too much")
        for fan in fans:
            fan.tags.add(body["tagid"])
        return {"errcode": 0}

    def _tags_members_batchuntagging(self, body: dict[str, Any]) -> dict[str, Any]:
        for fan in self._members(body):
            fan.tags.discard(body["tagid"])
        return {"errcode": 0}

    def _tags_members_getblacklist(self, body: dict[str, Any]) -> dict[str, Any]:
        found = self._after(self.blacklist, body.get("begin_openid", ""))[: self.page]
        return {"total": len(self.blacklist), **_page(found)}

    def _tags_members_batchblacklist(self, body: dict[str, Any]) -> dict[str, Any]:
        assert 1 <= len(body["openid_list"]) <= 20
        self.blacklist += [each for each in body["openid_list"] if each not in self.blacklist]
        return {"errcode": 0}

    def _tags_members_batchunblacklist(self, body: dict[str, Any]) -> dict[str, Any]:
        assert 1 <= len(body["openid_list"]) <= 20
        self.blacklist = [each for each in self.blacklist if each not in body["openid_list"]]
        return {"errcode": 0}

    def _members(self, body: dict[str, Any]) -> list[Fan]:
        self._known_tag(body["tagid"])
        if not 1 <= len(body["openid_list"]) <= 50:
            raise make_error(40032, "invalid openid list size")
        if any(each not in self.fans for each in body["openid_list"]):
            raise make_error(50005, "user is unsubscribed")
        return [self.fans[each] for each in body["openid_list"]]

    def _known_tag(self, key: int) -> None:
        if key in (0, 1, 2):
            raise make_error(45058, "can't modify sys tag")
        if key not in self.tags:
            raise make_error(45159, "invalid tag id")

    def _after(self, openids: list[str], last: str) -> list[str]:
        if last and last not in openids:
            raise make_error(40003, "invalid openid")
        return openids[openids.index(last) + 1 :] if last else openids


def _page(openids: list[str]) -> dict[str, Any]:
    """The last page is empty and has no `data`."""
    if not openids:
        return {"count": 0, "next_openid": ""}
    return {"count": len(openids), "data": {"openid": openids}, "next_openid": openids[-1]}
