"""Where and how configuration is read."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import facts, reached
from flake8_fastapi.semantics.config import builds, called_urls, legacy, reads, settings, untyped
from flake8_fastapi.semantics.config.environment import is_set_by_project, is_setting
from flake8_fastapi.semantics.config.reads import Reading
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import MODULE
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.markers import Marker
from flake8_fastapi.semantics.reached import Reached
from flake8_fastapi.semantics.structure import layout
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing
from flake8_fastapi.visitor import Finding, check, fitting, short

_OWN = frozenset({"route", "websocket", "dependency"})


@check
def env_in_handler(subject: File | Function) -> Iterator[Finding]:
    """A handler, a dependency or a function that they call reads the environment while a request is served.

    The application starts without the variable, and each request that needs it fails; what it is set to is checked by
    nobody. Read once, in a settings class, a missing or wrong value stops the start.

    Not reported: what is read at import or at start, or kept (`lru_cache`, a global that is filled once); variables of
    the machine or platform, and those that the application sets itself; names that are put together; switches;
    a default where the project has no settings class for it. Of helpers, services and middleware only what they cannot
    do without: no default, no other way; of constructors only those of classes without a base.

    Bad::

        @app.get("/report")
        def report() -> str:
            return os.environ["REPORT_PATH"]  # FAP008

    Good::

        class Settings(BaseSettings):
            report_path: str

        settings = Settings()

        @app.get("/report")
        def report() -> str:
            return settings.report_path
    """
    if isinstance(subject, File):
        for qualname, found in _by_function(subject).items():
            reader = reached.thing_by_each_request(subject.project, FunctionThing(subject.path, qualname))
            yield from _read_findings(subject, qualname, found, reader)
    elif subject.name == "__init__":
        file = _file_of(subject)
        found = _by_function(file).get(subject.thing.qualname, [])
        if found and reached.thing_by_each_request(subject.project, subject.thing) is None:
            yield from _read_findings(file, subject.thing.qualname, found, reached.by_each_request(subject))


def _file_of(function: Function) -> File:
    module = function.project.facts(function.thing.path)
    assert module is not None
    return File(function.project, module, function.source)


def _read_findings(file: File, qualname: str, found: list[Reading], reader: Reached | None) -> Iterator[Finding]:
    told = [each for each in found if reader is not None and _is_worth_it(file, each, reader)]
    if reader is not None and told:
        yield Finding(told[0].position, _read_message(file, qualname, told, reader))


def _is_worth_it(file: File, reading: Reading, reader: Reached) -> bool:
    """Whether a person would move the reading: it fails where the variable is missing, or a route does it. One with a
    default belongs to the settings class, if the project has one."""
    if reads.fails_where_missing(file, reading):
        return True
    if not (reader.is_direct and reader.role in _OWN) or reads.is_flag(file, reading):
        return False
    return reads.gives_none(reading) or len(settings.every(file.project)) == 1


def _by_function(file: File) -> dict[str, list[Reading]]:
    """The readings of settings in functions that take place at each call of these."""
    found: dict[str, list[Reading]] = {}
    for reading in reads.of(file) if not file.project.files.is_test(file.path) else ():
        name = reading.read.name
        if reading.qualname == MODULE or name is None or not is_setting(name):
            continue
        if reads.is_of_choice(file, reading.qualname):
            continue
        if is_set_by_project(file.project, name) or reads.runs_once(file, reading.qualname, reading.node):
            continue
        found.setdefault(reading.qualname, []).append(reading)
    return found


def _read_message(file: File, qualname: str, found: list[Reading], reader: Reached) -> str:
    names = list(dict.fromkeys(each.read.name or "" for each in found))
    what = f"`{short(names[0])}`" if len(names) == 1 else f"`{short(names[0])}` and {len(names) - 1} more"
    where = f"{reader.role} `{short(reader.name)}`"
    if not reader.is_direct:
        where = f"`{short(file.facts.functions[qualname].name)}` (called by {where})"
    instead = _settings_of(file)
    why = "a wrong value fails requests, not the start"
    return fitting(
        f"{where} reads {what} from the environment in each request: {why}; {instead}",
        f"{where} reads {what} from the environment: {why}; {instead}",
        f"{where} reads {what} from the environment in each request; {instead}",
        f"{what} {'is' if len(names) == 1 else 'are'} read from the environment in each request: {why}; {instead}",
    )


def _settings_of(file: File) -> str:
    """What to do instead, with the project's own settings class where it has one."""
    known = settings.every(file.project)
    name = known[0].qualname if len(known) == 1 else ""
    return f"make it a field of `{name}`" if name and len(name) <= 20 else "read it once, in a settings class"


@check
def settings_per_request(subject: File | Marker) -> Iterator[Finding]:
    """A settings object is built for each request: in a handler, or in a dependency that keeps none.

    Each one reads the environment and the `.env` file again and validates all fields. `Depends(Settings)` is worse:
    FastAPI makes query parameters of the fields, and a client may set them.

    Not reported: what is kept (`lru_cache`, a global, the state of the app), and objects made with arguments.

    Bad::

        class Settings(BaseSettings):
            page_size: int = 20

        def get_settings() -> Settings:
            return Settings()  # FAP008

        @app.get("/size")
        def size(settings: Settings = Depends(get_settings)) -> int:
            return settings.page_size

    Good::

        class Settings(BaseSettings):
            page_size: int = 20

        @lru_cache
        def get_settings() -> Settings:
            return Settings()

        @app.get("/size")
        def size(settings: Settings = Depends(get_settings)) -> int:
            return settings.page_size
    """
    if isinstance(subject, Marker):
        yield from _injected_class(subject)
    elif not subject.project.files.is_test(subject.path):
        yield from _built(subject)


