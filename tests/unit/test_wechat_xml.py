"""The project's one XML reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wechat.callback.flat_xml import MAX_BYTES, XmlRefused, parse, parse_any_form
from app.wechat.callback.usual_form import read_usual_form
from tests.pushes import wrap, write_event, write_message, write_text

DOCTYPE = '<!DOCTYPE xml [<!ENTITY a "b">]>'
BOMB = (
    '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]><xml><Content>&j;</Content></xml>"
)

HOSTILE = {
    "empty": b"",
    "not xml": b"hello",
    "json": b'{"xml": 1}',
    "cut off": b"<xml><Content>x</Content>",
    "two roots": b"<xml></xml><xml></xml>",
    "another root": b"<html></html>",
    "doctype": f"{DOCTYPE}<xml><Content>x</Content></xml>".encode(),
    "doctype without a subset": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml></xml>',
    "external entity": b'<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><A>&e;</A></xml>',
    "parameter entity": b'<!DOCTYPE xml [<!ENTITY % e SYSTEM "http://127.0.0.1:1/">%e;]><xml></xml>',
    "billion laughs": BOMB.encode(),
    "undefined entity": b"<xml><A>&nothing;</A></xml>",
    "deep nesting": b"<xml>" + b"<a>" * 200_000,
    "nine levels": b"<xml>" + b"<a>" * 8 + b"</a>" * 8 + b"</xml>",
    "too many elements": b"<xml>" + b"<a></a>" * 1000 + b"</xml>",
    "too large": b"<xml><A>" + b"x" * MAX_BYTES + b"</A></xml>",
    "gbk": "<?xml version='1.0' encoding='gbk'?><xml><A>茶</A></xml>".encode("gbk"),
    "says gbk": "<?xml version='1.0' encoding='gbk'?><xml><A>茶</A></xml>".encode(),
    "utf-16": "<xml><A>茶</A></xml>".encode("utf-16"),
    "utf-7": b"<?xml version='1.0' encoding='utf-7'?><xml></xml>",
    "broken utf-8": b"<xml><A>\xe8\x8c</A></xml>",
    "overlong utf-8": b"<xml><A>\xc0\xbc</A></xml>",
    "nul": b"<xml><A>a\x00b</A></xml>",
    "escaped nul": b"<xml><A>&#0;</A></xml>",
    "control character": b"<xml><A>\x08</A></xml>",
    "attribute": b'<xml a="1"><A>x</A></xml>',
    "processing instruction": b"<?evil do?><xml></xml>",
    "cdata end in text": b"<xml><A>]]></A></xml>",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_document_is_refused(body: bytes) -> None:
    with pytest.raises(XmlRefused):
        parse(body)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_refusal_repeats_nothing_of_the_document(body: bytes) -> None:
    with pytest.raises(XmlRefused) as refusal:
        parse(body)

    assert len(str(refusal.value)) < 60


def test_leaves_are_found_by_their_path() -> None:
    fields = parse(
        b"<xml><A>1</A><B><C>2</C><D><E>3</E></D></B><List><T>x</T></List><List><T>y</T></List><F/></xml>"
    )

    assert fields == {"A": ("1",), "B/C": ("2",), "B/D/E": ("3",), "List/T": ("x", "y"), "F": ("",)}


def test_text_is_put_together_from_its_pieces() -> None:
    body = "<xml><A>一<![CDATA[<二>]]>&amp;<!-- x -->三&#33;</A></xml>".encode()

    assert parse(body)["A"] == ("一<二>&三!",)


def test_blanks_between_elements_are_no_text() -> None:
    assert parse(b"<xml>\n  <A>\n </A>\n  <B><C>x</C> </B>\n</xml>") == {"A": ("\n ",), "B/C": ("x",)}


@given(st.binary(max_size=300))
def test_any_bytes_are_either_read_or_refused(body: bytes) -> None:
    try:
        parse(body)
    except XmlRefused:
        return


@given(st.text(alphabet="<>/!?[]&;#x'\"=- aAxmlDOCTYPENIT%CDATA茶\x00\n", max_size=120))
def test_anything_that_looks_like_xml_is_either_read_or_refused(inner: str) -> None:
    try:
        fields = parse(f"<xml>{inner}</xml>".encode())
    except XmlRefused:
        return
    assert all(isinstance(text, str) for texts in fields.values() for text in texts)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_every_text_comes_back_as_it_was_sent(text: str) -> None:
    escaped = text.replace("]]>", "]]]]><![CDATA[>")
    readable = all(c not in "\ufffe\uffff" for c in text)

    if readable:
        assert parse(f"<xml><A><![CDATA[{escaped}]]></A></xml>".encode())["A"] == (text,)


_MARKUP = (
    "<xml>",
    "</xml>",
    "<A>",
    "</A>",
    "<B>",
    "</B>",
    "<A/>",
    "<![CDATA[",
    "]]>",
    "<!-- -->",
    "<?x?>",
    " a='1'",
)
_TEXTS = ("]]", "]", ">", "<", "&amp;", "&", "茶", "x", "😀", *" \n\r\t\x08\ufffe\uffff\ufeff")
_PIECES = st.sampled_from(_MARKUP + _TEXTS)
_ELEMENTS = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.lists(_PIECES, max_size=4).map("".join), st.booleans()), max_size=5
).map(lambda each: "".join(f"<{n}>{f'<![CDATA[{t}]]>' if c else t}</{n}>" for n, t, c in each))


@given(st.one_of(_ELEMENTS, st.lists(_PIECES, max_size=12).map("".join)))
def test_what_is_read_without_the_parser_is_read_as_the_parser_reads_it(inner: str) -> None:
    for document in (inner, f"<xml>{inner}</xml>", f"\n<xml> {inner}\n</xml> "):
        usual = read_usual_form(document)

        assert usual is None or usual == parse_any_form(document.encode())


@pytest.mark.parametrize(
    "document",
    [
        write_text("你好 ] ]] > < & \n 😀"),
        write_message("image", PicUrl="https://mmbiz.qpic.cn/a?b=1&c=2", MediaId="m"),
        write_event("CLICK", EventKey="K"),
        wrap(write_text("茶")).body.decode(),
    ],
    ids=["text", "picture", "tap", "encrypted"],
)
def test_usual_pushes_need_no_parser(document: str) -> None:
    assert read_usual_form(document) == parse_any_form(document.encode())
