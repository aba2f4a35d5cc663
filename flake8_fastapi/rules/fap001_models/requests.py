"""FAP001: bodies that are none, should not be there, or cannot arrive."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.rules.fap001_models.payloads import is_bare_list
from flake8_fastapi.semantics import classes, facts, schemas, types
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Schema
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Instance, Library
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.visitor import Finding, check

_READING = frozenset({"GET", "HEAD"})
_BODILESS = _READING | {"DELETE"}


@check
def orm_request_body(route: Route) -> Iterator[Finding]:
    """A database table is the request body: clients can set its `id` and every other column.

    A `SQLModel` class with `table=True` does not validate its values either. Give the fields that clients may send to
    a model of their own, and build the row from it.

    Bad::

        from sqlmodel import Field, SQLModel

        class Hero(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            name: str

        @app.post("/heroes")
        def create(hero: Hero) -> None:  # FAP001
            print(hero)

    Good::

        from sqlmodel import Field, SQLModel

        class HeroCreate(SQLModel):
            name: str

        class Hero(HeroCreate, table=True):
            id: int | None = Field(default=None, primary_key=True)

        @app.post("/heroes")
        def create(hero: HeroCreate) -> None:
            print(Hero.model_validate(hero))
    """
    for parameter in route.parameters:
        if parameter.kind != "body" or parameter.type is None or route.methods <= _READING:
            continue
        table = next((schema for schema in schemas.nested(route.ev, parameter.type) if schema.is_table), None)
        if table is not None:
            more = " and nothing is validated" if classes.is_a(route.ev, table.cls, "sqlmodel.SQLModel") else ""
            yield Finding(
                route.place(parameter),
                f"`{parameter.name}` is a row of the table `{table.name}`: a client can set {_key_of(table)}{more}; "
                "declare a model without it",
            )


def _key_of(table: Schema) -> str:
    """The primary key of a table, in words."""
    keys = [field.name for field in table.fields if field.option(table.ev, "primary_key") is not None]
    return f"`{keys[0]}`" if keys else "`id`"


@check
def list_query_becomes_body(route: Route) -> Iterator[Finding]:
    """A list without `Query()` on a GET or DELETE is read from the body: `?tag=a` is ignored, or refused with a 422.

    A required list on a DELETE is taken for the body of a bulk deletion and not reported.

    Bad::

        @app.get("/items")
        def items(tags: list[str] = []) -> None:  # FAP001
            print(tags)

    Good::

        from fastapi import Query

        @app.get("/items")
        def items(tags: Annotated[list[str], Query()] = []) -> None:
            print(tags)
    """
    if not route.methods or not route.methods <= _BODILESS:
        return
    for parameter in route.parameters:
        if parameter.kind not in ("body", "file") or parameter.marker is not None or parameter.type is None:
            continue
        if not _is_list_of_scalars(route, parameter.type):
            continue
        if parameter.required is False or (parameter.required and route.methods <= _READING):
            ending = (
                "required there, which is a 422 for every client" if parameter.required else "and ignored in the URL"
            )
            yield Finding(
                route.place(parameter),
                f"list `{parameter.name}` of `{route.name}` is read from the body, {ending}; add `Query()`",
            )


def _is_list_of_scalars(route: Route, type_: Type) -> bool:
    members = list(types.members(type_))
    return (
        len(members) == 1
        and members[0].is_named(*tables.SEQUENCES)
        and all(arg.kind == "ellipsis" or types.is_scalar(route.ev, arg) for arg in members[0].args)
    )


@check
def model_in_get(route: Route) -> Iterator[Finding]:
    """A model is a parameter of a GET without `Query()` or `Depends()`: FastAPI reads it from the body.

    Such a request has none, so that a required model is a 422 for every client, and an optional one never arrives. A
    body that is written out, `Body()`, is taken to be meant.

    Bad::

        class Filters(BaseModel):
            name: str = ""

        @app.get("/items")
        def items(filters: Filters) -> None:  # FAP001
            print(filters.name)

    Good::

        from fastapi import Query

        class Filters(BaseModel):
            name: str = ""

        @app.get("/items")
        def items(filters: Annotated[Filters, Query()]) -> None:
            print(filters.name)
    """
    if not route.methods or not route.methods <= _READING:
        return
    for parameter in route.parameters:
        if parameter.kind != "body" or parameter.marker is not None or parameter.type is None:
            continue
        name = _model_in(route, parameter.type)
        if name and not _is_forgotten_depends(route, parameter):
            ending = "every client gets a 422" if parameter.required else "it never arrives"
            yield Finding(
                route.place(parameter),
                f"model `{name}` in GET `{route.name}` is read from the body: {ending}; "
                "annotate it with `Query()` or `Depends()`",
            )


def _is_forgotten_depends(route: Route, parameter: Parameter) -> bool:
    """`user: User = get_current_user`, of which `not-a-dependency` speaks."""
    default, frame = parameter.declaration.default, parameter.declaration.frame
    return default is not None and isinstance(route.ev.certain(default, frame), (FunctionThing, Bound))


def _model_in(route: Route, type_: Type) -> str:
    """The name of a model, by itself, in a union or in a list; empty if there is none."""
    for member in types.members(type_):
        inner = member.args[0] if member.is_named(*tables.SEQUENCES) and member.args else member
        if types.is_a(route.ev, inner, tables.MODEL) or types.is_dataclass(route.ev, inner):
            return types.class_name(route.ev, inner)
    return ""


@check
def json_and_form(route: Route) -> Iterator[Finding]:
    """A JSON body stands beside a form or a file: one request cannot hold both, and every one is refused with a 422.

    Beside a form FastAPI reads scalars with `Body()` from the form as well, and a model may decode the text of a form
    field itself (a validator with `mode="before"`, `Json`): these work, and are not reported.

    Bad::

        class Item(BaseModel):
            name: str

        @app.post("/items")  # FAP001
        def create(item: Item, picture: UploadFile) -> None:
            print(item, picture)

    Good::

        from fastapi import Form

        @app.post("/items")
        def create(name: Annotated[str, Form()], picture: UploadFile) -> None:
            print(name, picture)
    """
    taken = list(_all_parameters(route))
    form = next((parameter for parameter in taken if _is_form(parameter)), None)
    body = next((parameter for parameter in taken if _is_json_only(route, parameter)), None)
    if form is not None and body is not None:
        ending = "always a 422" if body.required else f"`{body.name}` never arrives"
        yield Finding(
            route.position,
            f"`{route.name}` takes `{body.name}` as JSON and `{form.name}` as a form, yet no request is both: "
            f"{ending}; make all of it form fields",
        )


def _all_parameters(route: Route) -> Iterator[Parameter]:
    """The parameters of the handler and of all dependencies that stand at the route."""
    yield from route.parameters
    for dependency in route.every_dependency():
        yield from dependency.parameters


def _is_form(parameter: Parameter) -> bool:
    """Whether this is a form field or a file, and not a bare list, of which `untyped-body` speaks."""
    return parameter.kind in ("form", "file") and not is_bare_list(parameter)


def _is_json_only(route: Route, parameter: Parameter) -> bool:
    """Whether only JSON can give the value: not a scalar, a list of these, or what decodes text itself."""
    if parameter.kind != "body" or parameter.type is None or _is_converted(route, parameter.type):
        return False
    return all(_is_object(route, member) for member in types.members(parameter.type))


def _is_converted(route: Route, type_: Type) -> bool:
    """Whether `Annotated` adds a validator, which may decode text."""
    for value, frame in type_.metadata:
        thing = route.ev.certain(value, frame)
        made = thing.type if isinstance(thing, Instance) else None
        if isinstance(made, Library) and made.name in framework.FUNCTION_VALIDATORS:
            return True
    return False


def _is_object(route: Route, type_: Type) -> bool:
    if type_.is_named(*tables.SEQUENCES) and type_.args:
        return _is_object(route, type_.args[0])
    if type_.is_named(*tables.MAPPINGS):
        return True
    schema = schemas.of(route.ev, type_)
    return schema is not None and schema.is_complete and not _decodes_text(schema)


_DECODERS = frozenset({"__get_validators__", "__get_pydantic_core_schema__", "validate"})


def _decodes_text(schema: Schema) -> bool:
    """Whether a model looks at what it is given before its fields are read."""
    for base in classes.mro(schema.ev, schema.cls)[0]:
        found = classes.facts_of(schema.ev, base) if isinstance(base, ClassThing) else None
        if found is None or not isinstance(base, ClassThing):
            continue
        if not _DECODERS.isdisjoint(found.attributes):
            return True
        for bindings in found.attributes.values():
            for value in bindings:
                if isinstance(value, facts.Function) and _is_early(schema, FunctionThing(base.path, value.qualname)):
                    return True
    return False


def _is_early(schema: Schema, method: FunctionThing) -> bool:
    """Whether a method is a validator of the whole model, other than one that runs after its fields."""
    found = schema.ev.function(method)
    for decorator in found.decorators if found is not None else ():
        func = decorator.func if isinstance(decorator, facts.Call) else decorator
        thing = schema.ev.certain(func, Frame(method.path))
        if not isinstance(thing, Library) or thing.name not in ("pydantic.model_validator", "pydantic.root_validator"):
            continue
        mode = decorator.keyword("mode") if isinstance(decorator, facts.Call) else None
        if mode is None or schema.ev.literal(mode, Frame(method.path)) != "after":
            return True
    return False
