"""Reads fixtures, lints them in-process or through the real flake8 command, and compares.

A fixture is one file, or one folder that is a small project. Its comments are its expectations::

    time.sleep(1)  # FAP002 blocking-call: text that the message must contain
    a(), b()       # FAP002 blocking-call, blocking-helper
    gap()          # missed: FAP002 blocking-call      a known miss; fails once it is found
    noise()        # alarm: FAP002 blocking-call       a known false alarm; fails once it is gone
    validate()     # FAP002 blocking-call # also sync  the finding does not depend on `async def`

A line without a mark must be silent. A first line `# options: --fastapi-enable=blocking-cpu` sets options.
"""

from __future__ import annotations

import ast
import io
import os
import re
import shlex
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flake8.options.manager import OptionManager

from flake8_fastapi.checker import Checker
from flake8_fastapi.semantics import project

FIXTURES = Path(__file__).parent / "fixtures"
REPOSITORY = Path(__file__).parent.parent
MARKER_FILE = "pyproject.toml"
MARKER_TEXT = '[project]\nname = "fixture"\n'

_MARK = re.compile(
    r"#\s*(?:(?P<gap>missed|alarm):\s*)?(?P<code>FAP\d{3})\s+(?P<names>[a-z0-9-]+(?:,\s*[a-z0-9-]+)*)"
    r"(?::\s*(?P<text>.*?))?\s*(?=#|$)"
)
_OPTIONS = re.compile(r"#\s*options:\s*(.*)")
_ALSO_SYNC = re.compile(r"#\s*also sync\b")
_NAME = re.compile(r"\[([a-z0-9-]+)\]$")


@dataclass(frozen=True, order=True)
class Found:
    """One reported finding."""

    file: str
    line: int
    column: int
    code: str
    name: str
    text: str

    @property
    def place(self) -> tuple[str, int, str]:
        return self.file, self.line, self.name


@dataclass(frozen=True, order=True)
class Mark:
    """One expectation, read from a comment."""

    file: str
    line: int
    code: str
    name: str
    text: str = ""
    gap: str = ""
    also_sync: bool = False

    @property
    def place(self) -> tuple[str, int, str]:
        return self.file, self.line, self.name


@dataclass(frozen=True)
class Fixture:
    """A small project: its files by relative path, and the options to lint it with."""

    name: str
    files: Mapping[str, str]
    options: tuple[str, ...] = ()

    @property
    def modules(self) -> dict[str, str]:
        return {path: text for path, text in self.files.items() if path.endswith(".py")}

    @property
    def marks(self) -> list[Mark]:
        return [mark for path, text in self.modules.items() for mark in marks_in(path, text)]

    def changed(self, files: Mapping[str, str]) -> Fixture:
        return Fixture(self.name, {**self.files, **files}, self.options)

    def write(self, folder: Path) -> Path:
        for relative, text in self.files.items():
            path = folder / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        if not (folder / MARKER_FILE).exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / MARKER_FILE).write_text(MARKER_TEXT, encoding="utf-8")
        return folder


def comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def marks_in(path: str, text: str) -> list[Mark]:
    found: list[Mark] = []
    for line, comment in comments(text):
        also_sync = _ALSO_SYNC.search(comment) is not None
        for match in _MARK.finditer(comment):
            found += [
                Mark(path, line, match["code"], name, match["text"] or "", match["gap"] or "", also_sync)
                for name in re.split(r",\s*", match["names"])
            ]
    return found


def _options_in(files: Mapping[str, str]) -> tuple[str, ...]:
    arguments: list[str] = []
    for path, text in sorted(files.items()):
        match = _OPTIONS.match(text.partition("\n")[0]) if path.endswith(".py") else None
        if match is not None:
            arguments += shlex.split(match[1])
    return tuple(dict.fromkeys(arguments))


def project_of(name: str, files: Mapping[str, str]) -> Fixture:
    options = _options_in(files)
    return Fixture(name, dict(files), options if name.startswith("FAP010/") else without_suite(options))


_UNTESTED = "untested-app"
_DISABLE = "--fastapi-disable="


def without_suite(options: Sequence[str]) -> tuple[str, ...]:
    """The options for code that comes without tests: that it has none is no finding, unless they ask for it by name."""
    if any(_UNTESTED in each for each in options):
        return tuple(options)
    disabled = [each.removeprefix(_DISABLE) for each in options if each.startswith(_DISABLE)]
    kept = (each for each in options if not each.startswith(_DISABLE))
    return (*kept, _DISABLE + ",".join((*disabled, _UNTESTED)))


@cache
def fixtures(code: str = "FAP*") -> tuple[Fixture, ...]:
    """All fixtures, in a stable order. Folders without a Python file are no fixtures."""
    found = []
    for path in sorted(FIXTURES.glob(f"{code}/*")):
        files = _files_of(path)
        if any(name.endswith(".py") for name in files):
            found.append(project_of(f"{path.parent.name}/{path.stem}", files))
    return tuple(found)


