"""The XML fields of every message and event the platform pushes."""

from __future__ import annotations

from typing import Any

from simulator.platform.xml import Plain

MESSAGE_KINDS = ("text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage")
SCAN_EVENTS = ("scancode_push", "scancode_waitmsg")
PICTURE_EVENTS = ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
VERIFY_GOOD = ("qualification_verify_success", "naming_verify_success", "annual_renew", "verify_expired")
VERIFY_BAD = ("qualification_verify_fail", "naming_verify_fail")
AUTHORIZATION = ("user_info_modified", "user_authorization_revoke", "user_authorization_cancellation")
SUBSCRIBE_MESSAGES = ("subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event")
EVENT_KINDS = (
    *("subscribe", "unsubscribe", "SCAN", "LOCATION", "CLICK", "VIEW", "view_miniprogram"),
    *SCAN_EVENTS,
    *PICTURE_EVENTS,
    "location_select",
    *("MASSSENDJOBFINISH", "TEMPLATESENDJOBFINISH", "PUBLISHJOBFINISH"),
    *SUBSCRIBE_MESSAGES,
    *AUTHORIZATION,
    *("kf_create_session", "kf_close_session", "kf_switch_session"),
    *VERIFY_GOOD,
    *VERIFY_BAD,
)
KINDS = (*MESSAGE_KINDS, *EVENT_KINDS)
SAMPLE_MEDIA = "tEaMedia_sample_0001"


