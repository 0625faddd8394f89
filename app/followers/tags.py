"""Tags of the account and who carries them. WeChat is told by jobs; its limits are told before it is asked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, select, update

from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, NotFound
from app.core.insert_once import insert_rows
from app.followers import pushes
from app.followers.models import SYSTEM_TAGS, AutoTag, Follower, FollowerPush, FollowerTag, PushKind, Tag
from app.followers.names import tame

MAX_TAGS = 100
MAX_PER_FOLLOWER = 20
MAX_NAME = 30  # characters
MAX_DAYS = 3650
MAX_FEN = 1_000_000_00

AUTO = "auto"  # the origin of what a condition put on


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and how many carry it."""

    id: int
    name: str
    wechat_id: int | None
    count: int
    auto: AutoTag | None
    auto_value: int | None
    is_system: bool
    is_removed: bool  # gone here, still there at WeChat
    error: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """What became of putting a tag on or taking it off: by how many followers."""

    changed: int
    unchanged: int
    full: int = 0  # carry as many as WeChat allows


def list_tags() -> list[TagCount]:
    """Every tag in the order they were made, WeChat's own ones first."""
    carried = select(FollowerTag.tag_id, func.count().label("number")).group_by(FollowerTag.tag_id).subquery()
    query = select(Tag, func.coalesce(carried.c.number, 0)).outerjoin(carried, carried.c.tag_id == Tag.id)
    found = [_count(tag, number) for tag, number in db.session.execute(query.order_by(Tag.id)).all()]
    return sorted(found, key=lambda each: not each.is_system)


def create_tag(name: str, *, auto: AutoTag | None = None, auto_value: int | None = None) -> int:
    """Make a tag here and, by a job, at WeChat; returns its number. Opens a transaction.

    `auto_value` is in fen or days, as AutoTag says. Raises: InputInvalid.
    """
    name, auto_value = check_name(name), check_auto(auto, auto_value)
    with transaction() as session:
        _refuse_taken(name)
        own = Tag.wechat_id.is_(None) | Tag.wechat_id.not_in(SYSTEM_TAGS)
        if (session.scalar(select(func.count()).select_from(Tag).where(own)) or 0) >= MAX_TAGS:
            raise InputInvalid(_("最多 %(most)s 个标签，请先删除不用的", most=MAX_TAGS))
        tag = Tag(name=name, auto=auto, auto_value=auto_value, created_at=clock.now())
        session.add(tag)
        session.flush()
        outbox.enqueue("push_tag", tag_id=tag.id)
        if auto is not None:
            outbox.enqueue("apply_auto_tag", tag_id=tag.id)
        return tag.id


def change_tag(tag_id: int, name: str, *, auto: AutoTag | None = None, auto_value: int | None = None) -> None:
    """Rename it and set what puts it on by itself. Opens a transaction. Raises: NotFound, InputInvalid."""
    name, auto_value = check_name(name), check_auto(auto, auto_value)
    with transaction():
        tag = _get_editable(tag_id)
        if name != tag.name:
            _refuse_taken(name)
            tag.name, tag.error = name, ""
            outbox.enqueue("push_tag", tag_id=tag_id)
        if (auto, auto_value) != (tag.auto, tag.auto_value):
            tag.auto, tag.auto_value = auto, auto_value
            if auto is not None:
                outbox.enqueue("apply_auto_tag", tag_id=tag_id)


def rename_tag(tag_id: int, name: str) -> None:
    """Give it another name, here and at WeChat. Opens a transaction. Raises: NotFound, InputInvalid."""
    tag = _get_editable(tag_id)
    change_tag(tag_id, name, auto=tag.auto, auto_value=tag.auto_value)


