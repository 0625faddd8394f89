"""Taking the menus down altogether: WeChat then shows none, neither the default one nor any personalised one.

WeChat is asked first, then it is noted: a crash in between leaves versions that the next look calls missing, and
taking down once more puts that right.
"""

from app.core import audit, clock
from app.core.db import lock, transaction
from app.core.states import move_state
from app.wechat.client import AccountClient
from app.wechat.menus import remote
from app.wechat.menus.drafts import with_ids
from app.wechat.menus.models import AccountMenu
from app.wechat.menus.remote import Origin
from app.wechat.menus.states import VERSION_MOVES, VersionState
from app.wechat.menus.versions import find_shown, get_default, list_in_state, list_personal

CAUSE = "taken down"


def take_down_all(client: AccountClient, *, actor: str) -> None:
    """Delete every menu at WeChat. What was shown stays as draft and in the history. Harmless when repeated.

    Opens a transaction. Raises: PlatformError.
    """
    remote.delete_all(client)
    with transaction():
        names = [menu.name for menu in list_personal() if find_shown(menu.id)]
        default = find_shown(get_default().id)
        before = {"version": default.number if default else None, "personal": names}
        audit.record(actor=actor, action="menu.taken_down", subject="menu", before=before)
        for menu in (get_default(), *list_personal()):
            lock(menu)
            _keep_as_draft(menu, actor)
            menu.seen, menu.seen_at = None, clock.now()
        for version in list_in_state(VersionState.SHOWN, VersionState.LEAVING):
            move_state(version, VERSION_MOVES, VersionState.WITHDRAWN, cause=CAUSE, actor=actor)
        for version in list_in_state(VersionState.SENDING):
            move_state(version, VERSION_MOVES, VersionState.LOST, cause=CAUSE, actor=actor)
        get_default().seen = {"menu": {"button": []}, "origin": str(Origin.NOBODY)}


def _keep_as_draft(menu: AccountMenu, actor: str) -> None:
    shown = find_shown(menu.id)
    if menu.draft is None and shown is not None:
        menu.draft, menu.mark = with_ids(shown.definition), menu.mark + 1
        menu.changed_at, menu.changed_by = clock.now(), actor
