"""Values that may be None: where they are used without a test."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from flake8_fastapi.semantics.code import Code, Source
from flake8_fastapi.semantics.data import unchecked
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project


def code_of(folder: Path, body: str) -> Code:
    source = f"async def f(other):\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    path = folder / "module.py"
    path.write_text(source, encoding="utf-8")
    found = Source(ast.parse(source), str(path), Project(Files(str(folder))).evaluator, False).code("f")
    assert found is not None
    return found


def used(folder: Path, body: str, refuses: bool = False) -> list[str]:
    """The uses of what `find()` gives, as they are written."""
    code = code_of(folder, body)
    call = next(node for node in code.calls() if ast.unparse(node.func) == "find")
    return [ast.unparse(each.around) for each in unchecked.uses(code, call, lambda: refuses)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user.name", ["user.name"]),
        ("user['name']", ["user['name']"]),
        ("user.name = 1", ["user.name"]),
        ("del user['name']", ["user['name']"]),
        ("a, b = user", ["a, b = user"]),
        ("for each in user: pass", ["for each in user:\n    pass"]),
        ("make(**user)", ["make(**user)"]),
        ("make(*user)", ["*user"]),
        ("print({**user})", ["{**user}"]),
        ("setattr(user, 'name', 1)", ["setattr(user, 'name', 1)"]),
        ("len(user)", ["len(user)"]),
        ("getattr(user, 'name', None)", []),
        ("print(user.name, user.id)", ["user.name"]),
        ("print(user)\nuser.name", ["user.name"]),
        ("logger.info('%s', user)\nuser.name", ["user.name"]),
        ("other = f'{user}'\nuser.name", ["user.name"]),
        ("return user", []),
        ("if user is None:\n    raise E\nuser.name", []),
        ("if not user:\n    raise E\nuser.name", []),
        ("if not user:\n    log()\nuser.name", []),
        ("if other:\n    return user.id\nif not user:\n    return\nuser.name", ["user.id"]),
        ("if other:\n    user.id\nelse:\n    user.name", ["user.id", "user.name"]),
        ("if user is None or user.name:\n    pass", []),
        ("if user and user.name:\n    pass", []),
        ("if other:\n    user = 1\nuser.name", ["user.name"]),
        ("user.name if user is not None else 1", []),
        ("check(user)\nuser.name", []),
        ("found = user is not None\nif found:\n    user.name", []),
        ("if user in (None, 1):\n    return\nuser.name", []),
        ("if not all([user, other]):\n    return\nuser.name", []),
        ("assert user\nuser.name", []),
        ("assert isinstance(user, User)\nuser.name", []),
        ("user = user or make()\nuser.name", []),
        ("while user is None:\n    user = make()\nuser.name", []),
        ("for a in b:\n    if not user:\n        continue\n    user.name", []),
        ("match user:\n    case None:\n        return\nuser.name", []),
        ("[user.name for a in b]", ["user.name"]),
        ("[user.name for a in b if user]", []),
        ("try:\n    user.name\nexcept AttributeError:\n    pass", []),
        ("try:\n    user.name\nexcept Exception:\n    return 1", []),
        ("try:\n    user.name\nexcept Unknown:\n    pass", []),
        ("try:\n    user.name\nexcept KeyError:\n    pass", ["user.name"]),
        ("try:\n    user.name\nexcept Exception:\n    raise", ["user.name"]),
        ("try:\n    user.name\nexcept Exception as e:\n    log()\n    raise e", ["user.name"]),
        ("try:\n    user.name\nfinally:\n    pass", ["user.name"]),
        ("try:\n    pass\nexcept Exception:\n    pass\nelse:\n    user.name", ["user.name"]),
        ("def g():\n    return user.name", []),
    ],
)
def test_uses_of_a_variable(text: str, expected: list[str], tmp_path: Path) -> None:
    assert used(tmp_path, f"user = find()\n{text}") == [ast.unparse(ast.parse(text)) for text in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("find().name", ["find().name"]),
        ("(await find()).name", ["(await find()).name"]),
        ("return find()['name']", ["find()['name']"]),
        ("a, b = await find()", ["a, b = await find()"]),
        ("user: User = await find()\nuser.name", ["user.name"]),
        ("if (user := find()) is None:\n    return\nuser.name", []),
        ("if not (user := await find()):\n    return\nuser.name", []),
        ("user = find() or make()\nuser.name", []),
        ("user = other = find()\nuser.name", []),
        ("global user\nuser = find()\nuser.name", []),
        ("return find()", []),
    ],
)
def test_uses(text: str, expected: list[str], tmp_path: Path) -> None:
    assert used(tmp_path, text) == [ast.unparse(ast.parse(text)) for text in expected]


def test_returned_where_none_is_refused(tmp_path: Path) -> None:
    assert used(tmp_path, "user = find()\nreturn user", refuses=True) == ["return user"]
    assert used(tmp_path, "try:\n    return find()\nexcept Exception:\n    return 1", refuses=True) == ["return find()"]
