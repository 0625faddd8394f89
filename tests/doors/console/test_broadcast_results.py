"""What a broadcast brought, on its page and beside others; trying one out; taking articles away."""

from flask import Flask

from app.broadcasts.gathering import gather_more
from app.broadcasts.mass import record_finished
from app.broadcasts.parts import accept, begin, list_parts, split
from app.broadcasts.states import Way
from app.core.db import db
from app.payments.opening import add_tester
from tests.broadcasts import confirm_now, load, make_draft, make_writers, send_all
from tests.factories import make_follower
from tests.fake_platform import FakePlatform
from tests.staff import Console
from tests.statements import count_statements


def test_results_stand_on_its_page_and_beside_others(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    assert "还没有发完的群发" in console.text("/broadcasts/results")
    with app.app_context():
        make_writers(2)
        broadcast_id = make_draft(name="秋茶上新")
        confirm_now(broadcast_id)
        while gather_more(broadcast_id):
            pass
        send_all()

    assert "带来了什么" in console.text(f"/broadcasts/{broadcast_id}")
    assert "带来了什么" in console.text(f"/broadcasts/{broadcast_id}/results")
    with app.app_context(), count_statements() as polled:
        assert "谁收到了" in console.text(f"/broadcasts/{broadcast_id}/fragment")
    assert polled
    assert not [each for each in polled if "entrance_visits" in each or "unsubscribed_at" in each]
    assert "秋茶上新" in console.text("/broadcasts/results")


def test_it_is_tried_out_on_those_of_the_list_alone(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    with app.app_context():
        tester, other = make_follower(), make_follower()
        numbers = tester.id, other.id
        add_tester(tester.id, actor="staff:1")
        broadcast_id = make_draft(name="秋茶上新")

    for number, words in zip(numbers, ("请看手机", "先选一位测试的人"), strict=True):
        answer = console.post(f"/broadcasts/{broadcast_id}/try", follower=str(number))
        assert answer.status_code == 302
        assert words in console.text(f"/broadcasts/{broadcast_id}/confirm")
    with app.app_context():
        messages = db.session.execute(db.text("SELECT count(*) FROM messages WHERE kind = 'news'"))
        assert messages.scalar_one() == 1


def test_the_articles_of_a_mass_message_are_taken_away(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    with app.app_context():
        make_follower()
        broadcast_id = make_draft(way=Way.MASS)
        confirm_now(broadcast_id)
        while gather_more(broadcast_id):
            pass
        split(broadcast_id)
        [part] = list_parts(broadcast_id)
        begin(part.id, "draft-1")
        accept(part.id, 1_000_001_000, None)
        record_finished(
            1_000_001_000, "send success", dict.fromkeys(("total", "filtered", "sent", "failed"), 1)
        )

    assert "确定删除文章" in console.text(f"/broadcasts/{broadcast_id}")
    console.post(f"/broadcasts/{broadcast_id}/delete-articles")

    assert "文章已删除" in console.text(f"/broadcasts/{broadcast_id}")
    with app.app_context():
        assert load(broadcast_id).deleted_at is not None


def test_what_wechat_counted_is_shown_for_who_got_it(
    app: Flask, console: Console, platform: FakePlatform
) -> None:
    with app.app_context():
        for _ in range(3):
            make_follower()
        broadcast_id = make_draft(way=Way.MASS)
        confirm_now(broadcast_id)
        while gather_more(broadcast_id):
            pass
        split(broadcast_id)
        [part] = list_parts(broadcast_id)
        begin(part.id, "draft-1")
        accept(part.id, 1_000_001, None)
        waiting = console.text(f"/broadcasts/{broadcast_id}/fragment")
        record_finished(1_000_001, "send success", {"total": 3, "filtered": 3, "sent": 1, "failed": 2})

    assert "等管理员在手机上确认" in waiting
    page = console.text(f"/broadcasts/{broadcast_id}")
    assert "只发出一部分" in page
    assert "送达 1 人，失败 2 人" in page
