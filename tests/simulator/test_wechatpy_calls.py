"""The platform's calls as wechatpy makes them: tags, lists, files, menus, agents, codes."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
from wechatpy import WeChatClient, WeChatClientException

from tests.simulator.box import Box
from tests.simulator.fake_shop import FakeShop
from tests.simulator.files import AMR, JPG, MP4, PNG

REAL_HOST = "https://api.weixin.qq.com"
AGENT = "xiaoli@xiaopu"


class Client(WeChatClient):
    """wechatpy with its written-in host replaced."""

    base = ""

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        return super()._request(method, url_or_endpoint.replace(REAL_HOST, self.base), **kwargs)


@pytest.fixture
def client(box: Box) -> Client:
    account = box.settings.account
    made = Client(account.appid, account.appsecret, access_token=box.token(), timeout=5, auto_retry=False)
    made.base, made.API_BASE_URL = box.base, f"{box.base}/cgi-bin/"
    made.session.set(made.access_token_key, box.token(), 7000)
    return made


def named(name: str, data: bytes) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def test_tags_and_their_members(box: Box, client: Client) -> None:
    people = [box.somebody(number) for number in range(3)]
    box.post("limits", name="followers_page", value=2)

    tag = client.tag.create("会员")["id"]
    client.tag.tag_user(tag, people)
    client.tag.untag_user(tag, people[2])
    client.tag.update(tag, "老会员")

    assert [row for row in client.tag.get() if row["id"] == tag] == [
        {"id": tag, "name": "老会员", "count": 2}
    ]
    assert list(client.tag.iter_tag_users(tag)) == people[:2]
    assert client.tag.get_user_tag(people[0]) == [tag]
    client.tag.delete(tag)
    with pytest.raises(WeChatClientException) as refused:
        client.tag.tag_user(tag, people)
    assert refused.value.errcode == 45159


def test_every_follower_and_the_blacklist(box: Box, client: Client) -> None:
    box.post("limits", name="followers_page", value=3)
    box.post("followers/bulk", count=5)

    assert len(list(client.user.iter_followers())) == 9
    client.tag.batch_black_list([box.somebody()])
    assert client.tag.get_black_list()["data"]["openid"] == [box.somebody()]
    client.tag.batch_unblack_list([box.somebody()])
    assert "data" not in client.tag.get_black_list()
    client.user.update_remark(box.somebody(), "老客户")
    assert client.user.get(box.somebody())["remark"] == "老客户"
    assert [row["openid"] for row in client.user.get_batch([box.somebody(1)])] == [box.somebody(1)]


def test_temporary_and_permanent_files(box: Box, client: Client) -> None:
    temporary = client.media.upload("image", named("a.png", PNG))["media_id"]
    picture = client.material.add("image", named("a.png", PNG))["media_id"]
    film = client.material.add("video", named("a.mp4", MP4), "泡茶", "三分钟")["media_id"]
    client.material.add("voice", named("a.amr", AMR))

    assert client.media.download(temporary).content == PNG
    assert client.material.get(picture).content == PNG
    assert client.material.get(film)["title"] == "泡茶"
    assert client.material.get_count() == {
        "voice_count": 1,
        "video_count": 1,
        "image_count": 1,
        "news_count": 0,
    }
    assert client.material.batchget("image")["item"][0]["media_id"] == picture
    client.material.delete(picture)
    assert client.material.batchget("image")["total_count"] == 0
    assert client.media.upload_image(named("b.jpg", JPG)).startswith(box.base)


def test_agents_sessions_and_records(box: Box, client: Client, shop: FakeShop) -> None:
    desk = client.customservice
    desk.add_account(AGENT, "小李", "secret")
    desk.update_account(AGENT, "李姐", "secret")
    desk.upload_headimg(AGENT, named("face.jpg", JPG))
    client.post(
        f"{REAL_HOST}/customservice/kfaccount/inviteworker",
        data={"kf_account": AGENT, "invite_wx": "xiaoli_wx"},
    )
    box.post(f"desk/agents/{AGENT}", invitation="accept")
    box.post(f"desk/agents/{AGENT}", online=True)

    desk.create_session(box.somebody(), AGENT)

    box.post(f"followers/{box.somebody()}/say?wait=1", content="有货吗")
    now = int(box.engine.clock.now())
    assert desk.get_accounts()[0]["kf_nick"] == "李姐"
    assert desk.get_online_accounts()[0]["accepted_case"] == 1
    assert desk.get_session(box.somebody())["kf_account"] == AGENT
    assert desk.get_session_list(AGENT)[0]["openid"] == box.somebody()
    assert desk.get_wait_case()["count"] == 0
    assert desk.get_records(now - 60, now + 60)["recordlist"][0]["text"] == "有货吗"
    desk.close_session(box.somebody(), AGENT)
    desk.delete_account(AGENT)
    assert desk.get_accounts() == []
    shop.wait_for(2)


def test_menus_for_everybody_and_for_some(box: Box, client: Client) -> None:
    button = {"type": "click", "name": "我的", "key": "MINE"}
    client.menu.create({"button": [button]})
    rule = {"client_platform_type": "1"}
    menuid = client.menu.add_conditional({"button": [{**button, "name": "苹果"}], "matchrule": rule})[
        "menuid"
    ]

    assert client.menu.try_match(box.somebody())["button"][0]["name"] == "苹果"
    assert client.menu.get()["conditionalmenu"][0]["matchrule"] == rule
    assert client.menu.get_menu_info()["selfmenu_info"]["button"] == [button]
    client.menu.del_conditional(menuid)
    assert client.menu.try_match(box.somebody())["button"][0]["name"] == "我的"
    client.menu.delete()
    assert client.menu.get() is None


def test_messages_of_the_account_and_scene_codes(box: Box, client: Client) -> None:
    box.say("茶")
    box.post("desk/agents", kf_account="xiaoli", nickname="小李")
    picture = client.media.upload("image", named("a.png", PNG))["media_id"]
    thumb = client.media.upload("thumb", named("a.jpg", JPG))["media_id"]
    article = {"title": "秋茶", "description": "新", "url": "https://x.cn", "image": ""}

    client.message.send_text(box.somebody(), "好的", account=AGENT)
    client.message.send_image(box.somebody(), picture)
    client.message.send_music(box.somebody(), "https://x.cn/a", "https://x.cn/hq", thumb, "茶歌", "采茶")
    client.message.send_articles(box.somebody(), [article])

    assert [message["kind"] for message in box.chat()[1:]] == ["text", "image", "music", "news"]
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "shelf-07"}}}
    code = client.qrcode.create({**scene, "expire_seconds": 60})
    query = {"ticket": code["ticket"]}
    assert requests.get(f"{box.base}/cgi-bin/showqrcode", params=query, timeout=5).status_code == 200
