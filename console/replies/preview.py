"""What the replies in a form would look like on a phone, while they are being written."""

from flask import Blueprint, Response, jsonify, render_template, request

from app.core.incoming import takes_body_of
from console.frame.member import get_member_here
from console.replies.forms import MAX_FORM_BYTES, read_replies

blueprint = Blueprint("reply_preview", __name__, url_prefix="/replies")


@blueprint.post("/preview")
@takes_body_of(MAX_FORM_BYTES)
def show() -> Response:
    """The phone's screen for any form with a reply editor; `said` is what the follower wrote."""
    editor = read_replies(actor=get_member_here().actor)
    said = request.form.get("said", "")
    return jsonify(preview=render_template("console/replies/_preview.html", editor=editor, said=said))
