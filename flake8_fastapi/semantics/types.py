"""Annotations as types: what a parameter, a field or a response is declared to be.

`hints.instance` answers what a value certainly is; here the declaration itself is the question, with its arguments,
its unions and what `Annotated` adds to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from flake8_fastapi.knowledge import types as tables
from flake8_fastapi.semantics import arguments, classes, facts, hints
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.hints import Part
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Instance, Library, Made, Thing

if TYPE_CHECKING:
    from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 20
"""How deep annotations may nest; aliases count too."""
_TRANSPARENT = frozenset(
    {"typing.Final", "typing.ClassVar", "typing.Required", "typing.NotRequired", "typing.ReadOnly"}
)

Kind = Literal["class", "union", "none", "any", "literal", "ellipsis", "variable", "unknown"]


@dataclass(frozen=True, slots=True)
class Type:
    """A declared type."""

    kind: Kind
    thing: ClassThing | Library | None = None
    """The class, for the kind "class"."""
    args: tuple[Type, ...] = ()
    """The members of a union, or the arguments of a generic class."""
    values: tuple[object, ...] = ()
    """The values of a `Literal`; the name of a type variable."""
    metadata: tuple[Part, ...] = ()
    """What `Annotated` adds, each with the place where it is written."""
    is_opaque: bool = False
    """A `NewType`, a type variable, or an alias type inside another type: FastAPI does not look through it."""

    @property
    def name(self) -> str:
        """The canonical dotted name of a library class; empty for every other type."""
        return self.thing.name if isinstance(self.thing, Library) else ""

    def is_named(self, *names: str) -> bool:
        """Whether this is one of these library classes, by canonical name; a subclass does not count."""
        return self.kind == "class" and self.name in names


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an enumeration in a `Literal`."""

    name: str

    def __repr__(self) -> str:
        return self.name


UNKNOWN = Type("unknown")
ANY = Type("any")
NONE = Type("none")


def resolve(ev: Evaluator, annotation: Value, frame: Frame, depth: int = _DEPTH) -> Type:
    """The type that an annotation stands for, through aliases in any module."""
    value, where = _followed(ev, annotation, frame)
    if depth == 0:
        return UNKNOWN
    if isinstance(value, facts.Constant):
        return NONE if value.value is None else Type("ellipsis") if value.value is ... else UNKNOWN
    if isinstance(value, facts.Operation) and value.operator == "|":
        return _union((resolve(ev, value.left, where, depth - 1), resolve(ev, value.right, where, depth - 1)))
    if isinstance(value, facts.Item):
        return _subscripted(ev, value, where, depth)
    if isinstance(value, facts.Call):
        return _made(ev, value, where, depth)
    if isinstance(value, facts.Display) and value.kind == "list":
        return Type("class", Library("builtins.list"))
    return _named(ev.certain(annotation, frame))


def _followed(ev: Evaluator, annotation: Value, frame: Frame) -> Part:
    """The expression that an alias stands for; the annotation itself if it is a class or not understood."""
    value, where = annotation, frame
    for _ in range(_DEPTH):
        if isinstance(value, facts.Declared):
            if value.value is None:
                return annotation, frame
            value = value.value
        followed = hints.definition(ev, value, where)
        if followed is None:
            break
        value, where = followed
    return value, where


def _named(thing: Thing | None) -> Type:
    if isinstance(thing, Library):
        if thing.name == "typing.Any":
            return ANY
        if thing.name == "builtins.object":
            return Type("any", thing)
        return NONE if thing.name == "builtins.NoneType" else Type("class", thing)
    return Type("class", thing) if isinstance(thing, ClassThing) else UNKNOWN


def _subscripted(ev: Evaluator, value: facts.Item, frame: Frame, depth: int) -> Type:
    alias, where = _followed(ev, value.of, frame)
    if isinstance(alias, (facts.Item, facts.Operation)):
        return _filled_in(ev, resolve(ev, alias, where, depth - 1), value, frame, depth)
    thing = ev.certain(value.of, frame)
    items = value.key.items if isinstance(value.key, facts.Display) else (value.key,)
    name = thing.name if isinstance(thing, Library) else ""
    if name == "typing.Literal":
        return Type("literal", values=tuple(_literal(ev, item, frame) for item in items))
    if name == "typing.Annotated" and items:
        inner = resolve(ev, items[0], frame, depth - 1)
        return replace(inner, metadata=(*inner.metadata, *((item, frame) for item in items[1:])))
    args = tuple(resolve(ev, item, frame, depth - 1) for item in items)
    if name == "typing.Optional":
        return _union((*args, NONE))
    if name == "typing.Union":
        return _union(args)
    if name in _TRANSPARENT:
        return args[0] if args else UNKNOWN
    base = _named(thing)
    return replace(base, args=args) if base.kind == "class" else base


