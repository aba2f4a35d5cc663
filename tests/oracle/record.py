"""Run a project's tests and save which requests they send.

    python tests/oracle/record.py PROJECT --to RECORD.json [--python PYTHON] [--in FOLDER] [PYTEST ARGUMENT ...]

PYTHON is an interpreter in whose environment the project's tests run; FOLDER is the folder below PROJECT where they
are started. `compare_suites.py` compares what was saved with what is read from the source.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RECORDER = Path(__file__).parent / "recorder"


def record(
    project: Path, to: Path, folder: str = ".", python: str = sys.executable, arguments: Sequence[str] = ()
) -> int:
    """Run the tests from this folder of the project; the exit status of pytest."""
    paths = [str(RECORDER), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "REQUEST_RECORD": str(to.resolve()),
        "REQUEST_ROOT": str(project.resolve()),
    }
    command = [python, "-m", "pytest", "-p", "request_recorder", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=project / folder, env=environment, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--in", dest="folder", default=".")
    known, rest = parser.parse_known_args()
    return record(known.project, known.to, known.folder, known.python, rest)


if __name__ == "__main__":
    sys.exit(main())
