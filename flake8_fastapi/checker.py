"""flake8's side: options in, one file in, findings out. The only module that knows flake8."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterator
from importlib import metadata
from typing import Any, ClassVar

from flake8.exceptions import ExecutionError
from flake8.options.manager import OptionManager

from flake8_fastapi.containment import STRICT, collector_paused, complain
from flake8_fastapi.knowledge.limits import HELP, Limits
from flake8_fastapi.semantics.config import names
from flake8_fastapi.semantics.files import NOWHERE, Files
from flake8_fastapi.settings import Settings, SettingsError, option

_WORDS = (
    "async def", "fastapi", "starlette", "FastAPI", "APIRouter", "validator", "serializer", "computed_field",
    "Depends", "yield", "next(", "__next__", "add_task", "ContextVar", "TYPE_CHECKING", "uvicorn",
    "BaseSettings", "getenv", "environ", "decouple",
)  # fmt: skip
_ROUTE = re.compile(
    r"\n[ \t]*@[\w.]+\.(?:get|post|put|patch|delete|head|options|trace|api_route|route|websocket|middleware|on_event)\("
)
_DATA = re.compile(
    r"\b(?:Async)?Session\b|SessionLocal|[Ss]ession_?(?:[Mm]aker|[Ff]actory)|[Ss]ession\(|\bConnection\b"
    r"|create_(?:async_)?engine|create_pool|MongoClient|\.(?:commit|rollback|scalars|query|connect|acquire|getconn)\("
)
"""What every file has about which a check may have something to say: one of the words, a route decorator, or a word of
the data layer. Then there are secrets, of which `names` knows more."""
_CONFIGURATION = re.compile(r"\b\w*(?:Settings|Config)\(|\b\w*env\w*\(")
"""What builds settings, or reads a variable through a function of the project."""
_CLIENTS = re.compile(r"TestClient|AsyncClient|ASGITransport|dependency_overrides")
_TESTED = re.compile(
    r"status_code|[cC]lient\w*\.\w+\(|\bpatch(?:\.\w+)?\(|\.setattr\("
    r"|\.(?:get|post|put|patch|delete|request)\(\s*f?[\"']"
)
"""What tests of an API have, in a file that has tests."""
_CREDENTIALS = re.compile(r"://[^\s/@\"']*@")
_FASTAPI = re.compile(r"^[ \t]*(?:from|import)\b[^\n#]*\b(?:fastapi|starlette)", re.MULTILINE)
_CALLED = re.compile(r"\b(\w+)\(")
_NO_PATHS = ("stdin", "-", "(none)", "")


class Checker:
    """One file for flake8."""

    name = "flake8-fap"
    version = metadata.version("flake8-fap")
    settings: ClassVar[Settings] = Settings()

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        self._tree = tree
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Tell flake8 our options."""
        manager.add_option(
            "--fastapi-enable",
            default="",
            metavar="names",
            parse_from_config=True,
            help="optional checks to switch on, by name, separated by commas",
        )
        manager.add_option(
            "--fastapi-disable",
            default="",
            metavar="names",
            parse_from_config=True,
            help="checks to switch off, by name, separated by commas",
        )
        manager.add_option(
            "--fastapi-blocking-calls",
            default="",
            metavar="calls",
            parse_from_config=True,
            help="further blocking calls: 'dotted.name -> replacement', separated by commas or lines; "
            "the name may be an fnmatch pattern",
        )
        manager.add_option(
            "--fastapi-version",
            default="",
            metavar="version",
            parse_from_config=True,
            help="the oldest FastAPI that the code must run with, such as 0.115 "
            "(default: what the project's metadata demands, else the newest)",
        )
        manager.add_option(
            "--fastapi-auth-dependencies",
            default="",
            metavar="names",
            parse_from_config=True,
            help="further names of what authenticates (functions, classes, aliases, decorators), separated by commas "
            "or lines; each may be an fnmatch pattern",
        )
        manager.add_option(
            "--fastapi-public-paths",
            default="",
            metavar="paths",
            parse_from_config=True,
            help="paths of routes that need no authentication, such as /status or /public/*, separated by commas "
            "or lines",
        )
        manager.add_option(
            "--fastapi-tests",
            default="",
            metavar="paths",
            parse_from_config=True,
            help="further files and folders of tests, such as e2e or checks/*.py, separated by commas or lines "
            "(default: what pytest's configuration and convention say)",
        )
        for name, figure in Limits()._asdict().items():
            manager.add_option(
                option(name),
                default=str(figure),
                metavar="n",
                parse_from_config=True,
                help=f"{HELP[name]} (default: {figure})",
            )

    @classmethod
    def parse_options(cls, options: Any) -> None:
        """Take the options. Raises flake8's ExecutionError, which flake8 prints, for one that means nothing."""
        try:
            cls.settings = Settings.parse(
                options.fastapi_enable or "",
                options.fastapi_disable or "",
                options.fastapi_blocking_calls or "",
                _check_names,
                options.fastapi_version or "",
                {name: str(getattr(options, f"fastapi_{name}")) for name in Limits._fields},
                options.fastapi_auth_dependencies or "",
                options.fastapi_public_paths or "",
                options.fastapi_tests or "",
            )
        except SettingsError as error:
            raise ExecutionError(str(error)) from None

    def run(self) -> Iterator[tuple[int, int, str, type[Checker]]]:
        """The findings of the file."""
        source = "".join(self._lines)
        for line, column, text in self._reports(source):
            yield max(1, int(line)), max(0, int(column)), text, type(self)

    def _reports(self, source: str) -> list[tuple[int, int, str]]:
        path = NOWHERE if self._filename in _NO_PATHS else os.path.abspath(self._filename)
        try:
            files = Files.of(path)
            if _FASTAPI.search(source) is None and not files.uses_fastapi:
                return []
            if not self._may_have_findings(path, source, files):
                return []
            with collector_paused():
                return _findings(self._tree, path, source, files, self.settings)
        except Exception as error:
            if os.environ.get(STRICT):
                raise
            complain(f"{self._filename} was not checked: {type(error).__name__}: {error}")
            return []

    def _may_have_findings(self, path: str, source: str, files: Files) -> bool:
        """Whether the text has anything about which a check may have something to say."""
        if any(word in source for word in _WORDS):
            return True
        if any(pattern.search(source) is not None for pattern in (_ROUTE, _DATA, _CONFIGURATION)):
            return True
        if self._may_test(path, source, files):
            return True
        if names.may_stand_in(source) or ("@" in source and _CREDENTIALS.search(source) is not None):
            return True
        return not files.injected_names.isdisjoint(_CALLED.findall(source))

    def _may_test(self, path: str, source: str, files: Files) -> bool:
        """Whether it may send requests to an application, or change one for tests."""
        if _CLIENTS.search(source) is not None:
            return True
        has_tests = "def test" in source or bool(self.settings.tests) or files.is_test(path)
        return has_tests and _TESTED.search(source) is not None


def _check_names() -> Collection[str]:
    from flake8_fastapi.rules import registry

    return registry()


def _findings(tree: ast.Module, path: str, source: str, files: Files, settings: Settings) -> list[tuple[int, int, str]]:
    # Imported here: a run over files outside FastAPI's world loads neither the rules nor the analysis.
    from flake8_fastapi.rules import registry
    from flake8_fastapi.semantics.module import Module
    from flake8_fastapi.semantics.project import Project, Words
    from flake8_fastapi.semantics.versions import Version
    from flake8_fastapi.visitor import Visitor

    project = Project.of(files)
    version = Version(*settings.fastapi_version) if settings.fastapi_version is not None else None
    words = Words(settings.auth_dependencies, settings.public_paths, settings.tests)
    project.use(settings.blocking_calls, version, settings.limits, words)
    module = Module(tree, path, source, project)
    try:
        reports = Visitor(module, registry().values(), settings).run()
    finally:
        module.close()
    return [(report.line, report.column, report.text) for report in reports]
