"""Mass messages: who gets one, how long it takes, what becomes of it, and what each follower has received.

Nobody keeps a copy: a message remembers its receivers as a mask, and a chat is put together when it is looked at.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator import lanes
from simulator.clock import beijing_day, iso
from simulator.platform.mass_bodies import Content

if TYPE_CHECKING:
    from simulator.engine import Engine

FIRST_MSG_ID, FIRST_DATA_ID = 1_000_001_624, 2_247_503_050
SPEEDS = (800_000, 600_000, 450_000, 300_000, 100_000)  # messages a minute, by the number of speed/set
GOOD = "send success"
REFUSED, UNANSWERED = "err(40001)", "err(40002)"
REPRINT = "err(30003)"


@dataclass(frozen=True, slots=True)
class Target:
    """Everybody, those with a tag, or those who were named."""

    tag: int | None = None
    openids: tuple[str, ...] | None = None

    @property
    def is_to_all(self) -> bool:
        return self.tag is None and self.openids is None

    def public(self) -> dict[str, Any]:
        if self.openids is not None:
            return {"openids": len(self.openids)}
        return {"all": True} if self.is_to_all else {"tag": self.tag}


class Mass:
    def __init__(self, engine: Engine) -> None:
        self._engine, self._store = engine, engine.store
        self.accepting = threading.Lock()  # two calls with one clientmsgid must not both be the first
        self._sending = threading.Lock()  # nor two messages somebody's fourth
        engine.timer.register("mass_finish", self._finish)
        engine.timer.register("mass_unanswered", lambda job: self._end(job["msg_id"], UNANSWERED))

    # -- taking

    def accept(
        self, target: Target, content: Content, *, client_id: str, ignore_reprint: bool
    ) -> dict[str, Any]:
        """The job, on its way or waiting for the administrator."""
        now = self._engine.clock.now()
        job: dict[str, Any] = {
            "msg_id": self._store.number("mass", FIRST_MSG_ID),
            "clientmsgid": client_id,
            "kind": content.kind,
            "target": target.public(),
            "to_all": target.is_to_all,
            "tag": target.tag,
            "bubbles": content.bubbles,
            "draft": content.draft,
            "articles": content.articles,
            "ignore_reprint": ignore_reprint,
            "status": "SENDING",
            "result": "",
            "created_at": now,
            "day": beijing_day(now),
            "total": 0,
            "filtered": 0,
            "sent": 0,
            "errors": 0,
        }
        if content.articles:
            job["msg_data_id"] = self._store.number("msg_data", FIRST_DATA_ID)
        if target.openids is not None:
            self._keep_mask("mass_named", job, self._engine.followers.mask_of(target.openids))
            job["named"] = len(target.openids)
        waits = self._engine.faults.strikes("mass_confirm")
        self._keep({**job, "waits": waits})
        if waits:
            until = now + self._engine.limits.get("mass_confirm_seconds")
            self._engine.timer.add("mass_unanswered", until, msg_id=job["msg_id"])
        else:
            self._start(job["msg_id"])
        return self.find(job["msg_id"]) or job

    def answer(self, msg_id: int, *, confirmed: bool) -> dict[str, Any] | None:
        """The administrator taps; None when nothing waits for him."""
        with self._sending:
            job = self.find(msg_id)
            if job is None or not job["waits"]:
                return None
            self._keep({**job, "waits": False})
        if confirmed:
            self._start(msg_id)
        else:
            self._end(msg_id, REFUSED)
        return self.find(msg_id)

    # -- looking

    def find(self, msg_id: Any) -> dict[str, Any] | None:
        return self._store.find("mass", str(msg_id))

    def list(self) -> list[dict[str, Any]]:
        """Newest first."""
        return sorted(self._store.all("mass"), key=lambda job: -int(job["msg_id"]))

    def with_client_id(self, client_id: str) -> dict[str, Any] | None:
        """The job of this id in the last 24 hours."""
        since = self._engine.clock.now() - self._engine.limits.get("clientmsgid_seconds")
        jobs = (job for job in self.list() if job["created_at"] > since)
        return next((job for job in jobs if job["clientmsgid"] == client_id), None)

    def to_all_times(self) -> tuple[int, int]:
        """How often everybody was meant this day and this month, Beijing time."""
        today = beijing_day(self._engine.clock.now())
        days = [
            job["day"] for job in self._store.all("mass") if job["to_all"] and job["result"] in ("", GOOD)
        ]
        return sum(day == today for day in days), sum(day[:6] == today[:6] for day in days)

    def used_this_month(self) -> int:
        """Counts of messages by lane."""
        found = self._store.find("mass_month", beijing_day(self._engine.clock.now())[:6])
        return lanes.unpack_mask(found["counts"]) if found else 0

    def received_by(self, openid: str) -> list[dict[str, Any]]:
        """Bubbles of everything this follower got, in the form of the chat."""
        lane = self._engine.followers.lane_of(openid)
        shown = []
        for job in self._store.all("mass"):
            mask = self._store.find("mass_received", str(job["msg_id"]))
            if mask is None or lane is None:
                continue
            got = lanes.unpack(mask["mask"])
            if lane < len(got) and got[lane]:
                shown += self.bubbles_of(job, openid)
        return shown

    def bubbles_of(self, job: dict[str, Any], openid: str) -> list[dict[str, Any]]:
        head = {"openid": openid, "direction": "out", "at": iso(job["started_at"]), "state": "ok"}
        more = {"via": "mass", "msg_id": job["msg_id"]}
        return [
            {"seq": job["first_seq"] + place, **head, **bubble, **more}
            for place, bubble in enumerate(job["bubbles"])
        ]

    # -- on its way

    def _start(self, msg_id: int) -> None:
        """Who gets it is settled now; the finish event comes when the speed allows."""
        with self._sending:
            job = self.find(msg_id)
            if job is None:
                return  # forgotten by a reset
            result = self._result(job)
            job |= {"started_at": self._engine.clock.now(), "result": result, "waits": False}
            receivers = self._settle(job) if result == GOOD else 0
            if job["articles"] and result == GOOD:
                self._publish(job)
            job["first_seq"] = self._store.quick_number("chat", step=max(1, len(job["bubbles"])))
            job["first_seq"] -= max(1, len(job["bubbles"])) - 1
            self._keep_mask("mass_received", job, receivers)
            self._keep(job)
        seconds = job["filtered"] * 60 / SPEEDS[self.speed()]
        due = self._engine.clock.now() + max(self._engine.limits.get("mass_seconds"), seconds)
        self._engine.timer.add("mass_finish", due, msg_id=msg_id)
        self._engine.events.publish("mass", msg_id=msg_id)

    def _settle(self, job: dict[str, Any]) -> int:
        """The counts of the job, and the mask of those who receive it; the month's counts grow."""
        followers, width = self._engine.followers, self._engine.followers.width()
        subscribed, used = followers.mask(), self.used_this_month()
        named = self._store.find("mass_named", str(job["msg_id"]))
        wanted = lanes.unpack_mask(named["mask"]) if named else subscribed
        if job["tag"] is not None:
            wanted &= followers.mask(tag=job["tag"])
        full = lanes.at_least(used, self._engine.limits.get("mass_per_follower"), width)
        allowed = wanted & subscribed & ~followers.mask(blacklisted=True) & ~full
        failing = lanes.every(allowed, int(self._value("mass_errors", "0")), width)
        job["total"] = job.get("named") or wanted.bit_count()
        job["filtered"] = allowed.bit_count()
        job["errors"] = failing.bit_count()
        job["sent"] = job["filtered"] - job["errors"]
        receivers = allowed & ~failing
        month = beijing_day(self._engine.clock.now())[:6]
        self._store.put("mass_month", month, {"counts": lanes.pack(used + receivers)})
        return receivers

    def _publish(self, job: dict[str, Any]) -> None:
        publication = self._engine.articles.publish(job["articles"], "mass")
        job["publication"] = publication["article_id"]
        job["urls"] = [page["url"] for page in self._engine.articles.pages(publication)]
        card = self._engine.articles.as_card(publication["article_id"])
        job["bubbles"] = [card] if card else []

    def _result(self, job: dict[str, Any]) -> str:
        wanted = self._value("mass_result", GOOD)
        return GOOD if wanted == REPRINT and job["ignore_reprint"] else wanted

    def _finish(self, timed: dict[str, Any]) -> None:
        job = self.find(timed["msg_id"])
        if job is not None and job["status"] == "SENDING":
            self._end(job["msg_id"], job["result"])

    def _end(self, msg_id: int, result: str) -> None:
        """The state is told by the event, unless that is lost."""
        with self._sending:
            job = self.find(msg_id)
            timed_out = result == UNANSWERED and not (job or {}).get("waits")
            if job is None or job["status"] != "SENDING" or timed_out:
                return
            good = result == GOOD
            status = "SEND_SUCCESS" if good else "SEND_FAIL"
            ended = {"status": status, "result": result, "waits": False}
            job = self._keep({**job, **ended, "finished_at": self._engine.clock.now()})
        if good and job["draft"]:
            self._engine.drafts.remove(job["draft"])
        self._engine.events.publish("mass", msg_id=msg_id)
        if not self._engine.faults.strikes("mass_silent"):
            self._tell(job)

    def _tell(self, job: dict[str, Any]) -> None:
        counts = {name: job[name] for name in ("total", "filtered", "sent", "errors")}
        given = {"msg_id": str(job["msg_id"]), "status": job["result"], **counts}
        pages = {"article_urls": job.get("urls", []), "articles": len(job["articles"])}
        operator = self._engine.followers.operator_openid()
        self._engine.pushes.start(
            self._engine.pushes.build(operator, "MASSSENDJOBFINISH", {**given, **pages})
        )

    # -- speed, deletion

    def speed(self) -> int:
        return int((self._store.find("mass_speed", "speed") or {"speed": 0})["speed"])

    def set_speed(self, speed: int) -> None:
        self._store.put("mass_speed", "speed", {"speed": speed})

    def delete(self, job: dict[str, Any], index: int) -> None:
        """The pages go, the bubbles stay."""
        publication = self._engine.articles.publication(job.get("publication"))
        if publication is not None:
            self._engine.articles.delete(publication, index)
        living = publication and any(
            not page.get("deleted") for page in self._engine.articles.pages(publication)
        )
        if not living:
            self._keep({**job, "status": "DELETE"})

    # -- inside

    def _value(self, name: str, calm: str) -> str:
        value = self._engine.faults.take(name)
        return calm if value == self._engine.faults.calm_value(name) else value

    def _keep(self, job: dict[str, Any]) -> dict[str, Any]:
        return self._store.put("mass", str(job["msg_id"]), job)

    def _keep_mask(self, kind: str, job: dict[str, Any], mask: int) -> None:
        self._store.put(kind, str(job["msg_id"]), {"mask": lanes.pack(mask)})
