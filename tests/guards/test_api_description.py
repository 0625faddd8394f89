"""The description of the app's interface is its routes, no more and no fewer; who may call what is the same in both."""

import re

from flask import Flask
from jsonschema import Draft202012Validator

from api.self_description import read_description

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def routes(app: Flask) -> dict[tuple[str, str], str]:
    """Method and path, as the description writes it → endpoint."""
    return {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)): rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint != "api.find_nothing"
        for method in (rule.methods or set()) & METHODS
    }


def described() -> dict[tuple[str, str], dict[str, object]]:
    return {
        (method.upper(), path): operation
        for path, operations in read_description()["paths"].items()
        for method, operation in operations.items()
    }


def test_every_call_is_described_and_nothing_else(app: Flask) -> None:
    assert sorted(routes(app)) == sorted(described())


def test_the_description_says_who_may_call(app: Flask) -> None:
    operations = described()

    for call, endpoint in routes(app).items():
        guard = "open" if operations[call].get("security") == [] else "customer"
        assert getattr(app.view_functions[endpoint], "guard", None) == guard, call


def test_every_parameter_of_an_address_is_described() -> None:
    for (_, path), operation in described().items():
        named = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}  # type: ignore[attr-defined]
        assert named == set(re.findall(r"\{(\w+)\}", path)), path


def test_every_form_can_be_checked_and_is_used() -> None:
    document = read_description()
    used = set(re.findall(r"#/components/(\w+/\w+)", str(document)))

    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert f"schemas/{name}" in used
    assert used - {f"schemas/{name}" for name in document["components"]["schemas"]} == {"responses/Error"}
