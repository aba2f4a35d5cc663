"""Routes that other routes hide."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flake8_fastapi.semantics import holders
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Constant
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.graph import Inclusion
from flake8_fastapi.semantics.structure import matching
from flake8_fastapi.semantics.structure.matching import Fault, Hidden
from flake8_fastapi.semantics.structure.serving import Entry
from flake8_fastapi.semantics.things import Made
from flake8_fastapi.visitor import Finding, check, fitting, short

_REGISTERING = frozenset({"add_api_route", "add_api_websocket_route", "add_route", "include_router", "mount"})


@check
def shadowed_route(file: File) -> Iterator[Finding]:
    """A route that is registered after one that takes all its requests never answers.

    FastAPI asks the routes in the order of registration: `/users/{user_id}` takes `/users/me` too, and answers 422
    where `me` is no valid id. The same holds across `include_router`, and for everything below a `mount`.

    Bad::

        @app.get("/users/{user_id}")
        def read_user(user_id: int) -> str:
            return f"user {user_id}"

        @app.get("/users/me")  # FAP003
        def read_me() -> str:
            return "me"

    Good::

        @app.get("/users/me")
        def read_me() -> str:
            return "me"

        @app.get("/users/{user_id}")
        def read_user(user_id: int) -> str:
            return f"user {user_id}"
    """
    for fault in _faults(file):
        if not fault.is_duplicate:
            text = _hides(file, fault) if fault.kind == "wide" else _shadowed(file, fault.hidden[0])
            yield Finding(fault.made.call.start, text)


@check
def duplicate_route(file: File) -> Iterator[Finding]:
    """A route with the path and method of an earlier one never answers: its handler is dead code.

    The names of parameters make no difference: `/users/{user_id}` and `/users/{name}` match the same requests. A
    router that is included twice at the same path is reported where it is included again.

    Bad::

        @app.get("/users/{user_id}")
        def read_user(user_id: int) -> str:
            return f"user {user_id}"

        @app.get("/users/{name}")  # FAP003
        def find_user(name: str) -> str:
            return f"user {name}"

    Good::

        @app.get("/users/{user_id}")
        def read_user(user_id: int) -> str:
            return f"user {user_id}"

        @app.get("/users/named/{name}")
        def find_user(name: str) -> str:
            return f"user {name}"
    """
    for fault in _faults(file):
        if fault.is_duplicate:
            text = _included(file, fault) if fault.kind == "inclusion" else _duplicated(file, fault.hidden[0])
            yield Finding(fault.made.call.start, text)


@check(optional=True)
def prefix_on_include(file: File) -> Iterator[Finding]:
    """The prefix of a router stands where it is included: who reads its routes does not see their paths.

    A router that has a prefix of its own, is included several times or includes others may get a further one.

    Bad::

        router = APIRouter()

        @router.get("/{user_id}")
        def read_user(user_id: int) -> str:
            return f"user {user_id}"

        app.include_router(router, prefix="/users")  # FAP003

    Good::

        router = APIRouter(prefix="/users")

        @router.get("/{user_id}")
        def read_user(user_id: int) -> str:
            return f"user {user_id}"

        app.include_router(router)
    """
    if "include_router" not in file.facts.mentions:
        return
    graph = file.project.graph
    for holder in graph.holders.values():
        for inclusion in graph.inclusions(holder):
            if inclusion.frame.path == file.path and _could_have_prefix(file, inclusion):
                name, prefix = short(_router(inclusion)), short(inclusion.prefix or "", 30)
                place = f'write `APIRouter(prefix="{prefix}")`'
                yield Finding(
                    inclusion.call.start,
                    f"`{name}` gets `{prefix}` only here, so its routes do not show their paths; {place}",
                )


def _could_have_prefix(file: File, inclusion: Inclusion) -> bool:
    child = inclusion.child
    graph = file.project.graph
    written_here = isinstance(inclusion.call.keyword("prefix"), Constant)
    if inclusion.is_mount or not written_here or not inclusion.prefix or not inclusion.is_certain:
        return False
    own = holders.prefix(file.ev, child)
    return own == "" and len(graph.parents(child)) == 1 and bool(graph.routes(child)) and not graph.inclusions(child)


# -- messages


def _faults(file: File) -> Iterator[Fault]:
    """The faults that are mended in this file."""
    if file.routes or not _REGISTERING.isdisjoint(file.facts.mentions):
        yield from (fault for fault in matching.faults(file.project) if fault.made.frame.path == file.path)


def _shadowed(file: File, found: Hidden) -> str:
    if found.by.own_page:
        instead = f"make the app with `{found.by.own_page}=None`"
        return f"`{short(_label(found.entry))}` is never reached: FastAPI's own page answers there; {instead}"
    move = "move it above" if found.is_on_one_router else "register it first"
    labels = list(_labels(found))
    reasons = zip(*(_reasons(found, winner, _where(file, found.by.made)) for _, winner in labels), strict=True)
    return fitting(
        *(
            f"`{lost}` is never reached: {reason}; {move}"
            for alike in reasons
            for (lost, _), reason in zip(labels, alike, strict=True)
        )
    )


def _reasons(found: Hidden, winner: str, where: str) -> Iterator[str]:
    """What happens instead, in several lengths."""
    refused = matching.refused(found)
    handler = found.by.route.name if found.by.route is not None else ""
    if refused is not None:
        yield f"`{winner}` ({where}) matches first and answers 422 for `{short(refused, 20)}`"
        yield f"`{winner}` ({where}) answers 422 for `{short(refused, 20)}`"
        yield f"`{winner}` ({where}) answers 422 first"
    elif handler:
        for name, text in list(matching.given(found).items())[:1]:
            if not matching.takes(found, name, text):
                break
            yield f'`{winner}` ({where}) matches first, and `{handler}` runs with `{name}="{short(text, 20)}"`'
            yield f'`{handler}` ({where}) runs instead, with `{name}="{short(text, 20)}"`'
            yield f"`{handler}` ({where}) runs instead"
    yield f"`{winner}` ({where}) matches first"


def _labels(found: Hidden) -> Iterator[tuple[str, str]]:
    """How to call the hidden one and the other: with their full paths, as written on their router, shortened."""
    yield _label(found.entry), _label(found.by)
    mine, other = found.entry.route, found.by.route
    if found.is_on_one_router and mine is not None and other is not None:
        yield f"{_methods(found.entry)} {mine.written_path}", f"{_methods(found.by)} {other.written_path}"
    yield short(_label(found.entry), 28), short(_label(found.by), 28)


def _hides(file: File, fault: Fault) -> str:
    by, first = fault.hidden[0].by, fault.hidden[0].entry
    count = len(fault.hidden)
    example = f"`{_label(first)}` ({_where(file, first.made)})"
    if not by.is_wide:
        taker, move = f"`{short(_label(by), 50)}` matches first", "move it below them"
    else:
        reach = "every request" if by.pattern.head == "/" else "every request below it"
        taker, move = f"`{short(_label(by), 50)}` takes {reach}", "register it last"
    if count == 1:
        return fitting(
            f"{taker}: {example}, registered after it, never answers; {move}",
            f"{taker}: {example} never answers; {move}",
            f"{taker}: `{short(_label(first), 28)}` never answers; {move}",
        )
    return fitting(
        f"{taker}: {count} routes registered after it never answer, first {example}; {move}",
        f"{taker}: {count} later routes never answer, such as {example}; {move}",
        f"{taker}: {count} later routes never answer; {move}",
    )


def _duplicated(file: File, found: Hidden) -> str:
    where = _where(file, found.by.made)
    lost = _label(found.entry)
    mine = found.entry.route.name if found.entry.route is not None else ""
    other = found.by.route.name if found.by.route is not None else ""
    if not mine or not other or found.is_same_handler:
        return f"`{short(lost, 60)}` is registered twice (first: {where}): only the first answers; remove one"
    if mine == other:
        which = f"the `{short(mine)}` of {where} answers"
        return f"`{short(lost)}` is registered twice: {which}, this one never runs; remove one"
    return fitting(
        f"`{lost}` is registered twice: `{other}` ({where}) answers, `{mine}` never runs; remove one",
        f"`{short(lost, 40)}` is registered twice: `{short(other, 30)}` ({where}) answers, not this one; remove one",
    )


def _included(file: File, fault: Fault) -> str:
    first = fault.hidden[0]
    inclusion = first.entry.chain[0]
    name = short(_router(inclusion))
    if first.is_same_route and first.by.chain:
        where = _where(file, Made(first.by.chain[0].call, first.by.chain[0].frame))
        return f"`{name}` is included again at the same path (first: {where}): its routes only answer once; remove one"
    routes = f"all {len(fault.hidden)} routes of `{name}`"
    example = f"such as `{short(_label(first.entry))}` ({_where(file, first.by.made)})"
    return fitting(
        f"{routes} are registered twice, {example}: only the first of each answers; remove one",
        f"{routes} are registered twice: only the first of each answers; remove one",
    )


def _label(entry: Entry) -> str:
    """`GET /users`; what is mounted and websockets say so."""
    if entry.is_mount:
        return f"mount {entry.pattern.path.removesuffix('/{path:path}') or '/'}"
    return f"{_methods(entry)} {entry.pattern.path}"


def _methods(entry: Entry) -> str:
    methods = entry.methods or frozenset()
    return "websocket" if "WEBSOCKET" in methods else ",".join(sorted(methods - {"HEAD"} or methods))


def _router(inclusion: Inclusion) -> str:
    value = inclusion.call.args[0] if inclusion.call.args else inclusion.call.keyword("router")
    return (written(value) if value is not None else "") or "the router"


def _where(file: File, made: Made) -> str:
    """The line, and the name of the file where it is another one."""
    line = made.call.start.line
    if made.frame.path == file.path:
        return f"line {line}"
    folder, name = os.path.split(made.frame.path)
    if name in ("__init__.py", os.path.basename(file.path)):
        name = f"{os.path.basename(folder)}/{name}"
    return f"{short(name)}:{line}"