def _filled_in(ev: Evaluator, alias: Type, value: facts.Item, frame: Frame, depth: int) -> Type:
    """`Many[Item]` for `Many = list[T]`."""
    items = value.key.items if isinstance(value.key, facts.Display) else (value.key,)
    variables = list(dict.fromkeys(part.values for part in parts(alias) if part.kind == "variable"))
    if len(variables) != len(items):
        return UNKNOWN
    given = {name: resolve(ev, item, frame, depth - 1) for name, item in zip(variables, items, strict=True)}
    return _replaced(alias, given)


def _replaced(type_: Type, given: dict[tuple[object, ...], Type]) -> Type:
    if type_.kind == "variable":
        found = given.get(type_.values, UNKNOWN)
        return replace(found, metadata=(*found.metadata, *type_.metadata))
    return replace(type_, args=tuple(_replaced(arg, given) for arg in type_.args))


def _literal(ev: Evaluator, value: Value, frame: Frame) -> object:
    """A value of a `Literal`; a quoted one was read as an expression, as annotations are."""
    if isinstance(value, facts.Name):
        return value.name
    if isinstance(value, facts.Attribute):
        holder = ev.certain(value.of, frame)
        if isinstance(holder, ClassThing):
            return Member(f"{holder.qualname.rpartition('.')[2]}.{value.name}")
    return ev.literal(value, frame)


def _union(members: tuple[Type, ...]) -> Type:
    flat: list[Type] = []
    for member in members:
        for part in member.args if member.kind == "union" and not member.metadata else (member,):
            if part not in flat:
                flat.append(part)
    return flat[0] if len(flat) == 1 else Type("union", args=tuple(flat))


def _made(ev: Evaluator, call: facts.Call, frame: Frame, depth: int) -> Type:
    """`NewType("Id", int)`, `conint(ge=1)`, or a function of the project that returns an annotation."""
    callee = ev.certain(call.func, frame)
    if isinstance(callee, Library):
        if callee.name == "typing.NewType" and len(call.args) == 2:
            return replace(resolve(ev, call.args[1], frame, depth - 1), is_opaque=True)
        if callee.name == "typing.TypeAliasType" and len(call.args) == 2:
            named = resolve(ev, call.args[1], frame, depth)
            return named if depth == _DEPTH else replace(named, is_opaque=True)
        if callee.name == "typing.TypeVar":
            return Type("variable", values=(ev.literal(call.args[0], frame) if call.args else None,), is_opaque=True)
        constrained = tables.CONSTRAINED.get(callee.name)
        if constrained is not None:
            args = tuple(resolve(ev, item, frame, depth - 1) for item in call.args[:1])
            is_pattern = call.keyword("pattern") is not None or call.keyword("regex") is not None
            metadata = ((call, frame),) if is_pattern else ()
            return Type(
                "class", Library(constrained), args if constrained in tables.SEQUENCES else (), metadata=metadata
            )
        return UNKNOWN
    function = callee.function if isinstance(callee, Bound) else callee
    if isinstance(callee, Instance) and isinstance(callee.type, ClassThing):
        function = classes.method(ev, callee.type, "__call__")
    found = ev.function(function) if isinstance(function, FunctionThing) else None
    if found is None or found.is_async or len(found.returned) != 1:
        return UNKNOWN
    assert isinstance(function, FunctionThing)
    owner = callee.owner if isinstance(callee, Bound) else callee if isinstance(callee, Instance) else None
    env = arguments.bind(ev, function, Made(call, frame), constants=True, owner=owner)
    return resolve(ev, found.returned[0], ev.frame_of(function, env), depth - 1)


# -- questions


def members(type_: Type) -> Iterator[Type]:
    """The members of a union, None aside; of any other type the type itself."""
    if type_.kind != "union":
        yield type_
        return
    for member in type_.args:
        if member.kind == "union":
            yield from members(member)
        elif member.kind != "none":
            yield member


