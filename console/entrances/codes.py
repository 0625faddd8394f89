"""Scene QR codes (渠道码): the list with what each brought, one code, its form, its picture and poster."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.catalog.service import find_product
from app.core import clock
from app.core.errors import InputInvalid, NotFound, PlatformError
from app.core.incoming import takes_body_of
from app.entrances import scenes
from app.entrances.models import SceneCode
from app.followers.tags import list_tags
from app.keywords.replies import ReplyKind, ReplyMode, ReplySpec, read_specs
from app.orders.by_scene_code import figures_by_code
from app.wechat.account import get_account
from app.wechat.platform_errors import make_error
from console.entrances.code_forms import PRODUCT, REPLIES, CodeForm, DaysForm
from console.entrances.posters_drawn import (
    DEFAULT_SLOGAN,
    LONGEST_SLOGAN,
    TO_THE_CHAT,
    draw_code_poster,
    draw_product_poster,
)
from console.entrances.printed import Sheet, poster_file, print_page, qr_file
from console.frame.charts import bars, sparkline
from console.frame.chosen_days import read_days
from console.frame.member import get_member_here
from console.replies.forms import MAX_FORM_BYTES, ReplyEditor, open_replies, read_replies

blueprint = Blueprint("codes", __name__, url_prefix="/codes")

SOON_SECONDS = 3 * 24 * 3600  # a temporary code that ends within three days is marked


@blueprint.get("/")
def index() -> str:
    """Every code, the newest first, with what it brought in the days chosen."""
    chosen = read_days()
    codes = scenes.list_scenes()
    found = figures_by_code([code.id for code in codes], chosen.days)
    rows = [
        (code, found[code.id], sparkline([found[code.id].on(day)[0].scans for day in chosen.days]))
        for code in codes
    ]
    return render_template("console/entrances/codes.html", chosen=chosen, rows=rows, life_of=life_of)


@blueprint.get("/new")
def new() -> str:
    """An empty form; `product` is chosen already when a product's page led here."""
    form = CodeForm(formdata=None).offer()
    slug = request.args.get("product", "")
    if slug in dict(form.product.choices):
        form.product.data = slug
        form.label.data = dict(form.product.choices)[slug][: scenes.LONGEST_LABEL] if slug else ""
    return _show_form(form, open_replies(()), scene=scenes.new_scene())


@blueprint.post("/new")
@takes_body_of(MAX_FORM_BYTES)
def add() -> AnyResponse | tuple[str, int] | str:
    """Keep the code, then ask WeChat for its picture; when WeChat says no, the code's page says what to do."""
    actor, scene = get_member_here().actor, request.form.get("scene", "")
    form, editor = CodeForm().offer(), read_replies(actor=actor)
    if editor.is_unfinished:
        return _show_form(form, editor, scene=scene)
    if not form.check(editor):
        return _show_form(form, editor.with_problems(), scene=scene), 422
    is_permanent = form.life.data != "temporary"
    try:
        draft = form.draft(editor)
        code_id = scenes.add_scene(draft, scene=scene, is_permanent=is_permanent, actor=actor)
    except InputInvalid as error:
        flash(error.message, "danger")
        return _show_form(form, editor.with_problems(), scene=scenes.new_scene()), 422
    if not scenes.get_scene(code_id).url:
        _fetch(code_id, int(form.days.data))
    return redirect(url_for("console.codes.detail", code_id=code_id))


@blueprint.get("/<int:code_id>/edit")
def edit(code_id: int) -> str:
    """The form with what is kept."""
    code = scenes.get_scene(code_id)
    form = CodeForm(formdata=None).offer().fill(code)
    editor = open_replies(read_specs(code.replies), ReplyMode(code.reply_mode))
    return _show_form(form, editor, code=code)


@blueprint.post("/<int:code_id>/edit")
@takes_body_of(MAX_FORM_BYTES)
def change(code_id: int) -> AnyResponse | tuple[str, int] | str:
    """Keep what changed; printed codes answer with it from the next scan on."""
    code = scenes.get_scene(code_id)
    form, editor = CodeForm().offer(), read_replies(actor=get_member_here().actor)
    if editor.is_unfinished:
        return _show_form(form, editor, code=code)
    if not form.check(editor):
        return _show_form(form, editor.with_problems(), code=code), 422
    try:
        scenes.change_scene(code_id, form.draft(editor))
    except InputInvalid as error:
        flash(error.message, "danger")
        return _show_form(form, editor.with_problems(), code=code), 422
    flash(_("已保存，下一次扫码就按新的回复。"), "success")
    return redirect(url_for("console.codes.detail", code_id=code_id))


@blueprint.post("/check")
@takes_body_of(MAX_FORM_BYTES)
def check() -> AnyResponse:
    """The phone beside the form, as it stands now."""
    form, editor = CodeForm().offer(), read_replies(actor=get_member_here().actor)
    return jsonify(
        preview=render_template("console/entrances/_code_preview.html", shown=_shown(form, editor))
    )


