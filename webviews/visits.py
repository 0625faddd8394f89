"""Counts who comes in by which link, after the page has left: a visit that cannot be noted costs nobody a page."""

import logging
import re
from collections.abc import Callable
from datetime import date

from flask import Flask, Response, after_this_request, current_app, request, session
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.entrances.visits import record_product_seen, record_visit
from webviews.session import entrance_code, find_entrance_id, mark_of_visits, remember_entrance

logger = logging.getLogger(__name__)

AHEAD_OF_TIME = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")  # a browser fetches what nobody may ever see
_MACHINES = re.compile(
    r"bot\b|crawl|spider|slurp|preview|curl/|wget/|python-|okhttp|java/|go-http", re.IGNORECASE
)


def look_at_entrance() -> None:
    """`?e=` works on any page: remember it for the order, and count the visit it begins."""
    if not _is_somebody():
        return
    entrance_id = remember_entrance(request.args.get("e", ""))
    if entrance_id is not None:
        _count_afterwards(record_visit, entrance_id)


def look_at_product() -> None:
    """A product's page is shown: note it once a day for the entrance by which he came."""
    seen = [entrance_code(), clock.today().isoformat()]
    if not seen[0] or session.get("saw_product") == seen or not _is_somebody():
        return
    session["saw_product"] = seen
    entrance_id = find_entrance_id()
    if entrance_id is not None:
        _count_afterwards(record_product_seen, entrance_id)


def _is_somebody() -> bool:
    is_machine = _MACHINES.search(request.user_agent.string)
    return request.method == "GET" and not _is_ahead_of_time() and not is_machine


def _count_afterwards(record: Callable[[int, str, date], None], entrance_id: int) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    visit = entrance_id, mark_of_visits(), clock.today()

    def count() -> None:
        with app.app_context():
            try:
                record(*visit)
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
