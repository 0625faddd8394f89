"""Events beyond the everyday ones, as their types; samples written as WeChat writes them."""

from datetime import UTC, datetime

import pytest

from app.wechat.callback import messages as m
from app.wechat.callback.builders import BUILDERS
from app.wechat.callback.flat_xml import parse
from app.wechat.callback.reading import read_push
from tests.pushes import OPENID, OTHER_OPENID, write_event


def inside(event: str, inner: str, **fields: object) -> str:
    """An event with nested elements."""
    return write_event(event, **fields).replace("</xml>", f"{inner}</xml>")


SCAN = (
    "<ScanCodeInfo><ScanType>barcode</ScanType><ScanResult>EAN_13,6901234567892</ScanResult></ScanCodeInfo>"
)
PICTURES = (
    "<SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>0f34</PicMd5Sum></item>"
    "<item><PicMd5Sum>a1b2</PicMd5Sum></item></PicList></SendPicsInfo>"
)
PLACE = (
    "<SendLocationInfo><Location_X>24.48</Location_X><Location_Y>118.09</Location_Y><Scale>15</Scale>"
    "<Label>厦门市思明区</Label><Poiname></Poiname></SendLocationInfo>"
)
POPUP = (
    "<SubscribeMsgPopupEvent><List><TemplateId>ship</TemplateId><SubscribeStatusString>accept"
    "</SubscribeStatusString><PopupScene>1</PopupScene></List><List><TemplateId>refund</TemplateId>"
    "<SubscribeStatusString>reject</SubscribeStatusString><PopupScene>1</PopupScene></List></SubscribeMsgPopupEvent>"
)
CHANGE = (
    "<SubscribeMsgChangeEvent><List><TemplateId>ship</TemplateId><SubscribeStatusString>reject"
    "</SubscribeStatusString></List></SubscribeMsgChangeEvent>"
)
SENT = (
    "<SubscribeMsgSentEvent><List><TemplateId>ship</TemplateId><MsgID>1864323726461255681</MsgID>"
    "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>"
)
PUBLISHED = (
    "<PublishEventInfo><publish_id>100000001</publish_id><publish_status>0</publish_status>"
    "<article_id>tEaArticle_0001</article_id><article_detail><count>1</count><item><idx>1</idx>"
    "<article_url>https://mp.example/s/1</article_url></item></article_detail></PublishEventInfo>"
)
NOT_PUBLISHED = (
    "<PublishEventInfo><publish_id>100000001</publish_id><publish_status>2</publish_status>"
    "<fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo>"
)
COUNTS = {"TotalCount": 1200, "FilterCount": 1180, "SentCount": 1176, "ErrorCount": 4}
ABOUT_OTHER = {"OpenID": OTHER_OPENID, "AppID": "wx5a1b2c3d4e5f6a7b"}

