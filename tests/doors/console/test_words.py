"""The console's pages on the shop's face and words: previews keep nothing, troubles lose nothing."""

from io import BytesIO

from flask import Flask
from PIL import Image

from app.words.face import load_face
from app.words.models import Words
from app.words.service import list_versions, publish, read_page
from tests.follower_phone import Phone
from tests.staff import Console, open_console


def save(console: Console, **fields: object) -> str:
    data = {"csrf_token": console.token(), "name": "山里茶", "do": "keep"} | fields
    answer = console.client.post("/console/words/", data=data, content_type="multipart/form-data")
    assert answer.status_code in (200, 302, 422)
    return answer.get_data(as_text=True)


def picture() -> tuple[BytesIO, str]:
    file = BytesIO()
    Image.new("RGB", (300, 200), "#345").save(file, "PNG")
    file.seek(0)
    return file, "logo.png"


def test_the_face_is_kept_and_shown_everywhere(app: Flask) -> None:
    console = open_console(app)

    save(console, notice=" 春节 \n 休息 ", is_own_colour="1", colour="#8A3B12", logo=picture())

    with app.app_context():
        face = load_face("Xiaopu")
    assert (face.name, face.notice, face.colour) == ("山里茶", "春节 休息", "#8a3b12")
    assert "· 山里茶</title>" in console.text("/")
    shop = Phone(app)
    assert f"/shop/media/{face.logo}" in shop.get("/shop/").text
    with shop.get(f"/shop/media/{face.logo}") as logo:
        assert logo.mimetype == "image/jpeg"


def test_a_pale_colour_is_refused_and_nothing_typed_is_lost(app: Flask) -> None:
    page = save(open_console(app), notice="今天休息", is_own_colour="1", colour="#ffd54a")

    assert "这个颜色太浅" in page
    assert "今天休息" in page
    with app.app_context():
        assert load_face("Xiaopu").name == "Xiaopu"


def test_a_preview_of_the_face_keeps_nothing(app: Flask) -> None:
    page = save(open_console(app), do="preview", is_own_colour="1", colour="#8a3b12")

    assert 'fill="#8a3b12"' in page
    assert "对比度 7." in page
    with app.app_context():
        assert load_face("Xiaopu").name == "Xiaopu"


def test_what_is_no_picture_is_refused_as_a_logo(app: Flask) -> None:
    page = save(open_console(app), logo=(BytesIO(b"<svg onload=alert(1)>"), "logo.png"))

    assert "无法识别这张图片" in page


def test_a_preview_shows_the_text_and_publishing_keeps_it(app: Flask) -> None:
    console = open_console(app)
    fields = {"body": "## 标题\r\n正文 <b>", "seen": "0"}

    preview = console.post("/words/pages/faq", **fields, do="preview")
    with app.app_context():
        assert list_versions(Words.FAQ) == []
    console.post("/words/pages/faq", **fields, do="publish")

    assert "<h4>标题</h4>" in preview.text
    assert "正文 &lt;b&gt;" in preview.text
    with app.app_context():
        row = list_versions(Words.FAQ)[0]
        assert read_page(Words.FAQ, "zh").body == "## 标题\n正文 <b>"
    assert "正文 &lt;b&gt;" in console.text(f"/words/pages/versions/{row.id}")


def test_two_editors_do_not_overwrite_each_other_and_the_second_keeps_his_text(app: Flask) -> None:
    console = open_console(app)
    with app.app_context():
        publish(Words.FAQ, "甲写的", seen=0, actor="staff:2")

    answer = console.post("/words/pages/faq", body="乙写的", seen="0", do="publish")

    assert answer.status_code == 409
    assert "别人刚发布了新的一版" in answer.text
    assert "乙写的" in answer.text
    assert console.get("/words/pages/nonsense").status_code == 404
