"""Money is whole fen, and one function alone may call an order paid."""

import ast

import pytest

from tests.guards.source import calls, nodes, trees

NEAR_MONEY = (
    "app/pricing",
    "app/payments",
    "app/orders",
    "app/carts",
    "app/catalog",
    "app/promotions",
    "app/delivery",
    "webviews",
    "console",
)


@pytest.mark.parametrize("folder", NEAR_MONEY)
def test_there_is_no_float_near_money(folder: str) -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in trees(folder)
        if not _is_time(path.name)
        for node in [*nodes(tree, ast.Name), *nodes(tree, ast.Constant)]
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]

    assert found == []


def test_only_settling_calls_an_order_paid() -> None:
    callers = {path.as_posix() for path, tree in trees() for _ in calls(tree, "mark_paid")}

    assert callers == {"app/payments/settle.py"}


def test_only_a_verified_trade_is_settled() -> None:
    callers = {path.as_posix() for path, tree in trees() for _ in calls(tree, "settle")}

    assert callers == {"app/payments/attempts.py", "app/payments/notifications.py"}


def test_only_verified_news_settles_a_refund() -> None:
    settlers = {path.as_posix() for path, tree in trees() for _ in calls(tree, "settle_refund")}
    writers = {path.as_posix() for path, tree in trees() for _ in calls(tree, "note_refunded")}

    refunds = "app/payments/refunds"
    assert settlers == {
        "app/payments/notifications.py",
        f"{refunds}/external.py",
        f"{refunds}/sending.py",
    }
    assert writers == {f"{refunds}/books.py"}


def test_no_state_is_ever_assigned() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in nodes(tree, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
        and target.attr == "state"
        and "notice" not in ast.unparse(target)
    ]

    assert found == []


def test_verification_has_no_switch() -> None:
    switches = (
        "verify=False",
        "skip_verify",
        "CERT_NONE",
        "check_hostname = False",
        "_create_unverified_context",
    )

    found = [
        f"{path}: {word}"
        for path, tree in trees()
        for plain in [ast.unparse(tree)]
        for word in switches
        if word in plain
    ]

    assert found == []


def _is_time(name: str) -> bool:
    """Files in which a float is a number of seconds."""
    return name in ("apiv3_transport.py", "apiv3_keys.py", "apiv3_crypto.py")