def _files_of(path: Path) -> dict[str, str]:
    if path.is_file():
        return {path.name: path.read_text(encoding="utf-8")} if path.suffix == ".py" else {}
    return {
        file.relative_to(path).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(path.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


# Linting in-process


def configure(options: Sequence[str] = ()) -> None:
    """Give the checker options as flake8 does."""
    manager = OptionManager(version="0", plugin_versions="", parents=[], formatter_names=["default"])
    Checker.add_options(manager)
    Checker.parse_options(manager.parse_args(list(options)))


def lint_text(text: str, filename: str) -> list[Found]:
    """Lint one text as the file of that name, with the options and caches as they are."""
    lines = text.splitlines(keepends=True)
    findings = Checker(ast.parse(text), filename, lines).run()
    return [_found(filename, line, column, message) for line, column, message, _ in findings]


def _found(file: str, line: int, column: int, message: str) -> Found:
    match = _NAME.search(message)
    return Found(file, line, column, message.partition(" ")[0], match[1] if match else "", message)


def lint_folder(folder: Path, files: Iterable[str], options: Sequence[str] = (), forget: bool = True) -> list[Found]:
    """Lint files of a project that lies on disk; results carry the paths as given."""
    configure(options)
    if forget:
        project.forget()
    try:
        found = []
        for relative in files:
            path = folder / relative
            text = path.read_text(encoding="utf-8")
            found += [
                Found(relative, each.line, each.column, each.code, each.name, each.text)
                for each in lint_text(text, str(path))
            ]
        return sorted(found)
    finally:
        configure()


def lint_fixture(fixture: Fixture, folder: Path, order: Iterable[str] | None = None) -> list[Found]:
    fixture.write(folder)
    return lint_folder(folder, list(fixture.modules) if order is None else order, fixture.options)


def lint_project(files: Mapping[str, str], folder: Path, *options: str) -> list[Found]:
    """Write the files of a project into an empty folder and lint all its modules."""
    return lint_fixture(Fixture("project", dict(files), without_suite(options)), folder)


def lint_source(text: str, folder: Path, *options: str, name: str = "main.py") -> list[Found]:
    return lint_project({name: text}, folder, *options)


# The real command


def flake8(
    arguments: Sequence[str], folder: Path, stdin: str | None = None, code: str = "FAP"
) -> subprocess.CompletedProcess[str]:
    """Run flake8 with only this plugin's codes selected."""
    command = [sys.executable, "-m", "flake8", "--isolated", f"--select={code}", *arguments]
    environment = {**os.environ, "FLAKE8_FASTAPI_STRICT": "1"}
    return subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, text=True, env=environment, check=False
    )


_REPORT = re.compile(r"(?P<file>.*?):(?P<line>\d+):(?P<column>\d+): (?P<text>.*)")


def flake8_findings(arguments: Sequence[str], folder: Path, stdin: str | None = None) -> list[Found]:
    """What the real command reports; paths relative to the folder, columns from 0 as in-process."""
    result = flake8(arguments, folder, stdin)
    assert result.stderr == "", result.stderr
    found = []
    for report in result.stdout.splitlines():
        match = _REPORT.fullmatch(report)
        assert match is not None, report
        file = os.path.normpath(match["file"])
        if Path(file).is_absolute():
            file = os.path.relpath(file, os.path.realpath(folder))
        found.append(_found(Path(file).as_posix(), int(match["line"]), int(match["column"]) - 1, match["text"]))
    return sorted(found)


# Comparing


def differences(fixture: Fixture, found: Sequence[Found]) -> list[str]:
    """What is wrong, one readable line each; empty when the findings are exactly the marks."""
    problems: list[tuple[str, int, str]] = []
    spare = list(found)

    def take(mark: Mark) -> Found | None:
        same = [each for each in spare if each.place == mark.place and each.code == mark.code]
        if not same:
            return None
        best = next((each for each in same if mark.text in each.text), same[0])
        spare.remove(best)
        return best

    def say(file: str, line: int, problem: str) -> None:
        problems.append((file, line, f"{file}:{line}: {problem}\n        {source_line(fixture, file, line)}"))

    for mark in sorted(fixture.marks, key=lambda mark: (mark.file, mark.line, not mark.text)):
        taken = take(mark)
        if mark.gap == "missed":
            if taken is not None:
                say(mark.file, mark.line, f"no longer missed, make it a plain mark: {taken.text}")
        elif taken is None and mark.gap == "alarm":
            say(mark.file, mark.line, f"no longer a false alarm, remove the mark: {mark.name}")
        elif taken is None:
            say(mark.file, mark.line, f"not found: {mark.code} {mark.name}")
        elif mark.text not in taken.text:
            say(mark.file, mark.line, f"found, but without {mark.text!r}: {taken.text}")
    for each in spare:
        say(each.file, each.line, f"must be silent: {each.text}")
    return [text for _, _, text in sorted(problems)]


def source_line(fixture: Fixture, file: str, line: int) -> str:
    lines = fixture.files.get(file, "").splitlines()
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def places(found: Iterable[Found | Mark]) -> Counter[tuple[str, int, str]]:
    return Counter(each.place for each in found)


def explain(fixture: Fixture, wanted: Counter[tuple[str, int, str]], found: Counter[tuple[str, int, str]]) -> list[str]:
    """The difference of two sets of findings."""
    problems = [(place, "lost") for place in (wanted - found).elements()]
    problems += [(place, "new") for place in (found - wanted).elements()]
    return [
        f"{file}:{line}: {word}: {name}\n        {source_line(fixture, file, line)}"
        for (file, line, name), word in sorted(problems)
    ]
