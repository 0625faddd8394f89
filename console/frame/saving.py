"""What becomes of a form that is sent: kept, or shown again with everything that was typed."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.errors import InputInvalid, TransitionRefused
from console.frame.form_fields import whole_field


def keep_form(
    save: Callable[[], object], show: Callable[[dict[str, object]], str], *, saved: str, back: str
) -> Response | tuple[str, int]:
    """Save, say `saved` and go to the endpoint `back`.

    When something typed is wrong, `show` gets a sentence per field; when it cannot be saved now, none.
    Raises whatever `save` raises but InputInvalid and TransitionRefused.
    """
    try:
        save()
    except InputInvalid as error:
        return show(error.details), 422
    except TransitionRefused as error:
        flash(_(error.message), "danger")
        return show({}), 409
    flash(saved, "success")
    return redirect(url_for(back))


def version_shown(kept: int) -> int:
    """The version a form speaks of: the one it was sent with, else the one that is kept now."""
    return whole_field("version") if request.method == "POST" else kept