def remove_tag(tag_id: int) -> None:
    """Take it off everybody and remove it, here at once, at WeChat by a job. Opens a transaction.

    Asked again while WeChat still has it, WeChat is told again. Raises: NotFound, InputInvalid.
    """
    with transaction() as session:
        tag = session.get(Tag, tag_id)
        if tag is None:
            raise NotFound(_("没有这个标签"))
        _refuse_system(tag)
        session.execute(delete(FollowerTag).where(FollowerTag.tag_id == tag_id))
        mine = (FollowerPush.kind == PushKind.TAG) & (FollowerPush.tag_id == tag_id)
        session.execute(delete(FollowerPush).where(mine))
        if tag.wechat_id is None:
            session.delete(tag)
            return
        tag.removed_at, tag.auto, tag.auto_value, tag.error = clock.now(), None, None, ""
        outbox.enqueue("forget_tag", wechat_id=tag.wechat_id)


def put_on(follower: int | str, tag_id: int, *, origin: str) -> bool:
    """Put a tag on one follower (his number or openid); False when there is nothing to do or it cannot be.

    For machines: what a person asks for goes through `put_on_many`, which says why not. Opens a transaction
    or joins one.
    """
    with transaction():
        follower_id, tag = _find_id(follower), db.session.get(Tag, tag_id)
        if follower_id is None or tag is None or tag.removed_at or tag.is_system or tag.auto:
            return False
        return add_members([follower_id], tag_id, origin=origin).changed == 1


def take_off(follower: int | str, tag_id: int) -> bool:
    """Take a tag off one follower (his number or openid); False when he did not carry it. Opens a transaction."""
    with transaction():
        follower_id = _find_id(follower)
        return follower_id is not None and remove_members([follower_id], tag_id) == 1


def put_on_many(follower_ids: Iterable[int], tag_id: int, *, actor: str) -> Tagged:
    """Put a tag on followers whom a person chose. Opens a transaction. Raises: NotFound, InputInvalid."""
    with transaction():
        _refuse_auto(_get_editable(tag_id))
        return add_members(_existing(follower_ids), tag_id, origin=actor)


def take_off_many(follower_ids: Iterable[int], tag_id: int) -> Tagged:
    """Take a tag off followers whom a person chose. Opens a transaction. Raises: NotFound, InputInvalid."""
    ids = set(follower_ids)
    with transaction():
        _refuse_auto(_get_editable(tag_id))
        changed = remove_members(ids, tag_id)
    return Tagged(changed, len(ids) - changed)


def add_members(follower_ids: Collection[int], tag_id: int, *, origin: str) -> Tagged:
    """Put it on whoever exists, does not carry it and has room for it; joins the open transaction."""
    ids = set(follower_ids)
    carriers = set(db.session.scalars(_carriers(ids, tag_id)))
    carried = _count_tags(ids - carriers)
    full = {each for each, number in carried.items() if number >= MAX_PER_FOLLOWER}
    added = sorted(ids - carriers - full)
    if added:
        now = clock.now()
        rows = [{"follower_id": each, "tag_id": tag_id, "since": now, "origin": origin} for each in added]
        insert_rows(FollowerTag, rows, lambda new: new.on_conflict_do_nothing())
    pushes.note(added, PushKind.TAG, tag_id)
    return Tagged(len(added), len(carriers), len(full))


def remove_members(follower_ids: Collection[int], tag_id: int) -> int:
    """Take it off whoever carries it; returns from how many. Joins the open transaction."""
    ids = db.session.scalars(_carriers(follower_ids, tag_id)).all()
    db.session.execute(
        delete(FollowerTag).where(FollowerTag.tag_id == tag_id, FollowerTag.follower_id.in_(ids))
    )
    pushes.note(ids, PushKind.TAG, tag_id)
    return len(ids)


def tags_of(follower_ids: Collection[int]) -> Mapping[int, Sequence[Tag]]:
    """The tags each of these followers carries."""
    query = select(FollowerTag.follower_id, Tag).join(Tag, Tag.id == FollowerTag.tag_id)
    rows = db.session.execute(query.where(FollowerTag.follower_id.in_(follower_ids)).order_by(Tag.id))
    found: dict[int, list[Tag]] = {each: [] for each in follower_ids}
    for follower_id, tag in rows:
        found[follower_id].append(tag)
    return found


