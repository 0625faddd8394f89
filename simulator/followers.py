"""The people with a WeChat: names, following, addresses, and the message windows they opened."""

from __future__ import annotations

import base64
import hashlib
import random
import secrets
import string
from typing import Any

from simulator.clock import Clock
from simulator.events import Events
from simulator.settings import Account
from simulator.store import Store

OPENID_ALPHABET = string.ascii_letters + string.digits + "_-"
COLOURS = ("#07c160", "#fa9d3b", "#576b95", "#e64340", "#6467f0", "#10aeff", "#c87d2f", "#91d300")
WINDOWS = {  # trigger: customer-service messages allowed, seconds
    "message": (5, 48 * 3600),
    "menu": (3, 60),
    "subscribe": (3, 60),
    "scan": (3, 60),
}


def _address(name: str, phone: str, region: tuple[str, str, str], detail: str, codes: str) -> dict[str, str]:
    postal, national = codes.split("/")
    return {
        "userName": name,
        "telNumber": phone,
        "addressPostalCode": postal,
        "proviceFirstStageName": region[0],
        "addressCitySecondStageName": region[1],
        "addressCountiesThirdStageName": region[2],
        "addressDetailInfo": detail,
        "nationalCode": national,
    }


XIAMEN, HANGZHOU = ("福建省", "厦门市", "思明区"), ("浙江省", "杭州市", "西湖区")
BEIJING, URUMQI = ("北京市", "北京市", "朝阳区"), ("新疆维吾尔自治区", "乌鲁木齐市", "天山区")
SHENZHEN, GARZE = ("广东省", "深圳市", "南山区"), ("四川省", "甘孜藏族自治州", "康定市")
CAST: tuple[tuple[str, str, tuple[dict[str, str], ...]], ...] = (
    (
        "王小茶",
        "ios",
        (
            _address("王小茶", "13800001234", XIAMEN, "湖滨南路 88 号 3 栋 501", "361004/350203"),
            _address("王建国", "13900005678", HANGZHOU, "龙井村 12 号", "310013/330106"),
        ),
    ),
    (
        "李老师",
        "android",
        (
            _address("李敏", "13611112222", BEIJING, "建国路 93 号院 8 号楼 1203", "100022/110105"),
            _address("李敏（学校）", "13611112222", BEIJING, "工体北路 5 号实验小学传达室", "100027/110105"),
            _address("赵阿姨", "13577778888", URUMQI, "解放南路 201 号", "830002/650102"),
        ),
    ),
    (
        "阿杰🍵",
        "ios",
        (
            _address("陈杰", "15012345678", SHENZHEN, "科技园南区 T3 栋 18 楼", "518057/440305"),
            _address("陈妈妈", "13800138000", GARZE, "炉城街道向阳街 6 号", "626000/513301"),
        ),
    ),
    (
        "<b>黑客</b>\"'&",
        "android",
        (
            _address(
                "<script>alert(1)</script>", "13700000000", XIAMEN, "\"'><img src=x> 1 号", "361000/350203"
            ),
            _address("欧阳·买买提", "13712341234", URUMQI, "新华北路 8 号", "830002/650102"),
        ),
    ),
    (
        "路人乙",
        "android",
        (
            _address("孙一", "18600000001", HANGZHOU, "文三路 90 号", "310012/330106"),
            _address("孙二", "18600000002", SHENZHEN, "海上世界 1 号", "518067/440305"),
        ),
    ),
)


