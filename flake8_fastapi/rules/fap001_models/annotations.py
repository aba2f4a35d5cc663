"""FAP001: annotations that do not say what they seem to say."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import code as codes
from flake8_fastapi.semantics import dependencies, facts, models, schemas, signatures, tree, types
from flake8_fastapi.semantics.code import Source
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import FunctionFacts, Position
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Field, Model, Schema
from flake8_fastapi.semantics.things import ClassThing, Frame, Library
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.visitor import Finding, check

_REBUILDS = ("model_rebuild", "update_forward_refs", "rebuild_dataclass")
_MOST_MODELS = 100
"""So many models are followed from one route."""


# -- types that exist for the type checker only


@check
def hidden_annotation(subject: Route | Model | Function) -> Iterator[Finding]:
    """A type that FastAPI or Pydantic has to evaluate is imported only under `TYPE_CHECKING`.

    A parameter of such a type becomes one of the query string (422), a return annotation or a field of it makes every
    request a 500, and the documentation fails.

    Silent where nobody evaluates the annotation: beside a default `Depends(…)`, in the return annotation of a
    dependency, beside `response_model=`, in models that are rebuilt with the name present, or that no route uses.

    Bad::

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from datetime import date

        @app.get("/report")
        def report(day: date) -> None:  # FAP001
            print(day)

    Good::

        from datetime import date

        @app.get("/report")
        def report(day: date) -> None:
            print(day)
    """
    hidden = _hidden_names(subject.source)
    if not hidden:
        return
    if isinstance(subject, Function):
        yield from _in_dependency(subject, hidden)
    elif isinstance(subject, Model):
        found = list(_in_fields(subject.source, subject, hidden))
        if found and _is_exchanged(subject) and not _is_rebuilt(subject):
            yield from found
    else:
        yield from _in_route(subject, hidden)


def _in_route(route: Route, hidden: frozenset[str]) -> Iterator[Finding]:
    if route.is_handler_at_hand and route.function is not None:
        yield from _in_signature(route.source, route.function, route.parameters, hidden)
        yield from _in_return(route, route.function, hidden)
    for dependency in _dependencies(route):
        # `Depends()` does not say itself which class it calls.
        function = dependency.function
        if dependency.facts is not None and function is not None and function.path == route.source.path:
            yield from _in_signature(route.source, dependency.facts, dependency.parameters, hidden)


def _in_dependency(function: Function, hidden: frozenset[str]) -> Iterator[Finding]:
    code = function.code
    if code is None or not any(_says(node, hidden) for node in ast.walk(code.node.args)):
        return
    signature = signatures.of(function.ev, function.thing)
    if signature is None or signature.function != function.thing or not function.is_dependency:
        return
    parameters = dependencies.analyzed(function.ev, signature, None)
    yield from _in_signature(function.source, function.facts, parameters, hidden)


def _says(node: ast.AST, hidden: frozenset[str]) -> bool:
    """Whether a node is one of these names, or a text that may quote one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return any(name in node.value for name in hidden)
    return isinstance(node, ast.Name) and node.id in hidden


def _is_exchanged(model: Model) -> bool:
    """Whether a route takes or answers with the model, or with one that contains it."""
    registrations = model.project.registrations
    return any(models.is_exchanged(model.ev, registrations, model.cls, incoming) for incoming in (True, False))


def _hidden_names(source: Source) -> frozenset[str]:
    """The names that the module binds only under `if TYPE_CHECKING:`."""
    if b"TYPE_CHECKING" not in (source.ev.files.text(source.path) or b""):
        return frozenset()
    found: set[str] = set()
    for statement in source.tree.body:
        if isinstance(statement, ast.If) and source.thing(statement.test) == Library("typing.TYPE_CHECKING"):
            for node in statement.body:
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    found.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
    module = source.ev.module(source.path)
    return frozenset(name for name in found if module is not None and len(module.names.get(name, ())) == 1)


