"""Counts who comes in by which link, after the page has left: a visit that cannot be noted costs nobody a page."""

import logging
import re

from flask import Flask, Response, after_this_request, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.entrances.visits import record_visit
from webviews.session import mark_of_visits, remember_entrance

logger = logging.getLogger(__name__)

AHEAD_OF_TIME = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")  # a browser fetches what nobody may ever see
_MACHINES = re.compile(
    r"bot\b|crawl|spider|slurp|preview|curl/|wget/|python-|okhttp|java/|go-http", re.IGNORECASE
)


def look_at_entrance() -> None:
    """`?e=` works on any page: remember it for the order, and count the visit it begins."""
    if request.method != "GET" or _is_ahead_of_time() or _MACHINES.search(request.user_agent.string):
        return
    entrance_id = remember_entrance(request.args.get("e", ""))
    if entrance_id is not None:
        _count_afterwards(entrance_id)


def _count_afterwards(entrance_id: int) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    visit = entrance_id, mark_of_visits(), clock.today()

    def count() -> None:
        with app.app_context():
            try:
                record_visit(*visit)
            except SQLAlchemyError:
                logger.exception("visit not counted", extra={"entrance_id": entrance_id})

    @after_this_request
    def when_it_has_left(response: Response) -> Response:
        response.call_on_close(count)
        return response


def _is_ahead_of_time() -> bool:
    return any(
        word in request.headers.get(name, "").lower()
        for name in AHEAD_OF_TIME
        for word in ("prefetch", "preview", "prerender")
    )
