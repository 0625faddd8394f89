"""What a colleague sends from the desk: words, a picture, a card; and that he is writing."""

from collections.abc import Callable

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.catalog.service import list_on_sale
from app.conversations import desk
from app.conversations.models import Conversation, Holder
from app.conversations.typing import show_typing
from app.core.errors import InputInvalid, NotFound, ShopError
from app.core.ids import new_token
from app.core.incoming import takes_body_of
from app.followers.service import find
from app.materials.models import MaterialKind
from app.materials.service import MAX_PICTURE_BYTES, add_material
from app.orders.listing import get_own, list_own
from app.wechat.account import get_account
from app.wechat.replies import MediaReply, Reply, TextReply
from console.desk.pages import show_talk
from console.frame.chat_cards import order_reply, product_reply
from console.frame.member import get_member_here

blueprint = Blueprint("desk_sending", __name__, url_prefix="/desk/<int:conversation_id>")

FORM_BYTES = 64 * 1024
LISTED_ORDERS, LISTED_PRODUCTS = 20, 30


@blueprint.post("/say")
def say(conversation_id: int) -> AnyResponse | tuple[str, int]:
    """Send words. What cannot be sent stays in the box."""
    row, text = desk.get_conversation(conversation_id), request.form.get("text", "").replace("\r\n", "\n")
    return _send(row, lambda: TextReply(text.strip()), text)


@blueprint.post("/picture")
@takes_body_of(MAX_PICTURE_BYTES + FORM_BYTES)
def send_picture(conversation_id: int) -> AnyResponse | tuple[str, int]:
    """Send a picture from the colleague's machine, drawn anew."""
    row, member = desk.get_conversation(conversation_id), get_member_here()

    def upload() -> Reply:
        desk.check_can_say(conversation_id, staff_id=member.id)
        file = request.files.get("picture")
        if file is None or not file.filename:
            raise InputInvalid(_("请先选一张图片"))
        title = _("接待台：%(who)s", who=member.username)
        material = add_material(
            MaterialKind.IMAGE, file.read(), title=title, is_permanent=False, actor=member.actor
        )
        return MediaReply(material.id, MaterialKind.IMAGE.value)

    return _send(row, upload)


@blueprint.post("/product")
def send_product(conversation_id: int) -> AnyResponse | tuple[str, int]:
    """Send a product's card; its link remembers who sent it."""
    row = desk.get_conversation(conversation_id)
    return _send(row, lambda: product_reply(request.form.get("slug", "")))


@blueprint.post("/order")
def send_order(conversation_id: int) -> AnyResponse | tuple[str, int]:
    """Send the card of an order of this very follower."""
    row = desk.get_conversation(conversation_id)

    def make() -> Reply:
        follower = find(row.openid)
        if follower is None:
            raise NotFound
        return order_reply(get_own(request.form.get("order_no", "")[:32], follower_id=follower.id))

    return _send(row, make)


@blueprint.post("/again/<int:message_id>")
def say_again(conversation_id: int, message_id: int) -> AnyResponse:
    """Send once more what did not arrive, or may not have."""
    try:
        desk.say_again(conversation_id, message_id, staff_id=get_member_here().id)
    except NotFound:
        raise
    except ShopError as error:
        flash(error.message, "danger")
    return redirect(url_for("console.desk.show", conversation_id=conversation_id))


@blueprint.post("/typing")
def typing(conversation_id: int) -> Response:
    """Tell the follower that somebody is writing, when WeChat would show it."""
    row = desk.get_conversation(conversation_id)
    if row.state == Holder.PERSON and row.staff_id == get_member_here().id and desk.window_of(row).is_open:
        show_typing(get_account().client, row)
    return Response(status=204)


@blueprint.get("/cards")
def choose_card(conversation_id: int) -> str:
    """Goods and this follower's orders, each with a button that sends its card."""
    row = desk.get_conversation(conversation_id)
    search = " ".join(request.args.get("q", "").split())[:40]
    follower = find(row.openid)
    return render_template(
        "console/desk/_cards.html" if "fragment" in request.args else "console/desk/cards.html",
        conversation=row,
        search=search,
        products=list_on_sale(search=search)[:LISTED_PRODUCTS],
        orders=list_own(follower_id=follower.id, limit=LISTED_ORDERS) if follower else [],
        token=new_token(),
    )


def _send(row: Conversation, make: Callable[[], Reply], draft: str = "") -> AnyResponse | tuple[str, int]:
    """Send what `make` gives; scripts get JSON, forms the page again with what was written."""
    is_script, token = "fetch" in request.headers.get("X-Requested-With", ""), request.form.get("token", "")
    try:
        if not token:
            raise InputInvalid(_("页面已过期，请刷新后再试"))
        desk.say(row.id, make(), staff_id=get_member_here().id, token=token[:64])
    except ShopError as error:
        if isinstance(error, NotFound):
            raise
        if is_script:
            return jsonify(message=error.message), error.http_status  # type: ignore[return-value]
        return show_talk(desk.get_conversation(row.id), draft, error.message), error.http_status
    if is_script:
        return Response(status=204)
    return redirect(url_for("console.desk.show", conversation_id=row.id))
