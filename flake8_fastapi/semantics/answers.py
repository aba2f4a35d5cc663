"""What handlers answer with: data, constants, responses of their own, or nothing."""

from __future__ import annotations

import ast
from typing import Literal

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, calls, classes, facts, hints, routes, schemas, types
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import entities, queries
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Items,
    Library,
    LiteralThing,
    Made,
    TableThing,
    Thing,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

Answer = Literal["nothing", "constant", "response", "data", "unknown"]
Answers = frozenset[Answer]

_UNKNOWN: Answers = frozenset({"unknown"})
_DATA: Answers = frozenset({"data"})
_DEPTH = 8
"""How many helpers and names are looked through."""

_COMPUTED = (
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.JoinedStr,
)  # fmt: skip
_DISPLAYS = (ast.Dict, ast.List, ast.Tuple, ast.Set)
_DATA_MAKERS = frozenset(
    {f"builtins.{name}" for name in ("dict", "list", "set", "frozenset", "tuple", "sorted", "len", "sum", "round")}
    | {f"builtins.{name}" for name in ("str", "int", "float", "bool", "abs", "vars")}
    | {"fastapi.encoders.jsonable_encoder", "json.loads", "dataclasses.asdict", "dataclasses.astuple"}
)
"""Functions whose result is never a response."""
_CLOCKS = frozenset({"time.time", *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today"))})
_DATA_TYPES = ("builtins.", "collections.", "datetime.", "decimal.", "enum.", "uuid.", "pydantic.", "sqlmodel.")
"""Beginnings of the names of library classes that hold data."""
_MODEL_METHODS = frozenset(
    {
        "construct", "copy", "dict", "from_orm", "json", "model_construct", "model_copy", "model_dump",
        "model_dump_json", "model_validate", "model_validate_json", "parse_obj", "parse_raw",
    }
)  # fmt: skip
"""Methods of pydantic models that give data."""
_NUMBERS = frozenset({"builtins.int", "builtins.float", "builtins.bool"})


def of_route(route: Route) -> Answers:
    """What a route's handler may return."""
    found = endpoint(route)
    if found is None:
        return _UNKNOWN
    if route.code is not None and found == route.registration.function:
        return of_code(route.code)
    return _of_function(route.ev, found, route.ev.frame_of(found), _DEPTH)


def endpoint(route: Route) -> FunctionThing | None:
    """The function whose result is sent: the handler, or what decorators made of it; None if that is unknown."""
    thing: Thing | None = route.registration.endpoint
    if thing is None or thing == route.registration.function:
        thing = route.registration.function
        for decorator, _ in () if route.is_plain else reversed(route.decorators):
            thing = only(calls.apply(route.ev, decorator, thing, route.frame))
            if thing is None:
                return None
    function = thing.function if isinstance(thing, Bound) else thing
    return function if isinstance(function, FunctionThing) else None


def of_code(code: Code) -> Answers:
    """What a function of the file at hand may return."""
    if isinstance(code.node, ast.Lambda):
        return of_node(code, code.node.body)
    found: set[Answer] = set()
    for node in code.returns():
        found |= of_node(code, node.value) if node.value is not None else {"nothing"}
    return frozenset(found) or frozenset({"nothing"})


def of_node(code: Code, node: ast.expr) -> Answers:
    """What an expression of the file at hand may be."""
    if is_constant(code, node):
        is_none = isinstance(node, ast.Constant) and node.value is None
        return frozenset({"nothing" if is_none else "constant"})
    if isinstance(node, _COMPUTED + _DISPLAYS):
        return _DATA
    if isinstance(node, ast.IfExp):
        return of_node(code, node.body) | of_node(code, node.orelse)
    if isinstance(node, ast.BoolOp):
        return frozenset().union(*(of_node(code, value) for value in node.values))
    value = written_out(code, node)
    if value is not node:
        return of_node(code, value)
    if isinstance(node, ast.Name) and is_told_apart(code, node):
        return _UNKNOWN
    source = code.source
    return _of_value(source.ev, source.value(node), source.frame(node), _DEPTH)


def is_told_apart(code: Code, node: ast.Name) -> bool:
    """Whether the code asks of what class a variable is: `if isinstance(user, Response): return user`."""
    tests = [each.test for each in code.ancestors(node) if isinstance(each, (ast.If, ast.IfExp))]
    asked = [each for test in tests for each in ast.walk(test) if isinstance(each, ast.Call)]
    return any(
        code.thing(call.func) == Library("builtins.isinstance")
        and any(isinstance(part, ast.Name) and part.id == node.id for part in call.args[:1])
        for call in asked
    )


def written_out(code: Code, node: ast.expr) -> ast.expr:
    """The value of a variable that is bound once and read only here; any other expression itself."""
    if not isinstance(node, ast.Name) or len(code.uses(node.id)) != 1:
        return node
    assigned = code.assigns(node.id)
    statement = code.parent(assigned[0]) if len(assigned) == 1 else None
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
        return statement.value
    return node


# -- constants


def is_constant(code: Code, node: ast.expr) -> bool:
    """Whether an expression says nothing that the client does not know: constants, messages, what it sent itself."""
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        return True
    if isinstance(node, ast.Dict):
        keys = all(key is not None and is_constant(code, key) for key in node.keys)
        one_number = len(node.values) == 1 and _is_number(code, node.values[0])
        return keys and (one_number or all(is_constant(code, value) for value in node.values))
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(is_constant(code, item) for item in node.elts)
    if isinstance(node, ast.UnaryOp):
        return is_constant(code, node.operand)
    if isinstance(node, ast.BinOp):
        return _is_text(node) or (is_constant(code, node.left) and is_constant(code, node.right))
    if isinstance(node, ast.IfExp):
        return is_constant(code, node.body) and is_constant(code, node.orelse)
    if isinstance(node, ast.Call):
        return _is_text_of_exception(code, node) or _is_time(code, node)
    if isinstance(node, (ast.ListComp, ast.DictComp)):
        return _is_over_enumeration(code, node)
    if isinstance(node, (ast.Name, ast.Attribute)):
        if _is_echo(code, node):
            return True
        things = code.things(node)
        return bool(things) and all(_is_constant_thing(code.source.ev, thing) for thing in things)
    return False


def _is_number(code: Code, node: ast.expr) -> bool:
    """Whether an expression is certainly a number or flag: `{"added": count}` asks for no model."""
    thing = code.thing(node)
    return isinstance(thing, Instance) and isinstance(thing.type, Library) and thing.type.name in _NUMBERS


def _is_time(code: Code, node: ast.expr) -> bool:
    """Whether a call tells the time: `time.time()`, `datetime.now().isoformat()`."""
    while isinstance(node, ast.Call):
        thing = code.thing(node.func)
        if isinstance(thing, Library) and thing.name in _CLOCKS:
            return True
        node = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    return False


def _is_over_enumeration(code: Code, node: ast.ListComp | ast.DictComp) -> bool:
    """Whether a comprehension runs over the members of an enumeration: `[kind.value for kind in Kind]`."""
    thing = code.thing(node.generators[0].iter)
    is_enum = isinstance(thing, ClassThing) and classes.is_a(code.source.ev, thing, "enum.Enum")
    return is_enum and len(node.generators) == 1


def _is_echo(code: Code, node: ast.expr) -> bool:
    """Whether a scalar that the client sent itself is sent back: `{"deleted": item_id}`."""
    ev, value = code.source.ev, code.source.value(node)
    module = ev.module(code.source.path)
    if not isinstance(value, facts.Local) or value.function != code.qualname or module is None:
        return False
    bindings = module.functions[code.qualname].locals.get(value.name, ())
    parameter = bindings[0] if len(bindings) == 1 else None
    if not isinstance(parameter, facts.Parameter) or parameter.annotation is None:
        return False
    where = Frame(code.source.path)
    if hints.dependency_marker(ev, parameter.annotation, parameter.default, where) is not None:
        return False
    type_ = types.resolve(ev, parameter.annotation, where)
    return type_.kind != "any" and types.is_scalar(ev, type_) is True


def _is_text(node: ast.expr) -> bool:
    """Whether a text is put together: `"Item " + name`, `"Item %s" % name`."""
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or (isinstance(node.op, ast.Add) and _is_text(node.right))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_text_of_exception(code: Code, node: ast.Call) -> bool:
    """`str(error)` in its `except`."""
    if code.thing(node.func) != Library("builtins.str") or len(node.args) != 1:
        return False
    caught = (each.name for each in code.ancestors(node) if isinstance(each, ast.ExceptHandler))
    return isinstance(node.args[0], ast.Name) and node.args[0].id in caught


def _is_constant_thing(ev: Evaluator, thing: Thing) -> bool:
    if isinstance(thing, LiteralThing):
        return thing.value is not None
    if isinstance(thing, Library):
        return routes.status_of(thing) is not None
    if isinstance(thing, TableThing) and thing.items and thing.frame.function == facts.MODULE:
        return all(_is_constant_value(ev, value, thing.frame) for _, value in thing.items)
    if isinstance(thing, Items) and thing.values and thing.frame.function == facts.MODULE:
        return all(_is_constant_value(ev, value, thing.frame) for value in thing.values)
    return False


def _is_constant_value(ev: Evaluator, value: Value, frame: Frame) -> bool:
    if isinstance(value, (facts.Constant, facts.Text)):
        return True
    if isinstance(value, facts.Table):
        return all(key is not None and _is_constant_value(ev, item, frame) for key, item in value.items)
    if isinstance(value, facts.Display):
        return all(_is_constant_value(ev, item, frame) for item in value.items)
    things = ev.evaluate(value, frame)
    return bool(things) and all(_is_constant_thing(ev, thing) for thing in things)


# -- values, in any module


def _of_value(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Answers:
    if depth == 0:
        return _UNKNOWN
    if isinstance(value, facts.Constant):
        return frozenset({"nothing" if value.value is None else "constant"})
    if isinstance(value, (facts.Text, facts.Table, facts.Display)):
        return frozenset({"constant"}) if _is_constant_value(ev, value, frame) else _DATA
    if isinstance(value, facts.Operation):
        return _DATA
    if isinstance(value, facts.Either):
        return frozenset().union(*(_of_value(ev, each, frame, depth - 1) for each in value.values))
    if queries.comes_from_session(ev, value, frame):
        return _DATA
    things = ev.evaluate(value, frame)
    found = frozenset(_of_thing(ev, thing) for thing in things) if things else _UNKNOWN
    if "unknown" not in found:
        return _DATA if isinstance(value, facts.Item) and found == {"constant"} else found
    if isinstance(value, facts.Awaited):
        inner = value.of
        return _of_call(ev, inner, frame, depth - 1, is_awaited=True) if isinstance(inner, facts.Call) else found
    if isinstance(value, facts.Call):
        return _of_call(ev, value, frame, depth - 1, is_awaited=False)
    if isinstance(value, facts.Local):
        return _of_bindings(ev, value, frame, depth - 1)
    return found


def _of_bindings(ev: Evaluator, value: facts.Local, frame: Frame, depth: int) -> Answers:
    """What a variable of a function may hold; a container may have been filled since."""
    home = ev.home(value.function, frame)
    found = (each for binding in _bindings(ev, value, frame) for each in _of_value(ev, binding, home, depth))
    return frozenset(found) or _UNKNOWN


def _bindings(ev: Evaluator, value: facts.Local, frame: Frame) -> list[Value]:
    """The values that a variable of a function may have where it is used."""
    return [facts.undeclared(each) for each in ev.bindings(value, frame)]


def _of_call(ev: Evaluator, call: facts.Call, frame: Frame, depth: int, *, is_awaited: bool) -> Answers:
    if _is_of_model(ev, call.func, frame):
        return _DATA
    callee = ev.certain(call.func, frame)
    function = callee.function if isinstance(callee, Bound) else callee
    if isinstance(function, Library):
        return _DATA if function.name in _DATA_MAKERS else _UNKNOWN
    found = ev.function(function) if isinstance(function, FunctionThing) else None
    if found is None or found.is_generator or found.is_async is not is_awaited:
        return _UNKNOWN
    assert isinstance(function, FunctionThing)
    owner = callee.owner if isinstance(callee, Bound) else None
    env = arguments.bind(ev, function, Made(call, frame), constants=True, owner=owner)
    return _of_function(ev, function, ev.frame_of(function, env), depth)


def _of_function(ev: Evaluator, function: FunctionThing, frame: Frame, depth: int) -> Answers:
    found = ev.function(function)
    if found is None:
        return _UNKNOWN
    answers = (each for value in found.returned for each in _of_value(ev, value, frame, depth))
    return frozenset(answers) or frozenset({"nothing"})


def _is_of_model(ev: Evaluator, func: Value, frame: Frame) -> bool:
    """Whether a method of a data model is called that gives data: `user.model_dump()`, `User.model_validate(…)`."""
    if not isinstance(func, facts.Attribute) or func.name not in _MODEL_METHODS:
        return False
    thing = ev.certain(func.of, frame)
    cls = thing.type if isinstance(thing, Instance) else thing
    return isinstance(cls, ClassThing) and classes.is_a(ev, cls, framework.PYDANTIC_MODEL)


# -- things


def _of_thing(ev: Evaluator, thing: Thing) -> Answer:
    if isinstance(thing, LiteralThing):
        return "nothing" if thing.value is None else "constant"
    if isinstance(thing, (TableThing, Items)):
        return "constant" if _is_constant_thing(ev, thing) else "data"
    if isinstance(thing, Instance):
        return _of_instance(ev, thing.type)
    return "unknown"


def _of_instance(ev: Evaluator, cls: ClassThing | Library) -> Answer:
    if classes.is_a(ev, cls, framework.RESPONSE):
        return "response"
    if isinstance(cls, Library):
        return "data" if cls.name.startswith(_DATA_TYPES) else "unknown"
    order, complete = classes.mro(ev, cls)
    if schemas.of_class(ev, cls) is not None or entities.of_class(ev, cls) is not None:
        return "data"
    return "data" if complete and all(_is_data_class(base) for base in order) else "unknown"


def _is_data_class(cls: ClassThing | Library) -> bool:
    """Whether a base class says that its instances are no responses."""
    return isinstance(cls, ClassThing) or cls.name.startswith((*_DATA_TYPES, "sqlalchemy.", "abc.", "typing."))
