"""What a user installs: entry point, files of the wheel, options and their errors, the README's example."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import Distribution, entry_points
from pathlib import Path

import pytest

import flake8_fastapi
from flake8_fastapi.checker import Checker
from flake8_fastapi.knowledge.limits import HELP, Limits
from flake8_fastapi.settings import option
from harness import REPOSITORY

PACKAGE = REPOSITORY / "flake8_fastapi"
APP = """\
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def index() -> None:
    time.sleep(1)
"""


def flake8(*arguments: str, folder: Path, expect: int | None = 0) -> str:
    """Output and complaints of the real command, which never shows a traceback."""
    script = shutil.which("flake8", path=str(Path(sys.executable).parent))
    assert script is not None, "flake8 is not installed beside this Python"
    done = subprocess.run(
        [script, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    text = done.stdout + done.stderr
    assert "Traceback" not in text
    assert done.returncode == expect if expect is not None else done.returncode != 0, text
    return text


TESTS = """\
from fastapi.testclient import TestClient

from app import app


def test_index() -> None:
    assert TestClient(app).get("/").status_code == 200
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "test_app.py").write_text(TESTS)
    return tmp_path


@pytest.fixture(scope="module")
def installed() -> Distribution:
    # Only there: a build leaves metadata in the checkout too.
    found = Distribution.discover(name="flake8-fap", path=[sysconfig.get_path("purelib")])
    return next(iter(found))


def test_entry_point() -> None:
    ours = [point for point in entry_points(group="flake8.extension") if point.name == "FAP"]
    assert [point.value for point in ours] == ["flake8_fastapi.checker:Checker"]
    assert ours[0].load() is Checker


def test_version(installed: Distribution, tmp_path: Path) -> None:
    assert installed.version == flake8_fastapi.__version__
    assert f"flake8-fap: {flake8_fastapi.__version__}" in flake8("--version", folder=tmp_path)
    assert f"\n## {flake8_fastapi.__version__}" in (REPOSITORY / "CHANGELOG.md").read_text()


def test_help_and_readme_show_the_options(tmp_path: Path) -> None:
    text = flake8("--help", folder=tmp_path)
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    figures = [name.replace("_", "-") for name in Limits._fields]
    for name in ("enable", "disable", "blocking-calls", "version", *figures):
        assert f"--fastapi-{name}" in text
        assert f"| `--fastapi-{name}` |" in readme


def test_the_figures_are_what_the_readme_says() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for name, figure in Limits()._asdict().items():
        assert f"| `{option(name)}` | {HELP[name]} | {figure} |" in readme, name


def test_a_figure_that_means_nothing(app: Path) -> None:
    text = flake8("--isolated", "--fastapi-session-calls=some", "app.py", folder=app, expect=None)
    assert "--fastapi-session-calls: 'some' is no figure" in text
    assert "Traceback" not in text