def _injected_class(marker: Marker) -> Iterator[Finding]:
    cls = builds.injected(marker)
    if cls is None or marker.project.files.is_test(marker.source.path):
        return
    name = short(cls.qualname)
    yield Finding(
        marker.position,
        fitting(
            f"`Depends({name})` makes query parameters of the settings: any client sets them (`?field=value`); "
            "depend on a cached function",
            "`Depends()` makes query parameters of the settings: any client sets them; depend on a cached function",
        ),
    )


def _built(file: File) -> Iterator[Finding]:
    for name in sorted(settings.class_names(file.project) & file.facts.mentions.keys()):
        for qualname, site in file.facts.mentions[name]:
            if qualname == MODULE or site.lazy or not isinstance(site.value, facts.Call):
                continue
            cls = file.ev.certain(site.value.func, Frame(file.path, qualname))
            if not isinstance(cls, ClassThing) or not settings.is_settings(file.ev, cls):
                continue
            if builds.is_kept(file, qualname, site) or not builds.is_plain(file.ev, cls, site.value):
                continue
            reader = reached.thing_by_each_request(file.project, FunctionThing(file.path, qualname))
            if reader is not None:
                yield Finding(site.start, _built_message(file, qualname, site, reader))


def _built_message(file: File, qualname: str, site: facts.Site, reader: Reached) -> str:
    what = f"`{short(written(site.value))}`"
    own = short(file.facts.functions[qualname].name)
    where = f"{reader.role} `{short(reader.name)}`" if reader.is_direct else f"`{own}`"
    instead = (
        f"cache `{own}` with `lru_cache`"
        if builds.only_gives(file, qualname, site)
        else "build it once, at the top level"
    )
    return fitting(
        f"{what} in {where} reads the environment and `.env` and validates all fields for each request; {instead}",
        f"{what} in {where} reads the environment and `.env` for each request; {instead}",
        f"{what} in {where} is built for each request; {instead}",
        f"{what} is built for each request; {instead}",
    )


@check
def untyped_config(file: File) -> Iterator[Finding]:
    """A module reads many variables of the environment into constants, as they come.

    All are texts or None: a missing or wrong value is noticed where it is used, by a request. A settings class says
    what there is, converts it, and refuses to start otherwise. The figure is `--fastapi-environment-constants`.

    Not reported: what is converted or checked at once, settings classes and models, scripts and tests.

    Bad::

        DB_HOST = os.getenv("DB_HOST")  # FAP008
        DB_PORT = os.getenv("DB_PORT")
        DB_NAME = os.getenv("DB_NAME")
        SMTP_HOST = os.getenv("SMTP_HOST")
        SMTP_PORT = os.getenv("SMTP_PORT")
        CACHE_TTL = os.getenv("CACHE_TTL")

    Good::

        class Settings(BaseSettings):
            db_host: str
            db_port: int
            db_name: str
            smtp_host: str
            smtp_port: int
            cache_ttl: int

        settings = Settings()
    """
    if layout.is_aside(file.project.files, file.path):
        return
    found = untyped.of(file)
    if len(found) < file.project.limits.environment_constants:
        return
    names = f"`{short(found[0].name)}`, `{short(found[1].name)}` …" if len(found) > 1 else f"`{short(found[0].name)}`"
    yield Finding(
        found[0].position,
        fitting(
            f"{len(found)} variables become untyped constants ({names}): a wrong or missing one shows when it is "
            "used; declare a settings class",
            f"{len(found)} variables of the environment become untyped constants; declare a settings class",
        ),
    )


@check(optional=True)
def legacy_base_settings(file: File) -> Iterator[Finding]:
    """Settings in the words of pydantic 1: `BaseSettings` imported from `pydantic`, and `Field(env="X")`.

    Pydantic 2 raises PydanticImportError for the first. The second it ignores: the variable is never read, and the
    field silently keeps its default, or asks for a variable of its own name.

    Bad::

        from pydantic import BaseSettings  # FAP008

        class Settings(BaseSettings):
            page_size: int = 20

    Good::

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            page_size: int = Field(20, validation_alias="PAGE")
    """
    for found in legacy.of(file):
        if found.field:
            yield Finding(
                found.position,
                fitting(
                    f"pydantic-settings ignores `env=`: `{short(found.variable)}` is never read for "
                    f"`{short(found.field)}`; use `validation_alias`",
                    "pydantic-settings ignores `env=`: the variable is never read; use `validation_alias`",
                ),
            )
        else:
            yield Finding(
                found.position,
                "pydantic 2 has no `BaseSettings`, its import fails at start; import it from `pydantic_settings`",
            )


@check(optional=True)
def hardcoded_url(file: File) -> Iterator[Finding]:
    """The address of another service is written out where it is called while a request is served.

    Every environment then talks to the same one, tests and staging too. A field of the settings can be changed.

    Not reported: what is read from the web without headers or data, as anyone can.

    Bad::

        @app.get("/rates")
        def rates() -> Any:
            return requests.post("https://rates.example.com/latest", json={"currency": "eur"}).json()  # FAP008

    Good::

        class Settings(BaseSettings):
            rates_url: str = "https://rates.example.com"

        settings = Settings()

        @app.get("/rates")
        def rates() -> Any:
            return requests.post(f"{settings.rates_url}/latest", json={"currency": "eur"}).json()
    """
    if layout.is_aside(file.project.files, file.path):
        return
    for found in called_urls.of(file):
        yield Finding(
            found.position,
            f"`{short(found.origin, 50)}` is written into the call: every environment talks to it; "
            "make it a field of the settings",
        )
