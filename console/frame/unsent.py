"""A form that arrives after its session has ended is kept on a page and sent again after logging in.

Only what our own page sent is kept: the browser says so in Origin or Referer, and a foreign site's form comes without
our cookie anyway. Passwords, card numbers and files are never written into a page; forms that hold one are not kept.
"""

from urllib.parse import urlsplit

from flask import render_template, request

from console.frame.member import find_role_here, load_member

LARGEST = 256 * 1024  # bytes of a form that is kept
NEVER_KEPT = ("console.account.", "console.login.", "console.second_factor.", "console.nothing_here")
OF_THE_FORM = "csrf_token"


def keep_unsent() -> tuple[str, int] | None:
    """The page that holds what was typed; None when there is nothing to keep or it must not be kept."""
    if request.method != "POST" or not _is_ours() or not _may_be_kept():
        return None
    load_member()
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != OF_THE_FORM]
    page = render_template(
        "console/unsent.html",
        fields=fields,
        target=request.full_path.rstrip("?"),
        is_in=find_role_here() is not None,
        lost_files=sorted({file.filename for file in request.files.values() if file.filename}),
        OF_THE_FORM=OF_THE_FORM,
    )
    return page, 401 if find_role_here() is None else 400


def _is_ours() -> bool:
    """Whether a page of this console sent it, and not a script of its own that shows the refusal itself."""
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    is_script = "X-Requested-With" in request.headers or request.headers.get("Sec-Fetch-Dest") == "empty"
    return not is_script and urlsplit(origin).netloc == request.host


def _may_be_kept() -> bool:
    endpoint = request.endpoint or ""
    is_small = (request.content_length or 0) <= LARGEST
    has_secret = any("password" in name or name == "card" for name in request.form)
    return (
        is_small
        and not has_secret
        and endpoint.startswith("console.")
        and not endpoint.startswith(NEVER_KEPT)
    )
