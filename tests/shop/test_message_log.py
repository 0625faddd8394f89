"""The log of messages: search, pages, sentences nothing answered, how long it is kept, erasure."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.conversations import log
from app.conversations.answer_names import find_names
from app.conversations.erasure import erase_messages
from app.conversations.log import Wanted, follow_ups_of, get_message, search_messages, unanswered
from app.conversations.models import ERASED, Direction, Message
from app.conversations.pictures import delete_orphans, fetch_picture
from app.conversations.recordings import fetch_recording, seconds_of
from app.conversations.retention import tidy_messages
from app.conversations.sending import queue_reply
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import NotFound, PlatformUnreachable
from app.followers.models import Follower
from app.wechat.client import AccountClient
from app.wechat.replies import TextReply, keep
from tests.factories import make_follower
from tests.fake_platform import FakePlatform
from tests.messages import make_message
from tests.pushes import OPENID
from tests.staff import make_staff

OTHER = "oTeaShop_0000000000000000002"
IMAGE = "<xml><MsgType>image</MsgType><MediaId><![CDATA[tEaMedia_image_0001]]></MediaId></xml>"
Advance = Callable[[timedelta], None]


def add(words: str = "在吗", **values: object) -> int:
    return make_message(words, **{"payload": "<xml></xml>", **values}).id


def found(wanted: Wanted, **options: int) -> list[str]:
    return [row.content for row in search_messages(wanted, **options).rows]


def test_the_newest_come_first_and_pages_miss_nothing(shop: Flask) -> None:
    for number in range(25):
        add(str(number))
    pages: list[list[str]] = []
    before: int | None = None
    while True:
        page = search_messages(Wanted(), before_id=before, limit=10)
        pages.append([row.content for row in page.rows])
        before = page.next_before
        if before is None:
            break

    assert [len(page) for page in pages] == [10, 10, 5]
    assert [words for page in pages for words in page] == [str(number) for number in reversed(range(25))]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(words="红茶"), ["有红茶吗"]),
        (Wanted(words="%"), ["打折50%吗"]),
        (Wanted(kind="event"), ["CONTACT"]),
        (Wanted(kind="image"), ["picture"]),
        (Wanted(answered_by="rule:"), ["有红茶吗"]),
        (Wanted(answered_by="rule:7"), ["有红茶吗"]),
        (Wanted(answered_by="rule:70"), []),
        (Wanted(direction=Direction.OUT), ["发货了"]),
        (Wanted(follower=OTHER), ["别人的"]),
        (Wanted(follower="黑客"), ["别人的"]),
        (Wanted(follower="_"), []),
        (Wanted(first_day=date(2026, 11, 21)), ["发货了", "picture", "CONTACT", "有红茶吗", "别人的"]),
        (Wanted(last_day=date(2026, 11, 20)), ["打折50%吗"]),
        (Wanted(first_day=date(2026, 11, 22)), []),
    ],
)
def test_a_search_by_each_of_its_fields(
    shop: Flask, advance: Advance, wanted: Wanted, expected: list[str]
) -> None:
    with transaction() as session:
        session.merge(make_follower(OTHER)).nickname = "<b>黑客</b>"
    add("打折50%吗", at=clock.now() - timedelta(days=1))
    add("别人的", openid=OTHER)
    add("有红茶吗", answered_by="rule:7")
    add("CONTACT", kind="event:click", answered_by="menu:CONTACT")
    add("picture", kind="image")
    add("发货了", direction=Direction.OUT, answered_by="notice:shipped")

    assert found(wanted) == expected


def test_a_search_that_runs_out_of_time_says_how_far_it_looked(
    shop: Flask, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "STEP", 4)
    monkeypatch.setattr(log, "PATIENCE_SECONDS", -1.0)
    add("找我")
    for _ in range(10):
        advance(timedelta(minutes=1))
        add("别的")

    page, looks = search_messages(Wanted(words="找我")), 1
    assert page.rows == []
    assert page.looked_back_to is not None
    while not page.rows and page.next_before is not None:
        page, looks = search_messages(Wanted(words="找我"), before_id=page.next_before), looks + 1

    assert [row.content for row in page.rows] == ["找我"]
    assert looks == 3


def test_a_day_is_found_without_an_index_on_time(shop: Flask, advance: Advance) -> None:
    moments = []
    for _ in range(40):
        moments.append((clock.now(), add()))
        advance(timedelta(hours=7))

    for at, message_id in moments:
        assert log.first_id_since(at) == message_id
    assert log.first_id_since(clock.now()) == moments[-1][1] + 1


def test_unanswered_sentences_are_counted(shop: Flask, advance: Advance) -> None:
    add("很久以前的")
    advance(timedelta(days=8))
    for words in ("能开发票吗", " 能开发票吗 ", "几点下班"):
        add(words)
    add("能开发票吗", answered_by="quiet")
    add("茶", answered_by="rule:7")
    add("", kind="image")

    rows = unanswered(clock.now() - timedelta(days=7))

    assert [(row.sentence, row.count) for row in rows] == [("能开发票吗", 3), ("几点下班", 1)]


def test_further_replies_are_found_in_order(shop: Flask) -> None:
    further = [keep(TextReply("二")), keep(TextReply("三"))]
    message_id = add("茶", further=further, reply=keep(TextReply("一")))
    for number, words in enumerate(("二", "三")):
        queue_reply(OPENID, TextReply(words), by="rule:7", dedupe_key=f"further:{message_id}:{number}")

    follow_ups = follow_ups_of(get_message(message_id))

    assert [row.content for row in follow_ups] == ["二", "三"]
    assert follow_ups_of(get_message(add())) == []
    with pytest.raises(NotFound):
        get_message(2**62)


def test_names_behind_the_answers(shop: Flask) -> None:
    staff_id = make_staff("lin")

    assert find_names([f"staff:{staff_id}", "rule:99", "fallback", "staff:x", "menu:A"]) == {
        f"staff:{staff_id}": "lin"
    }


def test_first_the_raw_push_goes_then_the_message(shop: Flask, advance: Advance) -> None:
    add("旧的")
    advance(timedelta(days=40))
    add("新的")

    assert tidy_messages(payload_days=30, message_days=60) == (1, 0)
    assert tidy_messages(payload_days=30, message_days=60) == (0, 0)
    assert [row.payload for row in search_messages(Wanted()).rows] == ["<xml></xml>", ""]
    assert tidy_messages(payload_days=0, message_days=30) == (0, 1)
    assert found(Wanted()) == ["新的"]
    assert tidy_messages(payload_days=0, message_days=0) == (0, 0)


def test_erased_messages_keep_their_place_and_nothing_else(shop: Flask) -> None:
    add("我住湖滨南路88号", reply=keep(TextReply("好的")), file="a.jpg")
    add("别人的", openid=OTHER)

    erase_messages(OPENID)

    db.session.rollback()
    rows = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(row.content, row.payload, row.reply, row.file) for row in rows] == [
        ("", ERASED, None, None),
        ("别人的", "<xml></xml>", None, None),
    ]


def picture_bytes(kind: str = "PNG") -> bytes:
    target = BytesIO()
    Image.new("RGB", (40, 30), "green").save(target, kind)
    return target.getvalue()


def test_his_picture_is_fetched_and_drawn_anew(
    account: AccountClient, platform: FakePlatform, tmp_path: Path
) -> None:
    platform.answers["/cgi-bin/media/get"] = lambda _: (200, picture_bytes("JPEG") + b"<script>")
    message_id = add("", kind="image", payload=IMAGE)

    fetch_picture(account, message_id, folder=tmp_path / "chat")
    fetch_picture(account, message_id, folder=tmp_path / "chat")

    assert platform.asked[-1].query["media_id"] == "tEaMedia_image_0001"
    assert platform.count()["/cgi-bin/media/get"] == 1
    file = tmp_path / "chat" / str(get_message(message_id).file)
    assert b"<script>" not in file.read_bytes()
    with Image.open(file) as picture:
        assert picture.size == (40, 30)
    assert delete_orphans(tmp_path / "chat") == 0


@pytest.mark.parametrize(
    "answer",
    [{"errcode": 40007, "errmsg": "invalid media_id"}, (200, b"no picture at all"), {"video_url": "x"}],
    ids=["gone", "no picture", "no file"],
)
def test_a_picture_that_cannot_be_had_is_left_alone(
    account: AccountClient, platform: FakePlatform, tmp_path: Path, answer: object
) -> None:
    platform.answers["/cgi-bin/media/get"] = lambda _: answer
    message_id = add("", kind="image", payload=IMAGE)

    fetch_picture(account, message_id, folder=tmp_path / "chat")

    assert get_message(message_id).file is None
    assert list((tmp_path / "chat").glob("*")) == []


def test_a_picture_is_asked_for_again_when_wechat_is_away(
    account: AccountClient, platform: FakePlatform, tmp_path: Path
) -> None:
    platform.answers["/cgi-bin/media/get"] = lambda _: (502, b"")

    with pytest.raises(PlatformUnreachable):
        fetch_picture(account, add("", kind="image", payload=IMAGE), folder=tmp_path / "chat")


VOICE = "<xml><MsgType>voice</MsgType><MediaId><![CDATA[tEaMedia_voice_0001]]></MediaId><Format>amr</Format></xml>"
FILM = "<xml><MsgType>video</MsgType><MediaId><![CDATA[tEaMedia_video_0001]]></MediaId></xml>"
AMR = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 150  # three seconds
MP4 = b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00\x00\x00\x00\x08moov"


def fetch(account: AccountClient, message_id: int, folder: Path) -> str | None:
    """Fetch as the job does, twice; gives the file's name."""
    for _time in range(2):
        fetch_recording(account, message_id, folder=folder / "chat", seams=(account.api_base,))
    return get_message(message_id).file


