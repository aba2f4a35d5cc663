"""What the plugin costs on a real project. Run by hand, with the Python of an environment that has it:

    python tests/benchmarks/bench.py PROJECT [--runs N] [--stdin FILE] [--option=--exclude=venv ...]

Runs flake8 without and with the plugin in turn, and prints the medians of its processor time (its workers
included), of the time that passes and of the peak memory of its largest process, with one process and with
flake8's default number. Then once more with the plugin's own time by phase.

With `--stdin FILE` that one file of PROJECT is linted by standard input, as editors do.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Cost:
    cpu: float
    wall: float
    megabytes: float


def run(mode: str, project: Path, arguments: list[str], stdin: Path | None) -> Cost:
    command = [sys.executable, str(LAUNCHER), mode, "--isolated", "--exit-zero", *arguments]
    # The report goes to a file: a pipe would have to be read, and reading costs time here.
    with tempfile.TemporaryFile() as output, Path(stdin or os.devnull).open("rb") as source:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=project, stdin=source, stdout=output, stderr=subprocess.PIPE, bufsize=0)
        assert process.stderr is not None
        complaint = process.stderr.read()
        # Unlike getrusage(RUSAGE_CHILDREN), it tells this child (and its children) from the earlier ones.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or complaint:
        # A check that crashed is contained, and would make the plugin look fast.
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}\n{complaint.decode()}")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Cost(usage.ru_utime + usage.ru_stime, wall, kilobytes / 1024)


def compare(title: str, project: Path, arguments: list[str], stdin: Path | None, runs: int) -> None:
    costs: dict[str, list[Cost]] = {"without": [], "with": []}
    run("with", project, arguments, stdin)  # fills the file cache and writes byte code
    for _ in range(runs):
        for mode, list_of_costs in costs.items():
            list_of_costs.append(run(mode, project, arguments, stdin))
    print(f"\n{title}, median of {runs}")
    print(f"{'':10}{'without':>10}{'with':>10}{'ratio':>9}{'more':>10}")
    for name, unit in (("cpu", "s"), ("wall", "s"), ("megabytes", "MB")):
        before, after = (statistics.median(getattr(cost, name) for cost in costs[mode]) for mode in costs)
        print(
            f"{'memory' if unit == 'MB' else name:10}{before:8.2f} {unit:2}{after:7.2f} {unit:2}"
            f"{after / before:8.3f}x{after - before:+8.2f} {unit}"
        )


def phases(project: Path, arguments: list[str], stdin: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "phases.json"
        run(str(file), project, arguments, stdin)
        found = json.loads(file.read_text())
    print("\nthe plugin's own time by phase, one process (start-up excluded; each wrapped call adds a little)")
    for phase, (seconds, calls) in found["phases"].items():
        print(f"  {phase:46}{seconds:8.3f} s{calls:9} calls")
    total = sum(seconds for seconds, _ in found["phases"].values())
    print(f"  {'all':46}{total:8.3f} s")
    print(f"  astroid was {'' if found['astroid'] else 'not '}imported")
    for name in found["unknown"]:
        print(f"  no longer there, mend PHASES in launch.py: {name}")


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--stdin", type=Path, metavar="FILE", help="one file of the project, relative to it")
    parser.add_argument("--option", action="append", default=[], help="an option for flake8, repeatable")
    given = parser.parse_args()
    project = given.project.resolve()
    print(
        f"{project.name}: Python {platform.python_version()}, flake8 {version('flake8')}, "
        f"astroid {version('astroid')}, flake8-fap {version('flake8-fap')}, {os.cpu_count()} processors"
    )
    if given.stdin:
        file = project / given.stdin
        arguments = [*given.option, f"--stdin-display-name={given.stdin}", "-"]
        compare(f"{given.stdin} by standard input", project, arguments, file, given.runs)
        phases(project, arguments, file)
        return
    compare("one process (-j1)", project, [*given.option, "-j1", "."], None, given.runs)
    compare("default number of processes", project, [*given.option, "."], None, given.runs)
    phases(project, [*given.option, "-j1", "."], None)


if __name__ == "__main__":
    main()
