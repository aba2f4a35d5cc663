"""Containment, options, and what flake8 is told: through the checker itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flake8_fastapi import rules
from flake8_fastapi.checker import Checker
from flake8_fastapi.containment import STRICT
from flake8_fastapi.knowledge.limits import Limits
from flake8_fastapi.semantics import project
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.settings import Settings, SettingsError
from flake8_fastapi.visitor import Check, Finding
from harness import lint_source

SOURCE = """\
import time
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
async def read():
    time.sleep(1)
    open("x")
"""


def lines(source: str, filename: str = "stdin") -> list[tuple[int, str]]:
    project.forget()
    found = Checker(ast.parse(source), filename, source.splitlines(True)).run()
    return [(line, text.rpartition("[")[2].rstrip("]")) for line, _, text, _ in found]


def broken(function: Function) -> Iterator[Finding]:
    """A check that fails once it is asked for its first finding."""
    if function.name:
        raise RuntimeError("first line\nsecond line")
    yield Finding(function.position, "")


@pytest.fixture
def with_broken_check(monkeypatch: pytest.MonkeyPatch) -> None:
    check = Check("FAP002", "broken", False, broken)
    monkeypatch.setattr(rules, "registered", lambda: {"broken": check, **dict(registry)})


registry = rules.registry()


@pytest.mark.usefixtures("with_broken_check")
def test_a_crashing_check_costs_only_its_own_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(STRICT)
    assert lines(SOURCE) == [(7, "blocking-call"), (8, "blocking-file-io")]
    said = capsys.readouterr().err
    assert said.startswith("flake8_fastapi: check broken failed on ")
    assert said.count("\n") == 1


@pytest.mark.usefixtures("with_broken_check")
def test_strict_lets_the_crash_through() -> None:
    with pytest.raises(RuntimeError, match="first line"):
        lines(SOURCE)


def test_a_failing_analysis_costs_one_function(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(STRICT)
    original = Function.is_of_interest

    def failing(function: Function) -> bool:
        if function.name == "deep":
            raise RecursionError
        return bool(original.fget(function))  # type: ignore[attr-defined]

    monkeypatch.setattr(Function, "is_of_interest", property(failing))
    deep = '\n@app.get("/deep")\nasync def deep():\n    time.sleep(1)\n'
    assert lines(SOURCE + deep) == [(7, "blocking-call"), (8, "blocking-file-io")]
    assert "deep in " in capsys.readouterr().err


def test_a_neighbours_unsaved_text_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "helper.py").write_text("def load():\n    return 1\n", encoding="utf-8")
    main = "import helper\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    main += "@app.get('/')\nasync def f():\n    helper.load()\n"
    (tmp_path / "main.py").write_text(main, encoding="utf-8")
    assert lines(main, str(tmp_path / "main.py")) == []
    changed = "import time\nfrom fastapi import FastAPI\ndef load():\n    time.sleep(1)\n"
    list(Checker(ast.parse(changed), str(tmp_path / "helper.py"), changed.splitlines(True)).run())
    found = Checker(ast.parse(main), str(tmp_path / "main.py"), main.splitlines(True)).run()
    assert [line for line, *_ in found] == [6]


@pytest.mark.parametrize("name", ["stdin", "-", "(none)"])
def test_a_source_without_a_name_has_no_neighbours(name: str) -> None:
    assert lines("import harness\n" + SOURCE, name) == [(8, "blocking-call"), (9, "blocking-file-io")]


def test_checks_are_switched_by_name(tmp_path: Path) -> None:
    source = SOURCE.replace('open("x")', "import asyncio; asyncio.create_task(f())")
    assert [finding.name for finding in lint_source(source, tmp_path)] == ["blocking-call"]
    assert [finding.name for finding in lint_source(source, tmp_path, "--fastapi-enable=dropped-task")] == [
        "blocking-call",
        "dropped-task",
    ]
    assert [finding.name for finding in lint_source(source, tmp_path, "--fastapi-disable=blocking-call")] == []


@pytest.mark.parametrize(
    ("enable", "blocking", "message"),
    [
        ("blocking-cup", "", "there is no check 'blocking-cup'; did you mean 'blocking-cpu'"),
        ("['blocking-cpu']", "", "is no plain list"),
        ("", "time.sleep", "is not of the form"),
        ("", "a b -> c", "is not of the form"),
    ],
)
def test_options_that_mean_nothing(enable: str, blocking: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("[", r"\[")):
        Settings.parse(enable, "", blocking, rules.registry)


@pytest.mark.parametrize("text", ["", "0", "-1", "five", "1.5", "9999999"])
def test_figures_that_mean_nothing(text: str) -> None:
    with pytest.raises(SettingsError, match=f"--fastapi-session-calls: {text!r} is no figure"):
        Settings.parse("", "", "", rules.registry, limits={"session_calls": text})


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("auth_dependencies", "Depends(get_user)", "--fastapi-auth-dependencies: 'Depends(get_user)' is not a name"),
        ("public_paths", "health", "--fastapi-public-paths: 'health' is not a path"),
        ("public_paths", "/a b", "--fastapi-public-paths: '/a b' is not a path"),
    ],
)
def test_names_and_paths_that_mean_nothing(option: str, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        Settings.parse("", "", "", rules.registry, **{"limits": None, option: text})  # type: ignore[arg-type]


def test_names_and_paths_are_lists() -> None:
    settings = Settings.parse(
        "", "", "", rules.registry, auth_dependencies="auth.need_*,\ncurrent", public_paths="/health, /items/{id}/*"
    )
    assert settings.auth_dependencies == ("auth.need_*", "current")
    assert settings.public_paths == ("/health", "/items/{id}/*")


def test_figures_are_options() -> None:
    limits = {"session_calls": " 7 ", "max_module_routes": "12"}
    assert Settings.parse("", "", "", rules.registry, limits=limits).limits == Limits(
        session_calls=7, max_module_routes=12
    )


def test_entries_are_separated_by_commas_or_lines() -> None:
    settings = Settings.parse("blocking-cpu,\n dropped-task", "", "a.b -> c\n d.* -> e.f(), ", rules.registry)
    assert settings.enable == {"blocking-cpu", "dropped-task"}
    assert settings.blocking_calls == (("a.b", "c"), ("d.*", "e.f()"))
