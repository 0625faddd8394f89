"""Rules of the house that a reader should be able to rely on."""

import ast
import re
from collections.abc import Iterator

from app.tasks import HANDLERS, LONG_HANDLERS
from console.frame.audit_words import action_label
from console.people.audit_fields import kind_label
from tests.guards.source import calls, nodes, python_files, trees

LONGEST_FILE, LONGEST_FUNCTION = 300, 60
NAMES_A_SUBJECT = ("audit_subject", "_subject", "_name")
BARRED_NAMES = {"utils", "helpers", "misc", "common"}


def test_no_file_is_long() -> None:
    lengths = {str(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}

    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_long() -> None:
    found = [
        f"{path}:{node.name}"
        for path, tree in trees()
        for node in nodes(tree, ast.FunctionDef)
        if (node.end_lineno or 0) - node.lineno > LONGEST_FUNCTION
    ]

    assert found == []


def test_every_file_says_what_lives_in_it() -> None:
    assert [str(path) for path, tree in trees() if not ast.get_docstring(tree)] == []


def test_every_function_is_annotated() -> None:
    found = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in trees()
        for node in nodes(tree, ast.FunctionDef)
        if node.returns is None
    ]

    assert found == []


def test_no_file_is_a_drawer() -> None:
    assert [str(path) for path in python_files() if BARRED_NAMES & {*path.parts, path.stem}] == []


def test_there_is_one_clock() -> None:
    pattern = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(\)")

    found = [str(path) for path in python_files() if pattern.search(path.read_text("utf-8"))]

    assert found == ["app/core/clock.py"]


def test_every_job_that_is_enqueued_has_a_handler() -> None:
    kinds = {_text(call.args[0], tree) for _, tree in trees() for call in calls(tree, "enqueue") if call.args}

    assert kinds
    assert kinds == {*HANDLERS, *LONG_HANDLERS}


def test_doors_write_no_queries_and_open_no_transactions() -> None:
    pattern = re.compile(r"\b(db\.session\.(add|delete|execute|commit)|with transaction\(|select\()")

    found = [
        str(path)
        for path in python_files("handlers", "webviews", "console", "api")
        if pattern.search(path.read_text("utf-8"))
    ]

    assert found == ["api/health.py"]  # whether the database answers is its very question


def test_everything_that_is_recorded_has_a_name_on_the_screens() -> None:
    actions = {
        _text(keyword.value, tree)
        for _, tree in trees()
        for call in calls(tree, "record")
        for keyword in call.keywords
        if keyword.arg == "action"
    }

    assert actions
    assert sorted(str(action) for action in actions if action not in action_label) == []


def test_everything_that_something_was_done_to_has_a_name_on_the_screens() -> None:
    kinds = {
        begin.partition(":")[0]
        for _, tree in trees("app")
        if any(calls(tree, "record"))
        for begin in _subjects(tree)
    }

    assert {"menu", "order", "orders", "shop", "sku", "staff", "words"} <= kinds
    assert sorted(kind for kind in kinds if kind not in kind_label) == []


def _subjects(tree: ast.Module) -> Iterator[str]:
    """How each text begins that is given as a subject, kept as one, or handed out by a function that names one."""
    given = [each.value for call in calls(tree, "record") for each in call.keywords if each.arg == "subject"]
    kept = [
        node.value for node in nodes(tree, ast.Assign) if ast.unparse(node.targets[0]).lower() == "subject"
    ]
    named = [each for each in nodes(tree, ast.FunctionDef) if each.name in NAMES_A_SUBJECT]
    handed_out = [node for each in named for node in ast.walk(each) if isinstance(node, ast.JoinedStr)]
    for node in (*given, *kept, *handed_out):
        first = node.values[0] if isinstance(node, ast.JoinedStr) else node
        if isinstance(first, ast.Constant):
            yield str(first.value)


def _text(node: ast.expr, tree: ast.Module) -> object:
    """A literal, or what the module's constant of this name is."""
    if isinstance(node, ast.Constant):
        return node.value
    constants = {
        target.id: statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    value = constants[ast.unparse(node)]
    return value.value if isinstance(value, ast.Constant) else None
