"""What a function does with data that no model describes: reads fields of it, checks it whole, hands it on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from flake8_fastapi.semantics import classes, facts, schemas
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import entities
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    FunctionThing,
    Instance,
    Items,
    Library,
    TableThing,
    Thing,
    function_of,
)
from flake8_fastapi.semantics.values import Evaluator

_DEEPEST = 3
"""How many helpers the data is followed into."""
_GETTERS = frozenset({"get", "pop", "setdefault", "__getitem__"})
_VALIDATORS = frozenset(
    {"model_validate", "parse_obj", "parse_obj_as", "validate_python", "model_construct", "construct", "from_dict"}
    | {"model_validate_json", "parse_raw", "validate_json", "structure"}
)
"""Methods and functions, of models and of libraries like them, that are given data to check."""
_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "trace", "print"})
_SAME = frozenset(
    {f"builtins.{name}" for name in ("list", "dict", "tuple", "sorted", "reversed", "iter", "enumerate", "filter")}
    | {"copy.copy", "copy.deepcopy", "json.dumps", "typing.cast", "fastapi.encoders.jsonable_encoder"}
)
"""What these give still holds the data."""
_LOOKING = ("builtins.", "fastapi.", "starlette.")
"""What else these do with data as a whole says nothing of it."""

Fate = Literal["looked at", "same", "given", "passed"]


@dataclass
class Reading:
    """What was seen."""

    keys: dict[str, None] = field(default_factory=dict)
    """The fields that are read, in order."""
    added: set[str] = field(default_factory=set)
    """Fields that the code itself puts in."""
    popped: set[str] = field(default_factory=set)
    """Those of them that are taken out, so that the rest is data of its own."""
    is_given: bool = False
    """It is handed whole to a model that checks it, or to a library that sends or stores it."""
    is_passed: bool = False
    """It is handed whole to something that is not known."""
    is_dynamic: bool = False
    """Fields are read whose names are not constant."""

    def add(self, other: Reading) -> None:
        """Take in what was seen elsewhere."""
        self.keys.update(other.keys)
        self.added |= other.added
        self.popped |= other.popped
        self.is_given |= other.is_given
        self.is_passed |= other.is_passed
        self.is_dynamic |= other.is_dynamic

    @property
    def fields(self) -> list[str]:
        """The fields that are read of what the client sent."""
        return [key for key in self.keys if key not in self.added]

    @property
    def is_call(self) -> bool:
        """Whether this is a message of JSON-RPC, or of a protocol like it."""
        return "jsonrpc" in self.keys or ("method" in self.keys and ("params" in self.keys or "args" in self.keys))

    @property
    def is_open(self) -> bool:
        """Whether the data belongs to someone else, who takes it whole."""
        if self.is_given or self.is_call:
            return True
        return self.is_passed and (len(self.fields) < 2 or self.popped.issuperset(self.fields))


class Reader:
    """Follows data through one function."""

    def __init__(self, code: Code, entries: bool) -> None:
        self.code = code
        self.ev = code.source.ev
        self.entries = entries
        """Whether going over the data gives more of it: a list does, a mapping gives its keys."""
        self.found = Reading()
        self._seen: set[str] = set()

    def variable(self, name: str) -> None:
        """Follow all uses of a variable."""
        if name in self._seen:
            return
        self._seen.add(name)
        for use in self.code.uses(name):
            self.expression(use)

    def expression(self, node: ast.expr) -> None:
        """Follow what is done with the value of an expression."""
        around = self.code.parent(node)
        if isinstance(around, (ast.BoolOp, ast.Await, ast.Starred, ast.NamedExpr)):
            if isinstance(around, ast.NamedExpr):
                self.variable(around.target.id)
            self.expression(around)
        elif isinstance(around, ast.IfExp):
            if node is not around.test:
                self.expression(around)
        elif isinstance(around, (ast.Assign, ast.AnnAssign)):
            self._assigned(around)
        elif isinstance(around, ast.Subscript):
            self._item(around, node)
        elif isinstance(around, ast.Attribute):
            self._attribute(around)
        elif isinstance(around, ast.keyword):
            call = self.code.parent(around)
            self._argument(call, node, around.arg) if isinstance(call, ast.Call) else self._pass()
        elif isinstance(around, ast.Call):
            self._argument(around, node, None)
        elif isinstance(around, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
            self._boxed(around)
        elif isinstance(around, ast.Compare):
            self._compared(around)
        elif isinstance(around, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._iterated(around.target)
        elif isinstance(around, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            self.expression(around)
        elif isinstance(around, ast.Match):
            self._matched(around)
        elif not isinstance(around, (ast.stmt, ast.FormattedValue, ast.UnaryOp)):
            self._pass()

    def _pass(self) -> None:
        self.found.is_passed = True

    def _assigned(self, statement: ast.Assign | ast.AnnAssign) -> None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name):
                self.variable(target.id)
            elif not (isinstance(target, ast.Subscript) and self._is_in_memory(target.value)):
                self._pass()

    def _is_in_memory(self, node: ast.expr) -> bool:
        """Whether this is a list or dict of the module itself, as in an example."""
        return isinstance(self.code.thing(node), (Items, TableThing))

    def _item(self, around: ast.Subscript, node: ast.expr) -> None:
        if node is not around.value:
            self._pass()
        elif isinstance(around.ctx, ast.Load):
            self._key(around.slice, around)
        elif isinstance(around.ctx, ast.Store) and isinstance(around.slice, ast.Constant):
            self.found.added.add(str(around.slice.value))

    def _key(self, key: ast.expr, whole: ast.expr) -> None:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.found.keys[key.value] = None
        elif isinstance(key, (ast.Slice, ast.UnaryOp, ast.Constant)):
            self.expression(whole)
        else:
            names = list(self._names_of_loop(key))
            self.found.keys.update(dict.fromkeys(names))
            self.found.is_dynamic |= not names

    def _names_of_loop(self, key: ast.expr) -> Iterator[str]:
        """The constants over which a loop or comprehension around runs with this variable."""
        if not isinstance(key, ast.Name):
            return
        for around in self.code.ancestors(key):
            loops: list[ast.For | ast.comprehension] = [around] if isinstance(around, ast.For) else []
            loops += getattr(around, "generators", [])
            for loop in loops:
                if isinstance(loop.target, ast.Name) and loop.target.id == key.id:
                    yield from _constants(loop.iter)

    def _attribute(self, around: ast.Attribute) -> None:
        call = self.code.parent(around)
        if not isinstance(call, ast.Call) or call.func is not around:
            self._pass()
        elif around.attr in _GETTERS and call.args:
            self._key(call.args[0], call)
            if around.attr == "pop" and isinstance(call.args[0], ast.Constant):
                self.found.popped.add(str(call.args[0].value))
        elif around.attr == "copy":
            self.expression(call)
        elif around.attr in ("items", "keys"):
            self._names_tested(self.code.parent(call))

    def _names_tested(self, loop: ast.AST | None) -> None:
        """The fields that a loop over all of them picks: `for key, value in data.items(): if key in ("a", "b")`."""
        target = getattr(loop, "target", None)
        first = target.elts[0] if isinstance(target, ast.Tuple) else target
        around = self.code.parent(loop) if isinstance(loop, ast.comprehension) else loop
        if not isinstance(first, ast.Name) or around is None:
            return
        for node in ast.walk(around):
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == first.id:
                self.found.keys.update(dict.fromkeys(_constants(node.comparators[0])))

    def _argument(self, call: ast.Call, node: ast.expr, keyword: str | None) -> None:
        if node is call.func:
            self._pass()
            return
        if isinstance(call.func, ast.Attribute):
            if call.func.attr in _LOGGING or self._is_in_memory(call.func.value):
                return
            if call.func.attr in _VALIDATORS:
                self.found.is_given = True
                return
        thing = self.code.thing(call.func)
        spread = isinstance(node, ast.Starred) or (keyword is None and node not in call.args)
        function = function_of(thing)
        if function is not None and not spread:
            place = call.args.index(node) if node in call.args else keyword
            self.found.add(read_by(self.ev, function, place, isinstance(thing, Bound)))
            return
        self._meet(fate(self.ev, thing, spread), call)

    def _meet(self, fate: Fate, call: ast.Call) -> None:
        if fate == "same":
            self.expression(call)
        elif fate == "given":
            self.found.is_given = True
        elif fate == "passed":
            self._pass()

    def _boxed(self, box: ast.expr) -> None:
        """Data inside a larger value: what becomes of that tells, but no field of it is read."""
        inner = Reader(self.code, False)
        inner._seen = self._seen
        inner.expression(box)
        self.found.is_given |= inner.found.is_given
        self.found.is_passed |= inner.found.is_passed or bool(inner.found.keys)

    def _compared(self, around: ast.Compare) -> None:
        if not isinstance(around.ops[0], (ast.In, ast.NotIn)):
            return
        if isinstance(around.left, ast.Constant) and isinstance(around.left.value, str):
            self.found.keys[around.left.value] = None
        elif isinstance(around.left, ast.Name):
            self.found.keys.update(dict.fromkeys(self._names_of_loop(around.left)))

    def _iterated(self, target: ast.expr) -> None:
        if self.entries:
            names = target.elts[-1:] if isinstance(target, ast.Tuple) else [target]
            for name in names:
                if isinstance(name, ast.Name):
                    self.variable(name.id)

    def _matched(self, statement: ast.Match) -> None:
        for case in statement.cases:
            if isinstance(case.pattern, ast.MatchMapping):
                for key in case.pattern.keys:
                    self._key(key, key)


def _constants(node: ast.expr) -> Iterator[str]:
    for element in node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else ():
        if isinstance(element, ast.Constant) and isinstance(element.value, str):
            yield element.value


def fate(ev: Evaluator, thing: Thing | None, spread: bool) -> Fate:
    """What calling a thing does with data that it is given whole, or (`spread`) as `**data`."""
    if isinstance(thing, Bound):
        thing = thing.function
    if isinstance(thing, Library):
        if thing.name in _SAME:
            return "same"
        return "looked at" if thing.name.startswith(_LOOKING) else "given"
    if isinstance(thing, ClassThing):
        if is_row(ev, thing):
            return "looked at"
        return "given" if schemas.of_class(ev, thing) is not None else "passed"
    return "passed"


def is_row(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether a class is a database table, which takes whatever values it is given."""
    return entities.of_class(ev, cls) is not None


