"""A push as it may be shown."""

from app.conversations.redaction import redact_payload, redact_words

TEXT = (
    "<xml><ToUserName><![CDATA[gh_1a2b3c4d5e6f]]></ToUserName>"
    "<FromUserName><![CDATA[oTeaShop_0000000000000000001]]></FromUserName>"
    "<CreateTime>1795219260</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[寄到湖滨南路88号301室，电话 13812345678]]></Content>"
    "<MsgId>25140096871234568</MsgId></xml>"
)
PLACE = (
    "<xml><FromUserName><![CDATA[oTeaShop_0000000000000000001]]></FromUserName>"
    "<Location_X>24.479834</Location_X><Location_Y>118.089425</Location_Y>"
    "<Label><![CDATA[福建省厦门市思明区湖滨南路]]></Label><Ticket><![CDATA[gQTeaTicket0001==]]></Ticket>"
    "<MediaId><![CDATA[tEaMedia_image_0001]]></MediaId></xml>"
)


def test_who_wrote_and_how_to_reach_him_is_masked() -> None:
    shown = redact_payload(TEXT)

    assert "oTea…0001" in shown
    assert "138****5678" in shown
    for secret in ("oTeaShop_0000000000000000001", "13812345678", "88号", "301室"):
        assert secret not in shown
    assert "<MsgId>25140096871234568</MsgId>" in shown  # a number, but nobody's


def test_places_tickets_and_files_are_masked() -> None:
    shown = redact_payload(PLACE)

    for secret in ("24.479834", "118.089425", "湖滨南路", "gQTeaTicket0001", "tEaMedia_image_0001"):
        assert secret not in shown
    assert "<Location_X>***</Location_X>" in shown


def test_each_element_stands_on_its_own_line() -> None:
    assert len(redact_payload(TEXT).splitlines()) == 8


def test_what_is_no_xml_is_masked_all_the_same() -> None:
    assert redact_payload("<xml><FromUserName>oTeaShop_0000000000000000001</FromUserName> 13812345678") == (
        "<xml>\n<FromUserName>oTea…0001</FromUserName> 138****5678"
    )
    assert redact_words("没有号码") == "没有号码"
