"""Parameters of handlers and dependencies: where FastAPI takes each one from.

The rules are those of `fastapi.dependencies.utils.analyze_param` (0.115 to 0.165), compared with the running framework
by the tests.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import facts, hints, types
from flake8_fastapi.semantics.signatures import Declaration
from flake8_fastapi.semantics.things import Bound, Frame, Instance, Library, LiteralThing, Thing
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.dependencies import Dependency

Kind = Literal["path", "query", "header", "cookie", "body", "form", "file", "dependency", "special", "self", "unknown"]


@dataclass(frozen=True)
class Parameter:
    """One parameter, as FastAPI sees it."""

    name: str
    kind: Kind
    type: Type | None
    """What it is declared to be; None without annotation."""
    required: bool | None
    """Whether a request without it is refused; None if that is unknown, False for dependencies and special ones."""
    declaration: Declaration
    marker: Instance | None = None
    """The `Query(…)`, `Body(…)`, `Depends(…)` … that says where it comes from."""
    dependency: Dependency | None = None

    @property
    def start(self) -> facts.Position | None:
        """Where it stands; None for a field of a class."""
        return self.declaration.start

    def option(self, name: str) -> facts.Value | None:
        """What the marker is given under this keyword."""
        made = self.marker.made if self.marker is not None else None
        return made.call.keyword(name) if made is not None else None


def analyze(ev: Evaluator, declaration: Declaration, path_names: frozenset[str] | None) -> Parameter:
    """The parameter without its dependency. `path_names` are the names in the route's path; None if it is unknown."""
    annotation, frame = declaration.annotation, declaration.frame
    type_ = types.resolve(ev, annotation, frame) if annotation is not None else None
    if declaration.is_field and type_ is not None:
        # The signature that pydantic gives a model has no markers.
        type_ = replace(type_, metadata=())
    in_annotation = _marker_of(ev, type_)
    in_default = _marker_in_default(ev, declaration)
    marker = in_default if in_default is not None else in_annotation
    if marker is not None and hints.is_marker(marker):
        return Parameter(declaration.name, "dependency", type_, False, declaration, marker)
    if marker is None and type_ is not None and types.is_a(ev, type_, *tables.SPECIAL):
        return Parameter(declaration.name, "special", type_, False, declaration)
    kind = _kind(ev, declaration, type_, marker, path_names)
    required = True if kind == "path" else _is_required(ev, declaration, in_default, marker)
    return Parameter(declaration.name, kind, type_, required, declaration, marker)


def _kind(
    ev: Evaluator,
    declaration: Declaration,
    type_: Type | None,
    marker: Instance | None,
    path_names: frozenset[str] | None,
) -> Kind:
    if path_names is not None and declaration.name in path_names:
        return "path"
    if marker is not None and isinstance(marker.type, Library):
        return tables.PARAMETER_MARKERS[marker.type.name]  # type: ignore[return-value]
    if _has_unknown_default(ev, declaration):
        return "unknown"
    if type_ is None:
        return "query" if path_names is not None else "unknown"
    if _is_upload(ev, type_):
        return "file"
    scalar = types.is_scalar(ev, type_)
    if scalar is None or (scalar and path_names is None):
        return "unknown"
    return "query" if scalar else "body"


def _is_upload(ev: Evaluator, type_: Type) -> bool:
    """`UploadFile`, `UploadFile | None`, `list[UploadFile]`."""
    if type_.kind == "union":
        # FastAPI does not look into an `Annotated` here.
        return any(_is_upload(ev, member) for member in type_.args if not member.metadata)
    if types.is_sequence(ev, type_):
        # Without item types too: FastAPI asks whether all of none are uploads.
        members = [member for arg in type_.args for member in types.members(arg)]
        return all(types.is_a(ev, member, tables.UPLOAD_FILE) and not member.metadata for member in members)
    return types.is_a(ev, type_, tables.UPLOAD_FILE)


def _marker_of(ev: Evaluator, type_: Type | None) -> Instance | None:
    """The last marker of FastAPI's own in `Annotated[…]`: that one counts."""
    found = _markers_in(ev, type_)
    return found[-1] if found else None