def is_optional(type_: Type) -> bool:
    """Whether None is one of the values."""
    return type_.kind == "none" or (type_.kind == "union" and any(is_optional(member) for member in type_.args))


def parts(type_: Type) -> Iterator[Type]:
    """The type and everything it is made of."""
    yield type_
    for arg in type_.args:
        yield from parts(arg)


def is_known(type_: Type) -> bool:
    """Whether every part of the type was resolved."""
    return all(part.kind not in ("unknown", "variable") for part in parts(type_))


def is_a(ev: Evaluator, type_: Type, *names: str) -> bool:
    """Whether the type certainly is, or derives from, one of these library classes."""
    return type_.thing is not None and classes.is_a(ev, type_.thing, *names)


def is_dataclass(ev: Evaluator, type_: Type) -> bool:
    """Whether the type is a dataclass of the project, or derives from one."""
    return isinstance(type_.thing, ClassThing) and any(
        isinstance(base, ClassThing) and _is_decorated(ev, base) for base in classes.mro(ev, type_.thing)[0]
    )


def _is_decorated(ev: Evaluator, cls: ClassThing) -> bool:
    found = classes.facts_of(ev, cls)
    for decorator in found.decorators if found is not None else ():
        value = decorator.func if isinstance(decorator, facts.Call) else decorator
        thing = ev.certain(value, Frame(cls.path))
        if isinstance(thing, Library) and thing.name in tables.DATACLASS_DECORATORS:
            return True
    return False


def is_sequence(ev: Evaluator, type_: Type) -> bool:
    """Whether FastAPI sees a sequence: a list, tuple, set …, or a union with one."""
    if type_.is_opaque:
        return False
    if type_.kind == "union":
        return any(is_sequence(ev, member) for member in type_.args)
    return is_a(ev, type_, *tables.SEQUENCES) and not is_a(ev, type_, "builtins.str", "builtins.bytes")


def is_scalar(ev: Evaluator, type_: Type) -> bool | None:
    """Whether a parameter of this type comes from the query unless a marker says otherwise; None if unknown."""
    if type_.is_opaque or type_.kind in ("none", "any", "literal", "ellipsis"):
        return True
    if type_.kind == "union":
        answers = [is_scalar(ev, member) for member in type_.args]
        return False if False in answers else None if None in answers else True
    if type_.thing is None:
        return None
    if is_sequence(ev, type_) or is_a(ev, type_, tables.MODEL, tables.UPLOAD_FILE, *tables.MAPPINGS):
        return False
    if is_dataclass(ev, type_):
        return False
    return _is_scalar_class(ev, type_.thing)


def _is_scalar_class(ev: Evaluator, thing: ClassThing | Library) -> bool | None:
    names = list(classes.library_types(ev, thing))
    if any(name in tables.SCALARS for name in names):
        return True
    package, _, last = names[0].rpartition(".") if names else ("", "", "")
    if package in ("pydantic", "pydantic_extra_types") and last in tables.PYDANTIC_SCALARS:
        return True
    if isinstance(thing, Library) and thing.name in ("typing.LiteralString", "collections.abc.Iterable"):
        return True
    return None


# -- in words


def text(ev: Evaluator, type_: Type) -> str:
    """The type as a person would write it: `list[Item] | None`; `?` stands for what is unknown."""
    if type_.kind == "class":
        name = class_name(ev, type_)
        return f"{name}[{', '.join(text(ev, arg) for arg in type_.args)}]" if type_.args else name
    if type_.kind == "union":
        written = [text(ev, member) for member in type_.args if member.kind != "none"]
        return " | ".join((*written, "None") if is_optional(type_) else written)
    if type_.kind == "literal":
        return f"Literal[{', '.join(repr(value) for value in type_.values)}]"
    if type_.kind == "any":
        return "Any" if type_.thing is None else "object"
    return {"none": "None", "ellipsis": "..."}.get(type_.kind, "?")


def class_name(ev: Evaluator, type_: Type) -> str:
    """The name of a class, without its module."""
    if isinstance(type_.thing, ClassThing):
        found = classes.facts_of(ev, type_.thing)
        return found.name if found is not None else type_.thing.qualname.rpartition(".")[2]
    return type_.name.rpartition(".")[2] or "?"
