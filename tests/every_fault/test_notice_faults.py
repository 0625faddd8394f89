"""Notifications by template against the simulator's switches: nobody gets one twice, and the end is told as it was."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.broadcasts import fanout
from app.broadcasts.ending import count_states
from app.broadcasts.notices.clearing import clear_up_notices
from app.broadcasts.states import BroadcastState
from app.conversations.settling import settle_due
from app.core import outbox
from app.core.db import db, transaction
from app.followers.models import Follower
from app.notice_templates.assigned import assign
from app.notice_templates.known import ask_templates
from app.notice_templates.purposes import KIND_OF, NoticeKind, Purpose
from app.notice_templates.values import guess_fields, read_keywords
from app.notices.models import Notice
from app.orders.shipping import Parcel, ship
from app.tasks import HANDLERS
from app.wechat.account import get_account
from simulator.persona import Persona
from tests.broadcasts import begin, send_all, state
from tests.every_fault.boxed import Boxed, boxed, go_silent, poster
from tests.factories import make_sku
from tests.notices import make_notice, make_paid

FINISHED, PARTIAL, PAUSED = BroadcastState.FINISHED, BroadcastState.PARTIAL, BroadcastState.PAUSED
CROWD, NAME = 3, "赶集的人"
TITLES = {Purpose.DELAY: "订单延迟发货通知", Purpose.OPENING: "预约提醒", Purpose.SHIPPED: "订单发货通知"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxed]:
    """Three follow; the account's templates serve both purposes."""
    with boxed(tmp_path_factory.mktemp("notices")) as box, pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulator.platform.pushes.post", poster(box.app))
        patch.setattr(box.engine.pushes, "start", box.engine.pushes.deliver)  # at once, not in a thread
        patch.setattr("simulator.platform.late_answers.go_silent", go_silent)
        patch.setattr(fanout, "FIRST_PAUSE_SECONDS", 0.01)
        patch.setattr(fanout, "THREADS", 1)  # one connection to a simulator without sockets
        box.engine.followers.add_crowd(CROWD, NAME)
        with transaction() as session:
            session.execute(Follower.__table__.update().values(is_subscribed=False))  # type: ignore[attr-defined]
            session.add_all(Follower(openid=openid, is_subscribed=True) for openid in crowd(box))
        known = ask_templates(get_account().client, actor="staff:1")
        for purpose, title in TITLES.items():
            template = next(each for each in known.templates[KIND_OF[purpose]] if each.title == title)
            fields = guess_fields(read_keywords(template.content), purpose) | {"time4": "fixed:2026年12月1日"}
            assign(purpose, template, fields, version=0, actor="staff:1")
        yield box


@pytest.fixture
def box(world: Boxed) -> Boxed:
    world.move(timedelta(days=1))
    world.engine.faults.reset()
    return world


def crowd(box: Boxed) -> list[str]:
    return [row["openid"] for row in box.engine.followers.search(NAME, CROWD)]


def template_id_of(box: Boxed, purpose: Purpose) -> str:
    kinds = (0,) if KIND_OF[purpose] is NoticeKind.TEMPLATE else (2, 3)
    rows = box.engine.templates.list(*kinds)
    return str(next(row["template_id"] for row in rows if row["title"] == TITLES[purpose]))


def hear() -> None:
    """What WeChat has pushed by now, is settled."""
    db.session.rollback()  # what was read before is not what is there now
    settle_due()
    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))
    db.session.rollback()


def prepare(box: Boxed, purpose: Purpose, title: str) -> int:
    """A draft about goods that concern all three."""
    sku = make_sku(title=title)
    template_id = template_id_of(box, purpose)
    for openid in crowd(box):
        follower = db.session.query(Follower).filter_by(openid=openid).one()
        if purpose is Purpose.DELAY:
            make_paid(follower=follower, sku=sku)
        else:
            Persona(box.engine).agree(openid, {template_id: True}, changed=False, wait=True)
    hear()
    return make_notice(purpose, sku.product.slug)


def play(box: Boxed, purpose: Purpose, title: str) -> int:
    """Send it; a quarter of an hour passes with all that the shop and WeChat do in it."""
    broadcast_id = prepare(box, purpose, title)
    begin(broadcast_id)
    for _turn in range(8):
        send_all()
        box.play_on(timedelta(seconds=5))
        hear()
        box.move(timedelta(minutes=2))
        clear_up_notices()
    return broadcast_id


def arrived(box: Boxed, title: str) -> list[int]:
    return sorted(times for _words, counter in box.engine.sent.counts(title) for times in counter.values())


EITHER = (Purpose.DELAY, Purpose.OPENING)


@pytest.mark.parametrize("purpose", EITHER)
@pytest.mark.parametrize(
    ("switch", "value", "ends", "times"),
    [
        ("", "", FINISHED, [1, 1, 1]),
        ("template_answer", "timeout", FINISHED, [1, 1, 1]),
        ("template_answer", "43101", PARTIAL, [1, 1]),
        ("template_answer", "43116", PAUSED, []),
        ("template_answer", "40249", PAUSED, []),
        ("template_answer", "45009", PAUSED, []),
        ("template_result", "failed:user block", PARTIAL, [1, 1]),
        ("template_result", "failed: system failed", PARTIAL, [1, 1]),
        ("template_result", "silent", FINISHED, [1, 1, 1]),
        ("api_reset", "before", FINISHED, [1, 1, 1]),
    ],
)
def test_a_notification_reaches_each_once_whatever_strikes(
    box: Boxed, purpose: Purpose, switch: str, value: str, ends: BroadcastState, times: list[int]
) -> None:
    title = f"{purpose}{len(value)}{value[-3:]}"[:20]
    if switch:
        box.engine.faults.set(switch, value, once=True, only="message/" if switch == "api_reset" else "")

    broadcast_id = play(box, purpose, title)

    assert arrived(box, title) == times
    assert state(broadcast_id) == ends, count_states(broadcast_id)


@pytest.mark.parametrize(
    ("switch", "value", "states", "times"),
    [
        ("", "", ["sent"], [1]),
        ("template_answer", "timeout", ["sent"], [1]),
        ("template_answer", "45009", ["sent"], [1]),
        ("template_answer", "43116", ["refused"], []),
        ("template_result", "failed:user block", ["blocked"], []),
        ("template_result", "silent", ["handed"], [1]),
        ("api_reset", "before", ["sent"], [1]),
    ],
)
def test_a_parcel_is_told_of_once_by_template_whatever_strikes(
    box: Boxed, switch: str, value: str, states: list[str], times: list[int]
) -> None:
    sku = make_sku(title=f"包裹{len(value)}{value[-3:]}")
    order = make_paid(follower=db.session.query(Follower).filter_by(openid=crowd(box)[0]).one(), sku=sku)
    hear()  # of the payment nothing is told: no template serves it
    if switch:
        only = "message/template/" if switch == "api_reset" else ""
        box.engine.faults.set(switch, value, once=True, only=only)
    ship(order, Parcel("顺丰速运", "SF1300000000001"), actor="staff:1")

    for _turn in range(5):
        hear()
        box.play_on(timedelta(seconds=5))
        box.move(timedelta(minutes=1))

    told = db.session.query(Notice).filter_by(order_id=order.id, kind="shipped")
    assert [row.state for row in told] == states
    assert arrived(box, sku.product.title) == times
