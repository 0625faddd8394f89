"""Broadcasts against the simulator's switches: whatever WeChat refuses, loses or says twice, nobody gets it twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.broadcasts import fanout
from app.broadcasts.content import Item
from app.broadcasts.ending import count_states, resume
from app.broadcasts.models import Broadcast
from app.broadcasts.parts import list_parts
from app.broadcasts.states import BroadcastState, RecipientState, Way
from app.broadcasts.unclear import clear_up
from app.catalog.models import ProductPicture
from app.catalog.pictures import add_picture
from app.conversations.models import Conversation, Holder
from app.conversations.settling import settle_due
from app.core import clock, outbox
from app.core.db import db, transaction
from app.followers.models import Follower
from app.tasks import HANDLERS
from app.tasks_broadcasts import send_mass
from app.wechat.account import get_account
from simulator.clock import iso
from tests.broadcasts import begin, make_draft, send_all
from tests.every_fault.boxed import Boxed, boxed, go_silent, poster
from tests.factories import make_sku
from tests.pictures import draw_jpeg
from tests.simulator.careful_shop import until

FINISHED, PARTIAL, FAILED = BroadcastState.FINISHED, BroadcastState.PARTIAL, BroadcastState.FAILED
PAUSED, SENT = BroadcastState.PAUSED, RecipientState.SENT
CROWD, NAME = 3, "赶集的人"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxed]:
    """Everybody of the crowd follows and wrote a minute ago."""
    with boxed(tmp_path_factory.mktemp("broadcasts")) as box, pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulator.platform.pushes.post", poster(box.app))
        for module in ("late_answers", "mass_calls"):
            patch.setattr(f"simulator.platform.{module}.go_silent", go_silent)
        patch.setattr(fanout, "FIRST_PAUSE_SECONDS", 0.01)
        patch.setattr(fanout, "THREADS", 1)  # one connection to a simulator without sockets
        box.engine.followers.add_crowd(CROWD, NAME)
        openids = crowd(box)
        with transaction() as session:
            session.execute(Follower.__table__.update().values(is_subscribed=False))  # type: ignore[attr-defined]
            for openid in openids:
                session.add(Follower(openid=openid, is_subscribed=True))
                session.add(Conversation(openid=openid, state=Holder.BOT, last_activity_at=clock.now()))
        yield box


def crowd(box: Boxed) -> list[str]:
    return [row["openid"] for row in box.engine.followers.search(NAME, CROWD)]


@pytest.fixture
def box(world: Boxed) -> Boxed:
    """A new month, and everybody has just written."""
    world.move(timedelta(days=31))
    world.engine.faults.reset()
    world.engine.followers.open_windows("", "", seconds=48 * 3600, left=5)
    with transaction() as session:
        session.execute(Conversation.__table__.update().values(last_message_at=clock.now()))  # type: ignore[attr-defined]
    return world


def arrived(box: Boxed, title: str) -> list[int]:
    """How often each of those who got a card with this title got it."""
    return sorted(times for _words, counter in box.engine.sent.counts(title) for times in counter.values())


def state_of(broadcast_id: int) -> BroadcastState:
    db.session.rollback()
    return db.session.get_one(Broadcast, broadcast_id).state


def send_cards(box: Boxed, title: str) -> int:
    broadcast_id = make_draft(items=[Item(make_sku(title=title).product.slug)])
    begin(broadcast_id)
    send_all()
    for _minute in range(3):
        box.move(timedelta(minutes=2))
        clear_up(get_account().client)
        send_all()
    return broadcast_id


@pytest.mark.parametrize(
    ("value", "ends", "times"),
    [
        ("off", FINISHED, [1, 1, 1]),
        ("45047", PARTIAL, [1, 1]),
        ("40003", PARTIAL, [1, 1]),
        ("45015", PARTIAL, [1, 1]),
        ("48002", PARTIAL, [1, 1]),
        ("timeout", FINISHED, [1, 1, 1]),  # it had arrived, and the record says so
    ],
)
def test_a_card_reaches_each_once_whatever_strikes(
    box: Boxed, value: str, ends: BroadcastState, times: list[int]
) -> None:
    if value != "off":
        box.engine.faults.set("custom_answer", value, once=True)

    broadcast_id = send_cards(box, f"卡片 {value}")

    assert arrived(box, f"卡片 {value}") == times
    assert state_of(broadcast_id) == ends
    assert count_states(broadcast_id)[SENT] == len(times)


def test_an_answer_that_broke_before_anything_happened_is_sent_again(box: Boxed) -> None:
    box.engine.faults.set("api_reset", "before", once=True, only="custom/send")

    broadcast_id = send_cards(box, "断线")

    assert arrived(box, "断线") == [1, 1, 1]
    assert state_of(broadcast_id) == FINISHED


def test_the_day_of_a_used_up_account_goes_on_when_a_person_says_so(box: Boxed) -> None:
    box.engine.faults.set("custom_answer", "45009", once=True)
    broadcast_id = send_cards(box, "额度")
    assert state_of(broadcast_id) == PAUSED

    resume(broadcast_id, actor="staff:1")
    send_all()

    assert arrived(box, "额度") == [1, 1, 1]


def send_mass_message(box: Boxed, *, minutes: int = 6) -> int:
    sku = make_sku(title="大红袍")
    file = add_picture(draw_jpeg())
    with transaction() as session:
        session.add(ProductPicture(product_id=sku.product_id, file=file, position=0))
    broadcast_id = make_draft(way=Way.MASS, items=[Item(sku.product.slug)])
    begin(broadcast_id)
    for _minute in range(minutes):
        send_mass()
        box.play_on(timedelta(minutes=1))
        box.move(timedelta(minutes=1))
        settle_due()
        outbox.run_due(HANDLERS, lease=timedelta(seconds=60))
    return broadcast_id


def hear(broadcast_id: int) -> BroadcastState:
    """Its state after what WeChat has pushed by now; it pushes in threads of its own."""
    settle_due()
    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))
    return state_of(broadcast_id)


def got_article(box: Boxed) -> list[int]:
    """How many articles each of the crowd got in this month."""
    month = iso((clock.now() - timedelta(days=20)).timestamp())
    return [sum(each["at"] > month for each in box.engine.mass.received_by(openid)) for openid in crowd(box)]


@pytest.mark.parametrize(
    ("switch", "value", "ends", "articles"),
    [
        ("", "", FINISHED, [1, 1, 1]),
        ("mass_quota", "on", PAUSED, [0, 0, 0]),
        ("mass_answer", "timeout", FINISHED, [1, 1, 1]),
        ("mass_answer", "45065", FINISHED, [1, 1, 1]),
        ("mass_answer", "45066", FINISHED, [1, 1, 1]),
        ("mass_result", "err(10001)", FAILED, [0, 0, 0]),
        ("mass_result", "send fail", FAILED, [0, 0, 0]),
        ("mass_silent", "on", FINISHED, [1, 1, 1]),
    ],
)
def test_a_mass_message_reaches_each_once_whatever_strikes(
    box: Boxed, switch: str, value: str, ends: BroadcastState, articles: list[int]
) -> None:
    if switch:
        box.engine.faults.set(switch, value, once=True)

    broadcast_id = send_mass_message(box)

    assert got_article(box) == articles
    assert state_of(broadcast_id) == ends


@pytest.mark.parametrize(
    ("says", "ends", "articles"),
    [(True, FINISHED, [1, 1, 1]), (False, FAILED, [0, 0, 0]), (None, FAILED, [0, 0, 0])],
    ids=["yes", "no", "nothing"],
)
def test_it_waits_for_the_administrators_phone(
    box: Boxed, says: bool | None, ends: BroadcastState, articles: list[int]
) -> None:
    box.engine.faults.set("mass_confirm", "on", once=True)
    broadcast_id = send_mass_message(box)
    assert state_of(broadcast_id) == BroadcastState.SENDING
    [part] = list_parts(broadcast_id)

    if says is not None:
        box.engine.mass.answer(part.msg_id, confirmed=says)
    box.play_on(timedelta(minutes=40))

    until(lambda: hear(broadcast_id) == ends)
    assert got_article(box) == articles
