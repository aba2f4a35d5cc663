"""The options, frozen, parsed once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from flake8_fastapi.knowledge.limits import Limits


class SettingsError(ValueError):
    """An option has a value that means nothing; the text is for the user."""


@dataclass(frozen=True)
class Settings:
    """What the user asked for."""

    enable: frozenset[str] = frozenset()
    """Optional checks to switch on, by name."""
    disable: frozenset[str] = frozenset()
    """Checks to switch off, by name."""
    blocking_calls: tuple[tuple[str, str], ...] = ()
    """Further blocking calls: dotted name or `fnmatch` pattern -> replacement."""

    fastapi_version: tuple[int, ...] | None = None
    """The oldest FastAPI that the code must run with; None: what the project's metadata demands, else the newest."""
    limits: Limits = field(default_factory=Limits)
    """The figures from which checks of size speak."""
    auth_dependencies: tuple[str, ...] = ()
    """Further names of what authenticates: functions, classes, aliases, decorators; last or dotted name, or pattern."""
    public_paths: tuple[str, ...] = ()
    """Paths of routes that need no authentication; `fnmatch` patterns."""

    tests: tuple[str, ...] = ()
    """Further files and folders of tests, relative to the root of the project; `fnmatch` patterns."""

    @classmethod
    def parse(
        cls,
        enable: str,
        disable: str,
        blocking_calls: str,
        checks: Callable[[], Collection[str]],
        fastapi_version: str = "",
        limits: Mapping[str, str] | None = None,
        auth_dependencies: str = "",
        public_paths: str = "",
        tests: str = "",
    ) -> Settings:
        """Settings from the texts of the options. Raises SettingsError for an unknown check or a malformed entry.

        `limits` has the texts of options that are figures, by the name of the figure.
        """
        return cls(
            _names("--fastapi-enable", enable, checks),
            _names("--fastapi-disable", disable, checks),
            tuple(_replacements("--fastapi-blocking-calls", blocking_calls)),
            _version("--fastapi-version", fastapi_version),
            Limits(**{name: _figure(option(name), text) for name, text in (limits or {}).items()}),
            tuple(
                _matching(
                    "--fastapi-auth-dependencies", auth_dependencies, r"[\w.*?]+", "a name such as auth.current_user"
                )
            ),
            tuple(_matching("--fastapi-public-paths", public_paths, r"/[^\s]*", "a path such as /health or /public/*")),
            tuple(
                _matching(
                    "--fastapi-tests",
                    tests,
                    r"[^\s/\\:][^\s\\:]*",
                    "a path below the project such as e2e or checks/*.py",
                )
            ),
        )


def option(limit: str) -> str:
    """The option for a figure: `session_calls` -> `--fastapi-session-calls`."""
    return f"--fastapi-{limit.replace('_', '-')}"


def _figure(option: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()) or int(text) == 0:
        raise SettingsError(f"{option}: {text.strip()!r} is no figure; write a whole number from 1 to 999999")
    return int(text)


def _version(option: str, text: str) -> tuple[int, ...] | None:
    """A version such as `0.115` or `0.115.6`; None for an empty text."""
    if not text.strip():
        return None
    match = re.fullmatch(r"(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?", text.strip())
    if match is None:
        raise SettingsError(f"{option}: {text.strip()!r} is no version; write for example 0.115 or 0.115.6")
    return tuple(int(part or 0) for part in match.groups())


def _entries(option: str, text: str) -> list[str]:
    """The entries of a comma or newline separated list."""
    if re.search(r"[\[\]{}'\"]", text):
        raise SettingsError(f"{option}: {text.strip()!r} is no plain list; write names separated by commas, no quotes")
    return _listed(text)


def _listed(text: str) -> list[str]:
    return [entry for entry in (part.strip() for part in re.split(r"[,\n]", text)) if entry]


def _matching(option: str, text: str, pattern: str, form: str) -> Iterable[str]:
    """The entries of a list, each of which must have a form."""
    for entry in _listed(text):
        if not re.fullmatch(pattern, entry):
            raise SettingsError(f"{option}: {entry!r} is not {form}")
        yield entry


def _names(option: str, text: str, checks: Callable[[], Collection[str]]) -> frozenset[str]:
    entries = _entries(option, text)
    for entry in entries:
        if entry not in checks():
            raise SettingsError(f"{option}: there is no check {entry!r}{_nearest(entry, checks())}")
    return frozenset(entries)


def _nearest(name: str, checks: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.lower().replace("_", "-"), sorted(checks), n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else ""


def _replacements(option: str, text: str) -> Iterable[tuple[str, str]]:
    for entry in _entries(option, text):
        name, arrow, instead = (part.strip() for part in entry.partition("->"))
        if not (arrow and instead and re.fullmatch(r"[\w.*?]+", name)):
            raise SettingsError(f"{option}: {entry!r} is not of the form 'dotted.name -> replacement'")
        yield name, instead
