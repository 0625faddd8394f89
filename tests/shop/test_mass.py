"""Mass messages: drafts, one job for each list however often WeChat is asked, and what it says of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.broadcasts import parts
from app.broadcasts.audience import Audience
from app.broadcasts.content import Item
from app.broadcasts.deleting import can_delete, delete_articles
from app.broadcasts.ending import pause, resume, stop
from app.broadcasts.keeping import keep_numbers
from app.broadcasts.mass import find_mass, go_on, record_finished
from app.broadcasts.models import Broadcast, BroadcastOptOut
from app.broadcasts.progress import read_progress
from app.broadcasts.reach import forecast
from app.broadcasts.states import BroadcastState, Halt, PartState, RecipientState, Way
from app.broadcasts.tallies import count_lines
from app.broadcasts.trying_out import try_out
from app.catalog.models import ProductPicture
from app.catalog.pictures import add_picture
from app.conversations import settling
from app.conversations.models import Direction, Message
from app.core import clock, outbox
from app.core.db import db, transaction
from app.core.errors import InputInvalid, PlatformError, PlatformUnreachable, TransitionRefused
from app.tasks import HANDLERS
from app.wechat.client import AccountClient
from tests.broadcasts import begin, counts, load, make_draft, state
from tests.factories import make_follower, make_sku
from tests.fake_platform import Asked, FakePlatform
from tests.pictures import draw_jpeg

Advance = Callable[[timedelta], None]
SENT, REFUSED = RecipientState.SENT, RecipientState.REFUSED
MASS, ALL, GET, DELETE = ("/cgi-bin/message/mass/" + name for name in ("send", "sendall", "get", "delete"))
GOOD = {"total": 3, "filtered": 3, "sent": 3, "failed": 0}


@pytest.fixture
def box(account: AccountClient, platform: FakePlatform) -> FakePlatform:
    """A platform that takes pictures, drafts and mass messages."""
    numbers = iter(range(1, 10_000))
    ids: dict[str, int] = {}

    def take(asked: Asked) -> dict[str, Any]:
        msg_id = ids.setdefault(asked.json["clientmsgid"], 1_000_001_000 + len(ids))
        return {
            "errcode": 0,
            "errmsg": "send job submission success",
            "msg_id": msg_id,
            "msg_data_id": 2_247_503_051,
        }

    platform.answers |= {
        "/cgi-bin/draft/add": lambda _: {"media_id": f"draft-{next(numbers)}"},
        "/cgi-bin/media/uploadimg": lambda _: {"url": "http://mmbiz.qpic.cn/x/0"},
        "/cgi-bin/material/add_material": lambda _: {"media_id": f"thumb-{next(numbers)}", "url": ""},
        GET: lambda asked: {"msg_id": asked.json["msg_id"], "msg_status": "SENDING"},
        MASS: take,
        ALL: take,
    }
    return platform


def make_item(title: str = "铁观音") -> Item:
    sku = make_sku(title=title)
    file = add_picture(draw_jpeg())
    with transaction() as session:
        session.add(ProductPicture(product_id=sku.product_id, file=file, position=0))
    return Item(sku.product.slug)


def say_sent(box: FakePlatform) -> None:
    """From now on WeChat, when it is asked about a job, says that it is done."""
    box.answers[GET] = lambda asked: {"msg_id": asked.json["msg_id"], "msg_status": "SEND_SUCCESS"}


def begin_in_two_calls(monkeypatch: pytest.MonkeyPatch) -> int:
    """Begin one to four followers, two a call; a fifth wants none, so it cannot go to all at once."""
    monkeypatch.setattr(parts, "MOST", 2)
    everybody = [make_follower() for _ in range(5)]
    with transaction() as session:
        session.add(BroadcastOptOut(follower_id=everybody[0].id, by="follower"))
    broadcast_id = make_mass()
    begin(broadcast_id)
    return broadcast_id


def make_mass(*items: Item) -> int:
    return make_draft(way=Way.MASS, items=items or (make_item(),))


def work(account: AccountClient) -> None:
    """What the timetable does until there is nothing to do now."""
    for broadcast_id in find_mass():
        while go_on(account, broadcast_id, base_url="https://shop.example.cn", author="小铺"):
            pass


def calls(platform: FakePlatform, path: str) -> list[Any]:
    return [asked.json for asked in platform.asked if asked.path == path]


def test_everybody_is_one_call_with_articles_that_lead_to_the_shop(
    account: AccountClient, box: FakePlatform
) -> None:
    for _ in range(3):
        make_follower()
    broadcast_id = make_mass(make_item("铁观音"), make_item("大红袍"))
    begin(broadcast_id)

    work(account)

    [draft] = calls(box, "/cgi-bin/draft/add")
    assert [each["title"] for each in draft["articles"]] == ["铁观音 ¥68.00", "大红袍 ¥68.00"]
    assert all("/shop/p/tea-" in each["content_source_url"] for each in draft["articles"])
    assert all("?e=" in each["content_source_url"] for each in draft["articles"])
    assert all(each["thumb_media_id"].startswith("thumb-") for each in draft["articles"])
    [sent] = calls(box, ALL)
    assert sent["filter"] == {"is_to_all": True}
    assert len(sent["clientmsgid"].encode()) <= 32
    assert state(broadcast_id) == BroadcastState.SENDING

    [part] = parts.list_parts(broadcast_id)
    assert record_finished(part.msg_id or 0, "send success", GOOD)
    assert counts(broadcast_id) == {SENT: 3}
    assert state(broadcast_id) == BroadcastState.FINISHED


def test_who_opted_out_is_left_out_by_a_list(account: AccountClient, box: FakePlatform) -> None:
    stay = {make_follower().openid for _ in range(3)}
    out = make_follower()
    with transaction() as session:
        session.add(BroadcastOptOut(follower_id=out.id, by="follower"))
    broadcast_id = make_mass()
    begin(broadcast_id)

    work(account)

    [sent] = calls(box, MASS)
    assert set(sent["touser"]) == stay
    assert not calls(box, ALL)


def test_long_lists_are_split_as_evenly_as_can_be(
    account: AccountClient, box: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MOST", 3)
    everybody = [make_follower() for _ in range(8)]
    with transaction() as session:
        session.add(BroadcastOptOut(follower_id=everybody[0].id, by="follower"))
    expected = {each.openid for each in everybody[1:]}
    broadcast_id = make_mass()
    begin(broadcast_id)

    work(account)

    lists = [sent["touser"] for sent in calls(box, MASS)]
    assert sorted(map(len, lists)) == [2, 2, 3]
    assert {openid for each in lists for openid in each} == expected
    assert len(calls(box, "/cgi-bin/draft/add")) == 3
    assert len({sent["mpnews"]["media_id"] for sent in calls(box, MASS)}) == 3
    assert box.count()["/cgi-bin/media/uploadimg"] == 1

    first, second, third = (part.msg_id or 0 for part in parts.list_parts(broadcast_id))
    record_finished(first, "send success", GOOD)
    record_finished(second, "send success", GOOD)
    assert state(broadcast_id) == BroadcastState.SENDING
    record_finished(third, "err(10001)", {**GOOD, "sent": 0})
    assert state(broadcast_id) == BroadcastState.PARTIAL
    assert counts(broadcast_id)[REFUSED] in (2, 3)


def test_one_person_alone_is_too_few(account: AccountClient, box: FakePlatform) -> None:
    out, _one = make_follower(), make_follower()
    with transaction() as session:
        session.add(BroadcastOptOut(follower_id=out.id, by="follower"))
    broadcast_id = make_mass()
    begin(broadcast_id)

    work(account)

    assert (state(broadcast_id), load(broadcast_id).halt) == (BroadcastState.PAUSED, Halt.TOO_FEW)


def test_an_answer_that_is_lost_is_asked_for_with_the_same_number(
    account: AccountClient, box: FakePlatform, advance: Advance
) -> None:
    make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    take = box.answers[ALL]
    box.answers[ALL] = lambda asked: (take(asked), (502, b""))[1]
    work(account)
    assert [part.state for part in parts.list_parts(broadcast_id)] == [PartState.ASKING]

    work(account)
    assert len(calls(box, ALL)) == 1
    advance(timedelta(minutes=2))
    box.answers[ALL] = lambda asked: {**take(asked), "errcode": 45065, "errmsg": "clientmsgid exist"}
    work(account)

    first, second = calls(box, ALL)
    assert first["clientmsgid"] == second["clientmsgid"]
    [part] = parts.list_parts(broadcast_id)
    assert (part.state, part.msg_id) == (PartState.ACCEPTED, 1_000_001_000)


@pytest.mark.parametrize("errcode", [45028, 48001, 48003, 45009])
def test_a_no_to_the_account_pauses_it_and_loses_nobody(
    account: AccountClient, box: FakePlatform, errcode: int
) -> None:
    for _ in range(3):
        make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    take = box.answers[ALL]
    box.answers[ALL] = lambda _: {"errcode": errcode, "errmsg": "no"}
    work(account)
    assert (state(broadcast_id), load(broadcast_id).halt) == (BroadcastState.PAUSED, errcode)
    assert counts(broadcast_id) == {RecipientState.DUE: 3}

    box.answers[ALL] = take
    resume(broadcast_id, actor="staff:1")
    work(account)
    assert counts(broadcast_id) == {RecipientState.ASKING: 3}


def test_it_waits_while_the_administrator_is_asked_first(
    account: AccountClient, box: FakePlatform, advance: Advance
) -> None:
    make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    take = box.answers[ALL]
    box.answers[ALL] = lambda _: {"errcode": 89503, "errmsg": "need confirm"}
    work(account)
    [part] = parts.list_parts(broadcast_id)
    assert (state(broadcast_id), part.errcode) == (BroadcastState.SENDING, 89503)

    box.answers[ALL] = take
    advance(timedelta(minutes=2))
    work(account)
    assert [part.state for part in parts.list_parts(broadcast_id)] == [PartState.ACCEPTED]


def test_a_draft_that_is_gone_is_made_anew(account: AccountClient, box: FakePlatform) -> None:
    make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    take, tries = box.answers[ALL], []

    def answer(asked: Asked) -> dict[str, Any]:
        tries.append(asked.json["mpnews"]["media_id"])
        return take(asked) if len(tries) > 1 else {"errcode": 40007, "errmsg": "invalid media_id"}

    box.answers[ALL] = answer
    work(account)
    assert len(set(tries)) == 2
    assert [part.state for part in parts.list_parts(broadcast_id)] == [PartState.ACCEPTED]


def test_a_finish_event_that_never_came_is_asked_for(
    account: AccountClient, box: FakePlatform, advance: Advance
) -> None:
    make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    work(account)
    say_sent(box)
    advance(timedelta(minutes=2))
    work(account)
    assert state(broadcast_id) == BroadcastState.FINISHED

    [part] = parts.list_parts(broadcast_id)
    record_finished(part.msg_id or 0, "send success", GOOD)
    assert (load(broadcast_id).state, parts.list_parts(broadcast_id)[0].sent) == (BroadcastState.FINISHED, 3)


def test_the_administrators_no_is_a_failure_that_uses_up_nothing(
    account: AccountClient, box: FakePlatform
) -> None:
    make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    work(account)
    assert forecast(Audience(), Way.MASS).reached == 1
    [part] = parts.list_parts(broadcast_id)

    record_finished(part.msg_id or 0, "err(40001)", dict.fromkeys(GOOD, 0))

    assert (state(broadcast_id), counts(broadcast_id)) == (BroadcastState.FAILED, {REFUSED: 1})


@pytest.mark.parametrize(
    ("told", "end"),
    [
        (GOOD, BroadcastState.FINISHED),
        ({"total": 3, "filtered": 2, "sent": 2, "failed": 0}, BroadcastState.FINISHED),
        ({"total": 3, "filtered": 3, "sent": 1, "failed": 2}, BroadcastState.PARTIAL),
    ],
)
def test_what_wechat_counted_decides_how_it_ended(
    account: AccountClient, box: FakePlatform, told: dict[str, int], end: BroadcastState
) -> None:
    for _ in range(3):
        make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    work(account)
    assert parts.read_report(parts.list_parts(broadcast_id)) is None
    [part] = parts.list_parts(broadcast_id)

    record_finished(part.msg_id or 0, "send success", told)

    assert state(broadcast_id) is end
    report = parts.Report(told["sent"], told["failed"], told["total"] - told["filtered"])
    assert parts.read_report(parts.list_parts(broadcast_id)) == report
    assert count_lines([load(broadcast_id)])[broadcast_id][SENT] == told["sent"]


def test_a_success_that_reached_nobody_is_a_failure(account: AccountClient, box: FakePlatform) -> None:
    for _ in range(3):
        make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    work(account)
    [part] = parts.list_parts(broadcast_id)

    record_finished(part.msg_id or 0, "send success", {"total": 3, "filtered": 3, "sent": 0, "failed": 3})

    assert (state(broadcast_id), counts(broadcast_id)) == (BroadcastState.FAILED, {REFUSED: 3})


@pytest.mark.parametrize(
    ("sent", "end", "lines"),
    [
        (3, BroadcastState.FINISHED, SENT),
        (1, BroadcastState.PARTIAL, SENT),
        (0, BroadcastState.FAILED, REFUSED),
    ],
)
def test_counts_that_come_after_the_end_correct_it(
    account: AccountClient,
    box: FakePlatform,
    advance: Advance,
    sent: int,
    end: BroadcastState,
    lines: RecipientState,
) -> None:
    for _ in range(3):
        make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    work(account)
    say_sent(box)
    advance(timedelta(minutes=2))
    work(account)
    assert state(broadcast_id) is BroadcastState.FINISHED
    keep_numbers(10)
    [part] = parts.list_parts(broadcast_id)

    for _told_twice in range(2):
        told = {"total": 3, "filtered": 3, "sent": sent, "failed": 3 - sent}
        record_finished(part.msg_id or 0, "send success", told)
        assert (state(broadcast_id), counts(broadcast_id)) == (end, {lines: 3})
        progress = read_progress(broadcast_id)
        assert progress.number(lines) == 3


def test_an_early_count_of_one_call_ends_nothing(
    account: AccountClient, box: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast_id = begin_in_two_calls(monkeypatch)
    work(account)
    first = parts.list_parts(broadcast_id)[0]

    for _told_twice in range(2):
        counted = {"total": 2, "filtered": 2, "sent": 1, "failed": 1}
        record_finished(first.msg_id or 0, "send success", counted)
        assert state(broadcast_id) is BroadcastState.SENDING


def push_finish(msg_id: int) -> None:
    """WeChat's event, as it came in and was settled."""
    payload = (
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oTea_9]]></FromUserName>"
        "<CreateTime>1795220000</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[MASSSENDJOBFINISH]]></Event><MsgID>{msg_id}</MsgID>"
        "<Status><![CDATA[send success]]></Status><TotalCount>1</TotalCount><FilterCount>1</FilterCount>"
        "<SentCount>1</SentCount><ErrorCount>0</ErrorCount></xml>"
    )

    with transaction() as session:
        row = Message(
            dedupe_key=f"finish:{msg_id}",
            at=clock.now(),
            openid="oTea_9",
            direction=Direction.IN,
            kind="event:masssendjobfinish",
            content="",
            payload=payload,
            answered_by="",
        )
        session.add(row)
        session.flush()
        settling._apply(row)