def _in_signature(
    source: Source, function: FunctionFacts, parameters: tuple[Parameter, ...], hidden: frozenset[str]
) -> Iterator[Finding]:
    code = source.code(function.qualname)
    if code is None:
        return
    arguments = code.node.args
    nodes = {node.arg: node for node in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    for parameter in parameters:
        node = nodes.get(parameter.name)
        if node is None or node.annotation is None or parameter.start != codes.start(node):
            continue
        given = parameter.kind == "dependency"
        if given and parameter.declaration.default is not None:
            continue
        name = _first_hidden(source, node.annotation, hidden - _around(source, function), with_quoted=not given)
        if name is not None:
            yield _finding(codes.start(node), name, f"parameter `{parameter.name}` of `{function.name}`", "FastAPI")


def _around(source: Source, function: FunctionFacts) -> frozenset[str]:
    """The names that the functions around a function bind."""
    module = source.ev.module(source.path)
    outer = module.functions.get(function.parent) if module is not None and function.parent is not None else None
    return frozenset(outer.locals) if outer is not None else frozenset()


def _in_return(route: Route, function: FunctionFacts, hidden: frozenset[str]) -> Iterator[Finding]:
    code = route.code
    if route.response.source != "annotation" or route.is_websocket or code is None:
        return
    if isinstance(code.node, ast.Lambda) or code.node.returns is None:
        return
    name = _first_hidden(route.source, code.node.returns, hidden - _around(route.source, function))
    if name is not None:
        yield _finding(function.position, name, f"the return annotation of `{function.name}`", "FastAPI")


def _in_fields(source: Source, schema: Schema, hidden: frozenset[str]) -> Iterator[Finding]:
    node = source.cls(schema.cls.qualname)
    statements = node.body if node is not None else []
    names = {field.name for field in schema.fields if field.owner == schema.cls}
    for statement in statements:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = _first_hidden(source, statement.annotation, hidden)
            if name is not None and statement.target.id in names:
                what = f"field `{statement.target.id}` of `{schema.name}`"
                yield _finding(codes.start(statement), name, what, "Pydantic")


def _finding(position: Position, name: str, where: str, who: str) -> Finding:
    return Finding(
        position, f"`{name}` in {where} is imported only under `TYPE_CHECKING`: {who} cannot evaluate it; import it"
    )


def _first_hidden(source: Source, annotation: ast.expr, hidden: frozenset[str], with_quoted: bool = True) -> str | None:
    """The first hidden name that has to be there when the annotation is evaluated."""
    return next((name for name in _names(source, annotation, with_quoted, True) if name in hidden), None)


def _names(source: Source, node: ast.expr, with_quoted: bool, outermost: bool = False) -> Iterator[str]:
    """The names in an annotation. Quoted parts inside `Annotated[…, Depends(…)]` stay quoted (`with_quoted`)."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        inner = tree.read_expression(node.value) if with_quoted or outermost else None
        if inner is not None:
            yield from _names(source, inner, with_quoted)
    elif isinstance(node, ast.Subscript):
        yield from _names(source, node.value, with_quoted)
        holder = source.thing(node.value)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if holder == Library("typing.Annotated"):
            yield from _names(source, parts[0], with_quoted)
            yield from (each.id for part in parts[1:] for each in ast.walk(part) if isinstance(each, ast.Name))
        elif holder != Library("typing.Literal"):
            for part in parts:
                yield from _names(source, part, with_quoted)
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _names(source, child, with_quoted)


def _is_rebuilt(schema: Schema) -> bool:
    """Whether something in the project may complete the model: it is rebuilt, or it is a table of a mapper."""
    if schema.is_table or not schema.ev.files.paths():
        return True
    return any(
        _may_be_rebuilt_in(schema, path, word) for word in _REBUILDS for path in schema.ev.files.mentioning(word)
    )


def _may_be_rebuilt_in(schema: Schema, path: str, word: str) -> bool:
    """Whether a call of this name in a file is one of this model, or of what is not known."""
    module = schema.ev.module(path)
    for qualname, site in module.mentions.get(word, ()) if module is not None else ():
        call = site.value
        if isinstance(call, facts.Call):
            of = call.func.of if isinstance(call.func, facts.Attribute) else call.args[0] if call.args else None
            thing = schema.ev.certain(of, Frame(path, qualname)) if of is not None else None
            if not isinstance(thing, ClassThing) or thing == schema.cls:
                return True
    return False


# -- what a route reaches


def _dependencies(route: Route) -> Iterator[Dependency]:
    """Its own dependencies and those that are inherited, with everything that they need."""
    yield from route.every_dependency()
    for operation in route.operations:
        for dependency in operation.inherited:
            yield from dependency.walk()


def _taken(route: Route) -> Iterator[Schema]:
    """The models that a route takes, with all that are in them."""
    pending = [parameter.type for parameter in route.parameters if parameter.kind not in ("dependency", "self")]
    for dependency in _dependencies(route):
        pending += [parameter.type for parameter in dependency.parameters if parameter.kind != "dependency"]
    seen: dict[ClassThing, Schema] = {}
    while pending and len(seen) < _MOST_MODELS:
        type_ = pending.pop()
        for schema in schemas.nested(route.ev, type_) if type_ is not None else ():
            if schema.cls not in seen:
                seen[schema.cls] = schema
                pending += [field.type for field in schema.fields]
                pending += [Type("class", owner) for owner in dict.fromkeys(field.owner for field in schema.fields)]
    yield from seen.values()


# -- optional, and required


@check(optional=True)
def optional_without_default(route: Route) -> Iterator[Finding]:
    """`T | None` without a default is required in Pydantic 2 and in queries: a request without it is a 422.

    Who comes from Pydantic 1, where such a field had None as its default, does not expect it. Where `null` is meant as
    a value that must be sent, `= ...` says so. Reported for parameters, and for fields of the models that the route
    takes and its module defines.

    Bad::

        @app.get("/items")
        def items(name: str | None) -> None:  # FAP001
            print(name)

    Good::

        @app.get("/items")
        def items(name: str | None = None) -> None:
            print(name)
    """
    for parameter in route.parameters:
        if parameter.kind in ("query", "header", "cookie") and _is_required_optional(route, parameter):
            yield Finding(
                route.place(parameter),
                f"`{parameter.name}` of `{route.name}` may be None, yet is required: there is no default; add `= None`",
            )
    for schema in _taken(route):
        if schema.kind != "model" or schema.cls.path != route.source.path or _is_old(route, schema):
            continue
        for field in schema.fields:
            if field.owner == schema.cls and _is_field_required_optional(schema, field):
                statement = _statement(route.source, schema, field.name)
                if statement is not None:
                    yield Finding(
                        codes.start(statement),
                        f"`{field.name}` of `{schema.name}` may be None, yet is required: there is no default; "
                        "add `= None`",
                    )


def _is_required_optional(route: Route, parameter: Parameter) -> bool:
    if parameter.type is None or not parameter.required or not types.is_optional(parameter.type):
        return False
    made = parameter.marker.made if parameter.marker is not None else None
    first = made.call.args[0] if made is not None and made.call.args else parameter.option("default")
    if parameter.type.kind == "none":
        return False
    # A default, though required: `...` is written.
    return first is None and (parameter.declaration.default is None or parameter.marker is not None)


def _is_field_required_optional(schema: Schema, field: Field) -> bool:
    if not field.required or not types.is_optional(field.type) or field.type.kind == "none":
        return False
    default = field.default
    if default is None:
        return True
    if not isinstance(default, facts.Call):
        return False
    return not default.args and default.keyword("default") is None


def _is_old(route: Route, schema: Schema) -> bool:
    """Whether the model may be one of Pydantic 1."""
    version = route.project.fastapi_version
    if version is not None and version < (0, 100):
        return True
    text = schema.ev.files.text(schema.cls.path) or b""
    return b"pydantic.v1" in text or schema.config("orm_mode") is not None


def _statement(source: Source, schema: Schema, name: str) -> ast.AnnAssign | None:
    node = source.cls(schema.cls.qualname)
    declared = (each for each in (node.body if node is not None else ()) if isinstance(each, ast.AnnAssign))
    return next((each for each in declared if isinstance(each.target, ast.Name) and each.target.id == name), None)
