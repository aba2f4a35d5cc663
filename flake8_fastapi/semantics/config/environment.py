"""The environment of the process: where it is read, under which name, and with what default.

`os.getenv`, `os.environ`, the readers of configuration libraries, and functions of the project that pass a name on to
one of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import environment as tables
from flake8_fastapi.knowledge.environment import Reader
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.things import Bound, Frame, FunctionThing, Instance, Library, Thing, function_of
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_SIGNS = ("environ", "getenv", "decouple", "environs", "Config")
"""Words of which a module that reads the environment has one."""
_WRITERS = ("environ", "putenv", "unsetenv", "env")
_SETS = re.compile(
    rb"\benv\w*\s*\[\s*[\"']\w+[\"']\s*\]\s*=(?!=)|(?:putenv|unsetenv|environ\w*\.(?:setdefault|pop))\(\s*[\"']\w+[\"']"
    rb"|environ\w*\.update\([^)]*\)"
)
_QUOTED = re.compile(rb"[\"'](\w+)[\"']|\b(\w+)\s*=")
_DEEPEST = 3
"""How many functions of the project a name is passed through."""
_LONGEST = 40
"""A function that only reads a variable has fewer lines."""
_PARTS = 6
"""How deep in an expression a reading is looked for: `[x.strip() for x in os.getenv("X", "").split(",")]`."""
_DEFAULTS = frozenset({"default", "fallback", "default_value", "defaults", "or_else"})


class Read(NamedTuple):
    """One reading of the environment."""

    name: str | None
    """The variable; None where that is not certain."""
    default: Value | None
    """What is given where the variable is not set, as written; None if there is nothing, or it is not known."""
    frame: Frame
    """Where the default is evaluated."""
    has_default: bool
    """Whether the code goes on where the variable is not set."""
    source: str
    """What reads: "os", "decouple", "starlette", "environs", "django-environ", "dynaconf" or "project"."""


def read(ev: Evaluator, value: Value, frame: Frame) -> Read | None:
    """The reading of the environment that an expression certainly is; None for anything else."""
    return _read(ev, value, frame, _DEEPEST)


def readings(ev: Evaluator, value: Value, frame: Frame) -> Iterator[Read]:
    """The readings that an expression is made of: `int(os.getenv("X", "1"))`, `os.getenv("X") or os.getenv("Y")`."""
    return _readings(ev, value, frame, _PARTS)


def is_environ(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether a value certainly is the environment as a whole: `os.environ`."""
    thing = ev.certain(value, frame)
    return isinstance(thing, Library) and thing.name in tables.ENVIRON


def parameter_read(ev: Evaluator, function: FunctionThing) -> facts.Parameter | None:
    """The parameter of a function that is the name of a variable which the function reads; None if it has none."""
    found = ev.function(function)
    if found is None or found.is_async or found.is_generator or found.lines > _LONGEST:
        return None
    passed = _passed(ev, function, found, _DEEPEST)
    return passed[0] if passed is not None else None