def test_an_event_that_is_here_before_the_answer_waits_for_it(
    account: AccountClient, box: FakePlatform, advance: Advance
) -> None:
    make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    take = box.answers[ALL]

    def answer(asked: Asked) -> Any:
        taken = take(asked)
        return (502, b"") if len(calls(box, ALL)) == 1 else taken

    box.answers[ALL] = answer
    work(account)
    push_finish(1_000_001_000)
    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))
    assert state(broadcast_id) == BroadcastState.SENDING

    advance(timedelta(minutes=2))
    work(account)
    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))
    assert state(broadcast_id) == BroadcastState.FINISHED
    assert parts.list_parts(broadcast_id)[0].sent == 1


def test_news_of_somebody_elses_job_is_nobodys_business(
    account: AccountClient, box: FakePlatform, advance: Advance
) -> None:
    push_finish(77)
    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))
    advance(timedelta(minutes=2))
    assert outbox.run_due(HANDLERS, lease=timedelta(seconds=60)) == 0


def test_a_paused_one_asks_nothing_new_and_a_stopped_one_still_hears_the_end(
    account: AccountClient, box: FakePlatform, monkeypatch: pytest.MonkeyPatch, advance: Advance
) -> None:
    broadcast_id = begin_in_two_calls(monkeypatch)
    go_on(account, broadcast_id, base_url="https://shop.example.cn", author="小铺")
    pause(broadcast_id, actor="staff:1")
    work(account)
    assert len(calls(box, MASS)) == 1

    resume(broadcast_id, actor="staff:1")
    stop(broadcast_id, actor="staff:1")
    say_sent(box)
    advance(timedelta(minutes=2))
    work(account)

    assert len(calls(box, MASS)) == 1
    assert counts(broadcast_id) == {SENT: 2, RecipientState.SKIPPED: 3}
    assert state(broadcast_id) == BroadcastState.STOPPED