EVENTS = {
    "view_miniprogram": (
        write_event("view_miniprogram", EventKey="pages/home/index", MenuId=460187342),
        m.ViewEvent,
        {"url": "pages/home/index", "menu_id": "460187342"},
    ),
    "scancode_push": (inside("scancode_push", SCAN, EventKey="K"), m.ScanCodeEvent, {"key": "K"}),
    "scancode_waitmsg": (
        inside("scancode_waitmsg", SCAN, EventKey="K"),
        m.ScanCodeEvent,
        {"scan_type": "barcode", "result": "EAN_13,6901234567892"},
    ),
    **{
        kind: (inside(kind, PICTURES, EventKey="P"), m.PictureEvent, {"key": "P", "md5s": ("0f34", "a1b2")})
        for kind in ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
    },
    "location_select": (
        inside("location_select", PLACE, EventKey="L"),
        m.LocationSelectEvent,
        {"key": "L", "latitude": "24.48", "longitude": "118.09", "label": "厦门市思明区"},
    ),
    "masssendjobfinish": (
        write_event("MASSSENDJOBFINISH", MsgID=1000001625, Status="send success", **COUNTS),
        m.MassSentEvent,
        {"msg_id": "1000001625", "status": "send success", "total": 1200, "filtered": 1180}
        | {"sent": 1176, "errors": 4},
    ),
    "templatesendjobfinish": (
        write_event("TEMPLATESENDJOBFINISH", MsgID=3301552871093456896, Status="failed:user block"),
        m.TemplateSentEvent,
        {"msg_id": "3301552871093456896", "status": "failed:user block"},
    ),
    "subscribe_msg_popup_event": (
        inside("subscribe_msg_popup_event", POPUP),
        m.Subscription,
        {"items": (m.SubscriptionItem("ship", "accept"), m.SubscriptionItem("refund", "reject"))},
    ),
    "subscribe_msg_change_event": (
        inside("subscribe_msg_change_event", CHANGE),
        m.Subscription,
        {"items": (m.SubscriptionItem("ship", "reject"),)},
    ),
    "subscribe_msg_sent_event": (
        inside("subscribe_msg_sent_event", SENT),
        m.Subscription,
        {"items": (m.SubscriptionItem("ship", "success", "1864323726461255681"),)},
    ),
    "publishjobfinish": (
        inside("PUBLISHJOBFINISH", PUBLISHED),
        m.PublishEvent,
        {"publish_id": "100000001", "status": "0", "article_id": "tEaArticle_0001"}
        | {"urls": ("https://mp.example/s/1",)},
    ),
    "freepublishjobfinish": (
        inside("FREEPUBLISHJOBFINISH", NOT_PUBLISHED),
        m.PublishEvent,
        {"status": "2", "article_id": "", "urls": ()},
    ),
    "user_info_modified": (
        write_event("user_info_modified", openid="gh_operator", RevokeInfo="205"),
        m.AuthorizationEvent,
        {"subject": "gh_operator", "revoked": "205"},
    ),
    "user_authorization_revoke": (
        write_event("user_authorization_revoke", RevokeInfo="201", **ABOUT_OTHER),
        m.AuthorizationEvent,
        {"subject": OTHER_OPENID, "revoked": "201"},
    ),
    "user_authorization_cancellation": (
        write_event("user_authorization_cancellation", **ABOUT_OTHER),
        m.AuthorizationEvent,
        {"subject": OTHER_OPENID, "revoked": ""},
    ),
    "kf_create_session": (
        write_event("kf_create_session", KfAccount="a@shop"),
        m.KfSessionEvent,
        {"kf_account": "a@shop", "from_account": ""},
    ),
    "kf_close_session": (
        write_event("kf_close_session", KfAccount="a@shop"),
        m.KfSessionEvent,
        {"kf_account": "a@shop"},
    ),
    "kf_switch_session": (
        write_event("kf_switch_session", FromKfAccount="a@shop", ToKfAccount="b@shop"),
        m.KfSessionEvent,
        {"kf_account": "b@shop", "from_account": "a@shop"},
    ),
    **{
        kind: (
            write_event(kind, ExpiredTime=1795219200),
            m.VerificationEvent,
            {"expires_at": datetime(2026, 11, 21, tzinfo=UTC), "reason": ""},
        )
        for kind in (
            "qualification_verify_success",
            "naming_verify_success",
            "annual_renew",
            "verify_expired",
        )
    },
    **{
        kind: (
            write_event(kind, FailTime=1795219200, FailReason="资料不符"),
            m.VerificationEvent,
            {"expires_at": None, "reason": "资料不符"},
        )
        for kind in ("qualification_verify_fail", "naming_verify_fail")
    },
}


@pytest.mark.parametrize(("xml", "expected", "values"), EVENTS.values(), ids=EVENTS.keys())
def test_an_event_becomes_its_type(xml: str, expected: type[m.Push], values: dict[str, object]) -> None:
    push = read_push(parse(xml.encode()))

    assert type(push) is expected
    assert {name: getattr(push, name) for name in values} == values


def test_the_samples_and_the_everyday_ones_are_all_there_is() -> None:
    everyday = {"subscribe", "unsubscribe", "scan", "location", "click", "view"}

    assert {f"event:{kind}" for kind in everyday | EVENTS.keys()} == {
        kind for kind in BUILDERS if kind.startswith("event:")
    }


def test_results_of_two_messages_in_one_second_have_two_keys() -> None:
    one = read_push(parse(inside("subscribe_msg_sent_event", SENT).encode()))
    other = read_push(parse(inside("subscribe_msg_sent_event", SENT.replace("1864", "1865")).encode()))

    assert one.dedupe_key != other.dedupe_key


def test_a_count_that_is_none_counts_as_nothing() -> None:
    push = read_push(
        parse(write_event("MASSSENDJOBFINISH", MsgID=1, Status="x", TotalCount="viele").encode())
    )

    assert isinstance(push, m.MassSentEvent)
    assert push.total == 0


def test_who_the_event_is_about_is_whoever_sent_it_when_nobody_is_named() -> None:
    push = read_push(parse(write_event("user_authorization_cancellation").encode()))

    assert isinstance(push, m.AuthorizationEvent)
    assert push.subject == OPENID