def _read(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Read | None:
    if isinstance(value, facts.Awaited):
        return None
    if isinstance(value, facts.Item):
        return _item(ev, value, frame)
    if isinstance(value, facts.Attribute):
        return _attribute(ev, value, frame)
    if not isinstance(value, facts.Call):
        return None
    callee = ev.certain(value.func, frame)
    reader = _reader(callee)
    if reader is not None:
        return _called(ev, value, frame, reader)
    function = function_of(callee)
    return _by_function(ev, value, frame, function, callee, depth) if function is not None and depth else None


def _item(ev: Evaluator, value: facts.Item, frame: Frame) -> Read | None:
    """`os.environ["X"]`, `settings["X"]` of dynaconf."""
    thing = ev.certain(value.of, frame)
    name = _object(thing)
    source = "os" if name in tables.ENVIRON else tables.OBJECTS.get(name)
    return Read(_text(ev, value.key, frame), None, frame, False, source) if source is not None else None


def _attribute(ev: Evaluator, value: facts.Attribute, frame: Frame) -> Read | None:
    """`settings.X` of dynaconf."""
    if value.name in tables.OBJECT_METHODS or value.name.startswith("_"):
        return None
    source = tables.OBJECTS.get(_object(ev.certain(value.of, frame)))
    return Read(value.name, None, frame, False, source) if source is not None else None


def _object(thing: Thing | None) -> str:
    """The name of an object that a library keeps ready, or of the class of one that the project has made."""
    if isinstance(thing, Instance):
        thing = thing.type
    return thing.name if isinstance(thing, Library) else ""


def _reader(callee: Thing | None) -> Reader | None:
    """How a library function, or an instance of a library class, reads the environment."""
    if isinstance(callee, Instance) and isinstance(callee.type, Library):
        return tables.CALLABLES.get(callee.type.name)
    function = callee.function if isinstance(callee, Bound) else callee
    if not isinstance(function, Library):
        return None
    return tables.FUNCTIONS.get(function.name) or tables.METHODS.get(function.name)


def _called(ev: Evaluator, call: facts.Call, frame: Frame, reader: Reader) -> Read:
    name = call.args[0] if call.args else call.keyword(reader.name)
    default = call.keyword(reader.default) if reader.default else None
    if default is None and reader.place is not None and reader.place < len(call.args):
        default = call.args[reader.place]
    if isinstance(default, facts.Starred):
        default = None
    text = _text(ev, name, frame) if name is not None else None
    gives_none = reader.source == "os" and bool(reader.default)
    return Read(text, default, frame, default is not None or gives_none or call.open, reader.source)


def _text(ev: Evaluator, value: Value, frame: Frame) -> str | None:
    found = ev.literal(value, frame)
    if isinstance(found, bytes):
        return found.decode("ascii", "replace")
    return found if isinstance(found, str) else None


# -- functions of the project that pass a name on


def _by_function(
    ev: Evaluator, call: facts.Call, frame: Frame, function: FunctionThing, callee: Thing | None, depth: int
) -> Read | None:
    found = ev.function(function)
    if found is None or found.is_async or found.is_generator or found.lines > _LONGEST:
        return None
    passed = _passed(ev, function, found, depth)
    if passed is None:
        return None
    name, default = passed
    shift = 1 if isinstance(callee, Bound) else 0
    given = call.given(name, shift)
    if given is None:
        return None
    value, where = default, Frame(function.path, function.qualname)
    if isinstance(default, facts.Parameter):
        written = call.given(default, shift)
        value, where = (written, frame) if written is not None else (default.default, Frame(function.path))
    return Read(_text(ev, given, frame), value, where, value is not None or call.open, "project")


def _passed(
    ev: Evaluator, function: FunctionThing, found: FunctionFacts, depth: int
) -> tuple[facts.Parameter, Value | None] | None:
    """The parameter that is the name of the variable, and what is given where that is not set."""
    frame = Frame(function.path, function.qualname)
    for site in found.sites:
        call = site.value
        if not isinstance(call, facts.Call) or not (call.args or call.keywords):
            continue
        passed = _passed_by(ev, call, frame, found, depth)
        if passed is not None:
            return passed
    for value in _values(found):
        if isinstance(value, facts.Item) and _item(ev, value, frame) is not None:
            name = _parameter(found, value.key)
            if name is not None:
                return name, None
    return None


def _passed_by(
    ev: Evaluator, call: facts.Call, frame: Frame, found: FunctionFacts, depth: int
) -> tuple[facts.Parameter, Value | None] | None:
    first = call.args[0] if call.args else call.keywords[0][1]
    name = _parameter(found, first)
    if name is None:
        return None
    inner = _read(ev, call, frame, depth - 1)
    if inner is None:
        return None
    default = inner.default
    parameter = _parameter(found, default) if default is not None else _default_parameter(found, name)
    return name, parameter if parameter is not None else default


def _default_parameter(found: FunctionFacts, name: facts.Parameter) -> facts.Parameter | None:
    """The parameter that is given where the variable is not set: returned as it is, or called the default."""
    others = [each for each in found.parameters if each is not name and each.kind in ("positional", "keyword")]
    for value in found.returned:
        parts = value.values if isinstance(value, facts.Either) else (value,)
        for part in parts:
            returned = _parameter(found, part)
            if returned in others:
                return returned
    return next((each for each in others if each.name in _DEFAULTS), None)


def _parameter(found: FunctionFacts, value: Value | None) -> facts.Parameter | None:
    """The parameter that a value is, or is made of with a constant: `f"APP_{name}"`, `name.upper()`, `str(default)`."""
    if isinstance(value, facts.Local):
        return next((each for each in found.parameters if each.name == value.name), None)
    parts: tuple[Value, ...] = ()
    if isinstance(value, facts.Text):
        parts = value.parts
    elif isinstance(value, facts.Operation):
        parts = (value.left, value.right)
    elif isinstance(value, facts.Call) and isinstance(value.func, facts.Attribute) and not value.args:
        parts = (value.func.of,)
    elif isinstance(value, facts.Call) and isinstance(value.func, facts.Name) and len(value.args) == 1:
        parts = value.args
    return next((each for part in parts if (each := _parameter(found, part)) is not None), None)


def _values(found: FunctionFacts) -> Iterator[Value]:
    """What a function returns, and what it gives to its variables."""
    yield from found.returned
    for bindings in found.locals.values():
        yield from bindings


# -- expressions


def _readings(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Iterator[Read]:
    found = read(ev, value, frame)
    if found is not None:
        yield found
    elif depth:
        for part in _parts_of(value):
            yield from _readings(ev, part, frame, depth - 1)


def _parts_of(value: Value) -> Iterator[Value]:
    if isinstance(value, facts.Either):
        yield from value.values
    elif isinstance(value, facts.Declared) and value.value is not None:
        yield value.value
    elif isinstance(value, facts.Call):
        if isinstance(value.func, facts.Attribute):
            yield value.func.of
        yield from value.args[:2]
    elif isinstance(value, (facts.Item, facts.Iterated)):
        yield value.of
    elif isinstance(value, facts.Comparison):
        yield value.left
    elif isinstance(value, facts.Display) and value.kind == "each":
        yield from value.items
    elif isinstance(value, facts.Text):
        yield from value.parts
    elif isinstance(value, facts.Operation):
        yield from (value.left, value.right)


# -- the project


def wrappers(project: Project) -> frozenset[str]:
    """The names of the project's functions that read a variable of which they are given the name."""
    known = project.memo.get("environment wrappers")
    if not isinstance(known, frozenset):
        known = project.memo["environment wrappers"] = frozenset(_wrappers(project))
    return known


def _wrappers(project: Project) -> Iterator[str]:
    for path in dict.fromkeys(path for word in _SIGNS for path in project.files.mentioning(word)):
        module = project.facts(path)
        for found in module.functions.values() if module is not None else ():
            if found.parameters and parameter_read(project.evaluator, FunctionThing(path, found.qualname)) is not None:
                yield found.name


def is_setting(name: str) -> bool:
    """Whether a variable configures the application; others belong to the machine, the platform or the test runner."""
    return name not in tables.PLATFORM and not name.startswith(tables.PLATFORM_PREFIXES)


def is_set_by_project(project: Project, name: str) -> bool:
    """Whether the application itself gives a variable a value: it may change from one reading to the next."""
    known = project.memo.get("environment set")
    if not isinstance(known, frozenset):
        known = project.memo["environment set"] = frozenset(_set_by_project(project))
    return name in known


def _set_by_project(project: Project) -> Iterator[str]:
    for path in dict.fromkeys(path for word in _WRITERS for path in project.files.mentioning(word)):
        text = b"" if project.files.is_test(path) else project.files.text(path) or b""
        for found in _SETS.finditer(text):
            for quoted, keyword in _QUOTED.findall(found.group()):
                yield (quoted or keyword).decode("utf-8", "replace")
