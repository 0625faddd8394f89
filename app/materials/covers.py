"""The picture in front of a video that is sent as a customer-service message: WeChat insists on one."""

from io import BytesIO

from flask_babel import gettext as _
from PIL import Image, ImageDraw

from app.materials.models import MaterialKind
from app.materials.service import add_material
from app.materials.uploading import get_media_id
from app.wechat.client import AccountClient

SIZE = (360, 200)
TRIANGLE = ((155, 65), (155, 135), (215, 100))


def get_cover_id(client: AccountClient) -> str:
    """WeChat's media_id of the cover, drawn and uploaded when it is needed first.

    Calls the network: never inside a transaction. Raises: PlatformError, PlatformUnreachable, StorageFull.
    """
    cover = add_material(MaterialKind.THUMB, _draw(), title=_("视频封面"), is_permanent=True, actor="")
    return get_media_id(client, cover.id)


def _draw() -> bytes:
    """Always the same picture, so that it is kept and uploaded once."""
    picture = Image.new("RGB", SIZE, "#1f2329")
    ImageDraw.Draw(picture).polygon(TRIANGLE, fill="#ffffff")
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
