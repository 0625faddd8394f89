"""WeChat's own agent desk: who waits, who serves whom, what was said, and when a session ends by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.platform.pushes import Push

if TYPE_CHECKING:
    from simulator.engine import Engine

SENT, RECEIVED = 2002, 2003  # opercode of the records


class DeskRefusal(Exception):
    """What an agent cannot do now, by the platform's code."""

    def __init__(self, errcode: int) -> None:
        super().__init__(errcode)
        self.errcode = errcode


class Desk:
    """Changes answer the event that tells the account; whoever asked delivers it."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._store = engine, engine.store
        engine.timer.register("agent_idle", self._end_if_idle)

    # -- waiting

    def wait(self, openid: str, account: str = "") -> None:
        """A reply handed the follower over, to one agent or to any."""
        if self.session_of(openid) is None:
            row = {"openid": openid, "latest_time": self._now(), "kf_account": account}
            self._store.put("waiting", openid, row)
            self._tell()

    def waiting(self) -> list[dict[str, Any]]:
        """Oldest first."""
        return sorted(self._store.all("waiting"), key=lambda row: int(row["latest_time"]))

    def forget(self, openid: str) -> None:
        """The follower left."""
        self._store.remove("waiting", openid)
        self._store.remove("sessions", openid)
        self._tell()

    # -- sessions

    def session_of(self, openid: str) -> dict[str, Any] | None:
        return self._store.find("sessions", openid)

    def sessions(self, account: str | None = None) -> list[dict[str, Any]]:
        rows = sorted(self._store.all("sessions"), key=lambda row: int(row["createtime"]))
        return [row for row in rows if account in (None, row["kf_account"])]

    def open(self, openid: str, account: str) -> Push | None:
        """Nothing to tell when this agent serves already. Raises: DeskRefusal 65401, 65402, 65414, 65415."""
        self._check_online(account)
        with self._store.lock:
            session = self.session_of(openid)
            if session is not None and session["kf_account"] != account:
                raise DeskRefusal(65414)
            if session is not None:
                return None
            self._store.remove("waiting", openid)
            row = {"openid": openid, "kf_account": account, "createtime": self._now(), "last_at": self._now()}
            self._store.put("sessions", openid, row)
        self._watch(openid)
        self._tell()
        return self._event(openid, "kf_create_session", {"kf_account": account})

    def close(self, openid: str, account: str | None = None) -> Push:
        """Raises: DeskRefusal 65413."""
        with self._store.lock:
            session = self.session_of(openid)
            if session is None or account not in (None, session["kf_account"]):
                raise DeskRefusal(65413)
            self._store.remove("sessions", openid)
        self._tell()
        return self._event(openid, "kf_close_session", {"kf_account": session["kf_account"]})

    def switch(self, openid: str, account: str) -> Push:
        """Raises: DeskRefusal 65413, 65401, 65402, 65415, 65414 when it is the same agent."""
        self._check_online(account)
        session = self.session_of(openid)
        if session is None:
            raise DeskRefusal(65413)
        if session["kf_account"] == account:
            raise DeskRefusal(65414)
        self._store.change("sessions", openid, kf_account=account, last_at=self._now())
        self._tell()
        fields = {"kf_account": session["kf_account"], "to_kf_account": account}
        return self._event(openid, "kf_switch_session", fields)

    # -- speaking

    def say(self, openid: str, text: str) -> dict[str, Any]:
        """The agent writes; answers the bubble. Raises: DeskRefusal 65413."""
        session = self.session_of(openid)
        if session is None:
            raise DeskRefusal(65413)
        self._record(session, SENT, text)
        agent = self._engine.agents.find(session["kf_account"]) or {"kf_nick": ""}
        who = {"kf_account": session["kf_account"], "kf_nick": agent["kf_nick"]}
        return self._engine.chats.add(openid, "out", "text", via="agent", text=text, **who)

    def hear(self, openid: str, text: str) -> bool:
        """The follower wrote. True: to the agent, not to the account."""
        session = self.session_of(openid)
        if session is not None:
            self._record(session, RECEIVED, text)
        elif self._store.find("waiting", openid):
            self._store.change("waiting", openid, latest_time=self._now())
        return session is not None

    def records(self, start: int, end: int, first: int, most: int) -> list[dict[str, Any]]:
        """What agents and followers said here, and what the account sent by the API."""
        rows = (
            row for row in self._store.all("records") if start <= row["time"] <= end and row["msgid"] >= first
        )
        said = sorted(rows, key=lambda row: int(row["msgid"]))[:most]
        followers = self._engine.followers
        sent = [
            {**row, "openid": followers.openid_of(row["number"])}
            for row in self._engine.sent.records(start, end, first, most)
        ]
        return sorted((*said, *sent), key=lambda row: int(row["msgid"]))[:most]

    # -- inside

    def _check_online(self, account: str) -> None:
        agent = self._engine.agents.find(account)
        if agent is None:
            raise DeskRefusal(65401)
        if not agent.get("kf_wx"):
            raise DeskRefusal(65402)
        if not agent["online"]:
            raise DeskRefusal(65415)

    def _record(self, session: dict[str, Any], opercode: int, text: str) -> None:
        number, openid = self._store.quick_number("record"), session["openid"]
        row = {"msgid": number, "openid": openid, "opercode": opercode, "text": text}
        self._store.put(
            "records", f"{number:012d}", {**row, "time": self._now(), "worker": session["kf_account"]}
        )
        with self._store.lock:
            if self.session_of(openid):
                self._store.change("sessions", openid, last_at=self._now())

    def _watch(self, openid: str) -> None:
        idle = self._engine.limits.get("agent_idle_seconds")
        session = self.session_of(openid)
        if session is not None:
            self._engine.timer.add(
                "agent_idle", session["last_at"] + idle, openid=openid, since=session["createtime"]
            )

    def _end_if_idle(self, job: dict[str, Any]) -> None:
        """When the time is over, or later when somebody spoke in between."""
        session = self.session_of(job["openid"])
        if session is None or session["createtime"] != job["since"]:
            return
        if self._now() - session["last_at"] < self._engine.limits.get("agent_idle_seconds"):
            self._watch(job["openid"])
        else:
            self._engine.pushes.start(self.close(job["openid"]))

    def _event(self, openid: str, kind: str, fields: dict[str, Any]) -> Push:
        return self._engine.pushes.build(openid, kind, fields)

    def _tell(self) -> None:
        self._engine.events.publish("state", what="desk")

    def _now(self) -> int:
        return int(self._engine.clock.now())
