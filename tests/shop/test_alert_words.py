"""Every alert that is raised has words."""

import ast

import pytest
from flask import Flask

from app.alerts.models import Alert
from app.alerts.words import KINDS, say_alert
from app.tasks import HANDLERS, LONG_HANDLERS
from tests.guards.source import calls, trees


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_kind_is_a_sentence_with_its_detail(shop: Flask, kind: str) -> None:
    sentence = say_alert(Alert(kind=kind, ref="XP1", detail="amount"))

    assert kind not in sentence
    assert len(sentence) > 10


def test_every_kind_that_the_shop_raises_is_known() -> None:
    raised = {
        node.value
        for _, tree in trees("app")
        for name in ("_alert", "alert", "enqueue", "raise_alert")
        for call in calls(tree, name)
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "_" in node.value
    } - {*HANDLERS, *LONG_HANDLERS}

    assert {kind for kind in raised if not kind.startswith("mismatch_")} <= set(KINDS)
    assert {"mismatch_notification", "mismatch_query"} <= set(KINDS)
