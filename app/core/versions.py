"""Rows that two people may edit at once carry a version: who saves what another has changed since is told."""

from typing import Any, TypeVar

from flask_babel import gettext as _

from app.core.db import lock
from app.core.errors import TransitionRefused

R = TypeVar("R", bound=Any)


def check_version(row: R, version: int) -> R:
    """Lock the row, compare, count one up; joins the open transaction.

    Raises: TransitionRefused when it was changed since.
    """
    lock(row)
    if row.version != version:
        raise TransitionRefused(_("别人刚刚改过这一项，请看过最新内容再改"))
    row.version += 1
    return row