def test_a_product_without_a_picture_is_said_so(account: AccountClient, box: FakePlatform) -> None:
    make_follower()
    broadcast_id = make_mass(Item(make_sku().product.slug))
    begin(broadcast_id)

    work(account)

    assert (state(broadcast_id), load(broadcast_id).halt) == (BroadcastState.PAUSED, Halt.NO_PICTURE)


def test_a_wechat_that_cannot_be_reached_is_asked_again_later(
    account: AccountClient, box: FakePlatform
) -> None:
    make_follower()
    broadcast_id = make_mass()
    begin(broadcast_id)
    box.answers["/cgi-bin/draft/add"] = lambda _: (502, b"")

    with pytest.raises(PlatformUnreachable):
        work(account)

    assert state(broadcast_id) == BroadcastState.SENDING
    assert counts(broadcast_id) == {RecipientState.DUE: 1}


def test_a_preview_goes_to_one_phone_and_leaves_no_draft(account: AccountClient, box: FakePlatform) -> None:
    follower, gone = make_follower(), make_follower()
    openid = follower.openid
    with transaction() as session:
        session.get_one(type(gone), gone.id).is_subscribed = False
    broadcast_id = make_mass()

    where = {"base_url": "https://shop.example.cn", "author": "小铺", "actor": "staff:1"}
    try_out(account, broadcast_id, follower.id, **where)
    with pytest.raises(InputInvalid):
        try_out(account, broadcast_id, gone.id, **where)

    [preview] = calls(box, "/cgi-bin/message/mass/preview")
    assert preview["touser"] == openid
    assert [each["media_id"] for each in calls(box, "/cgi-bin/draft/delete")] == [
        preview["mpnews"]["media_id"]
    ]
    assert db.session.get_one(Broadcast, broadcast_id).state == BroadcastState.DRAFT


