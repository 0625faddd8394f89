"""Scene QR codes (渠道码): made, renewed and switched off; what is said to a scan; every scan counted once.

Source: https://developers.weixin.qq.com/doc/service/guide/product/qrcode.html
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.core import clock, ids
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound, PlatformError, TransitionRefused
from app.core.insert_once import insert_once
from app.entrances.models import SceneCode, SceneScan
from app.entrances.names import tidy_name
from app.wechat.client import AccountClient
from app.wechat.platform_errors import make_unreadable

logger = logging.getLogger(__name__)

LONGEST_DAYS = 30  # WeChat's limit for a temporary code
LONGEST_LABEL = 40
SCENE_LENGTH = 10
DAY_SECONDS = 24 * 3600
_SCENE = re.compile(r"[2-9A-Z]{10}")


@dataclass(frozen=True, slots=True)
class Scene:
    """What the answer to a scan needs to know; `replies` as `app.keywords.replies.read_specs` takes them."""

    id: int
    label: str
    tag_id: int | None
    product_slug: str
    replies: tuple[dict[str, Any], ...]
    reply_mode: str


@dataclass(frozen=True, slots=True)
class SceneDraft:
    """What the merchant sets up. `replies` come first, then `product_slug`; without both the usual welcome."""

    label: str
    tag_id: int | None = None
    product_slug: str = ""
    replies: tuple[dict[str, Any], ...] = ()
    reply_mode: str = "all"

    def tidy(self) -> "SceneDraft":
        """Without needless blanks. Raises: InputInvalid."""
        return replace(self, label=tidy_name(self.label, longest=LONGEST_LABEL))


def load_scenes() -> Mapping[str, Scene]:
    """The codes that answer, by the scene WeChat pushes."""
    rows = db.session.scalars(select(SceneCode).where(SceneCode.is_active))
    return {row.scene: _scene(row) for row in rows}


def new_scene() -> str:
    """A scene for a code that is about to be made."""
    return ids.new_code(SCENE_LENGTH)


def add_scene(draft: SceneDraft, *, scene: str, is_permanent: bool, actor: str) -> int:
    """Keep a new code, without its picture yet: `fetch_picture` asks WeChat for it. Opens a transaction.

    `scene` is what `new_scene` gave to the form: sent twice, the form makes one code. Raises: InputInvalid.
    """
    if not _SCENE.fullmatch(scene):
        raise InputInvalid(_("页面已过期，请重新填写"))
    row = SceneCode(scene=scene, is_permanent=is_permanent, created_by=actor)
    _set(row, draft.tidy())
    try:
        with transaction() as session:
            if (known := _find_id(scene)) is not None:
                return known
            session.add(row)
            session.flush()
            return row.id
    except IntegrityError:  # the same form at the same instant was first
        if (known := _find_id(scene)) is not None:
            return known
        raise


def change_scene(code_id: int, draft: SceneDraft) -> None:
    """Set what the code is called and says; the picture stays the same. Opens a transaction.

    Raises: InputInvalid, NotFound.
    """
    draft = draft.tidy()
    with transaction():
        _set(get_scene(code_id), draft)


def set_active(code_id: int, is_active: bool) -> None:
    """Let the code answer, or not; scans are counted all the same. Opens a transaction. Raises: NotFound."""
    with transaction():
        get_scene(code_id).is_active = is_active


def fetch_picture(client: AccountClient, code_id: int, *, days: int = LONGEST_DAYS) -> None:
    """Get what the code's picture holds from WeChat: the first time, again after a failure, or to renew it.

    The scene stays the same, so it may be asked for any number of times. Opens a transaction at the end.
    Raises: NotFound, InputInvalid, TransitionRefused, PlatformError (kept with the code as well).
    """
    row = get_scene(code_id)
    if row.is_permanent and row.url:
        raise TransitionRefused(_("永久二维码不会过期，不用续期"))
    if not row.is_permanent and not 1 <= days <= LONGEST_DAYS:
        raise InputInvalid(_("临时二维码的有效期是 1 到 %(n)d 天", n=LONGEST_DAYS))
    order = _order(row, days)
    try:
        answer = client.post("qrcode/create", data=order)
        ticket, url = _read(answer)
    except PlatformError as error:
        _keep(code_id, errcode=error.errcode)
        raise
    lives = answer.get("expire_seconds", order.get("expire_seconds"))
    expires_at = None if row.is_permanent else clock.now() + timedelta(seconds=int(lives))
    _keep(code_id, ticket=ticket, url=url, expires_at=expires_at, errcode=None)
    logger.info("scene code made", extra={"scene_code_id": code_id})


def get_scene(code_id: int) -> SceneCode:
    """Raises: NotFound."""
    row = db.session.get(SceneCode, code_id)
    if row is None:
        raise NotFound(_("没有这个渠道码"))
    return row


def list_scenes(*, product_slug: str | None = None) -> Sequence[SceneCode]:
    """Every code, the newest first; of one product when it is named."""
    query = select(SceneCode)
    if product_slug is not None:
        query = query.where(SceneCode.product_slug == product_slug)
    return db.session.scalars(query.order_by(SceneCode.id.desc())).all()


def record_scan(scene: str, openid: str, message_id: int, at: datetime, is_follow: bool) -> int | None:
    """Count a scan, once for each message; a scene nobody here made is passed over.

    Returns the tag that the code puts on whoever scans it; None from a code that is switched off.
    Opens a transaction or joins one.
    """
    query = select(SceneCode.id, SceneCode.tag_id, SceneCode.is_active).where(SceneCode.scene == scene)
    code = db.session.execute(query).one_or_none()
    if code is None:
        return None
    with transaction():
        insert_once(
            SceneScan,
            scene_code_id=code.id,
            message_id=message_id,
            openid=openid,
            at=at,
            day=clock.beijing_day(at),
            is_follow=is_follow,
        )
    return code.tag_id if code.is_active else None


def _set(row: SceneCode, draft: SceneDraft) -> None:
    row.label, row.tag_id, row.product_slug = draft.label, draft.tag_id, draft.product_slug
    row.replies, row.reply_mode = list(draft.replies), draft.reply_mode


def _find_id(scene: str) -> int | None:
    return db.session.scalar(select(SceneCode.id).where(SceneCode.scene == scene))


def _scene(row: SceneCode) -> Scene:
    return Scene(row.id, row.label, row.tag_id, row.product_slug, tuple(row.replies), row.reply_mode)


def _order(row: SceneCode, days: int) -> dict[str, Any]:
    scene = {"action_info": {"scene": {"scene_str": row.scene}}}
    if row.is_permanent:
        return {"action_name": "QR_LIMIT_STR_SCENE", **scene}
    return {"action_name": "QR_STR_SCENE", "expire_seconds": days * DAY_SECONDS, **scene}


def _read(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Raises: PlatformError when a part is missing."""
    ticket, url = answer.get("ticket"), answer.get("url")
    if not isinstance(ticket, str) or not isinstance(url, str) or not url:
        raise make_unreadable("no url in the answer")
    return ticket, url


def _keep(code_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(SceneCode).where(SceneCode.id == code_id).values(**values))