def message_fields(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """The own fields of an ordinary message. Raises: KeyError for an unknown kind."""
    own: dict[str, Any] = {
        "text": lambda: {"Content": str(given.get("content", ""))},
        "image": lambda: {
            "PicUrl": str(given.get("pic_url", "http://mmbiz.qpic.cn/mmbiz_jpg/sample/0")),
            "MediaId": _media(given),
        },
        "voice": lambda: {
            "MediaId": _media(given),
            "Format": str(given.get("format", "amr")),
            "MediaId16K": _media(given) + "_16k",
            "Recognition": str(given.get("recognition", "")),
        },
        "video": lambda: {"MediaId": _media(given), "ThumbMediaId": _media(given) + "_thumb"},
        "shortvideo": lambda: {"MediaId": _media(given), "ThumbMediaId": _media(given) + "_thumb"},
        "location": lambda: {
            "Location_X": Plain(given.get("latitude", "24.479834")),
            "Location_Y": Plain(given.get("longitude", "118.089425")),
            "Scale": Plain(given.get("scale", "16")),
            "Label": str(given.get("label", "福建省厦门市思明区湖滨南路")),
        },
        "link": lambda: {
            "Title": str(given.get("title", "秋茶上新")),
            "Description": str(given.get("description", "铁观音 250g")),
            "Url": str(given.get("url", "https://example.com/")),
        },
        "miniprogrampage": lambda: {
            "Title": str(given.get("title", "小程序卡片")),
            "AppId": str(given.get("appid", "wx0000000000000000")),
            "PagePath": str(given.get("page_path", "pages/index/index")),
            "ThumbUrl": str(given.get("thumb_url", "http://mmbiz.qpic.cn/mmbiz_jpg/thumb/0")),
            "ThumbMediaId": _media(given) + "_thumb",
        },
    }[kind]()
    if kind == "text" and given.get("bizmsgmenuid"):
        own["bizmsgmenuid"] = Plain(given["bizmsgmenuid"])
    return own


def event_fields(kind: str, given: dict[str, Any], appid: str) -> dict[str, Any]:
    """The own fields of an event; samples fill what is not given. Raises: KeyError for an unknown kind."""
    if kind in SCAN_EVENTS:
        scan = {
            "ScanType": str(given.get("scan_type", "qrcode")),
            "ScanResult": str(given.get("scan_result", "")),
        }
        return {"EventKey": _key(given), "ScanCodeInfo": scan}
    if kind in PICTURE_EVENTS:
        items = [{"PicMd5Sum": md5} for md5 in given.get("pictures", ["0f343b0931126a20f133d67c2b018a3b"])]
        return {"EventKey": _key(given), "SendPicsInfo": {"Count": len(items), "PicList": {"item": items}}}
    if kind in SUBSCRIBE_MESSAGES:
        return _subscribe_message_fields(kind, given)
    if kind in AUTHORIZATION:
        revoked = None if kind.endswith("cancellation") else str(given.get("revoke_info", "205"))
        return {"OpenID": str(given.get("openid", "")), "AppID": appid, "RevokeInfo": revoked}
    if kind in VERIFY_GOOD:
        return {"ExpiredTime": int(given.get("expired_time", 1795219200))}
    if kind in VERIFY_BAD:
        return {
            "FailTime": int(given.get("fail_time", 1795219200)),
            "FailReason": str(given.get("fail_reason", "资料不符")),
        }
    return _simple_event_fields(kind, given)


def _simple_event_fields(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    account = str(given.get("kf_account", "xiaoli@shop"))
    simple: dict[str, Any] = {
        "subscribe": lambda: {
            "EventKey": f"qrscene_{given['scene']}" if given.get("scene") else "",
            "Ticket": given.get("ticket") or None,
        },
        "unsubscribe": lambda: {"EventKey": ""},
        "SCAN": lambda: {"EventKey": str(given.get("scene", "")), "Ticket": str(given.get("ticket", ""))},
        "LOCATION": lambda: {
            "Latitude": Plain(given.get("latitude", "24.479834")),
            "Longitude": Plain(given.get("longitude", "118.089425")),
            "Precision": Plain(given.get("precision", "65.000000")),
        },
        "CLICK": lambda: {"EventKey": _key(given)},
        "VIEW": lambda: {"EventKey": _key(given), "MenuId": Plain(given.get("menu_id", "0"))},
        "view_miniprogram": lambda: {"EventKey": _key(given), "MenuId": Plain(given.get("menu_id", "0"))},
        "location_select": lambda: {
            "EventKey": _key(given),
            "SendLocationInfo": {
                "Location_X": str(given.get("latitude", "24.48")),
                "Location_Y": str(given.get("longitude", "118.09")),
                "Scale": str(given.get("scale", "15")),
                "Label": str(given.get("label", "厦门市思明区")),
                "Poiname": str(given.get("poiname", "")),
            },
        },
        "MASSSENDJOBFINISH": lambda: {
            "MsgID": Plain(given.get("msg_id", "3147483654")),
            "Status": str(given.get("status", "send success")),
            "TotalCount": int(given.get("total", 100)),
            "FilterCount": int(given.get("filtered", 80)),
            "SentCount": int(given.get("sent", 75)),
            "ErrorCount": int(given.get("errors", 5)),
        },
        "TEMPLATESENDJOBFINISH": lambda: {
            "MsgID": Plain(given.get("msg_id", "3301552871093456896")),
            "Status": str(given.get("status", "success")),
        },
        "PUBLISHJOBFINISH": lambda: {
            "PublishEventInfo": {
                "publish_id": Plain(given.get("publish_id", "2247503051")),
                "publish_status": int(given.get("publish_status", 0)),
                "article_id": str(given.get("article_id", "tEaArticle_0001")),
            }
        },
        "kf_create_session": lambda: {"KfAccount": account},
        "kf_close_session": lambda: {"KfAccount": account},
        "kf_switch_session": lambda: {
            "FromKfAccount": account,
            "ToKfAccount": str(given.get("to_kf_account", "xiaowang@shop")),
        },
    }
    fields: dict[str, Any] = simple[kind]()
    return fields


def _subscribe_message_fields(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    template = str(given.get("template_id", "TeaTplShip000000000000000000000000000000001"))
    answer = str(given.get("status", "accept" if "popup" in kind else "reject"))
    if kind == "subscribe_msg_popup_event":
        row = {"TemplateId": template, "SubscribeStatusString": answer, "PopupScene": 1}
        return {"SubscribeMsgPopupEvent": {"List": [row]}}
    if kind == "subscribe_msg_change_event":
        return {
            "SubscribeMsgChangeEvent": {"List": [{"TemplateId": template, "SubscribeStatusString": answer}]}
        }
    row = {
        "TemplateId": template,
        "MsgID": str(given.get("msg_id", "1864323726461255681")),
        "ErrorCode": 0,
        "ErrorStatus": "success",
    }
    return {"SubscribeMsgSentEvent": {"List": [row]}}


def _media(given: dict[str, Any]) -> str:
    return str(given.get("media_id", SAMPLE_MEDIA))


def _key(given: dict[str, Any]) -> str:
    return str(given.get("key", ""))
