"""Which FastAPI a project's metadata demands."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_fastapi.semantics.versions import Version, admits, demanded, mentions, parse


def write(folder: Path, files: Mapping[str, str | bytes]) -> str:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder)


def asked(folder: Path, files: Mapping[str, str | bytes]) -> str | None:
    found = demanded(write(folder, files))
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("0.115", (0, 115, 0)),
        ("0.115.6", (0, 115, 6)),
        (" v0.115.6 ", (0, 115, 6)),
        ("1", (1, 0, 0)),
        ("1.0.0rc1", (1, 0, 0)),
        ("0.100.0-beta1", (0, 100, 0)),
        ("0.115.0+local.1", (0, 115, 0)),
        ("0.115.0.post1.dev2", (0, 115, 0)),
    ],
)
def test_parse(text: str, version: tuple[int, ...]) -> None:
    assert parse(text) == version


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "latest",
            "0.x",
            "0.115.*",
            ">=0.115",
            "0..1",
            "0.115.",
            ".1",
            "0,115",
            "0.1 0.2",
            "0.1\n0.2",
            "0.1-",
        ),
        *("\N{SUPERSCRIPT TWO}", "\N{ARABIC-INDIC DIGIT ONE}.\N{ARABIC-INDIC DIGIT TWO}"),
        *("1" * 7, "9" * 5000, "rc" * 5000, "0.1" + "rc" * 5000, "0" + ".1" * 5000),
    ],
    ids=range(20),
)
def test_parse_rejects(text: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        parse(text)


def test_versions_compare_with_tuples() -> None:
    assert Version(0, 115) == (0, 115, 0)
    assert Version(0, 106) >= (0, 106)
    assert Version(0, 117, 1) < (0, 118)
    assert [str(Version(0, 115)), str(Version(0, 115, 6))] == ["0.115", "0.115.6"]


@pytest.mark.parametrize(
    ("specifiers", "version"),
    [
        ("", None),
        ("*", None),
        ("==0.115.6", "0.115.6"),
        ("===0.115.6", "0.115.6"),
        ("==0.115.*", "0.115"),
        ("~=0.115.2", "0.115.2"),
        (">=0.115,<1", "0.115"),
        ("<1.0.0, >=0.115", "0.115"),
        (">= 0.115, != 0.116.1, < 1", "0.115"),
        (">0.115", "0.115"),
        (">=0.100,>=0.110", "0.110"),
        ("<1", None),
        ("<=0.110.2", "0.110.2"),
        ("<0.111", "0.110"),
        ("<0.111.3", "0.111.2"),
        ("!=0.111", None),
        (">=nonsense", None),
    ],
)
def test_specifiers(tmp_path: Path, specifiers: str, version: str | None) -> None:
    assert asked(tmp_path / "a", {"requirements.txt": f"fastapi{specifiers}\n"}) == version
    assert asked(tmp_path / "b", {"pyproject.toml": f'[project]\ndependencies = ["fastapi{specifiers}"]\n'}) == version
    poetry = f'[tool.poetry.dependencies]\nfastapi = "{specifiers}"\n'
    assert asked(tmp_path / "c", {"pyproject.toml": poetry}) == version
    setup = f"[options]\ninstall_requires =\n    fastapi{specifiers}\n"
    assert asked(tmp_path / "d", {"setup.cfg": setup}) == version


@pytest.mark.parametrize(
    ("specifiers", "version"),
    [
        ("^0.115.6", "0.115.6"),
        ("~0.115", "0.115"),
        ("0.115.6", "0.115.6"),
        ("0.115.*", "0.115"),
        (">=0.110 <0.120", "0.110"),
        ("^0.110 || ^0.100", "0.100"),
    ],
)
def test_specifiers_of_poetry(tmp_path: Path, specifiers: str, version: str) -> None:
    assert asked(tmp_path, {"pyproject.toml": f'[tool.poetry.dependencies]\nfastapi = "{specifiers}"\n'}) == version


@pytest.mark.parametrize(
    "line",
    [
        "fastapi==0.115.6",
        "FastAPI == 0.115.6",
        "fastapi[standard]==0.115.6",
        "fastapi [all, standard] == 0.115.6  # pinned, see <1.0",
        'fastapi==0.115.6 ; python_version >= "3.10"',
        "fastapi==0.115.6 \\\n    --hash=sha256:aaaa \\\n    --hash=sha256:bbbb",
        "fastapi (==0.115.6)",
        "# fastapi==0.1\nfastapi==0.115.6",
        "-r base.txt\nfastapi-users==13.0\nfastapi_utils==0.2\nfastapi==0.115.6\nfastapi.extra==1",
    ],
)
def test_requirements(tmp_path: Path, line: str) -> None:
    assert asked(tmp_path, {"requirements.txt": f"{line}\nuvicorn==0.30.1\n"}) == "0.115.6"


@pytest.mark.parametrize(
    "line",
    [
        "fastapi",
        "fastapi @ https://example.org/fastapi-0.115.6-py3-none-any.whl",
        "fastapi-slim==0.111.0",
        "fastapi2==0.111.0",
        "prefastapi==0.111.0",
        "# fastapi==0.111.0",
        'uvicorn==0.30.1 ; extra == "fastapi"',
        "git+https://example.org/fastapi==0.1",
    ],
)
def test_requirements_that_demand_nothing(tmp_path: Path, line: str) -> None:
    assert asked(tmp_path, {"requirements.txt": f"{line}\n"}) is None


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = [\n  "uvicorn>=0.30",  # a ] and a "quote\n  "fastapi[standard]>=0.115.6",\n]\n',
        "[project]\ndependencies = ['fastapi>=0.115.6']\n",
        '[project]\ndependencies = ["""fastapi>=0.115.6"""]\n',
        'project.dependencies = ["fastapi>=0.115.6"]\n',
        'project = { name = "a", dependencies = ["fastapi>=0.115.6"] }\n',
        '[project.optional-dependencies]\napi = ["uvicorn", "fastapi>=0.115.6"]\n',
        '["project"]\n"dependencies" = ["fastapi>=0.115.6"]\n',
        '[dependency-groups]\ndev = [{include-group = "test"}, "fastapi>=0.115.6"]\n',
        '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^0.115.6"\n',
        '[tool.poetry.dependencies]\nfastapi = {extras = ["all"], version = "^0.115.6"}\n',
        '[tool.poetry.dependencies.fastapi]\nversion = "^0.115.6"\nextras = ["all"]\n',
        '[tool.poetry]\ndependencies.fastapi = "^0.115.6"\n',
        '[[tool.x]]\nname = "y"\n[tool.poetry.group.api.dependencies]\nFastAPI = "^0.115.6"\n',
        '[tool.poetry.dependencies]\nfastapi = [\n  {version = "^0.116"},\n  {version = "^0.115.6"},\n]\n',
        '[tool.pdm.dev-dependencies]\ntest = ["fastapi>=0.115.6"]\n',
        '[tool.hatch.envs.default]\ndependencies = ["fastapi>=0.115.6"]\n',
        '[project]\nname = """\n[project]\ndependencies = ["fastapi==0.1"]\n"""\ndependencies=["fastapi>=0.115.6"]\n',
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_pyproject(tmp_path: Path, text: str, ending: str, mark: str) -> None:
    assert asked(tmp_path, {"pyproject.toml": (mark + text.replace("\n", ending)).encode()}) == "0.115.6"


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "fastapi"\nversion = "0.111"\nkeywords = ["fastapi==0.111"]\n',
        '[tool.poetry.dependencies]\nfastapi = {git = "https://example.org/fastapi.git", tag = "0.111"}\n',
        '[tool.ruff.lint.isort]\nknown-third-party = ["fastapi==0.111"]\n',
        '[tool.poetry.dependencies]\nfastapi-users = "^13"\nother = {version = "^1", extras = ["fastapi"]}\n',
        '# [project]\n# dependencies = ["fastapi==0.111"]\n',
    ],
)
def test_pyproject_that_demands_nothing(tmp_path: Path, text: str) -> None:
    assert asked(tmp_path, {"pyproject.toml": text}) is None


def test_setup_cfg(tmp_path: Path) -> None:
    header = "[metadata]\nname = fastapi\nversion = 0.1\n"
    for number, options in enumerate(
        (
            "[options]\ninstall_requires =\n    uvicorn\n    # why\n    fastapi[all] >=0.115.6, <1\n",
            "[options]\ninstall_requires = fastapi>=0.115.6\npackages = find:\n",
            "[options]\npackages = fastapi==0.1\n[options.extras_require]\napi =\n    fastapi>=0.115.6\n",
            "[options.extras_require]\napi = fastapi>=0.115.6\n",
        )
    ):
        assert asked(tmp_path / str(number), {"setup.cfg": header + options}) == "0.115.6"


def test_pipfile(tmp_path: Path) -> None:
    assert asked(tmp_path / "a", {"Pipfile": '[packages]\nfastapi = ">=0.115.6"\n'}) == "0.115.6"
    assert asked(tmp_path / "b", {"Pipfile": '[dev-packages]\nfastapi = {version = "==0.115.6"}\n'}) == "0.115.6"
    assert asked(tmp_path / "c", {"Pipfile": '[packages]\nfastapi = "*"\n'}) is None
    locked = '{"default": {"fastapi": {"hashes": ["sha256:a"], "index": "pypi", "version": "==0.115.6"}}}'
    assert asked(tmp_path / "d", {"Pipfile": '[packages]\nfastapi = "*"\n', "Pipfile.lock": locked}) == "0.115.6"


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("poetry.lock", '[[package]]\nname = "fastapi"\nversion = "0.115.6"\ndescription = ""\n'),
        ("uv.lock", 'version = 1\n\n[[package]]\nname = "fastapi"\nversion = "0.115.6"\nsource = { registry = "a" }\n'),
        ("pdm.lock", '[[package]]\nname = "fastapi"\nversion = "0.115.6"\n'),
        ("pylock.toml", '[[packages]]\r\nname = "fastapi"\r\nversion = "0.115.6"\r\n'),
    ],
)
def test_lock_files(tmp_path: Path, name: str, entry: str) -> None:
    other = '[[package]]\nname = "fastapi-users"\nversion = "0.1"\n\n'
    wide = '[project]\ndependencies = ["fastapi>=0.100"]\n'
    assert asked(tmp_path, {name: other + entry, "pyproject.toml": wide}) == "0.115.6"


def test_a_pin_counts_before_a_range(tmp_path: Path) -> None:
    files = {"setup.cfg": "[options]\ninstall_requires = fastapi>=0.100\n", "requirements.txt": "fastapi==0.115.6\n"}
    assert asked(tmp_path, files) == "0.115.6"


def test_the_lowest_of_several(tmp_path: Path) -> None:
    files = {"requirements.txt": "fastapi>=0.110\n", "requirements-dev.txt": "fastapi>=0.105\n"}
    assert asked(tmp_path / "a", files) == "0.105"
    files = {"requirements/base.txt": "fastapi==0.110.1\n", "requirements/prod.txt": "fastapi==0.110\n"}
    assert asked(tmp_path / "b", files) == "0.110"
    forked = '[[package]]\nname = "fastapi"\nversion = "0.{}"\n\n'
    assert asked(tmp_path / "c", {"uv.lock": forked.format(116) + forked.format(115)}) == "0.115"


def test_folders_below(tmp_path: Path) -> None:
    root = {"pyproject.toml": '[project]\ndependencies = ["uvicorn"]\n'}
    assert asked(tmp_path / "a", {**root, "backend/requirements.txt": "fastapi==0.110\n"}) == "0.110"
    assert asked(tmp_path / "b", {**root, "docker/main/requirements.txt": "fastapi==0.110\n"}) == "0.110"
    assert asked(tmp_path / "c", {**root, "a/b/c/requirements.txt": "fastapi==0.110\n"}) is None
    near = {"server/pyproject.toml": '[project]\ndependencies = ["fastapi>=0.115"]\n'}
    assert asked(tmp_path / "d", {**near, "deploy/docker/requirements.txt": "fastapi==0.110\n"}) == "0.115"
    for number, aside in enumerate(("tests", "examples", ".venv", "_old", "node_modules", "docs/app")):
        assert asked(tmp_path / f"e{number}", {f"{aside}/requirements.txt": "fastapi==0.110\n"}) is None
    environment = {"py311/pyvenv.cfg": "", "py311/requirements.txt": "fastapi==0.110\n"}
    assert asked(tmp_path / "f", environment) is None


def test_the_root_speaks_first(tmp_path: Path) -> None:
    files = {"pyproject.toml": '[project]\ndependencies = ["fastapi"]\n', "old/requirements.txt": "fastapi==0.90\n"}
    assert asked(tmp_path, files) is None


# Files that are broken, hostile or odd


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = ["fastapi>=0.115.6", "uvicorn\n',
        '[project\n[project]\ndependencies = ["fastapi>=0.115.6"]\n',
        '= =\n]]}}\n[project]\ndependencies = ["fastapi>=0.115.6"]\n',
        '[project]\nname = "a\ndependencies = ["fastapi>=0.115.6"]\n<<<<<<< HEAD\n',
        '[project]\nversion = ""\'"\ndependencies = ["fastapi>=0.115.6"]\n',
    ],
)
def test_broken_pyproject_says_what_can_be_read(tmp_path: Path, text: str) -> None:
    assert asked(tmp_path, {"pyproject.toml": text}) == "0.115.6"


@pytest.mark.parametrize("name", ["pyproject.toml", "Pipfile", "Pipfile.lock", "poetry.lock", "setup.cfg"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 100 + b"fastapi",
        bytes(range(256)) * 20 + b"fastapi",
        b"\xff\xfefastapi\x00",
        b"fastapi" + b"[" * 100_000,
        b"fastapi" + b"{" * 100_000,
        b"[dependencies]\nfastapi = " + b"[{" * 100_000,
        b"fastapi" + b'"' * 100_001,
        b"fastapi" + b"'" * 100_001,
        b"fastapi" + b"a." * 100_000 + b"=",
        b"[a]\nfastapi = " + b'"\\' * 50_000,
        b'"fastapi": {' * 20_000,
        b'name = "fastapi"\nversion = ' * 5_000,
        b"[options]\n= =\n[\n" + b"fastapi\n" * 5_000,
        b'dependencies = ["fastapi>=' + b"9" * 50_000 + b'"]',
        b'dependencies = ["fastapi>=' + b"rc" * 50_000 + b'"]',
        b'dependencies = ["fastapi' + b" " * 50_000 + b'x"]',
        b'dependencies = ["fastapi' + b">=1," * 50_000 + b'"]',
    ],
    ids=range(18),
)
def test_hostile_files(tmp_path: Path, name: str, content: bytes) -> None:
    found = demanded(write(tmp_path, {name: content}))
    assert found is None or found == (1, 0, 0)


def test_hostile_requirements(tmp_path: Path) -> None:
    lines = ["fastapi" + "[" * 50_000, "fastapi" + " " * 50_000 + "x", "fastapi" + "\\" * 50_000, "#" * 50_000]
    assert asked(tmp_path, {"requirements.txt": "\n".join([*lines, "fastapi>=0.115"])}) == "0.115"


def test_requirements_from_powershell(tmp_path: Path) -> None:
    assert asked(tmp_path, {"requirements.txt": "fastapi==0.115.6\r\n".encode("utf-16")}) == "0.115.6"


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    (tmp_path / "requirements.txt").symlink_to(tmp_path / "requirements.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert demanded(str(tmp_path)) is None
    assert demanded(str(tmp_path / "absent")) is None
    assert demanded("\0") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "requirements.txt")
    assert demanded(str(tmp_path)) is None


def test_large_files_are_left_alone(tmp_path: Path) -> None:
    assert asked(tmp_path, {"requirements.txt": b"fastapi==0.110\n" + b"#" * 9_000_000}) is None


@pytest.mark.parametrize(
    ("specifiers", "is_admitted"),
    [
        ("", True),
        (">=0.23", True),
        (">=0.23,<1", True),
        (">=0.23,<0.28", False),
        ("<=0.27", False),
        ("==0.27.2", False),
        ("==0.27.*", False),
        ("==0.28.1", True),
        ("~=0.27", True),
        ("~=0.27.0", False),
    ],
)
def test_a_version_that_a_requirement_admits(tmp_path: Path, specifiers: str, is_admitted: bool) -> None:
    root = write(tmp_path, {"requirements.txt": f"fastapi\nhttpx{specifiers}\n"})
    assert admits(root, "httpx", Version(0, 28)) is is_admitted


@pytest.mark.parametrize(
    ("specifier", "is_admitted"),
    [("*", True), ("^0.27", False), ("^0.28", True), ("~0.27", False), ("0.27.2", False), ("^0", True)],
)
def test_a_version_that_poetry_admits(tmp_path: Path, specifier: str, is_admitted: bool) -> None:
    root = write(tmp_path, {"pyproject.toml": f'[tool.poetry.group.dev.dependencies]\nhttpx = "{specifier}"\n'})
    assert admits(root, "httpx", Version(0, 28)) is is_admitted


def test_each_file_that_names_a_package_must_admit_a_version(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\ndependencies = ["fastapi"]\n[dependency-groups]\ndev = ["httpx>=0.25"]\n',
        "uv.lock": '[[package]]\nname = "httpx"\nversion = "0.27.2"\n',
    }
    assert not admits(write(tmp_path, files), "httpx", Version(0, 28))
    assert admits(write(tmp_path / "other", {"requirements.txt": "fastapi\n"}), "httpx", Version(0, 28))


def test_what_the_metadata_mentions(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("fastapi\nhttpx-ws\n")
    assert mentions(str(tmp_path), "fastapi")
    assert not mentions(str(tmp_path), "httpx")
