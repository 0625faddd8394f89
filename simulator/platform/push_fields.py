"""Every message and event the platform pushes, with the fields a caller may give and what stands without them."""

from __future__ import annotations

SAMPLE_TEMPLATE = "TeaTplShip000000000000000000000000000000001"
PLACE = {
    "latitude": "24.479834",
    "longitude": "118.089425",
    "scale": "16",
    "label": "福建省厦门市思明区湖滨南路",
}
FROM_ARTICLE = {"msg_data_id": "", "idx": ""}  # only what is written on the page of an article
KEY = {"key": ""}
PICTURES = {"key": "", "pictures": "0f343b0931126a20f133d67c2b018a3b"}  # one or more, with commas
SCAN = {"key": "", "scan_type": "qrcode", "scan_result": ""}
EXPIRES = {"expired_time": ""}
FAILS = {"fail_time": "", "fail_reason": "资料不符"}
PERSON = {"unionid": "", "revoke_info": ""}

MESSAGES: dict[str, dict[str, str]] = {
    "text": {"content": "茶", "bizmsgmenuid": "", **FROM_ARTICLE},
    "image": {"media_id": "", "pic_url": "", **FROM_ARTICLE},
    "voice": {"media_id": "", "format": "amr", "recognition": "", **FROM_ARTICLE},
    "video": {"media_id": "", "thumb_media_id": "", **FROM_ARTICLE},
    "shortvideo": {"media_id": "", "thumb_media_id": "", **FROM_ARTICLE},
    "location": {**PLACE, **FROM_ARTICLE},
    "link": {
        "title": "秋茶上新",
        "description": "铁观音 250g",
        "url": "https://example.com/",
        **FROM_ARTICLE,
    },
    "miniprogrampage": {
        "title": "小程序卡片",
        "appid": "wx0000000000000000",
        "page_path": "pages/index/index",
        "thumb_media_id": "",
    },
}

EVENTS: dict[str, dict[str, str]] = {
    "subscribe": {"scene": "", "ticket": ""},
    "unsubscribe": {},
    "SCAN": {"scene": "shelf-07", "ticket": ""},
    "LOCATION": {"latitude": "24.479834", "longitude": "118.089425", "precision": "65.000000"},
    "CLICK": KEY,
    "VIEW": {"key": "", "menu_id": "0"},
    "view_miniprogram": {"key": "pages/home/index", "menu_id": "0"},
    "scancode_push": SCAN,
    "scancode_waitmsg": SCAN,
    "pic_sysphoto": PICTURES,
    "pic_photo_or_album": PICTURES,
    "pic_weixin": PICTURES,
    "location_select": {
        "key": "",
        "latitude": "24.48",
        "longitude": "118.09",
        "scale": "15",
        "label": "厦门市思明区",
        "poiname": "",
    },
    "MASSSENDJOBFINISH": {
        "msg_id": "1000001625",
        "status": "send success",
        "total": "100",
        "filtered": "80",
        "sent": "75",
        "errors": "5",
        "article_url": "",
    },
    "TEMPLATESENDJOBFINISH": {"msg_id": "3301552871093456896", "status": "success"},
    "PUBLISHJOBFINISH": {
        "publish_id": "100000001",
        "publish_status": "0",
        "article_id": "",
        "article_url": "",
        "fail_idx": "1",
    },
    "FREEPUBLISHJOBFINISH": {
        "publish_id": "100000001",
        "publish_status": "0",
        "article_id": "",
        "article_url": "",
        "fail_idx": "1",
    },
    "subscribe_msg_popup_event": {"template_id": SAMPLE_TEMPLATE, "status": "accept", "popup_scene": "1"},
    "subscribe_msg_change_event": {"template_id": SAMPLE_TEMPLATE, "status": "reject"},
    "subscribe_msg_sent_event": {
        "template_id": SAMPLE_TEMPLATE,
        "msg_id": "1864323726461255681",
        "error_code": "0",
        "error_status": "success",
    },
    "user_info_modified": PERSON,
    "user_authorization_revoke": {**PERSON, "revoke_info": "205"},
    "user_authorization_cancellation": {"unionid": ""},
    "kf_create_session": {"kf_account": "xiaoli@xiaopu"},
    "kf_close_session": {"kf_account": "xiaoli@xiaopu", "close_type": ""},
    "kf_switch_session": {"kf_account": "xiaoli@xiaopu", "to_kf_account": "xiaowang@xiaopu"},
    "qualification_verify_success": EXPIRES,
    "qualification_verify_fail": FAILS,
    "naming_verify_success": EXPIRES,
    "naming_verify_fail": FAILS,
    "annual_renew": EXPIRES,
    "verify_expired": EXPIRES,
}

CHOICES: dict[str, tuple[str, ...]] = {  # what the lab offers for a field, by `kind.field` or by the field
    "voice.format": ("amr", "speex"),
    "scan_type": ("qrcode", "barcode"),
    "MASSSENDJOBFINISH.status": ("send success", "send fail", "err(10001)", "err(30003)", "err(40001)"),
    "TEMPLATESENDJOBFINISH.status": ("success", "failed:user block", "failed: system failed"),
    "publish_status": ("0", "1", "2", "3", "4", "5", "6"),
    "subscribe_msg_popup_event.status": ("accept", "reject"),
    "popup_scene": ("0", "1", "2"),
    "user_authorization_revoke.revoke_info": ("201", "202", "203", "204", "205", "206", "207", "1"),
}
FIELDS = {**MESSAGES, **EVENTS}


def catalogue() -> dict[str, list[dict[str, object]]]:
    """For the lab: the fields of each kind in their order."""
    return {
        kind: [
            {
                "name": name,
                "value": value,
                "choices": list(CHOICES.get(f"{kind}.{name}", CHOICES.get(name, ()))),
            }
            for name, value in fields.items()
        ]
        for kind, fields in FIELDS.items()
    }
