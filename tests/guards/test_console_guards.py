"""Every address of the console is guarded, every form needs its token, every page has its headers."""

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

import console as console_package
from console.door import PUBLIC
from tests.staff import Console, make_hashes_quick, open_console

FOLDER = Path(console_package.__file__).parent
SAMPLES = {"order_no": "20261121", "file": "tea.jpg", "filename": "console.css"}  # of all others: 1


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_hashes_quick(monkeypatch)


def rules_of(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/console")]


def address_of(rule: Rule) -> str:
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: SAMPLES.get(found[1], "1"), rule.rule)


def test_every_console_address_hangs_on_the_guarded_door(app: Flask) -> None:
    rules = rules_of(app)

    assert len(rules) > 12
    assert [rule.endpoint for rule in rules if not rule.endpoint.startswith("console.")] == []


def test_what_is_public_exists_and_is_no_more_than_this(app: Flask) -> None:
    assert {
        "console.static",
        "console.login.form",
        "console.login.submit",
        "console.login.code_form",
        "console.login.submit_code",
        "console.languages.choose",
    } == PUBLIC
    assert {rule.endpoint for rule in rules_of(app)} >= PUBLIC


def test_without_login_every_page_leads_to_the_login(app: Flask) -> None:
    stranger = Console(app).client
    for rule in rules_of(app):
        if "GET" not in (rule.methods or ()) or rule.endpoint in PUBLIC:
            continue
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = stranger.open(address_of(rule), method=method, buffered=True)
            if method == "GET":
                assert answer.status_code == 302, rule
                assert answer.location.startswith("/console/login"), rule
            else:
                assert answer.status_code == 401, (rule, method)


def test_without_login_no_form_is_taken_even_with_a_token(app: Flask) -> None:
    stranger = Console(app)
    tried = 0
    for rule in rules_of(app):
        if "POST" in (rule.methods or ()) and rule.endpoint not in PUBLIC:
            tried += 1
            answer = stranger.post(address_of(rule).removeprefix("/console"))
            assert answer.status_code == 401, rule
    assert tried >= 5


def test_no_form_is_taken_without_its_token(app: Flask) -> None:
    console = open_console(app)
    tried = 0
    for rule in rules_of(app):
        if "POST" in (rule.methods or ()):
            tried += 1
            assert console.client.post(address_of(rule)).status_code == 400, rule
            assert console.client.post(address_of(rule), data={"csrf_token": "x"}).status_code == 400, rule
    assert tried >= 7


def test_a_token_of_another_session_is_refused(app: Flask) -> None:
    console, other = open_console(app), open_console(app)

    assert console.post("/logout", csrf_token=other.token()).status_code == 400
    assert console.is_in()


def test_a_form_may_lie_open_as_long_as_the_session(app: Flask) -> None:
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None


def test_nothing_is_changed_by_opening_an_address(app: Flask) -> None:
    changing = {"ship", "mark_shipped", "show_address", "close", "change", "end_others", "leave", "choose"}
    for rule in rules_of(app):
        if rule.endpoint.rpartition(".")[2] in changing:
            assert "GET" not in (rule.methods or ()), rule


def test_every_answer_has_the_headers(app: Flask) -> None:
    console, stranger = open_console(app), Console(app)
    paths = ["/", "/orders/", "/products/", "/alerts/", "/account/", "/nowhere", "/static/console.css"]
    answers = [console.get(path) for path in paths]
    answers += [stranger.get("/login"), stranger.get("/"), stranger.client.post("/console/login")]

    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_no_page_is_kept_by_a_cache(app: Flask) -> None:
    console = open_console(app)
    for path in ("/", "/orders/", "/account/", "/login", "/nowhere"):
        assert console.get(path).headers["Cache-Control"] == "no-store", path


def test_templates_have_no_script_and_style_of_their_own() -> None:
    for template in (FOLDER / "templates").rglob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\|\s*safe\b", text), template
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), template


def test_every_form_that_posts_carries_its_token() -> None:
    forms = 0
    for template in (FOLDER / "templates").rglob("*.html"):
        for form in re.findall(r'<form[^>]*method="post".*?</form>', template.read_text("utf-8"), re.S):
            forms += 1
            assert "m.csrf()" in form, template
    assert forms >= 7


def test_no_template_shows_a_chinese_word_that_cannot_be_translated() -> None:
    for template in (FOLDER / "templates").rglob("*.html"):
        text = re.sub(r"\{#.*?#\}|(?:_|counted)\('[^']*'", "", template.read_text("utf-8"), flags=re.S)
        left = re.findall(r"[\u4e00-\u9fff]+", text)
        assert set(left) <= {"中文", "语言"}, (template, left)


def test_doors_write_no_queries() -> None:
    for source in FOLDER.rglob("*.py"):
        text = source.read_text("utf-8")
        assert "sqlalchemy" not in text, source
        assert "db.session" not in text, source
        assert "transaction()" not in text, source