class Followers:
    def __init__(self, store: Store, events: Events, clock: Clock, account: Account) -> None:
        self._store, self._events, self._clock, self._account = store, events, clock, account

    def seed(self) -> None:
        """The first cast, when there is nobody yet; the last of them does not follow."""
        if self._store.all("followers"):
            return
        for position, (nickname, platform, addresses) in enumerate(CAST):
            openid = self._openid_of(nickname)
            follower = self.add(nickname, platform=platform, addresses=list(addresses), openid=openid)
            if position == len(CAST) - 1:
                self.change(follower["openid"], subscribed=False, subscribe_time=0)

    def add(
        self,
        nickname: str,
        *,
        platform: str = "android",
        addresses: list[dict[str, str]] | None = None,
        openid: str = "",
    ) -> dict[str, Any]:
        number = self._store.number("follower")
        openid = openid or self._openid_of(secrets.token_hex(16))
        follower = {
            "number": number,
            "openid": openid,
            "unionid": "oU" + "".join(secrets.choice(OPENID_ALPHABET) for _ in range(26)),
            "nickname": nickname,
            "avatar": f"/mmopen/vi_32/{openid}/132",
            "color": COLOURS[len(self._store.all("followers")) % len(COLOURS)],
            "platform": platform,
            "subscribed": True,
            "subscribe_time": int(self._clock.now()),
            "subscribe_scene": "ADD_SCENE_SEARCH",
            "qr_scene": 0,
            "qr_scene_str": "",
            "remark": "",
            "tagid_list": [],
            "addresses": addresses if addresses is not None else self._random_addresses(nickname),
            "windows": [],
        }
        self._store.put("followers", openid, follower)
        self.tell()
        return follower

    def find(self, openid: str) -> dict[str, Any] | None:
        return self._store.find("followers", openid)

    def list(self) -> list[dict[str, Any]]:
        return sorted(self._store.all("followers"), key=lambda follower: follower["number"])

    def change(self, openid: str, **changes: Any) -> dict[str, Any]:
        follower = self._store.change("followers", openid, **changes)
        self.tell()
        return follower

    def subscribe(self, openid: str, scene: str = "ADD_SCENE_SEARCH", qr_scene: str = "") -> dict[str, Any]:
        numeric = int(qr_scene) if qr_scene.isdigit() else 0
        return self.change(
            openid,
            subscribed=True,
            subscribe_time=int(self._clock.now()),
            subscribe_scene="ADD_SCENE_QR_CODE" if qr_scene else scene,
            qr_scene=numeric,
            qr_scene_str="" if numeric else qr_scene,
        )

    def unsubscribe(self, openid: str) -> dict[str, Any]:
        return self.change(openid, subscribed=False, subscribe_time=0, windows=[], tagid_list=[], remark="")

    def open_window(self, openid: str, trigger: str) -> None:
        """A new trigger of the same kind starts its own window and counter afresh."""
        allowed, seconds = WINDOWS[trigger]
        now = self._clock.now()
        window = {"kind": trigger, "left": allowed, "at": now, "until": now + seconds}
        with self._store.lock:
            follower = self._store.find("followers", openid)
            if follower is not None:
                others = [row for row in follower["windows"] if row["kind"] != trigger and row["until"] > now]
                self._store.change("followers", openid, windows=[*others, window])

    def use_window(self, openid: str) -> str:
        """Takes one message from the window that ends first; answers `ok`, `closed` or `exhausted`."""
        with self._store.lock:
            follower = self._store.find("followers", openid)
            now = self._clock.now()
            windows = [row for row in (follower or {}).get("windows", []) if row["until"] > now]
            if not windows:
                return "closed"
            usable = sorted((row for row in windows if row["left"] > 0), key=lambda row: row["until"])
            if not usable:
                return "exhausted"
            usable[0]["left"] -= 1
            self._store.change("followers", openid, windows=windows)
            return "ok"

    def tell(self) -> None:
        self._events.publish("state", what="followers")

    def _openid_of(self, person: str) -> str:
        """The same person has the same openid in the same account, also after a reset.

        Openids of one account begin alike, and have 28 characters: libraries tell them by that length.
        """
        account, own = (
            hashlib.sha256(text.encode()).digest()
            for text in (self._account.appid, f"{self._account.appid}:{person}")
        )
        return (
            "o" + base64.urlsafe_b64encode(account)[:5].decode() + base64.urlsafe_b64encode(own)[:22].decode()
        )

    def _random_addresses(self, nickname: str) -> list[dict[str, str]]:
        rows = [dict(row) for _, _, addresses in CAST[:3] for row in addresses]
        chosen = random.sample(rows, 2)
        chosen[0]["userName"] = nickname
        return chosen
