"""The phone and the lab: what a person sees when he opens the simulator. They only speak the control API."""

from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template, request

from simulator.qr.reader import QrError, read_picture

STATIC = Path(__file__).parent / "static"
SHEETS = ("tokens", "page", "frame", "chat", "composer", "webview", "sheets", "pay", "lab", "lab_parts")

blueprint = Blueprint(
    "phone", __name__, static_folder="static", static_url_path="/phone", template_folder="templates"
)


@blueprint.get("/")
def show_phone() -> str:
    """The one page that holds the phone and the lab; it names its modules so that they load side by side."""
    modules = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.glob("js/**/*.js"))
    return render_template("simulator_phone.html", modules=modules)


@blueprint.get("/phone/style.css")
def style() -> Response:
    """All sheets in their order, as one answer."""
    text = "\n".join((STATIC / "css" / f"{name}.css").read_text("utf-8") for name in SHEETS)
    return Response(text, mimetype="text/css", headers={"Cache-Control": "no-cache"})


@blueprint.post("/phone/qr")
def read_qr() -> tuple[Response, int]:
    """Tell what a picture of a QR code says, without acting on it."""
    try:
        return jsonify({"text": read_picture(request.get_data())}), 200
    except QrError as error:
        return jsonify({"error": str(error)}), 400
