"""Constants: what is known of a value, and what configuration may put in its place."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.config import constants
from flake8_fastapi.semantics.config.constants import Known
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import Frame
from flake8_fastapi.semantics.values import Evaluator

_OTHER = """
    import os
    from pydantic import Field, SecretStr
    from pydantic_settings import BaseSettings

    NAME = "other"
    LIST = ["a", "b"]
    LIST.append("c")

    class Settings(BaseSettings):
        key: str = "dev"
        wanted: str
        secret: SecretStr = SecretStr("hidden")
        origins: list[str] = Field(default=["*"])
        made: list[str] = Field(default_factory=lambda: ["x"])

        @property
        def url(self) -> str:
            return f"redis://{self.key}"

    class Plain:
        KEY = "plain"

        def __init__(self, given: str) -> None:
            self.given = given
            self.read = os.getenv("X", "y")

    settings = Settings()

    class Declared:
        key: str = "d"

    declared: Declared = unknown()

    def build() -> str:
        return "/".join(["a", NAME])
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('x = "a"', Known("a")),
        ('x = "a" + "b"', Known("ab")),
        ('y = "a"\nx = f"{y}-{1}"', Known("a-1")),
        ('x = "%s:%d" % ("a", 1)', Known("a:1")),
        ('x = "{}-{b}".format("a", b=2)', Known("a-2")),
        ('x = ",".join(("a", "b"))', Known("a,b")),
        ('x = "a,b".split(",")', Known(("a", "b"))),
        ('x = "a b".replace(" ", "-").upper()', Known("A-B")),
        ('x = b"a"', Known(b"a")),
        ('x = "a".encode()', Known("a")),
        ('x = ["a", *("b", "c")]', Known(("a", "b", "c"))),
        ('x = ["a"] + ["b"]', Known(("a", "b"))),
        ('x = ["a"]\nx += ["b"]', Known(("a", "b"))),
        ('x = ["a"]\nx.append("b")\nx.extend(["c"])', Known(("a", "b", "c"))),
        ('x = ["a", "b"][0]', Known("a")),
        ('x = {"k": "v"}["k"]', Known("v")),
        ('import os\nx = os.getenv("X", "dev")', Known("dev", True)),
        ('import os\nx = os.environ.get("X", "a,b").split(",")', Known(("a", "b"), True)),
        ('import os\nx = os.getenv("X") or "dev"', Known("dev", True)),
        ('import os\nx = "pre-" + os.getenv("X", "dev")', Known("pre-dev", True)),
        ('from pydantic import SecretStr\nx = SecretStr("s").get_secret_value()', Known("s")),
        ('from starlette.config import Config\nconfig = Config()\nx = config("X", default="dev")', Known("dev", True)),
        ('from decouple import config\nx = config("X", default="dev")', Known("dev", True)),
        ("from other import NAME\nx = NAME", Known("other")),
        ("import other\nx = other.NAME", Known("other")),
        ("from other import LIST\nx = LIST", Known(("a", "b", "c"))),
        ("from other import settings\nx = settings.key", Known("dev", True)),
        ("from other import settings\nx = settings.secret.get_secret_value()", Known("hidden", True)),
        ("from other import settings\nx = settings.origins", Known(("*",), True)),
        ("from other import settings\nx = settings.made", Known(("x",), True)),
        ("from other import settings\nx = settings.url", Known("redis://dev", True)),
        ('from other import Settings\nx = Settings(key="given").key', Known("given")),
        ("from other import Plain\nx = Plain.KEY", Known("plain")),
        ('from other import Plain\nx = Plain("g").given', Known("g")),
        ('from other import Plain\nx = Plain("g").read', Known("y", True)),
        ("from other import declared\nx = declared.key", Known("d", True)),
        ("from other import build\nx = build()", Known("a/other")),
        ('import random\nx = "a" if random.random() else "a"', Known("a")),
        # Not known.
        ('import random\nx = "a" if random.random() else "b"', None),
        ("import os\nx = os.getenv('X')", None),
        ("import os\nx = os.environ['X']", None),
        ("from other import settings\nx = settings.wanted", None),
        ("from other import Settings\nx = Settings(**values).key", None),
        ("from unknown import NAME\nx = NAME", None),
        ('x = ["a"]\nif debug():\n    x.append("b")', None),
        ('x = ["a", "b"]\nx.remove("a")', None),
        ('x = [y for y in ("a", "*") if y != "*"]', None),
        ('x = "{:>999999999}".format("a")', None),
        ('x = "%999999999d" % 1', None),
        ("x = x + x", None),
        ("x = y\ny = x", None),
    ],
)
def test_known(tmp_path: Path, source: str, expected: Known | None) -> None:
    assert constants.of(*_last(tmp_path, source)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('x = ["a", unknown(), "b"]', (Known("a"), None, Known("b"))),
        ('x = [*unknown(), "*"]', (None, Known("*"))),
        ('x = ["a"]\nif debug():\n    x.append("*")', (Known("a"), None)),
        ('x = unknown() + ["*"]', (None, Known("*"))),
        ('from other import settings\nx = [*settings.origins, "b"]', (Known("*", True), Known("b"))),
        ('x = "text"', None),
    ],
)
def test_items(tmp_path: Path, source: str, expected: constants.Elements | None) -> None:
    assert constants.items(*_last(tmp_path, source)) == expected


def test_sums_of_sums_end(tmp_path: Path) -> None:
    lines = ['a0 = "x" * 9', *(f"a{i + 1} = a{i} + a{i} + 'y'" for i in range(90)), "x = a90"]
    assert constants.of(*_last(tmp_path, "\n".join(lines))) is None


def _last(tmp_path: Path, source: str) -> tuple[Evaluator, facts.Value, Frame]:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\n')
    (tmp_path / "other.py").write_text(dedent(_OTHER))
    path = tmp_path / "main.py"
    path.write_text(source + "\nprint(x)\n")
    project = Project(Files.of(str(path)))
    found = project.facts(str(path))
    assert found is not None
    ((_, site),) = found.mentions["print"]
    call = site.value
    assert isinstance(call, facts.Call)
    return project.evaluator, call.args[0], Frame(str(path))
