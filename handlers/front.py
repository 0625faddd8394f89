"""`GET|POST /wechat`: the fast path, a small WSGI application in front of Flask.

WeChat pushes every message here and waits five seconds, so this door does without what pages need: no session,
no login, no CSRF token, no request object. It uses the same codec, the same handlers and the same tables as
everything else. What makes it fast:

- the answer is found in memory (`handlers/ready.py`), with a few indexed reads where it depends on who asks;
- one INSERT keeps the push and its answer and tells whether it is a repeat (`app/conversations/inbox.py`);
- that INSERT goes to the driver, on a connection of this thread (`app/core/driver.py`);
- keys, ciphers and statements are made once; what follows from a push is done afterwards by the worker.

Source: https://developers.weixin.qq.com/doc/service/guide/dev/push/
"""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from sqlalchemy.exc import SQLAlchemyError

from app.wechat.callback.codec import SUCCESS, CallbackCodec, Forbidden, Malformed
from app.wechat.callback.flat_xml import MAX_BYTES
from handlers.answering import Answering

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

PATH = "/wechat"
MAX_QUERY = 4096
MAX_FIELDS = 20
TRY_AGAIN = 503  # WeChat pushes again after five seconds, three times in all

_REASONS = {
    200: "200 OK",
    400: "400 Bad Request",
    403: "403 Forbidden",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    503: "503 Service Unavailable",
}
_Answer = tuple[int, str, str]  # status, body, content type


class Front:
    """Answers `/wechat`; everything else is passed on."""

    def __init__(self, beyond: "WSGIApplication", codec: CallbackCodec, answering: Answering) -> None:
        self._beyond, self._codec, self._answering = beyond, codec, answering

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self._beyond(environ, start_response)
        try:
            status, text, content_type = self._answer(environ)
        except Forbidden as error:
            status, text, content_type = _refuse(403, error)
        except Malformed as error:
            status, text, content_type = _refuse(400, error)
        except SQLAlchemyError as error:
            logger.exception("push not kept")
            status, text, content_type = _refuse(TRY_AGAIN, type(error))
        except Exception:
            logger.exception("push not answered")
            status, text, content_type = _plain(SUCCESS)
        body = text.encode()
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(_REASONS[status], headers)
        return [body]

    def _answer(self, environ: "WSGIEnvironment") -> _Answer:
        method, query = environ["REQUEST_METHOD"], _read_query(environ.get("QUERY_STRING", ""))
        if method in ("GET", "HEAD"):
            self._codec.check_query(query)
            return _plain(query.get("echostr", ""))
        if method != "POST":
            return _refuse(405, method)
        received = self._codec.open(query, _read_body(environ))
        answer = self._answering.answer(received)
        if answer == SUCCESS:
            return _plain(SUCCESS)
        return 200, self._codec.seal(answer, received.cipher), "application/xml; charset=utf-8"


def _read_query(text: str) -> dict[str, str]:
    """The query as single values; WeChat never sends one twice.

    Raises: Forbidden.
    """
    if len(text) > MAX_QUERY or text.count("&") >= MAX_FIELDS:
        raise Forbidden("query is too long")
    try:
        if "%" in text or "+" in text:
            pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
        else:  # nothing is escaped, as in nearly every push
            pairs = [_read_pair(part) for part in text.split("&")] if text else []
    except ValueError as error:
        raise Forbidden("query") from error
    query = dict(pairs)
    if len(query) != len(pairs):
        raise Forbidden("query has a value twice")
    return query


def _read_pair(text: str) -> tuple[str, str]:
    """Raises: ValueError."""
    name, value = text.split("=", 1)
    return name, value


def _read_body(environ: "WSGIEnvironment") -> bytes:
    """Raises: Malformed."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        if environ.get("wsgi.input_terminated"):  # sent in chunks: the server tells where it ends
            length = str(MAX_BYTES + 1)
        else:
            raise Malformed("no length")
    elif int(length) > MAX_BYTES:
        raise Malformed("body too large")
    body: bytes = environ["wsgi.input"].read(int(length))
    if len(body) > MAX_BYTES or (int(length) <= MAX_BYTES and len(body) != int(length)):
        raise Malformed("body too large or cut off")
    return body


def _refuse(status: int, reason: object) -> _Answer:
    logger.warning("push refused", extra={"status": status, "reason": str(reason)})
    return status, "", "text/plain; charset=utf-8"


def _plain(text: str) -> _Answer:
    return 200, text, "text/plain; charset=utf-8"