def test_installed_files(installed: Distribution) -> None:
    files = {file.as_posix() for file in installed.files or ()}
    if "flake8_fastapi/__init__.py" not in files:
        pytest.skip("an editable installation holds no copies")
    code = {file for file in files if not file.startswith(("flake8_fap-", "../")) and "__pycache__" not in file}
    source = {
        path.relative_to(REPOSITORY).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert code == source, "the wheel holds the package, its tables, and nothing else"
    assert any(file.endswith(".tsv") for file in code)


def test_requirements(installed: Distribution) -> None:
    needed = {line for line in installed.requires or () if "extra ==" not in line}
    assert {re.split(r"[<>=]", line)[0] for line in needed} == {"flake8", "astroid"}
    assert installed.metadata["Requires-Python"] == ">=3.10"


def test_no_module_of_the_older_distribution() -> None:
    """`flake8-fastapi` installs into the same import package; neither may overwrite what the other needs."""
    for name in ("plugin.py", "plugin", "errors.py", "errors", "visitors.py", "visitors", "py.typed"):
        assert not (PACKAGE / name).exists(), name


def test_init_holds_only_the_version() -> None:
    """Either distribution's `__init__.py` may be the one that stays, so nothing may depend on ours."""
    docstring, *rest = ast.parse((PACKAGE / "__init__.py").read_text()).body
    assert isinstance(docstring, ast.Expr)
    assert [ast.unparse(node) for node in rest] == [f"__version__ = '{flake8_fastapi.__version__}'"]
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "flake8_fastapi":
                assert "__version__" not in {alias.name for alias in node.names}, path


@pytest.mark.parametrize("init", ["__version__ = '0.7.0'", ""])
def test_works_under_another_init(init: str, app: Path) -> None:
    """As after the older distribution was installed on top (its `__init__.py`), or then removed (none)."""
    code = (
        "import sys, types\n"
        "package = sys.modules['flake8_fastapi'] = types.ModuleType('flake8_fastapi')\n"
        f"package.__path__ = [{str(PACKAGE)!r}]\n"
        f"exec({init!r}, package.__dict__)\n"
        "from flake8.main.cli import main\n"
        "sys.exit(main(['--isolated', '--select=FAP', '-j1', 'app.py']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=app, capture_output=True, text=True, check=False)
    assert "[blocking-call]" in done.stdout, done.stderr


def test_astroid_is_not_imported_outside_fastapis_world(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP.replace("fastapi", "flask").replace("FastAPI", "Flask"))
    (tmp_path / "other.py").write_text("import app\n\nprint(app)\n")
    code = (
        "import sys\nfrom flake8.main.cli import main\nmain(['--isolated', '-j1', '.'])\n"
        "assert 'flake8_fastapi.checker' in sys.modules\nassert 'astroid' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# Options


@pytest.mark.parametrize("option", ["enable", "disable"])
@pytest.mark.parametrize(
    ("given", "nearest"),
    [
        ("blocking-cal", "blocking-call"),
        ("blocking_call", "blocking-call"),
        ("blocking-cpus", "blocking-cpu"),
    ],
)
def test_unknown_check(option: str, given: str, nearest: str, app: Path) -> None:
    text = flake8("--isolated", f"--fastapi-{option}={given}", "app.py", folder=app, expect=None)
    words = re.findall(r"[\w-]+", text)
    assert f"--fastapi-{option}" in words
    assert given in words
    assert nearest in words
    assert "FAP002" not in words, "an error at start-up, not after the findings"


def test_unknown_check_that_is_near_nothing(app: Path) -> None:
    text = flake8("--isolated", "--fastapi-enable=zzzzzz", "app.py", folder=app, expect=None)
    assert "zzzzzz" in text


@pytest.mark.parametrize(
    "value",
    ["requests.get", "-> httpx", "requests.get -> ", "a b -> c", "[{'a': 'b'}]"],
)
def test_broken_blocking_calls(value: str, app: Path) -> None:
    text = flake8("--isolated", f"--fastapi-blocking-calls={value}", "app.py", folder=app, expect=None)
    assert "fastapi-blocking-calls" in text
    assert "FAP002" not in text


@pytest.mark.parametrize("name", [".flake8", "setup.cfg", "tox.ini"])
@pytest.mark.parametrize("value", ["blocking-call", "blocking-call,", "\n    blocking-call,\n    blocking-helper"])
def test_ini_file(name: str, value: str, app: Path) -> None:
    (app / name).write_text(f"[flake8]\nfastapi-disable = {value}\n")
    assert flake8("app.py", folder=app) == ""


@pytest.mark.parametrize("value", ['["blocking-call"]', "['blocking-call',]", '"blocking-call"', "[blocking-call"])
def test_list_as_toml_writes_it(value: str, app: Path) -> None:
    """A common mistake in ini files."""
    (app / ".flake8").write_text(f"[flake8]\nfastapi-disable = {value}\n")
    text = flake8("app.py", folder=app, expect=None)
    assert "fastapi-disable" in text
    assert "FAP002" not in text


def test_user_defined_blocking_calls(app: Path) -> None:
    (app / "setup.cfg").write_text(
        "[flake8]\nselect = FAP\nfastapi-blocking-calls =\n"
        "    acme.client.* -> acme.aio.client\n    legacy.wait -> legacy.wait_async\n"
    )
    (app / "app.py").write_text(
        APP.replace("import time", "import acme.client\nfrom legacy import wait").replace(
            "time.sleep(1)", "acme.client.fetch()\n    wait()"
        )
    )
    text = flake8("app.py", folder=app, expect=1)
    assert "acme.aio.client" in text
    assert "legacy.wait_async" in text
    assert len(text.splitlines()) == 2


# The README


def readme() -> str:
    return (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_readme_begins_with_two_commands() -> None:
    commands = [block.strip() for block in re.findall(r"```(?:sh|bash)\n(.*?)```", readme(), re.DOTALL)[:2]]
    assert all("\n" not in command and command.startswith("python3 -m venv") for command in commands)
    assert commands[0].endswith("sample")
    assert "pytest" in commands[1]


def test_readme_shows_what_the_sample_application_gives() -> None:
    match = re.search(r"<!-- sample output -->\n+```text\n(.*?)```", readme(), re.DOTALL)
    assert match is not None
    found = flake8("--isolated", "--select=FAP", "--exit-zero", "sample", folder=REPOSITORY)
    assert sorted(found.splitlines()) == sorted(match[1].splitlines())
