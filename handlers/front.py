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
_Answer = tuple[int, str, tuple[tuple[str, str], ...]]  # status, body, what the headers say of it
_XML = (("Content-Type", "application/xml; charset=utf-8"),)
# A GET says back what it was sent: no browser shall take that for a page.
_TEXT = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))


class Front:
    """Answers `/wechat`; everything else is passed on."""

    def __init__(self, beyond: "WSGIApplication", codec: CallbackCodec, answering: Answering) -> None:
        self._beyond, self._codec, self._answering = beyond, codec, answering

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self._beyond(environ, start_response)
        try:
            status, text, kind = self._answer(environ)
        except Forbidden as error:
            status, text, kind = _refuse(403, error)
        except Malformed as error:
            status, text, kind = _refuse(400, error)
        except SQLAlchemyError as error:
            logger.exception("push not kept")
            status, text, kind = _refuse(TRY_AGAIN, type(error))
        except Exception:
            logger.exception("push not answered")
            status, text, kind = _plain(SUCCESS)
        body = text.encode()
        start_response(_REASONS[status], [*kind, ("Content-Length", str(len(body)))])
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
        return 200, self._codec.seal(answer, received.cipher), _XML


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
            pairs = [part.split("=", 1) for part in text.split("&")] if text else []
        query = dict(pairs)
    except ValueError as error:
        raise Forbidden("query") from error
    if len(query) != len(pairs):
        raise Forbidden("query has a value twice")
    return query


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
    return status, "", _TEXT


def _plain(text: str) -> _Answer:
    return 200, text, _TEXT
