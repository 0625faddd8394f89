"""The background tasks about followers, one thin function each; `tasks.py` takes them over."""

from flask import current_app

from app.carts.service import empty_cart
from app.complaints.erasure import forget_complaints
from app.conversations import desk
from app.conversations.erasure import erase_messages, erase_places
from app.core import clock
from app.core.outbox import Handler
from app.followers import auto_tags, consent, profiles, pushing, sync, tag_pushing
from app.followers.service import find_by_id
from app.orders.spending import recount_differing
from app.wechat.account import get_account


def _sync_followers(sync_id: int, turn: int) -> None:
    sync.take_step(get_account().client, sync_id, turn)


def _fetch_profile(openid: str) -> None:
    profiles.fetch_profile(get_account().client, openid)


def _push_followers(push: str, tag_id: int) -> None:
    pushing.push_followers(get_account().client, push, tag_id)


def _push_tag(tag_id: int) -> None:
    tag_pushing.push_tag(get_account().client, tag_id)


def _forget_tag(wechat_id: int) -> None:
    tag_pushing.forget_tag(get_account().client, wechat_id)


def _refresh_tags() -> None:
    tag_pushing.refresh_tags(get_account().client)


def _apply_auto_tag(tag_id: int) -> None:
    auto_tags.apply_auto_tag(tag_id)


def _fetch_avatar(follower_id: int) -> None:
    config = current_app.config
    seams = (config["WECHAT_API_BASE"], config["WECHAT_OPEN_BASE"], config["WECHAT_MP_BASE"])
    consent.fetch_avatar(follower_id, seams=seams)


def _forget_follower(follower_id: int, what: str, until: int, avatar: str) -> None:
    """What of an erasure lies beyond the followers' own tables. What he does since then is not touched."""
    consent.delete_avatar(avatar)
    follower, moment = find_by_id(follower_id), clock.from_timestamp(until + 1)
    if follower is None:
        return
    if what == "location":
        erase_places(follower.openid, until=moment)
    elif what == "everything":
        erase_messages(follower.openid, until=moment)
        empty_cart(f"follower:{follower_id}", before=moment)
        forget_complaints(follower_id, follower.openid, until=moment)
        if follower.erased_at is not None:
            desk.forget(follower.openid)


FOLLOWER_HANDLERS: dict[str, Handler] = {
    "sync_followers": _sync_followers,
    "fetch_profile": _fetch_profile,
    "fetch_avatar": _fetch_avatar,
    "push_followers": _push_followers,
    "push_tag": _push_tag,
    "forget_tag": _forget_tag,
    "refresh_tags": _refresh_tags,
    "apply_auto_tag": _apply_auto_tag,
    "forget_follower": _forget_follower,
}


def apply_auto_tags() -> None:
    """What the timetable does: the figures first, then the conditions that stand on them."""
    recount_differing()
    auto_tags.apply_auto_tags()
