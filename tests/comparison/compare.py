"""Compare the plugin with its peers, on planted mistakes and on real projects. Run by hand:

    python tests/comparison/compare.py --peers VENV [--about TOPIC] [--ours FLAKE8] [--list] [PROJECT ...]

VENV holds the peers. About `blocking` these are ruff, flake8 with flake8-async, hydroid-cli, and the libraries that
the code under test imports, because hydroid reads their types: fastapi, sqlalchemy[asyncio], requests, httpx, urllib3,
redis, pymongo, boto3, psycopg2-binary. About `security` they are ruff, bandit, detect-secrets and semgrep, whose rules
come from its registry or, with `--semgrep-config`, from a file or folder.

In the planted projects each mistake is marked `# BAD kind` on the line of its statement. Whether to report what is
marked `# EITHER`, or `# METADATA` (it asks the file system something small, such as whether a file exists), is a matter
of taste: it counts neither way. A finding in any other statement is a false alarm; `# GOOD` marks those asking for one.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

OURS = "flake8-fap"
MARK = re.compile(r"# (BAD (?P<kind>\S+)|METADATA|EITHER)\b")
NEITHER = ""
"""The kind of what counts neither way."""
FLAKE8_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?P<code>[A-Z]+\d+)\S* (?P<text>.*)")


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    code: str
    text: str = field(compare=False)


@dataclass(frozen=True)
class Tools:
    """Where the tools are, and what else they are told."""

    peers: Path
    ours: str
    ours_options: tuple[str, ...]
    semgrep_config: str

    def ruff_async(self, project: Path) -> Iterator[Finding]:
        """Only the rules about blocking; those of the 1xx series are about timeouts and cancellation."""
        return self._ruff(project, "ASYNC2")

    def ruff_security(self, project: Path) -> Iterator[Finding]:
        return self._ruff(project, "S")

    def _ruff(self, project: Path, select: str) -> Iterator[Finding]:
        options = ["--isolated", "--no-cache", "--exit-zero", "--preview", f"--select={select}"]
        output = self._output("ruff", project, "check", *options, "--output-format=json", ".")
        for item in json.loads(output):
            # A file that does not parse is reported under no rule.
            if re.fullmatch(r"[A-Z]+\d+", str(item["code"])):
                path = _relative(item["filename"], project)
                yield Finding(path, item["location"]["row"], item["code"], item["message"])

    def flake8_async(self, project: Path) -> Iterator[Finding]:
        return _flake8_lines(
            self._output("flake8", project, "--isolated", "--exit-zero", "--select=ASYNC2", "."), project
        )

    def hydroid(self, project: Path) -> Iterator[Finding]:
        output = self._output("hydroid", project, ".", "--no-cache", "--format=json", f"--python={self.peers}")
        for item in json.loads(output)["diagnostics"]:
            where, sink = item["location"], item["sink"]
            text = " -> ".join(step["text"] for step in item["chain"])
            yield Finding(where["path"], where["line"], sink["category"], f"{text} ({item['severity']})")

    def bandit(self, project: Path) -> Iterator[Finding]:
        output = self._output("bandit", project, "--recursive", "--format=json", "--quiet", "--exit-zero", ".")
        for item in json.loads(output)["results"]:
            path = _relative(item["filename"], project)
            yield Finding(path, item["line_number"], item["test_id"], item["issue_text"])

    def detect_secrets(self, project: Path) -> Iterator[Finding]:
        """Without asking the services whether a secret still works."""
        output = self._output("detect-secrets", project, "scan", "--all-files", "--no-verify", ".")
        for name, items in json.loads(output)["results"].items():
            if name.endswith(".py"):
                yield from (Finding(name, item["line_number"], item["type"], item["type"]) for item in items)

    def semgrep(self, project: Path) -> Iterator[Finding]:
        options = ["--metrics=off", "--disable-version-check", "--no-git-ignore", "--quiet", "--json"]
        output = self._output("semgrep", project, "scan", f"--config={self.semgrep_config}", *options, ".")
        for item in json.loads(output)["results"]:
            path = _relative(item["path"], project)
            name = item["check_id"].rpartition(".")[2]
            yield Finding(path, item["start"]["line"], name, item["extra"]["message"])

    def flake8_fap(self, project: Path, codes: str) -> set[Finding]:
        command = [self.ours, "--isolated", "--exit-zero", f"--select={codes}", *self.ours_options, "."]
        return set(_flake8_lines(_output(command, project), project))

    def _output(self, tool: str, project: Path, *arguments: str) -> str:
        return _output([str(self.peers / "bin" / tool), *arguments], project)


@dataclass(frozen=True)
class Topic:
    """What the tools are compared about."""

    planted: Path
    codes: str
    """What ours reports about it."""
    peers: Mapping[str, Callable[[Tools, Path], Iterable[Finding]]]

    def found(self, tool: str, tools: Tools, project: Path) -> set[Finding]:
        if tool == OURS:
            return tools.flake8_fap(project, self.codes)
        return set(self.peers[tool](tools, project))


TOPICS = {
    "blocking": Topic(
        Path(__file__).with_name("planted"),
        "FAP002",
        {"ruff": Tools.ruff_async, "flake8-async": Tools.flake8_async, "hydroid": Tools.hydroid},
    ),
    "security": Topic(
        Path(__file__).with_name("planted_security"),
        "FAP008,FAP009",
        {
            "ruff": Tools.ruff_security,
            "bandit": Tools.bandit,
            "detect-secrets": Tools.detect_secrets,
            "semgrep": Tools.semgrep,
        },
    ),
}


def _output(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def _relative(name: str, project: Path) -> str:
    path = Path(name)
    return (path.relative_to(project.resolve()) if path.is_absolute() else path).as_posix()


def _flake8_lines(output: str, project: Path) -> Iterator[Finding]:
    for line in output.splitlines():
        if (match := FLAKE8_LINE.match(line)) and not match["code"].startswith("E"):
            yield Finding(_relative(match["path"], project), int(match["line"]), match["code"], match["text"])


@cache
def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8", errors="replace").splitlines()


@cache
def _spans(path: Path) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """First and last line of each statement (of a compound one: its head), and of each function."""
    statements, functions = [], []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return [], []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = node.end_lineno or node.lineno
            statements.append((node.lineno, max(node.lineno, body[0].lineno - 1) if body else last))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions.append((node.lineno, node.end_lineno or node.lineno))
    return statements, functions


def _innermost(spans: list[tuple[int, int]], line: int) -> tuple[int, int]:
    around = [span for span in spans if span[0] <= line <= span[1]]
    return max(around, key=lambda span: (span[0], -span[1]), default=(line, line))


def _covered(finding: Finding, ours: set[Finding], project: Path) -> bool:
    """Whether ours reports the same statement, or the same session once for the whole function."""
    statements, functions = _spans(project / finding.path)
    statement = _innermost(statements, finding.line)
    function = _innermost(functions, finding.line)
    for other in ours:
        if other.path != finding.path:
            continue
        if _innermost(statements, other.line) == statement:
            return True
        session = other.text.endswith("[blocking-session]") and finding.code == "database"
        if session and _innermost(functions, other.line) == function:
            return True
    return False


def _row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |")


Place = tuple[str, tuple[int, int]]


def _place(root: Path, path: str, line: int) -> Place:
    """The statement that the line belongs to: tools differ in the line of a statement that they report."""
    return path, _innermost(_spans(root / path)[0], line)


def _marks(root: Path) -> dict[Place, str]:
    """The marked statements, each with the kind of its mistake."""
    marks: dict[Place, str] = {}
    for path in sorted(root.rglob("*.py")):
        for number, line in enumerate(_lines(path), 1):
            if match := MARK.search(line):
                marks[_place(root, path.relative_to(root).as_posix(), number)] = match["kind"] or NEITHER
    return marks


def planted(topic: Topic, tools: Tools, list_all: bool) -> None:
    root = topic.planted
    marks = _marks(root)
    totals = Counter(kind for kind in marks.values() if kind != NEITHER)
    names = (*topic.peers, OURS)
    found: dict[str, Counter[str]] = {}
    alarms: dict[str, set[Place]] = {}
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "planted"
        shutil.copytree(root, project, ignore=shutil.ignore_patterns("__pycache__"))
        (project / "pyproject.toml").write_text("[project]\nname = 'planted'\nversion = '0'\n")
        for tool in names:
            findings = {_place(root, each.path, each.line): each for each in topic.found(tool, tools, project)}
            found[tool] = Counter(kind for place, kind in marks.items() if place in findings)
            alarms[tool] = findings.keys() - marks.keys()
            if list_all or tool == OURS:
                missed += [
                    f"{tool} misses {path}:{first} {_lines(root / path)[first - 1].strip()}"
                    for (path, (first, last)), kind in sorted(marks.items())
                    if kind != NEITHER and (path, (first, last)) not in findings
                ]
                for place in sorted(alarms[tool]):
                    each = findings[place]
                    missed.append(f"{tool} false alarm {each.path}:{each.line} {each.code} {each.text}")
    _row("planted mistakes", "in all", *names)
    print("|---|--:" + "|--:" * len(names) + "|")
    for kind, total in sorted(totals.items()):
        _row(kind, total, *(found[tool][kind] for tool in names))
    sums = [f"**{sum(found[tool][kind] for kind in totals)}**" for tool in names]
    _row("**all**", f"**{sum(totals.values())}**", *sums)
    _row("false alarms", "", *(len(alarms[tool]) for tool in names))
    print()
    print("\n".join(missed))


def real(topic: Topic, tools: Tools, project: Path, peers: list[str], list_all: bool) -> None:
    project = project.resolve()
    ours = topic.found(OURS, tools, project)
    names = Counter(re.sub(r".*\[(.+)\]$", r"\1", finding.text) for finding in ours)
    print(f"\n{project.name}: {OURS} reports {len(ours)}: {dict(names.most_common())}\n")
    _row("tool", "findings", "of these also ours", "not ours")
    _row("---", "--:", "--:", "--:")
    rest: list[tuple[str, Finding]] = []
    for tool in peers:
        findings = topic.found(tool, tools, project)
        left = [finding for finding in findings if not _covered(finding, ours, project)]
        rest += [(tool, finding) for finding in left]
        _row(tool, len(findings), len(findings) - len(left), len(left))
    if list_all:
        for tool, finding in sorted(rest, key=lambda item: (item[1].path, item[1].line, item[0])):
            source = _lines(project / finding.path)[finding.line - 1].strip()
            print(f"{finding.path}:{finding.line}: {tool} {finding.code}: {source}   ({finding.text})")


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("projects", nargs="*", type=Path, metavar="PROJECT", help="real projects")
    parser.add_argument("--peers", type=Path, required=True, metavar="VENV", help="the other tools")
    parser.add_argument("--about", choices=TOPICS, default="blocking", help="what is compared")
    beside = Path(sys.executable).with_name("flake8")
    parser.add_argument("--ours", default=str(beside), metavar="FLAKE8", help="flake8 with this plugin")
    parser.add_argument("--ours-option", action="append", default=[], help="extra option for it, repeatable")
    parser.add_argument("--semgrep-config", default="p/python", metavar="CONFIG", help="the rules of semgrep")
    parser.add_argument("--skip", action="append", default=[], metavar="PEER", help="not on real projects")
    parser.add_argument("--list", action="store_true", help="list every miss and false alarm of each tool")
    arguments = parser.parse_args()
    topic = TOPICS[arguments.about]
    tools = Tools(arguments.peers.absolute(), arguments.ours, tuple(arguments.ours_option), arguments.semgrep_config)
    planted(topic, tools, arguments.list)
    for project in arguments.projects:
        real(topic, tools, project, [peer for peer in topic.peers if peer not in arguments.skip], arguments.list)


if __name__ == "__main__":
    main()
