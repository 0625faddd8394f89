"""The XML fields of every message and event the platform pushes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.platform.push_fields import EVENTS, FIELDS, MESSAGES
from simulator.platform.xml import Plain

MESSAGE_KINDS, EVENT_KINDS = tuple(MESSAGES), tuple(EVENTS)
KINDS = (*MESSAGE_KINDS, *EVENT_KINDS)
SCAN_EVENTS = ("scancode_push", "scancode_waitmsg")
PICTURE_EVENTS = ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
Given = dict[str, Any]


def own_fields(kind: str, given: Given) -> dict[str, Any]:
    """What a message or event has besides the common head; samples fill what is not given.

    Raises: KeyError for an unknown kind, ValueError for a number that is none.
    """
    filled = {**FIELDS[kind], **{name: value for name, value in given.items() if value not in ("", None)}}
    return _MAKERS[kind](filled)


def _text(given: Given) -> dict[str, Any]:
    chosen = {"bizmsgmenuid": Plain(given["bizmsgmenuid"])} if given["bizmsgmenuid"] else {}
    return {"Content": str(given["content"]), **chosen, **_article(given)}


def _image(given: Given) -> dict[str, Any]:
    return {"PicUrl": str(given["pic_url"]), "MediaId": str(given["media_id"]), **_article(given)}


def _voice(given: Given) -> dict[str, Any]:
    return {
        "MediaId": str(given["media_id"]),
        "Format": str(given["format"]),
        "MediaId16K": str(given.get("media_id_16k") or given["media_id"]),
        "Recognition": str(given["recognition"]),
        **_article(given),
    }


def _video(given: Given) -> dict[str, Any]:
    return {
        "MediaId": str(given["media_id"]),
        "ThumbMediaId": str(given["thumb_media_id"]),
        **_article(given),
    }


def _location(given: Given) -> dict[str, Any]:
    return {
        "Location_X": Plain(given["latitude"]),
        "Location_Y": Plain(given["longitude"]),
        "Scale": Plain(given["scale"]),
        "Label": str(given["label"]),
        **_article(given),
    }


def _link(given: Given) -> dict[str, Any]:
    texts = {"Title": given["title"], "Description": given["description"], "Url": given["url"]}
    return {**{name: str(text) for name, text in texts.items()}, **_article(given)}


def _mini_program_card(given: Given) -> dict[str, Any]:
    return {
        "Title": str(given["title"]),
        "AppId": str(given["appid"]),
        "PagePath": str(given["page_path"]),
        "ThumbUrl": str(given.get("thumb_url", "")),
        "ThumbMediaId": str(given["thumb_media_id"]),
    }


def _article(given: Given) -> dict[str, Any]:
    if not given["msg_data_id"]:
        return {}
    return {"MsgDataId": int(given["msg_data_id"]), "Idx": int(given["idx"] or 1)}


def _subscribe(given: Given) -> dict[str, Any]:
    key = f"qrscene_{given['scene']}" if given["scene"] else ""
    return {"EventKey": key, "Ticket": str(given["ticket"]) or None}


def _scan(given: Given) -> dict[str, Any]:
    return {"EventKey": str(given["scene"]), "Ticket": str(given["ticket"])}


def _position(given: Given) -> dict[str, Any]:
    names = ("Latitude", "Longitude", "Precision")
    return {name: Plain(given[name.lower()]) for name in names}


def _click(given: Given) -> dict[str, Any]:
    return {"EventKey": str(given["key"])}


def _view(given: Given) -> dict[str, Any]:
    return {"EventKey": str(given["key"]), "MenuId": Plain(given["menu_id"])}


def _scan_code(given: Given) -> dict[str, Any]:
    scan = {"ScanType": str(given["scan_type"]), "ScanResult": str(given["scan_result"])}
    return {"EventKey": str(given["key"]), "ScanCodeInfo": scan}


def _pictures(given: Given) -> dict[str, Any]:
    sums = given["pictures"]
    sums = sums if isinstance(sums, list) else [one.strip() for one in str(sums).split(",")]
    items = [{"PicMd5Sum": str(one)} for one in sums if one]
    return {"EventKey": str(given["key"]), "SendPicsInfo": {"Count": len(items), "PicList": {"item": items}}}


def _place(given: Given) -> dict[str, Any]:
    info = {
        "Location_X": str(given["latitude"]),
        "Location_Y": str(given["longitude"]),
        "Scale": str(given["scale"]),
        "Label": str(given["label"]),
        "Poiname": str(given["poiname"]),
    }
    return {"EventKey": str(given["key"]), "SendLocationInfo": info}


def _broadcast(given: Given) -> dict[str, Any]:
    numbers = {"TotalCount": "total", "FilterCount": "filtered", "SentCount": "sent", "ErrorCount": "errors"}
    checked = {
        "UserDeclareState": 0,
        "AuditState": 0,
        "OriginalArticleUrl": "",
        "OriginalArticleType": 0,
        "CanReprint": 0,
        "NeedReplaceContent": 0,
        "NeedShowReprintSource": 0,
    }
    urls = given.get("article_urls") or ([given["article_url"]] if given["article_url"] else [])
    pages = [{"ArticleIdx": place, "ArticleUrl": str(url)} for place, url in enumerate(urls, 1)]
    articles = [{"ArticleIdx": place, **checked} for place in range(1, int(given.get("articles", 1)) + 1)]
    return {
        "MsgID": Plain(given["msg_id"]),
        "Status": str(given["status"]),
        **{name: int(given[field]) for name, field in numbers.items()},
        "CopyrightCheckResult": {
            "Count": len(articles),
            "ResultList": {"item": articles},
            "CheckState": int(bool(articles)),
        },
        "ArticleUrlResult": {"Count": len(pages), "ResultList": {"item": pages}},
    }


def _template_sent(given: Given) -> dict[str, Any]:
    return {"MsgID": Plain(given["msg_id"]), "Status": str(given["status"])}


def _published(given: Given) -> dict[str, Any]:
    status = int(given["publish_status"])
    info: dict[str, Any] = {"publish_id": Plain(given["publish_id"]), "publish_status": status}
    if status == 0:
        urls = given.get("article_urls") or [given["article_url"] or "https://mp.weixin.qq.com/s/tea0001"]
        items = [{"idx": place, "article_url": str(url)} for place, url in enumerate(urls, 1)]
        detail = {"count": len(items), "item": items}
        info |= {"article_id": str(given["article_id"] or "tEaArticle_0001"), "article_detail": detail}
    elif status in (2, 3, 4):
        info["fail_idx"] = [int(place) for place in str(given["fail_idx"]).split(",")]
    return {"PublishEventInfo": info}


def _subscription(name: str) -> Callable[[Given], dict[str, Any]]:
    """Several templates stand with commas; the answers then, too, or one for all."""

    def make(given: Given) -> dict[str, Any]:
        templates = str(given["template_id"]).split(",")
        answers = str(given.get("status", "")).split(",")
        rows: list[dict[str, Any]] = []
        for place, template in enumerate(templates):
            row: dict[str, Any] = {"TemplateId": template.strip()}
            if name == "SubscribeMsgSentEvent":
                row |= {"MsgID": Plain(given["msg_id"]), "ErrorCode": int(given["error_code"])}
                row["ErrorStatus"] = str(given["error_status"])
            else:
                row["SubscribeStatusString"] = answers[min(place, len(answers) - 1)].strip()
            if name == "SubscribeMsgPopupEvent":
                row["PopupScene"] = int(given["popup_scene"])
            rows.append(row)
        return {name: {"List": rows}}

    return make


def _authorization(given: Given) -> dict[str, Any]:
    return {
        "OpenID": str(given["openid"]),
        "UnionID": str(given["unionid"]) or None,
        "AppID": str(given["appid"]),
        "RevokeInfo": str(given["revoke_info"]) if "revoke_info" in given else None,
    }


def _agent(given: Given) -> dict[str, Any]:
    return {"KfAccount": str(given["kf_account"]), "CloseType": str(given.get("close_type", "")) or None}


def _agents(given: Given) -> dict[str, Any]:
    return {"FromKfAccount": str(given["kf_account"]), "ToKfAccount": str(given["to_kf_account"])}


def _verified(given: Given) -> dict[str, Any]:
    return {"ExpiredTime": int(given["expired_time"] or given["now"])}


def _not_verified(given: Given) -> dict[str, Any]:
    return {"FailTime": int(given["fail_time"] or given["now"]), "FailReason": str(given["fail_reason"])}


_MAKERS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
    "miniprogrampage": _mini_program_card,
    "subscribe": _subscribe,
    "unsubscribe": lambda given: {"EventKey": ""},
    "SCAN": _scan,
    "LOCATION": _position,
    "CLICK": _click,
    "VIEW": _view,
    "view_miniprogram": _view,
    **dict.fromkeys(SCAN_EVENTS, _scan_code),
    **dict.fromkeys(PICTURE_EVENTS, _pictures),
    "location_select": _place,
    "MASSSENDJOBFINISH": _broadcast,
    "TEMPLATESENDJOBFINISH": _template_sent,
    "PUBLISHJOBFINISH": _published,
    "FREEPUBLISHJOBFINISH": _published,
    "subscribe_msg_popup_event": _subscription("SubscribeMsgPopupEvent"),
    "subscribe_msg_change_event": _subscription("SubscribeMsgChangeEvent"),
    "subscribe_msg_sent_event": _subscription("SubscribeMsgSentEvent"),
    "user_info_modified": _authorization,
    "user_authorization_revoke": _authorization,
    "user_authorization_cancellation": _authorization,
    "kf_create_session": _agent,
    "kf_close_session": _agent,
    "kf_switch_session": _agents,
    **dict.fromkeys(
        ("qualification_verify_success", "naming_verify_success", "annual_renew", "verify_expired"), _verified
    ),
    **dict.fromkeys(("qualification_verify_fail", "naming_verify_fail"), _not_verified),
}