# -- helpers


def read_by(ev: Evaluator, function: FunctionThing, place: int | str | None, is_bound: bool, depth: int = 0) -> Reading:
    """What a function of the project does with the argument at this place; what its facts do not tell is not seen."""
    found = ev.function(function)
    unknown = Reading(is_passed=True)
    if found is None or depth >= _DEEPEST:
        return unknown
    parameters = [parameter.name for parameter in found.parameters if parameter.kind in ("positional", "keyword")]
    if isinstance(place, int):
        place += is_bound
        name = parameters[place] if place < len(parameters) else None
    else:
        name = place if place in parameters else None
    if name is None or found.decorators:
        return unknown
    helper = _Helper(ev, function, found, name, depth)
    helper.run()
    if not helper.found.keys and not helper.found.is_given:
        helper.found.is_passed = True
    return helper.found


class _Helper:
    """Looks for a parameter in the facts of a function."""

    def __init__(
        self, ev: Evaluator, function: FunctionThing, found: facts.FunctionFacts, name: str, depth: int
    ) -> None:
        self.ev = ev
        self.frame = ev.frame_of(function)
        self.facts = found
        self.depth = depth
        self.found = Reading()
        self._seen: set[int] = set()
        self._names = {name}
        for _ in range(_DEEPEST):
            self._names |= {alias for alias, bound in found.locals.items() if any(map(self._is_data, bound))}

    def run(self) -> None:
        """Look at everything that the function runs, binds and returns."""
        for site in self.facts.sites:
            self._visit(site.value)
        for bound in self.facts.locals.values():
            for value in bound:
                self._visit(value)
        for value in (*self.facts.returned, *self.facts.yielded):
            self._visit(value)

    def _is_data(self, value: facts.Value) -> bool:
        if isinstance(value, facts.Either):
            return any(self._is_data(each) for each in value.values)
        return isinstance(value, facts.Local) and value.name in self._names and value.function == self.facts.qualname

    def _visit(self, value: facts.Value | None) -> None:
        if value is None or id(value) in self._seen:
            return
        self._seen.add(id(value))
        if isinstance(value, facts.Call):
            self._call(value)
        elif isinstance(value, facts.Item):
            if self._is_data(value.of):
                self._key(value.key)
            self._visit(value.of)
        elif isinstance(value, (facts.Attribute, facts.Awaited, facts.Starred, facts.Iterated, facts.Unpacked)):
            self._visit(value.of)
        elif isinstance(value, (facts.Display, facts.Either, facts.Text)):
            for part in value.items if isinstance(value, facts.Display) else _parts(value):
                self._visit(part)
        elif isinstance(value, facts.Table):
            for _, item in value.items:
                self._visit(item)
        elif isinstance(value, facts.Declared):
            self._visit(value.value)

    def _call(self, call: facts.Call) -> None:
        func = call.func
        if isinstance(func, facts.Attribute) and self._is_data(func.of) and func.name in _GETTERS and call.args:
            self._key(call.args[0])
            if func.name == "pop":
                self.found.popped.add(str(self.ev.literal(call.args[0], self.frame)))
        for place, argument in (*enumerate(call.args), *call.keywords):
            spread = isinstance(argument, facts.Starred) or place is None
            inner = argument.of if isinstance(argument, facts.Starred) else argument
            if self._is_data(inner):
                self._taken(call, place, spread)
            self._visit(inner)
        self._visit(func)

    def _taken(self, call: facts.Call, place: int | str | None, spread: bool) -> None:
        if isinstance(call.func, facts.Attribute):
            if call.func.name in _LOGGING:
                return
            if call.func.name in _VALIDATORS:
                self.found.is_given = True
                return
        things = self.ev.evaluate(call.func, self.frame)
        function = function_of(things[0]) if len(things) == 1 else None
        if function is not None and not spread:
            self.found.add(read_by(self.ev, function, place, isinstance(things[0], Bound), self.depth + 1))
            return
        fates = {fate(self.ev, thing, spread) for thing in things} or {"passed"}
        self.found.is_given |= fates == {"given"}
        self.found.is_passed |= fates != {"given"} and fates != {"looked at"}

    def _key(self, key: facts.Value) -> None:
        name = self.ev.literal(key, self.frame)
        if isinstance(name, str):
            self.found.keys[name] = None
        else:
            self.found.is_dynamic = True


def _parts(value: facts.Either | facts.Text) -> tuple[facts.Value, ...]:
    return value.values if isinstance(value, facts.Either) else value.parts


def is_request(ev: Evaluator, thing: Thing | None) -> bool:
    """Whether this is the request that FastAPI passes."""
    return isinstance(thing, Instance) and classes.is_a(ev, thing.type, "fastapi.Request")
