"""Nickname and avatar, which a follower gave of his own accord by a tap, and may take back."""

import logging
import secrets

from sqlalchemy import select

from app.core import outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid
from app.core.fetching import FetchFailed, download, may_fetch
from app.core.media.store import get_media
from app.core.pictures import Size, draw_copies
from app.core.states import record_event
from app.followers.models import Follower
from app.followers.names import fit
from app.followers.service import get_by_id

logger = logging.getLogger(__name__)

CONSENTED = "consented"
AVATAR = Size(200, 200, is_cut=True)
MAX_BYTES = 1_000_000
AVATAR_HOST = ".qlogo.cn"  # WeChat's own host of avatars; nothing else is ever fetched


def record_consent(follower_id: int, *, nickname: str, avatar_url: str, unionid: str = "") -> None:
    """Keep what he agreed to show; the picture is fetched by a job. Opens a transaction. Raises: NotFound."""
    with transaction():
        follower = get_by_id(follower_id)
        follower.nickname = fit(nickname, 100)
        follower.unionid = fit(unionid, 64) or follower.unionid
        record_event(follower, new="", cause=CONSENTED, actor=f"follower:{follower_id}")
        address = fit(avatar_url, 301)
        follower.avatar_url = address if len(address) <= 300 else ""
        outbox.enqueue("fetch_avatar", follower_id=follower_id)


def fetch_avatar(follower_id: int, *, seams: tuple[str, ...]) -> None:
    """Draw his avatar anew, once, so that no page shows a picture from another host.

    WeChat's address dies when he changes it, and the console's pages may load nothing from outside; so the
    picture is kept here. Only WeChat's avatar host is asked, or one of `seams`, the platform's own bases.
    A picture that cannot be had leaves his initial in its place.
    """
    address = db.session.scalar(select(Follower.avatar_url).where(Follower.id == follower_id)) or ""
    is_theirs = may_fetch(address, host_ends=AVATAR_HOST, seams=seams)
    picture = _draw(_download(address)) if is_theirs else None
    name = f"avatar-{secrets.token_hex(16)}.jpg" if picture else ""
    if picture:
        get_media().write(name, picture)
    before = _keep(follower_id, address, name)
    delete_avatar(before)


def delete_avatar(name: str) -> None:
    """Delete a kept picture; a name that is none is left alone."""
    if name.startswith("avatar-"):
        get_media().delete(name)


def _keep(follower_id: int, address: str, name: str) -> str:
    """Note the new file; returns the name of the one that is needed no more."""
    with transaction() as session:
        follower = session.get(Follower, follower_id, populate_existing=True)
        if follower is None or follower.avatar_url != address:  # taken back or changed meanwhile
            return name
        before, follower.avatar_file = follower.avatar_file, name
        return before


def _download(address: str) -> bytes:
    """The picture's bytes; empty when there is none or it is too large."""
    try:
        return download(address, most=MAX_BYTES)
    except FetchFailed as error:
        logger.warning("avatar not fetched", extra={"reason": str(error)})
        return b""


def _draw(data: bytes) -> bytes | None:
    try:
        return draw_copies(data, AVATAR)[0] if data else None
    except InputInvalid:
        return None
