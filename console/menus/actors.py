"""Who changed or published a menu: a colleague, the command line, the shop itself."""

from flask_babel import gettext as _

from app.staff.service import find_usernames


def find_names() -> dict[str, str]:
    """How the pages of menus call each actor."""
    return {**find_usernames(), "command": _("命令行"), "seed": _("系统")}
