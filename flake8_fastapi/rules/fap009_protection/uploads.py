"""Uploads and other input without a limit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import facts, schemas, served, types
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Field, Schema
from flake8_fastapi.semantics.security import limits, uploads
from flake8_fastapi.semantics.security.uploads import Whole
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.visitor import Finding, check, fitting, short

_LIMITS = ("max_length", "max_items", "pattern", "regex")


@check
def unbounded_upload(subject: Function | Route) -> Iterator[Finding]:
    """An upload is read whole, and nothing limits its size before: one client can fill the memory of every worker.

    Starlette keeps a large file on disk; `read()` without a number, `json.load(file.file)`, or a parameter
    `bytes = File()` puts all of it into memory. Reads in functions that a route hands its upload to are reported there.

    Not reported: where the route, a caller, a dependency or a decorator looks at a size or at `Content-Length`, where
    middleware does, chunks, and routes for administrators. A length that is compared after the read comes too late for
    the memory; as it tells that somebody thought of a limit, it is not reported either.

    Bad::

        @app.post("/avatars")
        async def upload(file: UploadFile) -> int:
            return len(await file.read())  # FAP009

    Good::

        @app.post("/avatars")
        async def upload(file: UploadFile) -> int:
            if file.size is None or file.size > 2_000_000:
                raise HTTPException(status_code=413, detail="At most 2 MB")
            return len(await file.read())
    """
    if isinstance(subject, Route):
        yield from _bytes_parameters(subject)
        return
    for found in uploads.of(subject):
        yield Finding(found.position, _message(found))


def _message(found: Whole) -> str:
    call, upload = short(found.call, 30), short(found.upload, 20)
    where = f"route `{short(found.route, 24)}`" if found.is_direct else f"`{short(found.route, 24)}`"
    harm = "a client can fill the memory of every worker"
    return fitting(
        f"`{call}` in {where} has no limit: {harm}; refuse by `{upload}.size` first",
        f"`{call}` has no limit: {harm}; refuse by `{upload}.size` first",
        f"`{call}` has no limit: {harm}; refuse by `.size` first",
    )


def _bytes_parameters(route: Route) -> Iterator[Finding]:
    if route.is_websocket or not served.is_api(route):
        return
    code = route.code
    found = [each for each in route.parameters if _is_bytes_file(route, each)]
    found = [each for each in found if code is not None and uploads.needs_content(code, each.name)]
    if not found or limits.is_limited(route.project, route.registration.function):
        return
    for parameter in found:
        yield Finding(
            route.place(parameter),
            fitting(
                f"`{short(parameter.name, 20)}` of `{short(route.name, 24)}` is read whole before the handler runs: "
                "a client can fill the memory of every worker; take an `UploadFile`",
                f"`{short(parameter.name, 20)}` is read whole before the handler runs: "
                "a client can fill the memory of every worker; take an `UploadFile`",
            ),
        )


def _is_bytes_file(route: Route, parameter: Parameter) -> bool:
    """`File()` on `bytes`, `bytes | None` or `list[bytes]`."""
    if parameter.kind != "file" or parameter.type is None:
        return False
    parts = [arg for member in types.members(parameter.type) for arg in (member.args or (member,))]
    return bool(parts) and all(types.is_a(route.ev, part, "builtins.bytes") for part in parts if part.kind != "none")


@check(optional=True)
def unbounded_input(route: Route) -> Iterator[Finding]:
    """A text or list in a request body has no maximum: a client decides how much is validated, stored and shown.

    Reported at the field, or at the route where the model stands in another file. Texts of a constrained type
    (`EmailStr`, `HttpUrl`, an enumeration) have a limit of their own.

    Off by default: nearly every model has such fields, and servers in front often limit the body as a whole.

    Bad::

        class Comment(BaseModel):
            text: str  # FAP009

        @app.post("/comments")
        def comment(body: Comment) -> None:
            print(body.text)

    Good::

        from pydantic import Field

        class Comment(BaseModel):
            text: str = Field(max_length=2_000)

        @app.post("/comments")
        def comment(body: Comment) -> None:
            print(body.text)
    """
    if route.is_websocket or not served.is_api(route):
        return
    for parameter in route.parameters:
        if parameter.kind != "body" or parameter.type is None:
            continue
        for schema in schemas.nested(route.ev, parameter.type):
            for field in schema.fields:
                if _is_unbounded(schema, field):
                    yield Finding(_place(route, parameter, field), _unbounded(field))


def _unbounded(field: Field) -> str:
    owner = field.owner.qualname.rpartition(".")[2]
    named = f"`{short(f'{owner}.{field.name}', 40)}`"
    return fitting(
        f"{named} may be of any length: a client decides how much the service validates and stores; set `max_length`",
        f"{named} has no maximum: a client decides how much the service stores; set `max_length`",
    )


def _place(route: Route, parameter: Parameter, field: Field) -> Position:
    """The field, where the file at hand declares it; else the parameter."""
    node = route.source.cls(field.owner.qualname) if field.owner.path == route.source.path else None
    for found in node.body if node is not None else ():
        if isinstance(found, ast.AnnAssign) and isinstance(found.target, ast.Name) and found.target.id == field.name:
            return start(found)
    return route.place(parameter)


def _is_unbounded(schema: Schema, field: Field) -> bool:
    if schema.config("str_max_length") is not None or schema.config("max_anystr_length") is not None:
        return False
    if any(field.option(schema.ev, name) is not None for name in _LIMITS):
        return False
    return not _is_made(field.annotation) and any(_is_open(member) for member in types.members(field.type))


def _is_made(annotation: Value) -> bool:
    """`constr(max_length=10)`: a call makes the type, and may limit it."""
    if isinstance(annotation, facts.Operation):
        return _is_made(annotation.left) or _is_made(annotation.right)
    return isinstance(annotation, facts.Call)


def _is_open(type_: Type) -> bool:
    if type_.metadata:
        return False
    return type_.is_named("builtins.str") or (type_.kind == "class" and type_.is_named(*tables.SEQUENCES))
