"""Mass messages seen from outside, and the administrator's phone that confirms or refuses them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, Conflict, NotFound

from simulator.clock import iso
from simulator.control_api.access import body, the_engine

broadcasts = Blueprint("broadcasts", __name__, url_prefix="/mass")
sent = Blueprint("sent", __name__, url_prefix="/sent")
MOST_SHOWN = 100
SHOWN = ("msg_id", "msg_data_id", "clientmsgid", "kind", "target", "status", "result", "waits")
COUNTS = ("total", "filtered", "sent", "errors")
MOMENTS = ("created_at", "started_at", "finished_at")


@broadcasts.get("")
def list_jobs() -> Response:
    return jsonify({"mass": [_public(job) for job in the_engine().mass.list()]})


@broadcasts.post("/<int:msg_id>/answer")
def answer(msg_id: int) -> Response:
    """`{confirmed: true / false}`, while the message waits for the administrator."""
    confirmed = body().get("confirmed")
    if not isinstance(confirmed, bool):
        raise BadRequest("confirmed 是 true 或 false")
    if the_engine().mass.find(msg_id) is None:
        raise NotFound("没有这条群发")
    job = the_engine().mass.answer(msg_id, confirmed=confirmed)
    if job is None:
        raise Conflict("没有在等管理员确认")
    return jsonify(_public(job))


@sent.get("")
def count_sent() -> Response:
    """`?text=` picks messages by a part of their words, `?counts=1` adds the counts of each openid."""
    engine, text = the_engine(), request.args.get("text", "")
    found = engine.sent.counts(text)
    rows = [_told(words, counter) for words, counter in found]
    answer: dict[str, Any] = {"messages": rows, "total": sum(row["total"] for row in rows)}
    if request.args.get("counts") == "1":
        counts: Counter[int] = Counter()
        for _, counter in found:
            counts.update(counter)
        answer["counts"] = {engine.followers.openid_of(number): times for number, times in counts.items()}
    return jsonify(answer)


def _told(words: str, counter: Counter[int]) -> dict[str, Any]:
    times = {str(often): people for often, people in sorted(Counter(counter.values()).items())}
    repeated = [the_engine().followers.openid_of(number) for number, often in counter.items() if often > 1]
    return {
        "text": words,
        "total": counter.total(),
        "followers": len(counter),
        "times": times,
        "repeated": repeated[:MOST_SHOWN],
    }


def _public(job: dict[str, Any]) -> dict[str, Any]:
    moments = {name: iso(job[name]) for name in MOMENTS if name in job}
    title = job["articles"][0]["title"] if job["articles"] else _words(job["bubbles"])
    shown = {name: job[name] for name in (*SHOWN, *COUNTS) if name in job}
    return {**shown, "title": title, "articles": len(job["articles"]), "urls": job.get("urls", []), **moments}


def _words(bubbles: list[dict[str, Any]]) -> str:
    first = bubbles[0] if bubbles else {}
    return str(first.get("text") or first.get("title") or f"[{first.get('kind', '')}]")