def test_his_voice_is_kept_as_it_came_with_its_length(
    account: AccountClient, platform: FakePlatform, tmp_path: Path
) -> None:
    platform.answers["/cgi-bin/media/get"] = lambda _: (200, AMR)

    file = fetch(account, add("", kind="voice", payload=VOICE), tmp_path)

    assert file is not None
    assert (tmp_path / "chat" / file).read_bytes() == AMR
    assert (Path(file).suffix, seconds_of(file)) == (".amr", 3)
    assert platform.count()["/cgi-bin/media/get"] == 1


def test_his_video_is_fetched_from_the_address_wechat_names(
    account: AccountClient, platform: FakePlatform, tmp_path: Path
) -> None:
    platform.answers["/cgi-bin/media/get"] = lambda _: {"video_url": f"{account.api_base}/film"}
    platform.answers["/film"] = lambda _: (200, MP4)

    file = fetch(account, add("", kind="shortvideo", payload=FILM), tmp_path)

    assert file is not None
    assert (tmp_path / "chat" / file).read_bytes() == MP4


@pytest.mark.parametrize(
    ("kind", "answer", "film"),
    [
        ("voice", {"errcode": 40007, "errmsg": "invalid media_id"}, b""),
        ("voice", (200, b"<script>no voice</script>"), b""),
        ("voice", (200, AMR + bytes(2 * 1024 * 1024)), b""),
        ("video", (200, MP4), b""),
        ("video", {"video_url": "http://10.0.0.1/film"}, b""),
        ("video", {"video_url": "https://qq.com.evil.example/film"}, b""),
        ("video", {"video_url": "{base}/film"}, b"<html>no film</html>"),
        ("video", {"video_url": "{base}/gone"}, b""),
    ],
    ids=["gone", "no voice", "too large", "no address", "inside", "foreign", "no film", "film gone"],
)
def test_a_recording_that_cannot_be_had_is_left_alone(
    account: AccountClient,
    platform: FakePlatform,
    tmp_path: Path,
    kind: str,
    answer: object,
    film: bytes,
) -> None:
    if isinstance(answer, dict) and "video_url" in answer:
        answer = {"video_url": answer["video_url"].replace("{base}", account.api_base)}
    platform.answers["/cgi-bin/media/get"] = lambda _: answer
    platform.answers["/film"] = lambda _: (200, film)
    platform.answers["/gone"] = lambda _: (404, b"")

    assert fetch(account, add("", kind=kind, payload=VOICE), tmp_path) is None
    assert list((tmp_path / "chat").glob("*")) == []