def test_a_card_is_tried_out_as_what_it_will_be(account: AccountClient, platform: FakePlatform) -> None:
    follower = make_follower()
    openid = follower.openid
    broadcast_id = make_draft()

    try_out(
        account, broadcast_id, follower.id, base_url="https://s.example.cn", author="小铺", actor="staff:1"
    )
    outbox.run_due(HANDLERS, lease=timedelta(seconds=60))

    assert [asked["touser"] for asked in calls(platform, "/cgi-bin/message/custom/send")] == [openid]


def test_the_pages_of_what_was_sent_can_be_taken_away_once(
    account: AccountClient, box: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast_id = begin_in_two_calls(monkeypatch)
    work(account)
    with pytest.raises(TransitionRefused):
        delete_articles(account, broadcast_id, actor="staff:1")
    msg_ids = [part.msg_id for part in parts.list_parts(broadcast_id)]
    for msg_id in msg_ids:
        record_finished(msg_id or 0, "send success", GOOD)
    refused = iter([0, 45009, 40059, 0])
    box.answers[DELETE] = lambda _: {"errcode": next(refused), "errmsg": ""}

    with pytest.raises(PlatformError):
        delete_articles(account, broadcast_id, actor="staff:1")
    assert can_delete(broadcast_id)
    delete_articles(account, broadcast_id, actor="staff:1")

    assert [asked["msg_id"] for asked in calls(box, DELETE)] == [*msg_ids, *msg_ids]
    assert not can_delete(broadcast_id)
