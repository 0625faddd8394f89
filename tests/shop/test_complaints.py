"""Complaints: the same here as at WeChat, answered once whatever happens to the answer, never late unseen."""

import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.alerts.service import open_alerts
from app.complaints import pictures, service
from app.complaints.acting import carry_out
from app.complaints.address import remove_address, set_address
from app.complaints.listing import count_repeats, count_waiting, list_complaints, list_entries
from app.complaints.models import Complaint, ComplaintAct, ComplaintNotification, ComplaintPicture
from app.complaints.notifications import delete_old_refused, record_notice
from app.complaints.states import ActState, NoticeVerdict
from app.complaints.sweep import find_sweep, sweep, sync_due, warn_of_deadlines
from app.complaints.sync import sync
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import (
    GatewayRefused,
    GatewayUnreachable,
    InputInvalid,
    SignatureInvalid,
    TransitionRefused,
)
from app.core.outbox import OutboxJob
from app.payments.gateways.complaints import RefundAction, RefundDecision, TheirState, Words
from app.payments.service import start_payment
from tests.complaints import NUMBER, FakeComplaintDesk
from tests.factories import make_order
from tests.fakes import FakeGateway

Advance = Callable[[timedelta], None]
TOKEN = "t1"
PICTURE = "https://api.mch.weixin.qq.com/v3/merchant-service/images/ChsyMDAw"


@pytest.fixture
def desk(shop: Flask) -> FakeComplaintDesk:
    return FakeComplaintDesk()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "complaints"


@pytest.fixture
def row(desk: FakeComplaintDesk) -> Complaint:
    """A complaint that nobody has answered."""
    desk.complain()
    return sync(NUMBER, desk)


def draw() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    return file.getvalue()


def jobs(kind: str) -> list[dict[str, object]]:
    return list(
        db.session.scalars(select(OutboxJob.args).where(OutboxJob.kind == kind).order_by(OutboxJob.id))
    )


def alerts() -> list[str]:
    return [alert.kind for alert in open_alerts()]


def say(
    row: Complaint, desk: FakeComplaintDesk, folder: Path, text: str = "马上补寄", token: str = TOKEN
) -> int:
    act_id = service.reply(row, text=text, pictures=(), token=token, actor="staff:1", folder=folder)
    carry_out(act_id, desk, folder=folder)
    return act_id


def state_of(act_id: int) -> ActState:
    db.session.expire_all()
    return db.session.get_one(ComplaintAct, act_id).state


# -- what WeChat says


def test_a_complaint_is_tied_to_its_order_and_buyer(desk: FakeComplaintDesk, gateway: FakeGateway) -> None:
    order = make_order()
    start_payment(order, gateway=gateway)
    desk.complain(orders=desk.about(gateway.requests[-1].out_trade_no))

    row = sync(NUMBER, desk)

    assert (row.order_id, row.state, row.wanted_fen) == (order.id, TheirState.PENDING, 590)
    assert row.openid == "oTeaShop_0000000000000000001"
    assert [(line.kind, line.text) for line in list_entries(row.id)] == [
        ("USER_CREATE_COMPLAINT", "一只杯子碎了")
    ]
    assert [(alert.kind, alert.order_no) for alert in open_alerts()] == [("new_complaint", order.order_no)]


def test_reading_it_again_changes_nothing(desk: FakeComplaintDesk, row: Complaint) -> None:
    sync(NUMBER, desk)

    assert len(list_entries(row.id)) == 1
    assert alerts() == ["new_complaint"]
    assert list_complaints(only_open=True, page=1).total == 1


