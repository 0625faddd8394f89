"""What WeChat shows: read, kept, and used to learn what became of versions whose answer never came."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from app.core import audit, clock
from app.core.db import db, lock, transaction
from app.core.outbox import enqueue
from app.core.outgoing import write_json
from app.core.states import move_state
from app.wechat.client import AccountClient
from app.wechat.menus import remote
from app.wechat.menus.differences import Difference, compare
from app.wechat.menus.drafts import is_unpublished
from app.wechat.menus.models import AccountMenu, MenuVersion
from app.wechat.menus.remote import Origin, PersonalMenu, Seen
from app.wechat.menus.states import VERSION_MOVES, VersionState
from app.wechat.menus.versions import (
    UNANSWERED,
    audit_subject,
    find_shown,
    find_unanswered,
    get_default,
    list_in_state,
    list_personal,
    trace,
)

STILL_SENDING = timedelta(minutes=2)  # nobody waits longer for WeChat's answer


@dataclass(frozen=True, slots=True)
class PersonalDrift:
    """A personalised menu that WeChat shows differently, or not at all."""

    menu: AccountMenu
    is_missing: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """In what WeChat differs from what we published."""

    default: tuple[Difference, ...]
    personal: tuple[PersonalDrift, ...]
    strangers: tuple[PersonalMenu, ...]  # at WeChat, but not ours

    @property
    def places(self) -> int:
        """How many differ."""
        return len(self.default) + len(self.personal) + len(self.strangers)


def observe(client: AccountClient) -> Seen:
    """Ask WeChat what it shows, keep that, and settle what was left open by a crash.

    Opens a transaction. Raises: PlatformError.
    """
    seen = remote.look(client)
    with transaction():
        _settle_default(seen)
        _settle_personal(seen)
    return seen


def find_drift(seen: Seen) -> Drift:
    """Compare what WeChat shows with what we published. Without a published menu nothing has drifted."""
    shown = find_shown(get_default().id)
    default = compare(shown.sent, seen.menu) if shown else ()
    personal = tuple(drift for menu in list_personal() if (drift := _personal_drift(menu, seen)))
    known = {version.menuid for version in list_in_state(VersionState.SHOWN, VersionState.LEAVING)}
    strangers = tuple(each for each in seen.personal if each.menuid not in known)
    return Drift(default, personal, strangers)


def name_drift(seen: Seen) -> str:
    """A short name for exactly this state at WeChat, so that one drift raises one alert."""
    everything = [seen.menu, [[each.menuid, each.menu, each.rule] for each in seen.personal]]
    shown = find_shown(get_default().id)
    return f"{shown.number if shown else 0}:{hashlib.sha256(write_json(everything)).hexdigest()[:16]}"


def record_arrival(version: MenuVersion, menuid: str = "") -> bool:
    """WeChat shows this version; the one before goes. Joins the open transaction.

    Returns False when that was known.
    """
    menu = owner_of(version)
    lock(menu)
    follows_shown = not is_unpublished(menu)
    before = find_shown(menu.id)
    moved = move_state(
        version, VERSION_MOVES, VersionState.SHOWN, cause="published", menuid=menuid, shown_at=clock.now()
    )
    if not moved:
        return False
    _write_down(menu, version, before)
    if before is not None and before.id != version.id:
        retire(before)
    if menu.removed_at is not None:
        retire(version)
    if follows_shown:  # nobody's words are in the draft: it goes with what is shown
        menu.draft, menu.mark = None, menu.mark + 1
    return True


def _write_down(menu: AccountMenu, version: MenuVersion, before: MenuVersion | None) -> None:
    subject, was = audit_subject(menu), trace(menu, before) if before else {}
    actor, became = version.created_by, trace(menu, version)
    if version.restores is None:
        audit.record(actor=actor, action="menu.published", subject=subject, before=was, after=became)
    else:
        became["restores"] = version.restores
        audit.record(actor=actor, action="menu.rolled_back", subject=subject, before=was, after=became)


def retire(version: MenuVersion) -> None:
    """WeChat replaces a default menu by itself; a personalised one has to be deleted there by a job."""
    if not version.menuid:
        move_state(version, VERSION_MOVES, VersionState.WITHDRAWN, cause="replaced")
    elif move_state(version, VERSION_MOVES, VersionState.LEAVING, cause="replaced"):
        enqueue("withdraw_menu", version_id=version.id)


def owner_of(version: MenuVersion) -> AccountMenu:
    """The menu this is a version of."""
    return db.session.get_one(AccountMenu, version.menu_id)


def _settle_default(seen: Seen) -> None:
    menu = get_default()
    version = find_unanswered(menu.id)
    if version is not None and seen.origin == Origin.OURS and version.sent == seen.menu:
        record_arrival(version)
    elif version is not None:
        _give_up(version)
    menu.seen = {"menu": seen.menu, "origin": str(seen.origin)}
    menu.seen_at = clock.now()


def _settle_personal(seen: Seen) -> None:
    there = {each.menuid: each for each in seen.personal}
    known = {version.menuid for version in list_in_state(VersionState.SHOWN, VersionState.LEAVING)}
    orphans = [each for each in seen.personal if each.menuid not in known]
    waiting = [version for version in list_in_state(*UNANSWERED) if owner_of(version).role is None]
    for version in waiting:
        own = next((each for each in orphans if (each.menu, each.rule) == (version.sent, version.rule)), None)
        if own is None:
            _give_up(version)
        else:
            orphans.remove(own)
            record_arrival(version, own.menuid)
    for version in list_in_state(VersionState.LEAVING):
        if version.menuid not in there:
            move_state(version, VERSION_MOVES, VersionState.WITHDRAWN, cause="gone")
    for menu in list_personal():
        shown = find_shown(menu.id)
        own = there.get(shown.menuid) if shown else None
        menu.seen = {"menu": own.menu, "rule": own.rule} if own else None
        menu.seen_at = clock.now()


def _give_up(version: MenuVersion) -> None:
    if version.state == VersionState.SENDING and version.created_at < clock.now() - STILL_SENDING:
        move_state(version, VERSION_MOVES, VersionState.LOST, cause="no answer")


def _personal_drift(menu: AccountMenu, seen: Seen) -> PersonalDrift | None:
    shown = find_shown(menu.id)
    if shown is None:
        return None
    own = next((each for each in seen.personal if each.menuid == shown.menuid), None)
    if own is None:
        return PersonalDrift(menu, is_missing=True, differences=())
    differences = compare(shown.sent, own.menu)
    return PersonalDrift(menu, is_missing=False, differences=differences) if differences else None