def retry_tag(tag_id: int) -> None:
    """Tell WeChat once more about a tag it has refused. Opens a transaction."""
    with transaction() as session:
        session.execute(update(Tag).where(Tag.id == tag_id).values(error=""))
        outbox.enqueue("push_tag", tag_id=tag_id)


def check_name(name: str) -> str:
    """The name as it may be kept. Raises: InputInvalid."""
    name = tame(name, limit=1000)
    if not name:
        raise InputInvalid(_("请填写标签名"), name=_("请填写标签名"))
    if len(name) > MAX_NAME:
        words = _("标签名最多 %(most)s 个字", most=MAX_NAME)
        raise InputInvalid(words, name=words)
    return name


def check_auto(auto: AutoTag | None, value: int | None) -> int | None:
    """The value a condition needs: fen, days or none. Raises: InputInvalid."""
    if auto == AutoTag.SPENT_OVER and (value is None or not 0 <= value <= MAX_FEN):
        raise InputInvalid(_("金额须在 0 到 100 万元之间"), auto_value=_("金额须在 0 到 100 万元之间"))
    if auto == AutoTag.SILENT_FOR and (value is None or not 1 <= value <= MAX_DAYS):
        raise InputInvalid(_("天数须在 1 到 3650 之间"), auto_value=_("天数须在 1 到 3650 之间"))
    return value if auto in (AutoTag.SPENT_OVER, AutoTag.SILENT_FOR) else None


def _count(tag: Tag, number: int) -> TagCount:
    return TagCount(
        id=tag.id,
        name=tag.name,
        wechat_id=tag.wechat_id,
        count=number,
        auto=tag.auto,
        auto_value=tag.auto_value,
        is_system=tag.is_system,
        is_removed=tag.removed_at is not None,
        error=tag.error,
    )


def _get_editable(tag_id: int) -> Tag:
    tag = db.session.get(Tag, tag_id)
    if tag is None or tag.removed_at is not None:
        raise NotFound(_("没有这个标签"))
    _refuse_system(tag)
    return tag


def _refuse_system(tag: Tag) -> None:
    if tag.is_system:
        raise InputInvalid(_("“%(name)s”是微信的系统标签，不能改动", name=tag.name))


def _refuse_auto(tag: Tag) -> None:
    if tag.auto is not None:
        raise InputInvalid(_("“%(name)s”是自动标签，由条件打上和取下", name=tag.name))


def _refuse_taken(name: str) -> None:
    live = select(Tag.id).where(Tag.name == name, Tag.removed_at.is_(None))
    if db.session.scalar(live) is not None:
        words = _("已经有叫“%(name)s”的标签", name=name)
        raise InputInvalid(words, name=words)


def _find_id(follower: int | str) -> int | None:
    is_his = Follower.openid == follower if isinstance(follower, str) else Follower.id == follower
    return db.session.scalar(select(Follower.id).where(is_his))


def _existing(follower_ids: Iterable[int]) -> list[int]:
    return list(db.session.scalars(select(Follower.id).where(Follower.id.in_(set(follower_ids)))))


def _carriers(follower_ids: Collection[int], tag_id: int) -> Select[tuple[int]]:
    here = (FollowerTag.tag_id == tag_id) & FollowerTag.follower_id.in_(follower_ids)
    return select(FollowerTag.follower_id).where(here)


def _count_tags(follower_ids: Collection[int]) -> dict[int, int]:
    query = select(FollowerTag.follower_id, func.count()).where(FollowerTag.follower_id.in_(follower_ids))
    return {row[0]: row[1] for row in db.session.execute(query.group_by(FollowerTag.follower_id))}
