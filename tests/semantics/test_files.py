"""Which folder is the project of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_fastapi.semantics.files import root_of

CASES = {
    "version control": ([".git/HEAD", "app/pyproject.toml", "app/main.py"], "app/main.py", ""),
    "the nearest version control": ([".git/HEAD", "lib/.hg/store", "lib/main.py"], "lib/main.py", "lib"),
    "a configuration of flake8 only": ([".git/HEAD", "demo/.flake8", "demo/app/main.py"], "demo/app/main.py", "demo"),
    "one that others share": ([".git/HEAD", "demo/setup.cfg", "demo/main.py"], "demo/main.py", ""),
    "beside such a folder": ([".git/HEAD", "demo/.flake8", "app/main.py"], "app/main.py", ""),
    "the nearest metadata": (["pyproject.toml", "a/setup.cfg", "a/b/main.py"], "a/b/main.py", "a"),
}


@pytest.mark.parametrize("case", CASES)
def test_root(case: str, tmp_path: Path) -> None:
    files, path, root = CASES[case]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert Path(root_of(str(tmp_path / path))) == tmp_path / root


def test_root_above_a_package(tmp_path: Path) -> None:
    (tmp_path / "work" / "shop" / "api").mkdir(parents=True)
    for folder in ("shop", "shop/api"):
        (tmp_path / "work" / folder / "__init__.py").touch()
    assert Path(root_of(str(tmp_path / "work" / "shop" / "api" / "main.py"))) == tmp_path / "work"