@blueprint.get("/<int:code_id>")
def detail(code_id: int) -> str:
    """One code: its picture, its state, what it brought day by day."""
    code, chosen = scenes.get_scene(code_id), read_days()
    figures = figures_by_code([code_id], chosen.days)[code_id]
    each_day = [(day, *figures.on(day)) for day in chosen.days]
    words = [_("%(day)s：%(n)s 次", day=f"{day:%m-%d}", n=scanned.scans) for day, scanned, _sold in each_day]
    return render_template(
        "console/entrances/code.html",
        code=code,
        life=life_of(code),
        trouble=make_error(code.errcode, "").message if code.errcode else "",
        product=find_product(code.product_slug) if code.product_slug else None,
        tag=next((tag.name for tag in list_tags() if tag.id == code.tag_id), ""),
        form=DaysForm(formdata=None),
        chosen=chosen,
        figures=figures,
        each_day=each_day[::-1],
        bars=bars([scanned.scans for _day, scanned, _sold in each_day], words),
        slogan=DEFAULT_SLOGAN,
        longest_slogan=LONGEST_SLOGAN,
    )


@blueprint.post("/<int:code_id>/picture")
def fetch(code_id: int) -> AnyResponse:
    """Ask WeChat for the picture again, or for another one that lives longer."""
    form = DaysForm()
    if form.validate_on_submit():
        _fetch(code_id, int(form.days.data))
    else:
        flash(form.days.errors[0] if form.days.errors else _("没有完成"), "danger")
    return redirect(url_for("console.codes.detail", code_id=code_id))


@blueprint.post("/<int:code_id>/switch")
def switch(code_id: int) -> AnyResponse:
    """On or off, as the button said."""
    is_active = request.form.get("to") == "on"
    scenes.set_active(code_id, is_active)
    flash(_("渠道码已启用。") if is_active else _("渠道码已停用：扫码的人得到平时的回复。"), "success")
    return redirect(url_for("console.codes.detail", code_id=code_id))


@blueprint.get("/<int:code_id>.png", defaults={"form": "png"})
@blueprint.get("/<int:code_id>.svg", defaults={"form": "svg"})
def picture(code_id: int, form: str) -> Response:
    """The QR code alone."""
    return qr_file(_get_made(code_id).url, form)


@blueprint.get("/<int:code_id>/poster.svg")
def poster(code_id: int) -> Response:
    """The poster; `slogan` stands in large letters on it. A product's code gets the product's poster."""
    code = _get_made(code_id)
    product = find_product(code.product_slug) if code.product_slug and not code.replies else None
    if product is not None:
        return poster_file(draw_product_poster(product, code.url, hint=TO_THE_CHAT, note=code.label))
    slogan = " ".join(request.args.get("slogan", "").split())
    return poster_file(draw_code_poster(code.url, slogan=slogan, note=code.label))


@blueprint.get("/<int:code_id>/print")
def print_one(code_id: int) -> str:
    """The poster on a page to print."""
    code = _get_made(code_id)
    slogan = request.args.get("slogan", "")[:LONGEST_SLOGAN] or None
    address = url_for("console.codes.poster", code_id=code_id, slogan=slogan)
    back = url_for("console.codes.detail", code_id=code_id)
    return print_page(Sheet.read(), [address], title=code.label, back=back)


def life_of(code: SceneCode) -> str:
    """`off`, `failed`, `permanent`, `expired`, `soon` or `temporary`."""
    if not code.is_active:
        return "off"
    if not code.url:
        return "failed"
    if code.expires_at is None:
        return "permanent"
    left = (code.expires_at - clock.now()).total_seconds()
    return "expired" if left <= 0 else "soon" if left < SOON_SECONDS else "temporary"


def _get_made(code_id: int) -> SceneCode:
    code = scenes.get_scene(code_id)
    if not code.url:
        raise NotFound(_("微信还没有给出这个二维码"))
    return code


def _fetch(code_id: int, days: int) -> None:
    try:
        scenes.fetch_picture(get_account().client, code_id, days=days)
    except PlatformError as error:
        flash(_("微信没有给出二维码：%(why)s", why=error.message), "danger")
    else:
        flash(_("二维码已生成，可以下载和打印。"), "success")


def _shown(form: CodeForm, editor: ReplyEditor) -> ReplyEditor:
    """What a scan is answered, for the phone beside the form."""
    if form.answer.data == REPLIES:
        return editor
    if form.answer.data == PRODUCT and form.product.data:
        return open_replies([ReplySpec(ReplyKind.PRODUCT, slugs=(form.product.data,))])
    return open_replies(())


def _show_form(form: CodeForm, editor: ReplyEditor, *, scene: str = "", code: SceneCode | None = None) -> str:
    return render_template(
        "console/entrances/code_form.html",
        form=form,
        editor=editor,
        shown=_shown(form, editor),
        scene=scene,
        code=code,
    )
