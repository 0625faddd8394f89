"""Who would see what: a follower's menu as we predict it beside WeChat's own answer."""

from dataclasses import dataclass

from flask import render_template, request

from app.core.errors import PlatformError
from app.followers.card import tag_origins
from app.followers.listing import Wanted, list_followers
from app.followers.models import Follower
from app.followers.names import name_of
from app.followers.service import find
from app.followers.tags import list_tags
from app.wechat.account import get_account
from app.wechat.menus.buttons import Menu
from app.wechat.menus.differences import compare
from app.wechat.menus.prediction import PLATFORMS, Candidate, Person, predict
from app.wechat.menus.remote import try_match
from app.wechat.menus.versions import find_shown, get_default, list_personal
from console.menus.choices import Choices, list_platforms, load_choices
from console.menus.diff import DiffLine, make_lines
from console.menus.phone import Phone, make_phone

MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Prediction:
    """A menu we expect him to see, and in what WeChat's answer differs from it."""

    name: str
    phone: Phone
    lines: list[DiffLine]


def trial() -> str:
    """The search, and for a chosen follower both answers."""
    search = request.args.get("q", "").strip()[:64]
    openid = request.args.get("openid", "").strip()[:64]
    platform = request.args.get("platform", "")
    platform = platform if platform in PLATFORMS else ""
    choices = load_choices()
    follower = find(openid) if openid else None
    theirs, error = _ask(openid) if follower else (None, "")
    if theirs is not None:  # the call has ended what was read before
        follower = find(openid)
    predictions = _predict(follower, platform, theirs, choices) if follower else []
    return render_template(
        "console/menus/trial.html",
        tab="trial",
        menu=get_default(),
        search=search,
        openid=openid,
        platform=platform,
        platforms=list_platforms(),
        found=_search(search) if search else [],
        follower=follower,
        follower_name=name_of(follower) if follower else "",
        name_of=name_of,
        tags=_tag_names(follower) if follower else [],
        predictions=predictions,
        theirs=make_phone(theirs) if theirs is not None else None,
        their_name=_name_of_menu(theirs) if theirs is not None else "",
        agrees=any(not each.lines for each in predictions) if theirs is not None else False,
        error=error,
        has_menu=find_shown(get_default().id) is not None,
    )


def _search(words: str) -> list[Follower]:
    exact = find(words)
    if exact is not None:
        return [exact]
    return list(list_followers(Wanted(search=words), per_page=MOST_FOUND).rows)


def _ask(openid: str) -> tuple[Menu | None, str]:
    """WeChat's answer, or why there is none."""
    try:
        found = try_match(get_account().client, openid)
    except PlatformError as error:
        return None, error.message
    return found, "" if found is not None else "unknown"


def _predict(follower: Follower, platform: str, theirs: Menu | None, choices: Choices) -> list[Prediction]:
    person = Person(_last_tag(follower), platform)
    default, *candidates = _candidates()
    return [
        Prediction(
            each.name,
            make_phone(each.menu),
            make_lines(compare(each.menu, theirs), choices) if theirs is not None else [],
        )
        for each in predict(person, candidates, default)
    ]


def _candidates() -> list[Candidate]:
    """The default menu, then the personalised ones in the order WeChat matches them."""
    shown = find_shown(get_default().id)
    found = [Candidate("", {}, shown.sent if shown else {"button": []})]
    for menu in list_personal():
        if (version := find_shown(menu.id)) is not None:
            found.append(Candidate(menu.name, version.rule, version.sent))
    return found


def _name_of_menu(theirs: Menu) -> str:
    """Which of ours this is; empty for the default menu or one we do not know."""
    return next((each.name for each in _candidates() if each.name and each.menu == theirs), "")


def _tags_by_time(follower: Follower) -> list[int]:
    """Our ids of his tags, the one attached last at the end."""
    origins = tag_origins(follower.id)
    return sorted(origins, key=lambda tag_id: (origins[tag_id].since, tag_id))


def _tag_names(follower: Follower) -> list[str]:
    names = {tag.id: tag.name for tag in list_tags()}
    return [names[tag_id] for tag_id in _tags_by_time(follower) if tag_id in names]


def _last_tag(follower: Follower) -> str:
    known = {tag.id: str(tag.wechat_id) for tag in list_tags() if tag.wechat_id is not None}
    return next((known[tag_id] for tag_id in reversed(_tags_by_time(follower)) if tag_id in known), "")
