"""What leaves a function: small projects with known answers, and generated functions compared with what they raise."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_fastapi.semantics.errors import exceptions, raised
from flake8_fastapi.semantics.errors.raised import Raised
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import FunctionThing

HEAD = "from fastapi import HTTPException, status\n"


def leaving(folder: Path, modules: Mapping[str, str], name: str = "f") -> tuple[Project, tuple[Raised, ...]]:
    for path, text in modules.items():
        (folder / path).write_text(text, encoding="utf-8")
    main = str(folder / "main.py")
    project = Project(Files.of(main))
    return project, raised.escaping(project.evaluator, FunctionThing(main, name))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("raise HTTPException(404)", "HTTPException 404"),
        ("raise HTTPException(status_code=status.HTTP_409_CONFLICT)", "HTTPException 409"),
        ("raise HTTPException", "HTTPException None"),
        ("raise KeyError('x')", "KeyError None"),
        ("raise Missing()", "Missing 404"),
        ("raise Teapot('x')", "Teapot 418"),
        ("raise Denied(status_code=403)", "Denied 403"),
        ("raise Denied()", "Denied 400"),
        ("raise unknown()", ""),
        ("return HTTPException(404)", ""),
        ("try:\n        raise Missing()\n    except Exception:\n        pass", ""),
        ("try:\n        raise Missing()\n    except:\n        pass", ""),
        ("try:\n        raise Missing()\n    except HTTPException:\n        pass", ""),
        ("try:\n        raise Missing()\n    except unknown():\n        pass", ""),
        ("try:\n        raise Missing()\n    except (KeyError, Missing):\n        pass", ""),
        ("try:\n        raise Missing()\n    except (KeyError, ValueError):\n        pass", "Missing 404"),
        ("try:\n        raise Missing()\n    except HTTPException:\n        raise", "Missing 404"),
        ("try:\n        raise Missing()\n    except HTTPException as e:\n        raise e", "Missing 404"),
        ("try:\n        raise Missing()\n    except Exception as e:\n        raise KeyError from e", "KeyError None"),
        ("try:\n        raise Missing()\n    finally:\n        return 1", ""),
        ("try:\n        pass\n    except KeyError:\n        raise Missing()", "Missing 404"),
        ("try:\n        pass\n    finally:\n        raise Missing()", "Missing 404"),
        ("try:\n        pass\n    except KeyError:\n        pass\n    else:\n        raise Missing()", "Missing 404"),
        ("try:\n        raise KeyError\n    except LookupError:\n        pass", ""),
        ("try:\n        raise KeyError\n    except IndexError:\n        pass", "KeyError None"),
        ("def inner():\n        raise Missing()", ""),
        ("def inner():\n        raise Missing()\n    inner()", "Missing 404"),
        ("helper()", "HTTPException 404"),
        ("later()", ""),
        ("rows()", ""),
        ("quiet()", ""),
        ("Service().find()", "Missing 404"),
        ("a()", "Missing 404"),
    ],
)
def test_known_answers(body: str, wanted: str, tmp_path: Path) -> None:
    classes = (
        "class Missing(HTTPException):\n    def __init__(self):\n        super().__init__(status_code=404)\n"
        "class Teapot(HTTPException):\n    def __init__(self, t):\n        HTTPException.__init__(self, 418, t)\n"
        "class Denied(HTTPException):\n"
        "    def __init__(self, status_code=400):\n        super().__init__(status_code)\n"
    )
    helpers = (
        "def helper():\n    raise HTTPException(404)\n"
        "async def later():\n    raise HTTPException(404)\n"
        "def rows():\n    yield 1\n    raise HTTPException(404)\n"
        "def quiet():\n    try:\n        helper()\n    except HTTPException:\n        return None\n"
        "class Service:\n    def find(self):\n        raise Missing()\n"
        "def a():\n    b()\n"
        "def b():\n    a()\n    raise Missing()\n"
    )
    modules = {
        "errors.py": f"{HEAD}{classes}",
        "helpers.py": f"{HEAD}from errors import *\n{helpers}",
        "main.py": f"{HEAD}from errors import *\nfrom helpers import *\ndef f():\n    {body}\n",
    }
    project, found = leaving(tmp_path, modules)
    assert [f"{each.name} {exceptions.status(project.evaluator, each.thing)}" for each in found] == [
        *filter(None, [wanted])
    ]


def test_awaited_callees_raise(tmp_path: Path) -> None:
    text = f"{HEAD}async def g():\n    raise HTTPException(404)\nasync def f():\n    await g()\n"
    _, found = leaving(tmp_path, {"main.py": text})
    assert [each.via for each in found] == [("g",)]


KINDS = ("ValueError", "KeyError", "LookupError", "Exception")


def block(choice: random.Random, depth: int, indent: str) -> list[str]:
    """A block in which one thing happens: a `raise`, a `try`, or nothing."""
    kind = choice.choice(["raise", "try", "try", "pass"] if depth else ["raise", "pass"])
    if kind != "try":
        return [f"{indent}raise {choice.choice(KINDS)}" if kind == "raise" else f"{indent}pass"]
    lines = [f"{indent}try:", *block(choice, depth - 1, f"{indent}    ")]
    for name in choice.sample(KINDS, choice.randint(1, 2)):
        again = choice.choice(["raise", "pass", f"raise {choice.choice(KINDS)}"])
        lines += [f"{indent}except {name}:", f"{indent}    {again}"]
    if choice.random() < 0.3:
        lines += [f"{indent}finally:", *block(choice, 0, f"{indent}    ")]
    return lines


@pytest.mark.parametrize("seed", range(60))
def test_what_is_raised_is_predicted(seed: int, tmp_path: Path) -> None:
    """What a function really raises is among what may leave it; where nothing may, it raises nothing."""
    choice = random.Random(seed)
    text = "\n".join(["def f():", *block(choice, 3, "    ")])
    _, found = leaving(tmp_path, {"main.py": f"{text}\n"})
    names: dict[str, object] = {}
    exec(text, names)
    try:
        names["f"]()  # type: ignore[operator]
    except Exception as error:
        assert type(error).__name__ in {each.name for each in found}, text