def _markers_in(ev: Evaluator, type_: Type | None) -> list[Instance]:
    things = [ev.certain(value, frame) for value, frame in (type_.metadata if type_ is not None else ())]
    return [thing for thing in things if isinstance(thing, Instance) and is_marker(thing)]


def _marker_in_default(ev: Evaluator, declaration: Declaration) -> Instance | None:
    if declaration.default is None or isinstance(declaration.default, facts.Constant):
        return None
    thing = ev.certain(declaration.default, declaration.frame)
    return thing if isinstance(thing, Instance) and is_marker(thing) else None


def is_marker(thing: object) -> bool:
    """Whether a thing is a `Query(…)`, `Body(…)` …, `Depends(…)` or `Security(…)` object."""
    if not isinstance(thing, Instance) or not isinstance(thing.type, Library):
        return False
    return thing.type.name in tables.PARAMETER_MARKERS or hints.is_marker(thing)


def _has_unknown_default(ev: Evaluator, declaration: Declaration) -> bool:
    """Whether the default is an expression that may give a marker: a call or a name that is not understood."""
    default = declaration.default
    if default is None or isinstance(default, (facts.Constant, facts.Display, facts.Table, facts.Text)):
        return False
    outer = _parameter_around(ev, default, declaration.frame)
    if outer is not None:
        return not _is_scalar_parameter(ev, *outer)
    if ev.certain(default, declaration.frame) is not None:
        return False
    return not (isinstance(default, facts.Call) and _is_plain_call(ev.certain(default.func, declaration.frame)))


def _is_plain_call(callee: Thing | None) -> bool:
    """Whether what is called certainly makes no marker: `timedelta(days=1)`, `frozenset()`."""
    if isinstance(callee, Bound):
        callee = callee.function
    if not isinstance(callee, Library):
        return False
    return callee.name.partition(".")[0] in sys.stdlib_module_names | {"pydantic"}


def _parameter_around(ev: Evaluator, default: facts.Value, frame: Frame) -> tuple[facts.Parameter, Frame] | None:
    """The parameter of a function around that a default is, where it is not known what was given for it."""
    found = hints.definition(ev, default, frame)
    if found is None or not isinstance(found[0], facts.Parameter):
        return None
    given = any(name == found[0].name for name, _ in found[1].env)
    return None if given else (found[0], found[1])


def _is_scalar_parameter(ev: Evaluator, parameter: facts.Parameter, frame: Frame) -> bool:
    """Whether it is declared a scalar, and so no marker."""
    if parameter.annotation is None:
        return False
    type_ = types.resolve(ev, parameter.annotation, frame)
    return type_.kind == "class" and types.is_scalar(ev, type_) is True


def _is_required(
    ev: Evaluator, declaration: Declaration, in_default: Instance | None, marker: Instance | None
) -> bool | None:
    if marker is not None and marker.made is not None and marker.made.call.keyword("default_factory") is not None:
        return False
    if in_default is None:
        return declaration.default is None or _is_ellipsis(ev, declaration.default, declaration)
    if in_default.made is None:
        return None
    call = in_default.made.call
    default = call.args[0] if call.args else call.keyword("default")
    if default is None:
        return None if call.open else True
    return ev.certain(default, in_default.made.frame) == LiteralThing(...)


def _is_ellipsis(ev: Evaluator, default: facts.Value, declaration: Declaration) -> bool:
    return ev.certain(default, declaration.frame) == LiteralThing(...)


def wire_name(ev: Evaluator, parameter: Parameter) -> str | None:
    """The name that a client uses: the alias, or for a header with hyphens; None if it is not known."""
    made = parameter.marker.made if parameter.marker is not None else None
    if made is None:
        return parameter.name
    if made.call.open:
        return None
    # Of several markers in one `Annotated` the last that says so counts (FastAPI 0.157; before, the last marker only).
    markers = [made, *(found.made for found in reversed(_markers_in(ev, parameter.type)) if found.made is not None)]
    for keyword in ("validation_alias", "alias"):
        for each in markers:
            written = each.call.keyword(keyword)
            if written is not None:
                found = ev.literal(written, each.frame)
                return found if isinstance(found, str) else None
    if parameter.kind != "header":
        return parameter.name
    converts = made.call.keyword("convert_underscores")
    kept = converts is not None and ev.literal(converts, made.frame) is False
    return parameter.name if kept else parameter.name.replace("_", "-")
