"""Somebody scans a scene code: what he is answered, what is counted, and what he buys by it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.conversations.models import Message
from app.conversations.settling import retry, settle_due
from app.core.days import Days
from app.core.db import db, transaction
from app.entrances.models import EntranceKind, SceneCode
from app.entrances.scans import ScanFigures
from app.entrances.scenes import SceneDraft, add_scene, get_scene, new_scene, set_active
from app.entrances.service import find_by_code
from app.followers.service import find
from app.followers.tags import create_tag, tags_of
from app.orders.by_scene_code import figures_by_code
from app.orders.models import Order
from tests.factories import make_order, make_sku
from tests.pushes import OPENID, push, read_fields, write_event


def make_code(**draft: object) -> tuple[int, str]:
    """A code; returns its number and its scene."""
    draft_of_it = SceneDraft("收银台", **draft)  # type: ignore[arg-type]
    code_id = add_scene(draft_of_it, scene=new_scene(), is_permanent=True, actor="staff:1")
    scene = get_scene(code_id).scene
    db.session.rollback()  # what the door writes next shall be seen
    return code_id, scene


def follow_by(scene: str) -> str:
    return write_event("subscribe", EventKey=f"qrscene_{scene}", Ticket="gQTeaTicket0001==")


def scan(scene: str, at: int = 1795219300) -> str:
    return write_event("SCAN", EventKey=scene, Ticket="gQTeaTicket0001==", CreateTime=at)


def scanned(code_id: int) -> ScanFigures:
    db.session.rollback()
    return figures_by_code([code_id], Days.until_today(2))[code_id].scanned


@pytest.mark.parametrize("event", [follow_by, scan])
def test_a_products_code_answers_with_its_card_whose_link_is_counted(
    shop: Flask, client: FlaskClient, event: object
) -> None:
    code_id, scene = make_code(product_slug=make_sku(title="西湖龙井").product.slug)

    fields = read_fields(push(client, event(scene)))  # type: ignore[operator]

    assert "西湖龙井" in fields["Articles/item/Title"]
    entrance = find_by_code(fields["Articles/item/Url"].partition("?e=")[2])
    assert entrance is not None
    assert (entrance.kind, entrance.ref) == (EntranceKind.SCENE, str(code_id))
    order = make_order()
    with transaction() as session:
        values = {"entrance_id": entrance.id, "paid_at": order.created_at}
        session.execute(update(Order).where(Order.id == order.id).values(**values))
    sold = figures_by_code([code_id], Days.until_today(1))[code_id].sold
    assert (sold.orders, sold.paid, sold.revenue_fen) == (1, 1, order.total_fen)


def test_a_code_answers_with_its_own_replies(shop: Flask, client: FlaskClient) -> None:
    _code_id, scene = make_code(replies=({"kind": "text", "text": "欢迎光临收银台"},))

    assert read_fields(push(client, scan(scene)))["Content"] == "欢迎光临收银台"


def test_a_new_follower_by_a_code_without_replies_is_welcomed_as_usual(
    shop: Flask, client: FlaskClient
) -> None:
    _code_id, scene = make_code()

    assert "欢迎" in read_fields(push(client, follow_by(scene)))["Content"]


def test_scans_count_once_however_often_they_are_pushed_and_settled(shop: Flask, client: FlaskClient) -> None:
    code_id, scene = make_code()

    for body in (follow_by(scene), follow_by(scene), scan(scene), scan(scene), scan(scene, 1795219999)):
        push(client, body)
    settle_due()
    for message in db.session.execute(select(Message.id)).all():
        retry(message.id)

    assert scanned(code_id) == ScanFigures(scans=3, follows=1)


def test_a_scan_puts_the_tag_on_unless_the_code_is_off(shop: Flask, client: FlaskClient) -> None:
    tag_id = create_tag("门店")
    code_id, scene = make_code(tag_id=tag_id)
    set_active(code_id, False)
    push(client, follow_by(scene))
    settle_due()
    follower = find(OPENID)
    assert follower is not None
    assert tags_of([follower.id]) == {follower.id: []}

    set_active(code_id, True)
    push(client, scan(scene))
    settle_due()

    assert [tag.name for tag in tags_of([follower.id])[follower.id]] == ["门店"]
    assert scanned(code_id).scans == 2


def test_a_code_that_is_off_answers_as_if_it_were_none(shop: Flask, client: FlaskClient) -> None:
    code_id, scene = make_code(replies=({"kind": "text", "text": "欢迎光临收银台"},))
    set_active(code_id, False)

    assert "欢迎光临收银台" not in read_fields(push(client, follow_by(scene)))["Content"]


def test_a_scene_nobody_here_made_does_no_harm(shop: Flask, client: FlaskClient) -> None:
    assert push(client, scan("123")).status_code == 200
    settle_due()

    assert db.session.scalars(select(SceneCode)).all() == []