def test_a_recording_is_asked_for_again_when_wechat_is_away(
    account: AccountClient, platform: FakePlatform, tmp_path: Path
) -> None:
    platform.answers["/cgi-bin/media/get"] = lambda _: {"video_url": f"{account.api_base}/film"}
    platform.answers["/film"] = lambda _: (503, b"")

    with pytest.raises(PlatformUnreachable):
        fetch(account, add("", kind="video", payload=FILM), tmp_path)


def test_what_was_erased_while_it_was_fetched_leaves_no_file(
    shop: Flask, account: AccountClient, platform: FakePlatform, tmp_path: Path
) -> None:
    message_id = add("", kind="voice", payload=VOICE)

    def answer(_: object) -> tuple[int, bytes]:
        with shop.app_context():
            erase_messages(OPENID)
        return 200, AMR

    platform.answers["/cgi-bin/media/get"] = answer

    assert fetch(account, message_id, tmp_path) is None
    assert list((tmp_path / "chat").glob("*")) == []


def test_what_was_erased_stays_known_as_erased(shop: Flask, advance: Advance) -> None:
    message_id = add("我的电话", payload="<xml></xml>")
    erase_messages(OPENID)
    advance(timedelta(days=40))

    tidy_messages(payload_days=30, message_days=0)

    db.session.rollback()
    assert get_message(message_id).payload == ERASED


def test_without_a_picture_nothing_is_asked(
    account: AccountClient, platform: FakePlatform, tmp_path: Path
) -> None:
    fetch_picture(account, add(), folder=tmp_path / "chat")
    fetch_picture(account, 2**62, folder=tmp_path / "chat")

    assert platform.asked == []


def test_pictures_without_a_message_are_deleted_after_a_while(
    shop: Flask, advance: Advance, tmp_path: Path
) -> None:
    (tmp_path / "chat").mkdir()
    (tmp_path / "chat" / "left.jpg").write_bytes(b"x")
    (tmp_path / "chat" / "kept.jpg").write_bytes(b"x")
    add(file="kept.jpg")
    advance(timedelta(days=3650))  # files carry the machine's time, not the test's

    assert delete_orphans(tmp_path / "chat") == 1
    assert [path.name for path in (tmp_path / "chat").glob("*")] == ["kept.jpg"]


def test_a_nickname_that_is_hostile_finds_its_owner(shop: Flask) -> None:
    with transaction() as session:
        session.add(Follower(openid=OTHER, nickname="' OR 1=1 --", is_subscribed=True))
    add("我的", openid=OTHER)
    add("不是我的")

    assert found(Wanted(follower="' OR 1=1")) == ["我的"]
