"""Followers' voices and videos: fetched from WeChat within its three days and kept as they came.

They are checked for being what they say, never opened by us, and handed to staff alone. A voice is AMR, which most
browsers cannot play: it is offered as a file. Who is erased loses them as he loses his pictures.
Source: https://developers.weixin.qq.com/doc/service/api/media/temporarymedia/api_getmedia.html
"""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from app.conversations.models import Message
from app.conversations.pictures import find_media_id, keep_file
from app.core import ids, outbox
from app.core.db import db
from app.core.errors import InputInvalid, PlatformError, PlatformUnreachable
from app.core.fetching import FetchFailed, download, may_fetch
from app.materials.recordings import MAX_VOICE_BYTES, is_film, measure_voice
from app.wechat.client import AccountClient
from app.wechat.platform_errors import make_unreachable

logger = logging.getLogger(__name__)

FETCH_RECORDING = "fetch_recording"  # the outbox kind; its job carries message_id
KINDS = ("voice", "video", "shortvideo")
MAX_FILM_BYTES = 25 * 1024 * 1024  # what a phone sends; far more than WeChat takes from us
FILM_HOSTS = ".qq.com"
_SECONDS = re.compile(r"-(\d+)s\.\w+\Z")


def request_recording(message_id: int) -> None:
    """Have the worker fetch the voice or video of this message; joins the open transaction."""
    outbox.enqueue(FETCH_RECORDING, message_id=message_id)


def fetch_recording(client: AccountClient, message_id: int, *, folder: Path, seams: Sequence[str]) -> None:
    """Keep it below `folder`. Once it is there, or WeChat has it no more, a repeat does nothing.

    Raises: PlatformUnreachable when trying again later is right.
    """
    message = db.session.get(Message, message_id)
    if message is None or message.file or message.kind not in KINDS:
        return
    media_id = find_media_id(message)
    if not media_id:
        return
    is_voice = message.kind == "voice"
    try:
        answer = client.get("media/get", params={"media_id": media_id})
        data, name = _take_voice(answer.content) if is_voice else _take_film(answer["video_url"], seams)
    except PlatformUnreachable:
        raise
    except (PlatformError, InputInvalid, FetchFailed, AttributeError, LookupError, TypeError) as error:
        if isinstance(error, FetchFailed) and error.may_recover:
            raise make_unreachable(str(error)) from error
        logger.warning("recording not kept", extra={"message_id": message_id, "reason": type(error).__name__})
        return
    keep_file(message_id, data, name, folder)


def seconds_of(file: str) -> int | None:
    """How long a kept voice is, as its name tells."""
    found = _SECONDS.search(file)
    return int(found[1]) if found else None


def _take_voice(data: bytes) -> tuple[bytes, str]:
    if len(data) > MAX_VOICE_BYTES:
        raise FetchFailed("too large", may_recover=False)
    ending, seconds = measure_voice(data)
    return data, f"{ids.new_token()}-{max(1, round(seconds))}s.{ending}"


def _take_film(address: str, seams: Sequence[str]) -> tuple[bytes, str]:
    if not may_fetch(address, host_ends=FILM_HOSTS, seams=seams, schemes=("https", "http")):
        raise FetchFailed("foreign host", may_recover=False)
    data = download(address, most=MAX_FILM_BYTES)
    if not is_film(data):
        raise FetchFailed("no film", may_recover=False)
    return data, f"{ids.new_token()}.mp4"
