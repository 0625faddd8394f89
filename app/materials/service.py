"""Materials: adding them, listing them, taking them away. Uploading to WeChat is written in `uploading.py`."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, select, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.insert_once import insert_once
from app.core.media.store import delete_orphans, get_media, new_name
from app.core.outbox import enqueue
from app.core.pictures import draw_thumb, redraw
from app.materials.models import Material, MaterialKind
from app.materials.recordings import MAX_VIDEO_BYTES, check_video, check_voice

MAX_PICTURE_BYTES = 20 * 1024 * 1024  # as it is handed in; drawn anew it is far smaller
MAX_UPLOAD_BYTES = max(MAX_PICTURE_BYTES, MAX_VIDEO_BYTES)
LONGEST_TITLE = 80
PREFIX = "m-"  # tells ours from other files in the same store
MAX_LISTED = 500

_CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "amr": "audio/amr",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
}


def add_material(kind: MaterialKind, data: bytes, *, title: str, is_permanent: bool, actor: str) -> Material:
    """Keep a file and have it uploaded to WeChat soon; the same file of the same kind is the same material.

    `is_permanent`: stays at WeChat for good (rules); otherwise for three days (the desk).
    Opens a transaction of its own, after the file is written.
    Raises: InputInvalid when WeChat would not take it, StorageFull, MediaUnreachable.
    """
    fingerprint = sha256(data).hexdigest()
    if known := db.session.scalars(_same(kind, fingerprint)).first():
        return _keep_permanently(known) if is_permanent else known
    kept, ending = _PREPARE[kind](data)
    file = new_name(PREFIX, ending)
    get_media().write(file, kept)
    values = {
        "kind": kind,
        "title": _tidy(title) or _("未命名"),
        "file": file,
        "content_type": _CONTENT_TYPES[ending],
        "size_bytes": len(kept),
        "sha256": fingerprint,
        "is_permanent": is_permanent,
        "created_at": clock.now(),
        "created_by": actor,
    }
    with transaction() as session:
        is_first = insert_once(Material, **values)
        material = session.scalars(_same(kind, fingerprint)).one()
        if is_first:
            enqueue("upload_material", material_id=material.id)
    if not is_first:
        get_media().delete(file)
    return material


def find_material(material_id: int) -> Material | None:
    """The material, unless it was deleted."""
    return db.session.get(Material, material_id)


def get_material(material_id: int) -> Material:
    """Raises: NotFound."""
    if (material := find_material(material_id)) is None:
        raise NotFound(_("这个素材已经删除"))
    return material


def list_materials(*kinds: MaterialKind) -> Sequence[Material]:
    """The newest first, of these kinds or of all; no more than MAX_LISTED."""
    query = select(Material).order_by(Material.created_at.desc(), Material.id.desc()).limit(MAX_LISTED)
    return db.session.scalars(query.where(Material.kind.in_(kinds)) if kinds else query).all()


def count_materials() -> Mapping[MaterialKind, int]:
    """How many there are of each kind."""
    rows = db.session.execute(select(Material.kind, func.count()).group_by(Material.kind))
    return dict.fromkeys(MaterialKind, 0) | dict(rows.all())


def rename_material(material_id: int, title: str) -> None:
    """Raises: InputInvalid without a name, NotFound. Opens a transaction."""
    if not (tidy := _tidy(title)):
        raise InputInvalid(_("名称不能为空"))
    with transaction():
        get_material(material_id).title = tidy


def remove_material(material_id: int, *, uses: Sequence[str]) -> None:
    """Delete row and file. `uses`: the places that show it, as people know them; there must be none.

    What WeChat has stays there: a message that is under way may still need it.
    Raises: InputInvalid, NotFound. Opens a transaction.
    """
    if uses:
        raise InputInvalid(
            _("这个素材正在使用：%(places)s。请先在那里换掉它。", places=_("、").join(uses[:5]))
        )
    with transaction() as session:
        file = get_material(material_id).file
        session.execute(delete(Material).where(Material.id == material_id))
    get_media().delete(file)


def retry_upload(material_id: int) -> None:
    """Have WeChat asked once more. Raises: NotFound. Opens a transaction."""
    with transaction():
        get_material(material_id).error = ""
        enqueue("upload_material", material_id=material_id)


def sweep_files() -> int:
    """Delete files of materials that no row names; returns how many."""
    return delete_orphans(PREFIX, set(db.session.scalars(select(Material.file))))


def _same(kind: MaterialKind, fingerprint: str) -> Select[tuple[Material]]:
    return select(Material).where(Material.kind == kind, Material.sha256 == fingerprint)


def _keep_permanently(material: Material) -> Material:
    """What was meant for three days is wanted for good: WeChat has to be given it once more."""
    material_id = material.id
    with transaction() as session:
        temporary = (Material.id == material_id) & Material.is_permanent.is_(False)
        values = {"is_permanent": True, "media_id": "", "expires_at": None}
        if session.execute(update(Material).where(temporary).values(**values)).rowcount:  # type: ignore[attr-defined]
            enqueue("upload_material", material_id=material_id)
    return get_material(material_id)


def _tidy(title: str) -> str:
    return " ".join(title.split())[:LONGEST_TITLE]


def _prepare_picture(data: bytes) -> tuple[bytes, str]:
    if len(data) > MAX_PICTURE_BYTES:
        raise InputInvalid(_("图片太大：最多 %(limit)d MB", limit=MAX_PICTURE_BYTES // 2**20))
    return redraw(data)


def _prepare_thumb(data: bytes) -> tuple[bytes, str]:
    if len(data) > MAX_PICTURE_BYTES:
        raise InputInvalid(_("图片太大：最多 %(limit)d MB", limit=MAX_PICTURE_BYTES // 2**20))
    return draw_thumb(data), "jpg"


_PREPARE: Mapping[MaterialKind, Callable[[bytes], tuple[bytes, str]]] = {
    MaterialKind.IMAGE: _prepare_picture,
    MaterialKind.THUMB: _prepare_thumb,
    MaterialKind.VOICE: lambda data: (data, check_voice(data)),
    MaterialKind.VIDEO: lambda data: (data, check_video(data)),
}
