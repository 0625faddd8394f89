"""Materials: pictures, voices and videos that replies can send; uploading, renaming, deleting."""

from pathlib import PurePath

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, NotFound, StorageFull
from app.core.i18n import counted
from app.core.incoming import takes_body_of
from app.core.media.store import MediaUnreachable
from app.materials import service
from app.materials.models import MaterialKind
from console.frame.member import get_member_here
from console.materials.uses import find_uses
from console.replies.forms import MAX_FORM_BYTES

blueprint = Blueprint("materials", __name__, url_prefix="/materials")

MAX_FILES = 10  # in one go


@blueprint.get("/")
def index() -> str:
    """What there is of one kind."""
    kind = _find_kind(request.args.get("kind", "")) or MaterialKind.IMAGE
    return render_template(
        "console/materials/index.html",
        kind=kind,
        kinds=list(MaterialKind),
        counts=service.count_materials(),
        materials=service.list_materials(kind),
        uses=find_uses(),
    )


@blueprint.post("/")
@takes_body_of(MAX_FILES * MAX_FORM_BYTES // 4)
def upload() -> Response:
    """Keep the files; what cannot be taken is named, the others are kept."""
    kind = _find_kind(request.form.get("kind", ""))
    if kind is None:
        raise NotFound
    files = [file for file in request.files.getlist("file") if file.filename][:MAX_FILES]
    kept = sum(_keep(kind, file) for file in files)
    if kept:
        flash(counted("已保存 %(n)s 个文件，正在上传到微信。", kept), "success")
    elif not files:
        flash(_("请先选择文件。"), "danger")
    return redirect(url_for("console.materials.index", kind=kind))


@blueprint.get("/<int:material_id>")
def show(material_id: int) -> str:
    """One material: how it looks, whether WeChat has it, where it is shown."""
    material = service.get_material(material_id)
    return render_template(
        "console/materials/detail.html", material=material, uses=find_uses().get(material_id, ())
    )


@blueprint.post("/<int:material_id>/rename")
def rename(material_id: int) -> Response:
    """Another name."""
    try:
        service.rename_material(material_id, request.form.get("title", ""))
    except InputInvalid as error:
        flash(str(error), "danger")
    return redirect(url_for("console.materials.show", material_id=material_id))


@blueprint.post("/<int:material_id>/retry")
def retry(material_id: int) -> Response:
    """Ask WeChat once more."""
    service.retry_upload(material_id)
    flash(_("正在重新上传到微信，几秒后刷新看看。"), "info")
    return redirect(url_for("console.materials.show", material_id=material_id))


@blueprint.post("/<int:material_id>/remove")
def remove(material_id: int) -> Response:
    """Delete what nothing shows."""
    kind = service.get_material(material_id).kind
    uses = [use.label for use in find_uses().get(material_id, ())]
    try:
        service.remove_material(material_id, uses=uses)
    except InputInvalid as error:
        flash(str(error), "danger")
        return redirect(url_for("console.materials.show", material_id=material_id))
    flash(_("素材已删除。"), "success")
    return redirect(url_for("console.materials.index", kind=kind))


def _keep(kind: MaterialKind, file: FileStorage) -> bool:
    name = PurePath((file.filename or "").replace("\\", "/"))
    actor = get_member_here().actor
    try:
        service.add_material(kind, file.read(), title=name.stem, is_permanent=True, actor=actor)
    except (InputInvalid, StorageFull, MediaUnreachable) as error:
        flash(_("%(file)s：%(why)s", file=name.name[:60], why=str(error)), "danger")
        return False
    return True


def _find_kind(text: str) -> MaterialKind | None:
    return MaterialKind(text) if text in set(MaterialKind) else None
