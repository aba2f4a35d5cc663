"""From expressions to values, and to the sites that they run. Statements are the business of `bodies`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Literal

from flake8_fastapi.semantics import facts, nodes, once, scopes, tree
from flake8_fastapi.semantics.facts import MODULE, UNKNOWN, Position, Site, Value

_LARGE = 400
"""A display with more items is data, not code: it becomes unknown, which keeps generated tables cheap."""

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.BitOr: "|", ast.Div: "/", ast.Mod: "%", ast.FloorDiv: "//",
}  # fmt: skip

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

_OVERRIDES = "dependency_overrides"

_Use = tuple[bool, Literal["statement", "returned", "argument", "other"], Value | None]
_PLAIN: _Use = (False, "other", None)


class Body:
    """The function whose body is being walked, as far as it is known."""

    def __init__(self, scope: scopes.Scope, name: str, owner: str | None, parent: str | None) -> None:
        self.scope = scope
        self.qualname = scope.qualname
        self.name = name
        self.owner = owner
        self.parent = parent
        self.instance_name: str | None = None
        self.returned: list[Value] = []
        self.yielded: list[Value] = []
        self.sites: list[Site] = []
        self.is_generator = False
        self.changed: set[tuple[str, str]] = set()
        self.lazy = 0
        self.needs: tuple[Value, ...] = ()
        self.caught = 0
        self.raises: list[facts.Raise] = []
        self.tries: list[facts.Try] = []
        self.guards: tuple[int, ...] = ()
        self.within: tuple[int, int] | None = None
        self.path: scopes.Path = ()
        self.assertions: list[facts.Assertion] = []
        self.blocks: list[facts.Block] = []
        self.leaves = 0
        """How many statements so far leave the function (or the loop at hand) with no error."""
        self.overrides: list[facts.Overridden] = []


class Expressions:
    """Turns expressions into values; keeps the stack of scopes and bodies around them."""

    def __init__(self, binder: scopes.Binder, properties: frozenset[str]) -> None:
        self.binder = binder
        self.properties = properties
        """The names of all properties of the project: reading another attribute runs nothing."""
        self.scopes: list[scopes.Scope] = []
        self.bodies: list[Body] = []
        self.bindings: dict[int, Value] = {}
        self.comprehensions: dict[str, dict[str, tuple[Value, ...]]] = {}
        self._keep: list[ast.expr] = []
        self._uses: dict[int, _Use] = {}
        """What becomes of a call, said by the expression around it just before: id of the call -> use."""
        self._consumed: set[int] = set()
        """Generator expressions that are iterated on the spot."""
        self._whole: set[int] = set()
        """Those of which all elements count: they must all be true, or are put together."""
        self._handlers: dict[type, Callable[[Any], Value]] = {
            ast.Name: self._name,
            ast.Constant: lambda node: facts.Constant(node.value),
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.Await: self._await,
            ast.Subscript: lambda node: facts.Item(self.value(node.value), self.value(node.slice)),
            ast.Slice: self._slice,
            ast.Starred: self._starred,
            ast.List: self._display,
            ast.Tuple: self._display,
            ast.Set: self._display,
            ast.Dict: self._dict,
            ast.BoolOp: self._boolean,
            ast.UnaryOp: self._unary,
            ast.IfExp: self._conditional,
            ast.BinOp: self._operation,
            ast.JoinedStr: lambda node: facts.Text(tuple([self.value(value) for value in node.values])),
            ast.FormattedValue: self._formatted,
            ast.Lambda: self._lambda,
            ast.NamedExpr: self._walrus,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield_from,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.Compare: self._compare,
        }

    # -- for statements

    def value(self, node: ast.expr) -> Value:
        """The value of an expression. Call it once for each node: it also records what the expression runs."""
        handler = self._handlers.get(type(node))
        if handler is not None:
            return handler(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
        return UNKNOWN

    def annotation(self, node: ast.expr) -> Value:
        """The value of an annotation; a quoted one is read as the expression it quotes."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            quoted = tree.read_expression(node.value)
            if quoted is None:
                return UNKNOWN
            self._keep.append(quoted)
            return self._quietly(quoted)
        if isinstance(node, ast.Subscript) and any(_is_quoted(part) for part in _parts(node.slice)[:4]):
            items = [self.annotation(part) for part in _parts(node.slice)]
            key = items[0] if len(items) == 1 else facts.Display("tuple", tuple(items))
            return facts.Item(self.value(node.value), key)
        return self.value(node)

    def call_used(self, node: ast.expr, role: Literal["statement", "returned"]) -> Value:
        """The value of an expression that is a statement of its own, or is returned."""
        if type(node) is ast.Call:
            self._uses[id(node)] = (False, role, None)
        return self.value(node)

    def iterated(self, node: ast.expr) -> Value:
        """The value of an expression that is iterated on the spot."""
        self._consumed.add(id(node))
        return self.value(node)

    def site(self, site: Site) -> None:
        """Record what runs here."""
        body = self.bodies[-1]
        if body.lazy or body.needs or body.caught or body.guards:
            site = site._replace(lazy=body.lazy > 0, needs=body.needs, caught=body.caught > 0, guards=body.guards)
        body.sites.append(site)

    def bind(self, target: ast.expr, value: Value) -> None:
        """Give a value to a target, or to each of several."""
        if isinstance(target, ast.Name):
            self.bindings[id(target)] = value
        elif isinstance(target, ast.Attribute):
            self.bind_attribute(target, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = value.items if isinstance(value, facts.Display) else ()
            direct = len(items) == len(target.elts) and not any(isinstance(item, facts.Starred) for item in items)
            for index, element in enumerate(target.elts):
                self.bind(element, items[index] if direct else facts.Unpacked(value, index))
        elif isinstance(target, ast.Starred):
            self.bind(target.value, UNKNOWN)
        else:
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                key = target.slice.value if isinstance(target.slice, ast.Constant) else "*"
                self.bodies[-1].changed.add((target.value.id, key if isinstance(key, str) else "*"))
            self._override(target, value)

    def _override(self, target: ast.expr, value: Value) -> None:
        """Read a target; of an item of `dependency_overrides` note what it is given."""
        overrides = self.bodies[-1].overrides
        place = len(overrides)
        found = self.value(target)
        holder = found.of if isinstance(found, facts.Item) and value is not UNKNOWN else None
        if isinstance(found, facts.Item) and isinstance(holder, facts.Attribute) and holder.name == _OVERRIDES:
            overrides[place] = overrides[place]._replace(key=found.key, value=value)

    def bind_attribute(self, target: ast.Attribute, value: Value) -> None:
        """Give a value to an attribute."""
        self.attribute_of(target, value)

    def parameters(self, arguments: ast.arguments, qualname: str) -> tuple[facts.Parameter, ...]:
        """The parameters of a function; defaults and annotations belong to the scope around it."""
        found: list[facts.Parameter] = []
        positional = [*arguments.posonlyargs, *arguments.args]
        first_default = len(positional) - len(arguments.defaults)
        for index, node in enumerate(positional):
            default = arguments.defaults[index - first_default] if index >= first_default else None
            found.append(self._parameter(node, qualname, "positional", index, default))
        for node, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            found.append(self._parameter(node, qualname, "keyword", None, default))
        if arguments.vararg is not None:
            found.append(self._parameter(arguments.vararg, qualname, "args", None, None))
        if arguments.kwarg is not None:
            found.append(self._parameter(arguments.kwarg, qualname, "kwargs", None, None))
        return tuple(found)

    def _parameter(
        self,
        node: ast.arg,
        qualname: str,
        kind: Literal["positional", "keyword", "args", "kwargs"],
        index: int | None,
        default: ast.expr | None,
    ) -> facts.Parameter:
        annotation = self.annotation(node.annotation) if node.annotation is not None else None
        value = self.value(default) if default is not None else None
        parameter = facts.Parameter(
            qualname, node.arg, kind, index, annotation, value, Position(node.lineno, node.col_offset)
        )
        self.bindings[id(node)] = parameter
        return parameter

    def enter(self, body: Body, arguments: ast.arguments | None) -> None:
        """Go into the body of a function; its parameters are bound there."""
        if arguments is not None:
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            every.extend(node for node in (arguments.vararg, arguments.kwarg) if node is not None)
            for node in every:
                body.scope.locals.setdefault(node.arg, []).insert(0, scopes.parameter(node))
        self.scopes.append(body.scope)
        self.bodies.append(body)

    def leave(self, position: Position, *, is_async: bool = False, parameters: tuple[facts.Parameter, ...] = (),
              decorators: tuple[Value, ...] = (), returns: Value | None = None) -> None:  # fmt: skip
        """Come out of the body of a function."""
        raise NotImplementedError

    def qualify(self, name: str) -> str:
        """The qualified name for something defined here."""
        raise NotImplementedError

    def _quietly(self, node: ast.expr) -> Value:
        """The value of an expression whose positions mean nothing: its calls are not recorded."""
        sites = self.bodies[-1].sites
        count = len(sites)
        value = self.value(node)
        del sites[count:]
        return value

    # -- kinds of expressions

    def _name(self, node: ast.Name) -> Value:
        found = scopes.find(node.id, self.scopes)
        if found is None:
            return facts.Name(node.id)
        scope, definitions = found
        body = self.bodies[-1]
        which = None
        if len(definitions) > 1 and scope is body.scope:
            which = self.binder.reaching(body.path, (node.lineno, node.col_offset), definitions)
        if scope.kind == "class":
            return facts.Attribute(facts.Class(scope.qualname), node.id)
        name = node.id + scope.suffix
        return facts.Name(name, which) if scope.qualname == MODULE else facts.Local(scope.qualname, name, which)

    def attribute_of(self, node: ast.Attribute, given: Value | None = None) -> Value:
        """The object whose attribute is read, or given a value."""
        of = self.value(node.value)
        if node.attr == _OVERRIDES:
            self.bodies[-1].overrides.append(facts.Overridden(of, start_of(node), None, given))
        return of

    def _attribute(self, node: ast.Attribute) -> Value:
        value = facts.Attribute(self.attribute_of(node), node.attr)
        if node.attr in self.properties and self.bodies[-1].qualname != MODULE:
            self.site(Site("read", value, start_of(node)))
        return value

    def _call(self, node: ast.Call) -> Value:
        use = self._uses.pop(id(node), _PLAIN)
        called = node.func
        if type(called) is ast.Attribute:
            func: Value = facts.Attribute(self.value(called.value), called.attr)
            last = called.attr
        else:
            func = self.value(called)
            last = getattr(called, "id", "")
        args = tuple([self._argument(argument, func, last) for argument in node.args])
        keywords = tuple([(keyword.arg, self._argument(keyword.value, func, last)) for keyword in node.keywords])
        start = start_of(node)
        call = facts.Call(func, args, keywords, start, Position(node.end_lineno or 0, node.end_col_offset or 0))
        self.site(Site("call", call, start, *use, is_nested=len(self.bodies[-1].path) > 1))
        return call

    def _argument(self, node: ast.expr, func: Value, last: str) -> Value:
        if type(node) is ast.Call:
            self._uses[id(node)] = (False, "argument", func)
        elif type(node) is ast.GeneratorExp and last in once.CONSUMERS:
            self._consumed.add(id(node))
            if last in ("all", "join"):
                self._whole.add(id(node))
        return self.value(node)

    def _await(self, node: ast.Await) -> Value:
        if type(node.value) is ast.Call:
            self._uses[id(node.value)] = (True, "other", None)
        return facts.Awaited(self.value(node.value))

    def _starred(self, node: ast.Starred) -> Value:
        return facts.Starred(self.iterated(node.value))

    def _slice(self, node: ast.Slice) -> Value:
        lower, upper = [self.value(each) if each is not None else None for each in (node.lower, node.upper)]
        if node.step is not None:
            self.value(node.step)
            return UNKNOWN
        return facts.Slice(lower, upper)

    def _boolean(self, node: ast.BoolOp) -> Value:
        values = tuple([self.value(value) for value in node.values])
        return facts.Either(values, "and" if isinstance(node.op, ast.And) else "or")

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self.value(node.operand)
        return facts.Negation(value) if isinstance(node.op, ast.Not) else UNKNOWN

    def _compare(self, node: ast.Compare) -> Value:
        compared = [self.value(node.left), *[self.iterated(part) for part in node.comparators]]
        found = [
            facts.Comparison(_COMPARISONS[type(operator)], left, right)
            for operator, left, right in zip(node.ops, compared, compared[1:], strict=False)
        ]
        return found[0] if len(found) == 1 else facts.Either(tuple(found), "and")

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        unpacked = [each.value for each in node.elts if type(each) is ast.Starred]
        self._whole.update(id(each) for each in unpacked if type(each) is ast.GeneratorExp)
        items = tuple([self.value(element) for element in node.elts])
        if len(items) > _LARGE:
            return UNKNOWN
        kinds: dict[type, Literal["list", "tuple", "set"]] = {ast.List: "list", ast.Tuple: "tuple"}
        return facts.Display(kinds.get(type(node), "set"), items)

    def _dict(self, node: ast.Dict) -> Value:
        items = tuple(
            [
                (self.value(key) if key is not None else None, self.value(value))
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        )
        return facts.Table(items) if len(items) <= _LARGE else UNKNOWN

    def _conditional(self, node: ast.IfExp) -> Value:
        self.value(node.test)
        body = self.bodies[-1]
        needs = body.needs
        body.needs = (*needs, *self.required(node.test, holds=True))
        first = self.value(node.body)
        body.needs = (*needs, *self.required(node.test, holds=False))
        second = self.value(node.orelse)
        body.needs = needs
        return facts.Either((first, second))

    def required(self, test: ast.expr, holds: bool) -> list[Value]:
        """The variables that must be true, or not None, for a test to hold (or to fail)."""
        return [self._quietly(node) for node in once.required(test, holds)]

    def _operation(self, node: ast.BinOp) -> Value:
        chain = nodes.chain(node)
        value = self.value(chain[0].left)
        for each in chain:
            value = facts.Operation(_OPERATORS.get(type(each.op), "?"), value, self.value(each.right))
        return value

    def _formatted(self, node: ast.FormattedValue) -> Value:
        value = self.value(node.value)
        if node.format_spec is not None:
            self.value(node.format_spec)
            return UNKNOWN
        return value if node.conversion == -1 else UNKNOWN

    def _lambda(self, node: ast.Lambda) -> Value:
        qualname = self.qualify(f"<lambda:{node.lineno}:{node.col_offset}>")
        parameters = self.parameters(node.args, qualname)
        around = self.bodies[-1].qualname
        body = Body(scopes.Scope("function", qualname), "lambda", None, None if around == MODULE else around)
        self.enter(body, node.args)
        body.returned.append(self.value(node.body))
        self.leave(start_of(node), parameters=parameters)
        return facts.Function(qualname)

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self.bindings[id(node)] = value
        return value

    def _yield(self, node: ast.Yield) -> Value:
        body = self.bodies[-1]
        body.is_generator = True
        body.yielded.append(self.value(node.value) if node.value is not None else facts.Constant(None))
        return UNKNOWN

    def _yield_from(self, node: ast.YieldFrom) -> Value:
        body = self.bodies[-1]
        body.is_generator = True
        of = self.iterated(node.value)
        self.site(Site("iterate", of, start_of(node.value)))
        body.yielded.append(facts.Iterated(of, False))
        return UNKNOWN

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Value:
        """A comprehension runs as part of its function; its variables get names of their own there.

        So does a generator expression that is iterated on the spot; what another one runs is nobody's.
        """
        body = self.bodies[-1]
        scope = scopes.Scope("comprehension", body.qualname, suffix=f"@{node.lineno}:{node.col_offset}")
        deferred = type(node) is ast.GeneratorExp and id(node) not in self._consumed
        for index, generator in enumerate(node.generators):
            of = self.iterated(generator.iter)
            if index == 0:
                self.scopes.append(scope)
                body.lazy += deferred
            partial = any(not _keeps_public(condition) for condition in generator.ifs)
            start = start_of(generator.iter)
            self.site(Site("iterate", of, start, awaited=bool(generator.is_async), is_partial=partial))
            for target in scopes.names_in(generator.target):
                scope.locals.setdefault(target.id, []).append(scopes.Definition(target, "for", (), start_of(target)))
            self.bind(generator.target, facts.Iterated(of, bool(generator.is_async)))
            for condition in generator.ifs:
                self.value(condition)
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        values = [self.value(element) for element in elements]
        body.lazy -= deferred
        self.scopes.pop()
        found = self.comprehensions.setdefault(body.qualname, {})
        for name, bound in self.bound(scope.locals).items():
            found[name + scope.suffix] = bound
        if type(node) is not ast.ListComp and id(node) not in self._whole:
            return UNKNOWN
        return facts.Display("each", (values[0],), is_filtered=any(generator.ifs for generator in node.generators))

    def bound(self, definitions: dict[str, list[scopes.Definition]]) -> dict[str, tuple[Value, ...]]:
        """The values of the bindings of a scope, in their order."""
        bindings = self.bindings
        return {
            name: tuple([bindings.get(id(definition.node), UNKNOWN) for definition in found])
            for name, found in definitions.items()
        }


def start_of(node: ast.expr) -> Position:
    """Where an expression begins."""
    return Position(node.lineno, node.col_offset)


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _is_quoted(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _keeps_public(condition: ast.expr) -> bool:
    """Whether a condition leaves out no more than names that begin with `_`: `not key.startswith("_")`."""
    texts = [node.value for node in ast.walk(condition) if isinstance(node, ast.Constant)]
    names = {node.id for node in ast.walk(condition) if isinstance(node, ast.Name)}
    asked = {node.attr for node in ast.walk(condition) if isinstance(node, ast.Attribute)}
    private = bool(texts) and all(isinstance(text, str) and text.startswith("_") for text in texts)
    return private and len(names) == 1 and asked <= {"startswith"}
