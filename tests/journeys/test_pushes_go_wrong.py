"""The story: WeChat repeats itself and workers die, and followers still hear everything exactly once."""

import pytest
from playwright.sync_api import expect

from tests.journeys.console import Console
from tests.journeys.phone import Phone
from tests.journeys.town import Town

SAID = "SELECT direction, kind FROM messages WHERE openid = ?"


@pytest.mark.parametrize("fault", ["push_twice", "push_twin"])
def test_a_repeated_push_is_answered_and_counted_once(
    town: Town, phone: Phone, console: Console, fault: str
) -> None:
    console.open("codes/new")
    console.page.get_by_label("名称", exact=True).fill(f"柜台 {fault}")
    console.page.get_by_label("和平时一样").check()
    console.press("生成二维码")
    console.expect_words(f"柜台 {fault}")
    code = int(console.page.url.rsplit("/", 1)[1].partition("?")[0])
    scene = town.query("SELECT scene FROM scene_codes WHERE id = ?", code)[0][0]
    town.fault(fault, "always")

    phone.say("上新")  # a text at once, the newest goods after it
    expect(phone.part("messages")).to_contain_text("这一季新到的")
    town.wechat(f"followers/{phone.openid}/scan?wait=1", scene=scene)
    town.wait_for(lambda: ("out", "news") in town.query(SAID, phone.openid), "the further message")

    rows = [("in", "event:scan"), ("in", "event:subscribe"), ("in", "text"), ("out", "news")]
    assert sorted(town.query(SAID, phone.openid)) == rows
    assert town.query("SELECT count(*) FROM scene_scans WHERE scene_code_id = ?", code) == [(1,)]
    assert town.chat(phone.openid).count("这一季新到的，都在下面这张单子里。") == 1


def test_a_worker_killed_between_two_messages_loses_and_doubles_none(
    town: Town, phone: Phone, console: Console
) -> None:
    console.write_rule("讲故事", "讲个故事", "从前有座山", "山里有座庙", "庙里有棵茶")
    town.wechat("faults", name="api_timeout", value="after", once=True, only="/message/custom/send")
    phone.say("讲个故事")
    expect(phone.part("messages")).to_contain_text("从前有座山")
    expect(phone.part("messages")).to_contain_text("山里有座庙")  # WeChat has it, and does not say so
    town.kill_worker()

    town.let_a_minute_pass()
    town.restart_worker()

    expect(phone.part("messages")).to_contain_text("庙里有棵茶")
    assert town.chat(phone.openid)[-3:] == ["从前有座山", "山里有座庙", "庙里有棵茶"]
