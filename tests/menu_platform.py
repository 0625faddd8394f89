"""WeChat's side of the menus, small: it keeps them, gives menuids, matches followers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from tests.fake_platform import Asked, FakePlatform

FIRST_ID = 460187341


class MenuPlatform(FakePlatform):
    """Keeps menus as WeChat does: every leaf comes back with an empty `sub_button`.

    `breaks_after` names a call (`create`, `addconditional` …) that takes effect but answers with HTTP 500;
    `refuses` gives calls an error code instead of an effect.
    """

    def __enter__(self) -> "MenuPlatform":
        super().__enter__()
        self.menu: dict[str, Any] | None = None
        self.website_menu: dict[str, Any] | None = None
        self.personal: dict[str, dict[str, Any]] = {}  # menuid → buttons and matchrule
        self.breaks_after = ""
        self.refuses: dict[str, int] = {}
        self._number = FIRST_ID
        for name in ("create", "get", "addconditional", "delete", "delconditional", "trymatch"):
            self.answers[f"/cgi-bin/menu/{name}"] = self._answer_of(name)
        self.answers["/cgi-bin/get_current_selfmenu_info"] = self._website
        return self

    def calls(self, name: str) -> int:
        """How often this call of the menu was made."""
        return self.count()[f"/cgi-bin/menu/{name}"]

    def _answer_of(self, name: str) -> Any:
        def answer(asked: Asked) -> Any:
            if name in self.refuses:
                return {"errcode": self.refuses[name], "errmsg": "refused"}
            result = getattr(self, f"_{name}")(asked)
            if name == self.breaks_after:
                self.breaks_after = ""
                return 500, {}
            return result

        return answer

    def _create(self, asked: Asked) -> dict[str, Any]:
        self.menu = asked.json
        return {"errcode": 0, "errmsg": "ok"}

    def _get(self, _: Asked) -> dict[str, Any]:
        if self.menu is None:
            return {"errcode": 46003, "errmsg": "menu no exist"}
        answer: dict[str, Any] = {"menu": {"button": _padded(self.menu), "menuid": FIRST_ID}}
        if self.personal:
            answer["conditionalmenu"] = [
                {"button": _padded(menu), "matchrule": menu["matchrule"], "menuid": int(menuid)}
                for menuid, menu in sorted(self.personal.items(), reverse=True)
            ]
        return answer

    def _addconditional(self, asked: Asked) -> dict[str, Any]:
        if self.menu is None:
            return {"errcode": 65303, "errmsg": "there is no selfmenu, please create selfmenu first"}
        self._number += 1
        self.personal[str(self._number)] = asked.json
        return {"menuid": str(self._number)}

    def _delconditional(self, asked: Asked) -> dict[str, Any]:
        if self.personal.pop(str(asked.json["menuid"]), None) is None:
            return {"errcode": 65301, "errmsg": "this menu is not conditionalmenu"}
        return {"errcode": 0, "errmsg": "ok"}

    def _delete(self, _: Asked) -> dict[str, Any]:
        self.menu, self.personal = None, {}
        return {"errcode": 0, "errmsg": "ok"}

    def _trymatch(self, asked: Asked) -> dict[str, Any]:
        """Everybody sees the newest personalised menu; who is called `nobody` is no follower."""
        if asked.json["user_id"] == "nobody":
            return {"errcode": 65302, "errmsg": "no such user"}
        newest = self.personal[max(self.personal)] if self.personal else self.menu
        return {"button": _padded(newest or {"button": []})}

    def _website(self, _: Asked) -> dict[str, Any]:
        buttons = (self.website_menu or {"button": []})["button"]
        return {"is_menu_open": int(bool(buttons)), "selfmenu_info": {"button": buttons}}


@contextmanager
def open_menu_platform(app: Flask) -> Iterator[MenuPlatform]:
    """Let the app's account speak with a MenuPlatform."""
    with MenuPlatform() as platform:
        platform.answer_for(app.extensions["wechat"].client)
        yield platform


def _padded(menu: dict[str, Any]) -> list[dict[str, Any]]:
    return [button | {"sub_button": button.get("sub_button", [])} for button in menu["button"]]
