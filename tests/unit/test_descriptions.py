"""Descriptions: what acts is gone, what is text stays, and cleaning twice changes nothing."""

import pytest

from app.catalog.descriptions import clean, show

PICTURE = "p-" + "0" * 32 + ".jpg"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("<p> <br></p>", ""),
        ("一行\n\n两行", "<p>一行</p><p>两行</p>"),
        ("水温 < 80°", "<p>水温 &lt; 80°</p>"),
        ("<script>alert(1)</script><p onclick='x()'>茶</p>", "<p>茶</p>"),
        ("<p style='position:fixed' class='dialog'>茶</p>", "<p>茶</p>"),
        (
            "<svg><a href='x'>画</a></svg><p><a href='javascript:x()'>茶</a></p>",
            '<p><a rel="noopener nofollow">茶</a></p>',
        ),
        ("<p><img src='https://spy.example/1.gif'>茶</p>", '<p><img loading="lazy">茶</p>'),
        (
            f"<p><img src='/console/media/{PICTURE}' onerror='x()'></p>",
            f'<p><img src="/shop/media/{PICTURE}" loading="lazy"></p>',
        ),
        ("<iframe src='//x'></iframe><form><input name=q></form>茶", "<p>茶</p>"),
        ("<h3>冲泡</h3><ul><li>三克</li></ul>", "<h3>冲泡</h3><ul><li>三克</li></ul>"),
    ],
)
def test_only_text_and_our_pictures_stay(given: str, kept: str) -> None:
    assert clean(given) == kept
    assert clean(kept) == kept
    assert show(kept) == kept


def test_text_that_was_kept_before_there_was_formatting_is_shown_as_text() -> None:
    assert show("第一泡\n<b>不是</b>粗体") == "<p>第一泡</p><p>&lt;b&gt;不是&lt;/b&gt;粗体</p>"
