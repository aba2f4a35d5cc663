"""What should run when an application starts and never does, and servers that do not start."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics import facts, holders
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.structure import hooks
from flake8_fastapi.semantics.structure.hooks import Hook
from flake8_fastapi.semantics.things import Frame, Instance, Library, LiteralThing, ModuleThing, Thing, function_of
from flake8_fastapi.visitor import Finding, check, fitting, short

_MERGED_SINCE = (0, 112, 2)
"""From here on the lifespan of an included router runs with that of the application."""
_RUN = "uvicorn.run"


@check
def dead_startup(file: File) -> Iterator[Finding]:
    """An application has a `lifespan`, and startup or shutdown hooks beside it: the lifespan replaces them.

    The application starts, and the hooks never run. Below a lifespan, hooks of an included router run since FastAPI
    0.112.2, unless that router has a lifespan of its own. Silent where the lifespan itself runs the hooks.

    Bad::

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            yield

        app = FastAPI(lifespan=lifespan)

        @app.on_event("startup")  # FAP003
        def warm_up() -> None:
            print("ready")

    Good::

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            print("ready")
            yield

        app = FastAPI(lifespan=lifespan)
    """
    for hook in hooks.of(file.project, file.path):
        replaced = _replaced_by(file, hook)
        if replaced is not None:
            name = short(hook.name, 30)
            whose = f"`{short(replaced, 30)}`" if replaced else "the application"
            what = f"{hook.event} hook `{name}`" if name else f"`{hook.event}` hook"
            yield Finding(
                hook.start,
                fitting(
                    f"{what} never runs: {whose} has a `lifespan`, which replaces hooks; move its work there",
                    f"{what} never runs: a `lifespan` replaces it; move its work there",
                ),
            )


def _replaced_by(file: File, hook: Hook) -> str | None:
    """The application whose lifespan replaces a hook, as it is written; None if none certainly does.

    An application without one runs the hooks of the routers that it includes.
    """
    project, has_lifespan = file.project, hooks.lifespan(file.project, hook.holder) is not None
    if holders.is_application(file.ev, hook.holder):
        return hook.owner if has_lifespan else None
    is_merged = project.fastapi_version is None or project.fastapi_version >= _MERGED_SINCE
    if is_merged and not has_lifespan:
        return None
    parents = project.graph.parents(hook.holder)
    is_replaced = all(
        holders.is_application(file.ev, each.holder) and hooks.lifespan(project, each.holder) is not None
        for each in parents
    )
    return "" if parents and is_replaced else None


@check
def lifespan_on_mounted_app(file: File) -> Iterator[Finding]:
    """An application with a `lifespan` or startup hooks is mounted on another one.

    The server starts the outer application only: what the inner one sets up is missing when its first request comes.
    Silent where the project runs the inner lifespan itself, and where what would run is called by somebody else too.

    Bad::

        @asynccontextmanager
        async def lifespan(api: FastAPI) -> AsyncIterator[None]:
            api.state.ready = True
            yield

        api = FastAPI(lifespan=lifespan)
        app = FastAPI()
        app.mount("/api", api)  # FAP003

    Good::

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            api.state.ready = True
            yield

        api = FastAPI()
        app = FastAPI(lifespan=lifespan)
        app.mount("/api", api)
    """
    if file.project.files.is_test(file.path):
        return
    for mount in hooks.mounts(file.project, file.facts):
        what = hooks.never_started(file.project, mount)
        if what is None:
            continue
        name = short(mount.name, 30)
        inner = f"`{name}`" if name else "the application"
        yield Finding(
            mount.call.start,
            fitting(
                f"{inner} is mounted, so its {what} never runs: what it sets up is missing; "
                "run it in the outer app's lifespan",
                f"{inner} is mounted, so its {what} never runs; run it in the outer app's lifespan",
                room=127,
            ),
        )


@check
def uvicorn_needs_import_string(file: File) -> Iterator[Finding]:
    """`uvicorn.run` is given the application itself, and is to reload it or to start several workers.

    The other processes have to import it: uvicorn prints a warning and exits.

    Bad::

        app = FastAPI()

        if __name__ == "__main__":
            uvicorn.run(app, workers=4)  # FAP003

    Good::

        app = FastAPI()

        if __name__ == "__main__":
            uvicorn.run("main:app", workers=4)
    """
    for qualname, site in file.facts.mentions.get("run", ()):
        call, frame = site.value, Frame(file.path, qualname)
        if not isinstance(call, facts.Call) or file.ev.certain(call.func, frame) != Library(_RUN):
            continue
        app = call.keyword("app") or (call.args[0] if call.args else None)
        option = _option(file, call, frame)
        if app is None or option is None or not _is_object(file.ev.certain(app, frame)):
            continue
        yield Finding(
            call.start,
            f"uvicorn exits at once: `{option}` needs an import string; "
            f'pass `"{_import_string(file, app)}"` instead of the object',
        )


def _option(file: File, call: facts.Call, frame: Frame) -> str | None:
    """The option that needs an import string, as it is meant."""
    reload = _literal(file, call.keyword("reload"), frame)
    if reload is True:
        return "reload=True"
    workers = _literal(file, call.keyword("workers"), frame)
    if isinstance(workers, int) and not isinstance(workers, bool) and workers > 1:
        return f"workers={workers}"
    return None


def _literal(file: File, value: facts.Value | None, frame: Frame) -> object:
    """The constant that a value certainly is: what stands there, or a variable; fields of settings are none."""
    if value is None or not isinstance(value, (facts.Constant, facts.Name, facts.Local, facts.Attribute)):
        return NotImplemented
    if isinstance(value, facts.Attribute) and not isinstance(file.ev.certain(value.of, frame), ModuleThing):
        return NotImplemented
    things = file.ev.evaluate(value, frame)
    return things[0].value if len(things) == 1 and isinstance(things[0], LiteralThing) else NotImplemented


def _is_object(thing: Thing | None) -> bool:
    if isinstance(thing, Instance):
        return thing.type != Library("builtins.str")
    return function_of(thing) is not None


def _import_string(file: File, app: facts.Value) -> str:
    """How the application is imported, where that shows: it is a variable of this file, or imported from another."""
    bound = file.facts.names.get(app.name, ()) if isinstance(app, facts.Name) else ()
    if not isinstance(app, facts.Name) or len(bound) != 1:
        return "module:app"
    if not isinstance(bound[0], facts.Import):
        return f"{file.project.files.dotted(file.path)[-1] or 'main'}:{app.name}"
    imported = bound[0]
    return f"{imported.module}:{imported.name}" if imported.name and not imported.level else f"module:{app.name}"