def test_an_answer_that_was_asked_for_earlier_does_not_win(
    desk: FakeComplaintDesk, row: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, ask = desk.get(NUMBER), desk.history

    def meanwhile(number: str) -> list[object]:
        monkeypatch.setattr(desk, "history", ask)
        desk.complete(NUMBER)
        sync(NUMBER, desk)
        return ask(number)  # type: ignore[return-value]

    monkeypatch.setattr(
        desk, "get", lambda _number: old if desk.history is meanwhile else desk.complaints[NUMBER]
    )
    monkeypatch.setattr(desk, "history", meanwhile)
    sync(NUMBER, desk)

    db.session.expire_all()
    assert db.session.get_one(Complaint, row.id).state == TheirState.PROCESSED


def test_a_buyer_who_goes_on_opens_it_again(desk: FakeComplaintDesk, row: Complaint) -> None:
    desk.complete(NUMBER)
    assert sync(NUMBER, desk).state == TheirState.PROCESSED

    desk.say("还是没有收到", kind="USER_CONTINUE_COMPLAINT")
    desk.change(state=TheirState.PENDING)

    row = sync(NUMBER, desk)
    assert row.state == TheirState.PENDING
    assert row.answer_due_at is not None


def test_pictures_are_fetched_once_and_drawn_anew(
    desk: FakeComplaintDesk, folder: Path, advance: Advance
) -> None:
    desk.complain(pictures=(PICTURE,))
    desk.files[PICTURE] = draw() + b"something hidden"
    row = sync(NUMBER, desk)
    sync(NUMBER, desk)
    (job,) = jobs("fetch_complaint_picture")

    pictures.fetch_picture(desk, job["picture_id"], folder=folder)  # type: ignore[arg-type]

    (picture,) = pictures.list_pictures(row.id)
    assert picture.file is not None
    assert b"something hidden" not in (folder / picture.file).read_bytes()


def test_a_picture_that_cannot_be_had_is_left_at_that(desk: FakeComplaintDesk, folder: Path) -> None:
    desk.complain(pictures=(PICTURE, PICTURE + "x"))
    desk.files[PICTURE + "x"] = b"no picture"
    sync(NUMBER, desk)

    for job in jobs("fetch_complaint_picture"):
        pictures.fetch_picture(desk, job["picture_id"], folder=folder)  # type: ignore[arg-type]

    problems = db.session.scalars(select(ComplaintPicture.problem))
    assert set(problems) == {"NOT_FOUND", "unreadable"}
    assert not folder.exists()


def test_a_picture_waits_while_wechat_is_silent(desk: FakeComplaintDesk, folder: Path) -> None:
    desk.complain(pictures=(PICTURE,))
    sync(NUMBER, desk)
    desk.is_down = True

    with pytest.raises(GatewayUnreachable):
        pictures.fetch_picture(desk, jobs("fetch_complaint_picture")[0]["picture_id"], folder=folder)  # type: ignore[arg-type]

    assert db.session.scalars(select(ComplaintPicture.problem)).one() == ""


# -- the clock


def test_the_clock_runs_from_the_first_unanswered_word(
    desk: FakeComplaintDesk, folder: Path, advance: Advance
) -> None:
    desk.complain()
    row = sync(NUMBER, desk)
    first = clock.now()
    advance(timedelta(hours=1))
    desk.say("请快一点")
    assert sync(NUMBER, desk).answer_due_at == first + timedelta(hours=24)

    say(row, desk, folder)
    assert sync(NUMBER, desk).answer_due_at is None

    advance(timedelta(hours=2))
    desk.say("补寄的也碎了")
    assert sync(NUMBER, desk).answer_due_at == first + timedelta(hours=27)
    assert count_waiting() == 1


def test_how_soon_an_answer_is_wanted_is_a_setting(
    shop: Flask, desk: FakeComplaintDesk, advance: Advance
) -> None:
    shop.config["COMPLAINT_ANSWER_HOURS"] = 8
    desk.complain()
    assert sync(NUMBER, desk).answer_due_at == clock.now() + timedelta(hours=8)

    advance(timedelta(hours=5, minutes=59))
    assert warn_of_deadlines() == 0
    advance(timedelta(minutes=2))
    assert warn_of_deadlines() == 1


def test_a_deadline_is_warned_of_once_and_the_warning_goes_with_the_answer(
    desk: FakeComplaintDesk, folder: Path, advance: Advance
) -> None:
    desk.complain()
    row = sync(NUMBER, desk)
    advance(timedelta(hours=17))
    assert warn_of_deadlines() == 0

    advance(timedelta(hours=2))
    assert [warn_of_deadlines(), warn_of_deadlines()] == [1, 0]
    assert alerts() == ["new_complaint", "complaint_due"]

    say(row, desk, folder)
    assert alerts() == []


def test_the_most_urgent_stands_on_top(desk: FakeComplaintDesk, folder: Path, advance: Advance) -> None:
    for number in ("A", "B", "C", "D"):
        desk.complain(number, times=2 if number == "A" else 1)
        sync(number, desk)
        advance(timedelta(minutes=1))
    desk.reply("A", Words("好"))
    desk.complete("D")
    for number in ("A", "D"):
        sync(number, desk)

    assert [row.complaint_id for row in list_complaints(only_open=False, page=1).rows] == ["B", "C", "A", "D"]
    assert [row.complaint_id for row in list_complaints(only_open=True, page=9).rows] == ["B", "C", "A"]
    assert (count_repeats().total, count_repeats().repeated) == (4, 1)


# -- what we say


def test_a_reply_arrives_with_its_pictures_and_stands_in_the_history(
    desk: FakeComplaintDesk, row: Complaint, folder: Path
) -> None:
    act_id = service.reply(
        row, text="抱歉😀\r\n马上补寄", pictures=[draw()], token="t1", actor="staff:1", folder=folder
    )
    carry_out(act_id, desk, folder=folder)

    assert desk.replies == [Words("抱歉\n马上补寄", ("media1",))]
    assert Image.open(BytesIO(desk.uploads[0])).format == "JPEG"
    assert state_of(act_id) == ActState.DONE
    db.session.refresh(row)
    assert (row.state, row.answer_due_at) == (TheirState.PROCESSING, None)
    assert db.session.scalars(select(AuditEntry.action)).all() == ["complaint.reply"]


def test_the_same_form_twice_is_one_reply(desk: FakeComplaintDesk, row: Complaint, folder: Path) -> None:
    assert say(row, desk, folder) == say(row, desk, folder)

    assert len(desk.replies) == 1


def test_a_reply_whose_fate_is_unknown_is_looked_for_before_it_is_said_again(
    desk: FakeComplaintDesk, row: Complaint, folder: Path
) -> None:
    desk.is_lost = True
    with pytest.raises(GatewayUnreachable):
        say(row, desk, folder)
    act_id = jobs("complaint_act")[0]["act_id"]
    assert state_of(act_id) == ActState.REQUESTED  # type: ignore[arg-type]

    desk.is_lost = False
    carry_out(act_id, desk, folder=folder)  # type: ignore[arg-type]

    assert state_of(act_id) == ActState.DONE  # type: ignore[arg-type]
    assert len(desk.replies) == 1


def test_a_reply_that_never_arrived_is_said_again(
    desk: FakeComplaintDesk, row: Complaint, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(row, desk, folder, token="before")  # the same words, which were another reply

    def fail(*_what: object) -> None:
        raise GatewayUnreachable("down")

    with monkeypatch.context() as patch:
        patch.setattr(desk, "reply", fail)
        with pytest.raises(GatewayUnreachable):
            say(row, desk, folder)
    act_id = jobs("complaint_act")[-1]["act_id"]

    carry_out(act_id, desk, folder=folder)  # type: ignore[arg-type]
    carry_out(act_id, desk, folder=folder)  # type: ignore[arg-type]

    assert len(desk.replies) == 2


def test_pictures_are_not_handed_in_twice(desk: FakeComplaintDesk, row: Complaint, folder: Path) -> None:
    act_id = service.reply(row, text="看图", pictures=[draw()], token="t1", actor="staff:1", folder=folder)
    desk.is_lost = True
    with pytest.raises(GatewayUnreachable):
        carry_out(act_id, desk, folder=folder)
    desk.is_lost = False
    desk.histories[NUMBER].pop()  # it did not arrive after all

    carry_out(act_id, desk, folder=folder)

    assert len(desk.uploads) == 1
    assert desk.replies[-1] == Words("看图", ("media1",))


def test_what_wechat_refuses_is_said_so_and_not_tried_again(
    desk: FakeComplaintDesk, row: Complaint, folder: Path
) -> None:
    desk.refusal = "INVALID_REQUEST"

    act_id = say(row, desk, folder)
    carry_out(act_id, desk, folder=folder)

    assert state_of(act_id) == ActState.REFUSED
    assert db.session.get_one(ComplaintAct, act_id).problem == "INVALID_REQUEST 不行"


@pytest.mark.parametrize("text", ["", " \n ", "😀", "字" * 201])
def test_words_that_wechat_would_not_take_are_not_kept(
    desk: FakeComplaintDesk, row: Complaint, folder: Path, text: str
) -> None:
    with pytest.raises(InputInvalid):
        say(row, desk, folder, text)

    assert jobs("complaint_act") == []


def test_only_what_was_answered_can_be_completed(
    desk: FakeComplaintDesk, row: Complaint, folder: Path
) -> None:
    with pytest.raises(TransitionRefused):
        service.complete(row, token="c1", actor="staff:1")
    say(row, desk, folder)

    act_id = service.complete(row, token="c1", actor="staff:1")
    carry_out(act_id, desk, folder=folder)

    db.session.refresh(row)
    assert row.state == TheirState.PROCESSED
    with pytest.raises(TransitionRefused):
        service.complete(row, token="c2", actor="staff:1")


def test_a_completion_whose_fate_is_unknown_is_asked_about(
    desk: FakeComplaintDesk, row: Complaint, folder: Path
) -> None:
    say(row, desk, folder)
    act_id = service.complete(row, token="c1", actor="staff:1")
    desk.is_lost = True
    with pytest.raises(GatewayUnreachable):
        carry_out(act_id, desk, folder=folder)
    with pytest.raises(TransitionRefused):
        service.complete(row, token="c2", actor="staff:1")
    desk.is_lost, desk.refusal = False, "INVALID_REQUEST"  # what WeChat says to a second one

    carry_out(act_id, desk, folder=folder)

    assert state_of(act_id) == ActState.DONE


@pytest.mark.parametrize(
    ("decision", "state", "kind"),
    [
        (
            RefundDecision(RefundAction.APPROVE, days=0, remark="今天退"),
            "processing",
            "MERCHANT_APPROVE_REFUND",
        ),
        (RefundDecision(RefundAction.REJECT, reason="已经签收"), "processed", "MERCHANT_REFUSE_RERUND"),
    ],
    ids=["approve", "reject"],
)
def test_a_refund_is_decided(
    desk: FakeComplaintDesk, row: Complaint, folder: Path, decision: RefundDecision, state: str, kind: str
) -> None:
    act_id = service.decide_refund(row, decision, token="d1", actor="staff:1")
    carry_out(act_id, desk, folder=folder)

    db.session.refresh(row)
    assert row.state == state
    assert list_entries(row.id)[-1].kind == kind


@pytest.mark.parametrize(
    ("decision", "error"),
    [
        (RefundDecision(RefundAction.REJECT), InputInvalid),
        (RefundDecision(RefundAction.APPROVE, days=31), InputInvalid),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    row: Complaint, decision: RefundDecision, error: type[Exception]
) -> None:
    with pytest.raises(error):
        service.decide_refund(row, decision, token="d1", actor="staff:1")


def test_there_is_no_refund_to_decide_about_a_complaint_of_another_kind(desk: FakeComplaintDesk) -> None:
    desk.complain(problem_type="OTHERS")

    with pytest.raises(TransitionRefused):
        service.decide_refund(
            sync(NUMBER, desk), RefundDecision(RefundAction.APPROVE), token="d1", actor="staff:1"
        )


def test_the_phone_is_kept_closed_and_looking_at_it_is_written_down(desk: FakeComplaintDesk) -> None:
    desk.complain(sealed_phone="sealed:13812345678")
    row = sync(NUMBER, desk)
    assert row.sealed_phone == "sealed:13812345678"

    assert service.disclose_phone(row, desk, actor="staff:3") == "13812345678"

    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == (
        "staff:3",
        "complaint.phone_shown",
        f"complaint:{NUMBER}",
    )


def test_a_phone_that_is_missing_or_closed_for_another_key_says_so(desk: FakeComplaintDesk) -> None:
    desk.complain()
    with pytest.raises(InputInvalid):
        service.disclose_phone(sync(NUMBER, desk), desk, actor="staff:3")
    desk.change(sealed_phone="broken")
    with pytest.raises(SignatureInvalid):
        service.disclose_phone(sync(NUMBER, desk), desk, actor="staff:3")


# -- notifications and the list


def test_a_notification_has_its_complaint_fetched_and_a_repeat_does_nothing(desk: FakeComplaintDesk) -> None:
    headers = {"Wechatpay-Serial": "x", "Cookie": "secret"}
    body = f"n1|{NUMBER}".encode()

    verdicts = [record_notice(desk, headers, body) for _ in range(2)]

    assert verdicts == [NoticeVerdict.APPLIED, NoticeVerdict.REPEATED]
    assert jobs("sync_complaint") == [{"complaint_id": NUMBER}]
    kept = db.session.scalars(select(ComplaintNotification).order_by(ComplaintNotification.id)).first()
    assert kept is not None
    assert (kept.body, kept.headers) == (body, {"Wechatpay-Serial": "x"})


@pytest.mark.parametrize(("body", "verdict"), [(b"forged", "refused"), (b"other", "ignored")])
def test_what_is_not_genuine_or_not_ours_is_kept_and_does_nothing(
    desk: FakeComplaintDesk, body: bytes, verdict: str
) -> None:
    assert record_notice(desk, {}, body) == verdict

    assert jobs("sync_complaint") == []


def test_forged_ones_do_not_fill_the_disk(desk: FakeComplaintDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.complaints.notifications.KEPT_REFUSED", 2)
    record_notice(desk, {}, b"other")
    for _ in range(4):
        record_notice(desk, {}, b"forged")

    assert delete_old_refused() == 2
    assert len(db.session.scalars(select(ComplaintNotification.id)).all()) == 3


def test_the_sweep_finds_what_no_notification_told_and_reads_every_page(
    desk: FakeComplaintDesk, advance: Advance
) -> None:
    desk.page = 2
    for number in range(5):
        desk.complain(f"N{number}")

    assert sweep(desk) == 5

    assert [job["complaint_id"] for job in jobs("sync_complaint")] == [f"N{number}" for number in range(5)]
    spans = [(last - first).days for first, last, _ in desk.listed]
    assert max(spans) <= 29
    assert desk.listed[-1][1] == clock.today()
    place = find_sweep()
    assert place is not None
    assert place.read_at == clock.now()


def test_the_sweep_goes_on_where_it_stopped(
    desk: FakeComplaintDesk, advance: Advance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.complaints.sweep.PAGES", 1)
    turns = 0
    while (place := find_sweep()) is None or place.read_at is None:
        desk.is_down = turns == 1  # an answer that does not come leaves the place as it is
        sweep(desk)
        turns += 1
        assert turns < 10

    firsts = [first for first, _, _ in desk.listed]
    assert firsts == sorted(set(firsts))
    desk.listed.clear()
    advance(timedelta(days=1))
    sweep(desk)
    assert desk.listed == [(clock.today() - timedelta(days=2), clock.today(), 0)]


def test_the_sweep_asks_only_for_what_is_new_or_different(desk: FakeComplaintDesk, advance: Advance) -> None:
    desk.complain()
    sync(NUMBER, desk)
    assert sweep(desk) == 0

    desk.change(state=TheirState.PROCESSED)

    assert sweep(desk) == 1


def test_why_the_list_cannot_be_read_is_kept(
    desk: FakeComplaintDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_what: object) -> None:
        raise GatewayRefused("NO_AUTH", "没有权限", http_status=403)

    monkeypatch.setattr(desk, "list_page", refuse)
    sweep(desk)

    place = find_sweep()
    assert place is not None
    assert place.problem == "NO_AUTH"


def test_open_ones_are_read_again_each_hour_and_those_that_are_over_each_day(
    desk: FakeComplaintDesk, advance: Advance
) -> None:
    desk.complain()
    sync(NUMBER, desk)
    assert sync_due(desk) == 0
    advance(timedelta(hours=1))
    desk.complete(NUMBER)
    assert [sync_due(desk), sync_due(desk)] == [1, 0]

    advance(timedelta(hours=2))
    assert sync_due(desk) == 0
    advance(timedelta(days=1))
    assert sync_due(desk) == 1
    advance(timedelta(days=30))
    assert [sync_due(desk), sync_due(desk)] == [1, 0]
    advance(timedelta(days=30))
    assert sync_due(desk) == 0


def test_one_that_wechat_does_not_show_does_not_stand_in_the_way(
    desk: FakeComplaintDesk, advance: Advance
) -> None:
    for number in ("A", "B"):
        desk.complain(number)
        sync(number, desk)
    del desk.complaints["A"]
    advance(timedelta(hours=1))

    assert sync_due(desk) == 2
    assert sync_due(desk) == 0


def test_the_address_is_set_and_removed_and_written_down(desk: FakeComplaintDesk) -> None:
    set_address(desk, "https://shop.example.cn", actor="staff:1")
    assert desk.address == "https://shop.example.cn/pay/notify/complaints"

    set_address(desk, "https://shop.example.cn", actor="staff:1")
    remove_address(desk, actor="staff:1")

    assert desk.address == ""
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert actions == ["complaints.address_set", "complaints.address_removed"]


def test_pictures_nothing_names_are_deleted(desk: FakeComplaintDesk, row: Complaint, folder: Path) -> None:
    service.reply(row, text="看图", pictures=[draw()], token="t1", actor="staff:1", folder=folder)
    pictures.write(folder, "lost.jpg", b"x")
    long_ago = clock.now().timestamp() - 7200
    for file in folder.iterdir():
        os.utime(file, (long_ago, long_ago))

    assert pictures.delete_orphans(folder) == 1
    assert not (folder / "lost.jpg").exists()
