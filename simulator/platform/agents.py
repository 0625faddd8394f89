"""Agent accounts: adding, naming, inviting the person behind one, and the two lists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.platform.errors import PlatformError
from simulator.platform.routing import OK, Call, route
from simulator.platform.uploads import read_upload

if TYPE_CHECKING:
    from simulator.engine import Engine

PREFIX = re.compile(r"[A-Za-z0-9_]{1,10}")
WECHAT_ID = re.compile(r"[A-Za-z][\w-]{5,19}", re.ASCII)
NICKNAME_LENGTH = 16
INVITATION_SECONDS = 86_400
FIRST_ID = 1000
FACE_BYTES = 5 * 2**20
STATUS_ONLINE = 1


class Agents:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[dict[str, Any]]:
        return sorted(self._engine.store.all("agents"), key=lambda agent: int(agent["kf_id"]))

    def find(self, account: str) -> dict[str, Any] | None:
        return self._engine.store.find("agents", account)

    def add(self, account: str, nickname: str, *, person: str = "") -> dict[str, Any]:
        """`person` is the WeChat id behind the account; without one it has to be invited."""
        document = {
            "kf_account": account,
            "kf_nick": nickname,
            "kf_id": str(self._engine.store.number("agent", FIRST_ID)),
            "kf_headimgurl": "",
            "kf_wx": person,
            "online": bool(person),
            "invitation": None,
        }
        return self.keep(document)

    def keep(self, agent: dict[str, Any]) -> dict[str, Any]:
        self._engine.store.put("agents", agent["kf_account"], agent)
        self._engine.events.publish("state", what="desk")
        return agent

    def remove(self, account: str) -> None:
        """His sessions end with him."""
        self._engine.store.remove("agents", account)
        for session in self._engine.desk.sessions(account):
            self._engine.pushes.start(self._engine.desk.close(session["openid"]))
        self._engine.events.publish("state", what="desk")

    def invitation(self, agent: dict[str, Any]) -> dict[str, Any] | None:
        """With what became of it: waiting, rejected or expired."""
        given = agent["invitation"]
        if given and given["status"] == "waiting" and given["until"] <= self._engine.clock.now():
            return {**given, "status": "expired"}
        return given  # type: ignore[no-any-return]

    def answer(self, account: str, *, accepted: bool) -> dict[str, Any] | None:
        """The invited person taps on the phone; None when there is nothing to answer."""
        agent = self.find(account)
        invited = self.invitation(agent) if agent else None
        if agent is None or invited is None or invited["status"] != "waiting":
            return None
        if accepted:
            return self.keep({**agent, "kf_wx": invited["wx"], "invitation": None})
        return self.keep({**agent, "invitation": {**invited, "status": "rejected"}})


@route("GET", "/cgi-bin/customservice/getkflist", "取客服列表", daily_limit=500_000)
def list_agents(call: Call) -> dict[str, Any]:
    return {"kf_list": [_public(call, agent) for agent in call.engine.agents.list()]}


@route("GET", "/cgi-bin/customservice/getonlinekflist", "取在线客服", daily_limit=500_000)
def list_online(call: Call) -> dict[str, Any]:
    online = [agent for agent in call.engine.agents.list() if agent["online"]]
    return {
        "kf_online_list": [
            {
                "kf_account": agent["kf_account"],
                "status": STATUS_ONLINE,
                "kf_id": agent["kf_id"],
                "accepted_case": len(call.engine.desk.sessions(agent["kf_account"])),
            }
            for agent in online
        ]
    }


@route("POST", "/customservice/kfaccount/add", "添加客服帐号", daily_limit=500_000)
def add(call: Call) -> dict[str, Any]:
    body = call.json()
    account, nickname = str(body.get("kf_account", "")), _nickname(body)
    prefix, _, owner = account.partition("@")
    if not PREFIX.fullmatch(prefix) or owner != call.engine.settings.account.wechat_id:
        call.verdicts.add(
            "kf_account", False, f"{account[:40]}，应为 前缀@{call.engine.settings.account.wechat_id}"
        )
        raise PlatformError(65404)
    if call.engine.agents.find(account):
        raise PlatformError(65406)
    if len(call.engine.agents.list()) >= call.engine.limits.get("agents"):
        raise PlatformError(65405)
    call.engine.agents.add(account, nickname)
    return OK


@route("POST", "/customservice/kfaccount/update", "修改客服帐号", daily_limit=500_000)
def update(call: Call) -> dict[str, Any]:
    body = call.json()
    agent = known_agent(call, body.get("kf_account"))
    call.engine.agents.keep({**agent, "kf_nick": _nickname(body)})
    return OK


@route("GET|POST", "/customservice/kfaccount/del", "删除客服帐号", daily_limit=500_000)
def delete(call: Call) -> dict[str, Any]:
    named = call.arg("kf_account") or call.json().get("kf_account")
    call.engine.agents.remove(known_agent(call, named)["kf_account"])
    return OK


@route("POST", "/customservice/kfaccount/uploadheadimg", "上传客服头像", daily_limit=500_000)
def upload_face(call: Call) -> dict[str, Any]:
    agent = known_agent(call, call.arg("kf_account"))
    upload = read_upload(call, endings=(".jpg", ".jpeg", ".png"), largest=FACE_BYTES, too_large=40009)
    media = call.engine.media.add("face", upload.data, Path(upload.name).suffix.lower(), permanent=True)
    call.engine.agents.keep({**agent, "kf_headimgurl": call.engine.media.url(media)})
    return OK


@route("POST", "/customservice/kfaccount/inviteworker", "邀请绑定客服", daily_limit=500_000)
def invite(call: Call) -> dict[str, Any]:
    body, agents = call.json(), call.engine.agents
    agent, person = known_agent(call, body.get("kf_account")), str(body.get("invite_wx", ""))
    if not WECHAT_ID.fullmatch(person):
        raise PlatformError(65409)
    if agent["kf_wx"]:
        raise PlatformError(65412)
    if any(one["kf_wx"] == person for one in agents.list()):
        raise PlatformError(65407)
    open_ones = {
        one["kf_account"]: found
        for one in agents.list()
        if (found := agents.invitation(one)) and found["status"] == "waiting"
    }
    if agent["kf_account"] in open_ones:
        raise PlatformError(65411)
    if any(found["wx"] == person for found in open_ones.values()):
        raise PlatformError(65408)
    until = int(call.engine.clock.now()) + INVITATION_SECONDS
    agents.keep({**agent, "invitation": {"wx": person, "until": until, "status": "waiting"}})
    return OK


def known_agent(call: Call, account: Any) -> dict[str, Any]:
    """Raises: PlatformError 65401."""
    agent = call.engine.agents.find(account) if isinstance(account, str) else None
    if agent is None:
        call.verdicts.add("kf_account", False, str(account)[:64])
        raise PlatformError(65401)
    return agent


def _nickname(body: dict[str, Any]) -> str:
    nickname = body.get("nickname")
    if not isinstance(nickname, str) or not 1 <= len(nickname.strip()) <= NICKNAME_LENGTH:
        raise PlatformError(65403)
    return nickname


def _public(call: Call, agent: dict[str, Any]) -> dict[str, Any]:
    shown = {name: agent[name] for name in ("kf_account", "kf_nick", "kf_id", "kf_headimgurl")}
    invited = call.engine.agents.invitation(agent)
    if agent["kf_wx"]:
        shown["kf_wx"] = agent["kf_wx"]
    if invited:
        shown |= {
            "invite_wx": invited["wx"],
            "invite_expire_time": invited["until"],
            "invite_status": invited["status"],
        }
    return shown
