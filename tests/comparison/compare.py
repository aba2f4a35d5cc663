"""Compare the plugin with its peers, on planted mistakes and on real projects. Run by hand:

    python tests/comparison/compare.py --peers VENV [--ours FLAKE8] [--list] [PROJECT ...]

VENV holds ruff, flake8 with flake8-async, hydroid-cli, and the libraries that the code under test imports,
because hydroid reads their types: fastapi, sqlalchemy[asyncio], requests, httpx, urllib3, redis, pymongo,
boto3, psycopg2-binary.

In `planted/` each mistake is marked `# BAD kind` on its line. Lines marked `# METADATA` ask the file system
something small, such as whether a file exists: whether to report those is a matter of taste, so they count
neither way. Every finding on any other line is a false alarm; `# GOOD` marks the lines that ask for one.
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
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PLANTED = Path(__file__).with_name("planted")
PEERS = ("ruff", "flake8-async", "hydroid")
OURS = "flake8-fap"
MARK = re.compile(r"# (BAD|METADATA)\b ?(\S*)")
FLAKE8_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?P<code>[A-Z]+\d+)\S* (?P<text>.*)")


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    code: str
    text: str = field(compare=False)


@dataclass(frozen=True)
class Tools:
    """Where the tools are, and which extra options ours gets."""

    peers: Path
    ours: str
    ours_options: tuple[str, ...]

    def run(self, tool: str, project: Path) -> set[Finding]:
        bin_folder = self.peers / "bin"
        command: list[str | Path]
        if tool == "ruff":
            command = [bin_folder / "ruff", "check", "--isolated", "--no-cache", "--exit-zero"]
            # Only the rules about blocking; those of the 1xx series are about timeouts and cancellation.
            command += ["--preview", "--select=ASYNC2", "--output-format=json", "."]
            return set(_ruff_findings(_output(command, project), project))
        if tool == "hydroid":
            command = [bin_folder / "hydroid", ".", "--no-cache", "--format=json", f"--python={self.peers}"]
            return set(_hydroid_lines(_output(command, project)))
        if tool == "flake8-async":
            command = [bin_folder / "flake8", "--isolated", "--exit-zero", "--select=ASYNC2", "."]
        else:
            command = [self.ours, "--isolated", "--exit-zero", "--select=FAP002", *self.ours_options, "."]
        return set(_flake8_lines(_output(command, project), project))


def _output(command: list[str | Path], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def _ruff_findings(output: str, project: Path) -> Iterator[Finding]:
    for item in json.loads(output):
        path = Path(item["filename"]).relative_to(project.resolve())
        if str(item["code"]).startswith("ASYNC"):
            yield Finding(path.as_posix(), item["location"]["row"], item["code"], item["message"])


def _flake8_lines(output: str, project: Path) -> Iterator[Finding]:
    for line in output.splitlines():
        if (match := FLAKE8_LINE.match(line)) and not match["code"].startswith("E"):
            path = Path(match["path"])
            if path.is_absolute():
                path = path.relative_to(project.resolve())
            yield Finding(path.as_posix(), int(match["line"]), match["code"], match["text"])


def _hydroid_lines(output: str) -> Iterator[Finding]:
    for item in json.loads(output)["diagnostics"]:
        where, sink = item["location"], item["sink"]
        text = " -> ".join(step["text"] for step in item["chain"])
        yield Finding(where["path"], where["line"], sink["category"], f"{text} ({item['severity']})")


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


def planted(tools: Tools, list_all: bool) -> None:
    marks: dict[tuple[str, int], str] = {}
    for path in sorted(PLANTED.rglob("*.py")):
        for number, line in enumerate(_lines(path), 1):
            if match := MARK.search(line):
                marks[path.relative_to(PLANTED).as_posix(), number] = match[2] or match[1]
    totals = Counter(kind for kind in marks.values() if kind != "METADATA")
    found: dict[str, Counter[str]] = {}
    alarms: dict[str, list[Finding]] = {}
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "planted"
        shutil.copytree(PLANTED, project, ignore=shutil.ignore_patterns("__pycache__"))
        (project / "pyproject.toml").write_text("[project]\nname = 'planted'\nversion = '0'\n")
        for tool in (*PEERS, OURS):
            findings = tools.run(tool, project)
            places = {(finding.path, finding.line) for finding in findings}
            found[tool] = Counter(kind for place, kind in marks.items() if place in places)
            alarms[tool] = sorted(
                (finding for finding in findings if (finding.path, finding.line) not in marks),
                key=lambda finding: (finding.path, finding.line),
            )
            if list_all or tool == OURS:
                missed += [
                    f"{tool} misses {path}:{line} {_lines(PLANTED / path)[line - 1].strip()}"
                    for (path, line), kind in sorted(marks.items())
                    if kind != "METADATA" and (path, line) not in places
                ]
                missed += [f"{tool} false alarm {f.path}:{f.line} {f.code} {f.text}" for f in alarms[tool]]
    print("| planted mistakes | in all | " + " | ".join((*PEERS, OURS)) + " |")
    print("|---|--:" + "|--:" * (len(PEERS) + 1) + "|")
    for kind, total in sorted(totals.items()):
        print(f"| {kind} | {total} | " + " | ".join(str(found[tool][kind]) for tool in (*PEERS, OURS)) + " |")
    sums = [str(sum(found[tool][kind] for kind in totals)) for tool in (*PEERS, OURS)]
    print(f"| **all** | **{sum(totals.values())}** | " + " | ".join(f"**{number}**" for number in sums) + " |")
    print("| false alarms | | " + " | ".join(str(len(alarms[tool])) for tool in (*PEERS, OURS)) + " |")
    print()
    print("\n".join(missed))


def real(tools: Tools, project: Path, peers: list[str], list_all: bool) -> None:
    project = project.resolve()
    ours = tools.run(OURS, project)
    names = Counter(re.sub(r".*\[(.+)\]$", r"\1", finding.text) for finding in ours)
    print(f"\n{project.name}: {OURS} reports {len(ours)}: {dict(names.most_common())}\n")
    _row("tool", "findings", "of these also ours", "not ours")
    _row("---", "--:", "--:", "--:")
    rest: list[tuple[str, Finding]] = []
    for tool in peers:
        findings = tools.run(tool, project)
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
    beside = Path(sys.executable).with_name("flake8")
    parser.add_argument("--ours", default=str(beside), metavar="FLAKE8", help="flake8 with this plugin")
    parser.add_argument("--ours-option", action="append", default=[], help="extra option for it, repeatable")
    parser.add_argument("--skip", action="append", default=[], metavar="PEER", help="not on real projects")
    parser.add_argument("--list", action="store_true", help="list every miss and false alarm of each tool")
    arguments = parser.parse_args()
    tools = Tools(arguments.peers.absolute(), arguments.ours, tuple(arguments.ours_option))
    planted(tools, arguments.list)
    for project in arguments.projects:
        real(tools, project, [peer for peer in PEERS if peer not in arguments.skip], arguments.list)


if __name__ == "__main__":
    main()
