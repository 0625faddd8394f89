"""Materials at WeChat: uploading them, and the media_id under which it knows them.

Sources: https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia.html,
https://developers.weixin.qq.com/doc/service/api/material/permanent/api_addmaterial.html
"""

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import NotFound, PlatformError, PlatformUnreachable
from app.core.media.store import get_media
from app.materials.models import Material, MaterialKind
from app.wechat.client import AccountClient
from app.wechat.platform_errors import make_unreadable

logger = logging.getLogger(__name__)

TEMPORARY_LIVES = timedelta(days=3)  # WeChat's
SAFETY = timedelta(hours=1)  # what runs out sooner is uploaded anew
LONGEST_ERROR = 200


def find_media_ids() -> Mapping[int, str]:
    """The media_id of every material that WeChat has now, by our id."""
    query = select(Material.id, Material.media_id).where(Material.media_id != "", _lives())
    return {row.id: row.media_id for row in db.session.execute(query)}


def get_media_id(client: AccountClient, material_id: int) -> str:
    """WeChat's media_id of this material; uploads it when there is none or it runs out.

    Calls the network: never inside a transaction.
    Raises: NotFound, PlatformError, PlatformUnreachable; why an upload failed is also noted with the material.
    """
    query = select(Material.media_id).where(Material.id == material_id, Material.media_id != "", _lives())
    return db.session.scalar(query) or _upload(client, _get(material_id))


def upload_material(client: AccountClient, material_id: int) -> None:
    """Have WeChat know this material before it is needed. What WeChat refuses is noted and not tried again.

    Raises: PlatformUnreachable when trying again later is right.
    """
    try:
        get_media_id(client, material_id)
    except PlatformUnreachable:
        raise
    except (NotFound, PlatformError) as error:
        logger.warning("material not uploaded", extra={"material_id": material_id, "code": error.code})


def _lives() -> Any:
    return Material.expires_at.is_(None) | (Material.expires_at > clock.now() + SAFETY)


def _get(material_id: int) -> Material:
    material = db.session.get(Material, material_id)
    if material is None:
        raise NotFound(_("这个素材已经删除"))
    return material


def _upload(client: AccountClient, material: Material) -> str:
    material_id, is_permanent, sha256 = material.id, material.is_permanent, material.sha256
    try:
        answer = _send(client, material)
    except PlatformError as error:
        _note(material_id, error=str(error)[:LONGEST_ERROR])
        raise
    except FileNotFoundError as error:
        _note(material_id, error=_("素材的文件不见了，请重新上传"))
        raise NotFound(_("素材的文件不见了，请重新上传")) from error
    media_id, now = _read_media_id(answer), clock.now()
    expires_at = None if is_permanent else now + TEMPORARY_LIVES
    _note(material_id, media_id=media_id, uploaded_at=now, expires_at=expires_at, error="")
    logger.info("material uploaded", extra={"material_id": material_id, "sha256": sha256[:12]})
    return media_id


def _send(client: AccountClient, material: Material) -> Mapping[str, Any]:
    endpoint = "material/add_material" if material.is_permanent else "media/upload"
    parts: dict[str, Any] = {"media": (material.file, get_media().read(material.file), material.content_type)}
    if material.is_permanent and material.kind is MaterialKind.VIDEO:
        words = {"title": material.title, "introduction": ""}
        parts["description"] = (None, json.dumps(words, ensure_ascii=False))
    answer: Mapping[str, Any] = client.post(endpoint, params={"type": material.kind.value}, files=parts)
    return answer


def _read_media_id(answer: Mapping[str, Any]) -> str:
    """Temporary thumbs used to be called `thumb_media_id`."""
    media_id = answer.get("media_id") or answer.get("thumb_media_id")
    if not isinstance(media_id, str):
        raise make_unreadable("no media_id in the answer")
    return media_id


def _note(material_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Material).where(Material.id == material_id).values(**values))
