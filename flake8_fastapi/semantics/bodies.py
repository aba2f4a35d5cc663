"""What the code of a module does: one walk over flake8's tree, from statements to facts.

Facts come from the `ast` tree itself, not from astroid nodes: of a neighbour nothing else is needed, and the rebuild
would cost as much again as parsing it (measured).
"""

from __future__ import annotations

import ast
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from flake8_fastapi.semantics import ends, facts, mentions, once, scopes
from flake8_fastapi.semantics.expressions import Body, Expressions, start_of
from flake8_fastapi.semantics.facts import MODULE, UNKNOWN, Position, Site, Value


def extract(
    module: ast.Module, path: str, properties: frozenset[str] = frozenset(), has_walrus: bool = True
) -> facts.ModuleFacts:
    """The facts of a module from its tree; `properties` are the names of all properties of the project.

    Raises RecursionError for a tree that is too deep.
    """
    return _Extractor(path, properties, has_walrus).run(module)


class _Header(NamedTuple):
    """What stands around the body of a function."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    body: Body
    parameters: tuple[facts.Parameter, ...]
    decorators: tuple[Value, ...]
    returns: Value | None


class _Extractor(Expressions):
    def __init__(self, path: str, properties: frozenset[str], has_walrus: bool) -> None:
        super().__init__(scopes.Binder(has_walrus), properties)
        self.path = path
        self.functions: dict[str, facts.FunctionFacts] = {}
        self.classes: dict[str, facts.ClassFacts] = {}
        self.stars: list[facts.Import] = []
        self.instances: dict[str, dict[str, list[Value]]] = {}
        self.states: dict[str, list[tuple[str, Value]]] = {}
        self.tests: dict[int, Value] = {}
        """What each `if` asks, by its id, while the tree is alive."""
        self._names: set[str] = set()
        self._statements: dict[type, Callable[[Any], None]] = {
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Return: self._return,
            ast.Break: self._break,
            ast.Continue: self._break,
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated_assign,
            ast.AugAssign: self._augmented_assign,
            ast.Delete: self._delete,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.If: self._if,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Try: self._try,
            ast.Match: self._match,
            ast.Assert: self._assert,
            ast.Raise: self._raise,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
        }
        for name in ("TryStar", "TypeAlias"):
            if hasattr(ast, name):
                self._statements[getattr(ast, name)] = self._try if name == "TryStar" else self._type_alias

    def run(self, module: ast.Module) -> facts.ModuleFacts:
        """Walk the whole module."""
        scope = scopes.Scope("module", MODULE)
        self.binder.bind(scope, module.body, module, scope)
        self.enter(Body(scope, "<module>", None, None), None)
        self._block(module.body, module)
        bound = self.bound(scope.locals)
        self.leave(Position(1, 0))
        bound.update(self.comprehensions.get(MODULE, {}))
        return facts.ModuleFacts(
            path=self.path,
            names=bound,
            stars=tuple(self.stars),
            functions=self.functions,
            classes={name: self._with_instance(found) for name, found in self.classes.items()},
            mentions=mentions.of(self.functions.values(), bound),
            states={name: tuple(given) for name, given in self.states.items()},
        )

    def _with_instance(self, found: facts.ClassFacts) -> facts.ClassFacts:
        bound = self.instances.get(found.qualname)
        if not bound:
            return found
        return found._replace(instance={name: tuple(values) for name, values in bound.items()})

    def leave(self, position: Position, *, is_async: bool = False, parameters: tuple[facts.Parameter, ...] = (),
              decorators: tuple[Value, ...] = (), returns: Value | None = None) -> None:  # fmt: skip
        """Come out of the body of a function, and keep its facts."""
        self.scopes.pop()
        body = self.bodies.pop()
        bound: dict[str, tuple[Value, ...]] = {}
        if body.qualname != MODULE:
            bound = self.bound(body.scope.locals)
            bound.update(self.comprehensions.get(body.qualname, {}))
        self.functions[body.qualname] = facts.FunctionFacts(
            qualname=body.qualname,
            name=body.name,
            position=position,
            is_async=is_async,
            is_generator=body.is_generator,
            owner=body.owner,
            parent=body.parent,
            parameters=parameters,
            decorators=decorators,
            returns=returns,
            locals=bound,
            returned=tuple(body.returned),
            yielded=tuple(body.yielded),
            sites=tuple(body.sites),
            changed=frozenset(body.changed),
            raises=tuple(body.raises),
            tries=tuple(body.tries),
            assertions=tuple(body.assertions),
            blocks=tuple(body.blocks),
            overrides=tuple(body.overrides),
        )

    def qualify(self, name: str) -> str:
        """The qualified name for something defined here; a second definition of the same name gets a suffix."""
        around = next((scope.qualname for scope in reversed(self.scopes) if scope.kind in ("function", "class")), "")
        qualname = f"{around}.{name}" if around else name
        while qualname in self._names:
            qualname += "'"
        self._names.add(qualname)
        return qualname

    # -- statements

    def _block(self, statements: Sequence[ast.stmt], owner: ast.AST, name: str = "body") -> None:
        body = self.bodies[-1]
        around, needs = body.path, body.needs
        number = scopes.block(owner, name)
        lazy = 0
        for place, statement in enumerate(statements):
            body.path = (*around, (number, place))
            handler = self._statements.get(type(statement))
            leaves = body.leaves
            if handler is not None:
                handler(statement)
            else:
                for child in ast.iter_child_nodes(statement):
                    if isinstance(child, ast.expr):
                        self.value(child)
            if isinstance(statement, ast.If) and statement.body:
                if once.returns_what_is_there(statement, statements[place + 1 :], body.scope.globals) or once.is_end(
                    statement
                ):
                    lazy += 1
                    body.lazy += 1
                elif once.leaves(statement.body):
                    body.needs = (*body.needs, *self.required(statement.test, holds=False))
            if body.leaves > leaves:
                self._rest(statement, statements[place + 1 :])
        body.lazy -= lazy
        body.path, body.needs = around, needs

    def _rest(self, statement: ast.stmt, rest: Sequence[ast.stmt]) -> None:
        """What comes after a statement that may leave: after `if x: return` it runs where x is false."""
        test = UNKNOWN
        if isinstance(statement, ast.If) and not statement.orelse and ends.leaves(statement.body):
            test = facts.Negation(self.tests[id(statement)])
        if rest:
            self._mark("if", test, rest)

    def _mark(
        self, kind: Literal["if", "loop", "with", "try", "caught"], condition: Value, statements: Sequence[ast.stmt]
    ) -> None:
        body = self.bodies[-1]
        if statements and body.qualname != MODULE:
            start = Position(statements[0].lineno, statements[0].col_offset)
            body.blocks.append(facts.Block(kind, condition, start, Position(*_end(statements[-1]))))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = tuple([self.value(item) for item in node.decorator_list])
        qualname = self.qualify(node.name)
        self.bindings[id(node)] = facts.Function(qualname)
        parameters = self.parameters(node.args, qualname)
        returns = self.annotation(node.returns) if node.returns is not None else None
        enclosing = self.scopes[-1]
        owner = enclosing.qualname if enclosing.kind == "class" else None
        around = self.bodies[-1].qualname
        scope = scopes.Scope("function", qualname)
        self.binder.bind(scope, node.body, node, self.scopes[0])
        body = Body(scope, node.name, owner, None if around == MODULE else around)
        if owner is not None and parameters and parameters[0].index == 0:
            body.instance_name = parameters[0].name
        self.function_body(_Header(node, body, parameters, decorators, returns))

    def function_body(self, header: _Header) -> None:
        """Walk the body of a function."""
        node = header.node
        self.enter(header.body, node.args)
        self._block(node.body, node)
        self.leave(
            Position(node.lineno, node.col_offset),
            is_async=isinstance(node, ast.AsyncFunctionDef),
            parameters=header.parameters,
            decorators=header.decorators,
            returns=header.returns,
        )
        found = self.functions[header.body.qualname]
        self.functions[header.body.qualname] = found._replace(
            lines=_end(node)[0] - node.lineno + 1,
            never_returns=bool(found.raises) and not found.is_generator and ends.never_returns(node.body),
        )

    def _class(self, node: ast.ClassDef) -> None:
        decorators = tuple([self.value(item) for item in node.decorator_list])
        bases = tuple([self.value(base) for base in node.bases])
        keywords = tuple([(keyword.arg or "**", self.value(keyword.value)) for keyword in node.keywords])
        qualname = self.qualify(node.name)
        self.bindings[id(node)] = facts.Class(qualname)
        scope = scopes.Scope("class", qualname)
        self.binder.bind(scope, node.body, node, self.scopes[0])
        self.scopes.append(scope)
        self._block(node.body, node)
        self.scopes.pop()
        position = Position(node.lineno, node.col_offset)
        self.classes[qualname] = facts.ClassFacts(
            qualname, node.name, position, bases, keywords, decorators, self.bound(scope.locals), {}
        )

    def _return(self, node: ast.Return) -> None:
        value = self.call_used(node.value, "returned") if node.value is not None else facts.Constant(None)
        self.bodies[-1].returned.append(value)
        self.bodies[-1].leaves += 1

    def _break(self, node: ast.Break | ast.Continue) -> None:
        self.bodies[-1].leaves += 1

    def _expression(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.call_used(node.value, "statement")
            self.bodies[-1].leaves += ends.skips(node.value)

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.bind(target, value)

    def _annotated_assign(self, node: ast.AnnAssign) -> None:
        value = self.value(node.value) if node.value is not None else None
        self.bind(node.target, facts.Declared(self.annotation(node.annotation), value))

    def _augmented_assign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and isinstance(node.op, ast.Add):
            before = self._name(node.target)
            self.bind(node.target, facts.Operation("+=", before, self.value(node.value)))
        else:
            self.bind(node.target, facts.Operation("?", UNKNOWN, self.value(node.value)))

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.bind(target, UNKNOWN)
            else:
                self.value(target)

    def _type_alias(self, node: Any) -> None:
        # As `X = TypeAliasType("X", …)`, which is what the statement makes.
        maker = facts.Import("typing", 0, "TypeAliasType")
        position = Position(node.lineno, node.col_offset)
        args = (facts.Constant(node.name.id), self._quietly(node.value))
        self.bindings[id(node.name)] = facts.Call(maker, args, (), position, position)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        of = self.iterated(node.iter)
        is_async = isinstance(node, ast.AsyncFor)
        self.site(Site("iterate", of, start_of(node.iter), awaited=is_async))
        self.bind(node.target, facts.Iterated(of, is_async))
        self._loop(node, of)

    def _while(self, node: ast.While) -> None:
        self._loop(node, self.value(node.test))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, of: Value) -> None:
        body = self.bodies[-1]
        self._mark("loop", of, node.body)
        returned, leaves = len(body.returned), body.leaves
        self._block(node.body, node)
        # What leaves the loop only is followed by what comes after it.
        body.leaves = leaves + (len(body.returned) > returned)
        self._block(node.orelse, node, "orelse")

    def _assert(self, node: ast.Assert) -> None:
        self._must_hold(self.value(node.test), node.test)
        if node.msg is not None:
            self.value(node.msg)

    def _must_hold(self, condition: Value, node: ast.expr) -> None:
        body = self.bodies[-1]
        body.assertions.append(facts.Assertion(condition, start_of(node), len(body.path) > 1))

    def _if(self, node: ast.If) -> None:
        test = self.value(node.test)
        body = self.bodies[-1]
        if ends.refuses(node):
            self._must_hold(facts.Negation(test), node.test)
        needs = body.needs
        lazy = once.fills_what_is_missing(node, body.scope.globals) or self._fills_cache(node)
        body.lazy += lazy
        self.tests[id(node)] = test
        body.needs = (*needs, *self.required(node.test, holds=True))
        self._mark("if", test, node.body)
        self._block(node.body, node)
        body.lazy -= lazy
        body.needs = (*needs, *self.required(node.test, holds=False)) if node.orelse else needs
        self._mark("if", facts.Negation(test), node.orelse)
        self._block(node.orelse, node, "orelse")
        body.needs = needs

    def _fills_cache(self, node: ast.If) -> bool:
        """`if key not in CACHE: CACHE[key] = load()` for a global or an attribute of the object."""
        holder = once.filled_cache(node)
        return holder is not None and (holder in ("self", "cls") or holder not in self.bodies[-1].scope.locals)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        is_async = isinstance(node, ast.AsyncWith)
        for item in node.items:
            of = self.value(item.context_expr)
            self.site(Site("enter", of, start_of(item.context_expr), awaited=is_async))
            if item.optional_vars is not None:
                self.bind(item.optional_vars, facts.Entered(of, is_async))
            self._mark("with", of, node.body)
        self._block(node.body, node)

    def _try(self, node: ast.Try) -> None:
        body = self.bodies[-1]
        guards, within, number = body.guards, body.within, len(body.tries)
        body.tries.append(facts.Try(Position(node.lineno, node.col_offset), (), False))
        caught = any(once.catches_runtime_error(handler) for handler in node.handlers)
        body.caught += caught
        body.guards = (*guards, number)
        if node.handlers:
            self._mark("try" if ends.hides_failures(node) else "caught", UNKNOWN, node.body)
        asserted = len(body.assertions)
        self._block(node.body, node)
        leaves = body.leaves if len(body.assertions) == asserted else None
        body.guards = guards
        body.caught -= caught
        clauses = []
        for index, handler in enumerate(node.handlers):
            named = self.value(handler.type) if handler.type is not None else None
            body.within = (number, index)
            self._mark("if", UNKNOWN, handler.body)
            self._block(handler.body, handler)
            body.within = within
            clauses.append(
                facts.Clause(
                    named, handler.name, Position(handler.lineno, handler.col_offset), ends.raises_again(handler)
                )
            )
        if leaves is not None:
            # What leaves because of an exception leaves nothing to be asked.
            body.leaves = leaves
        self._block(node.orelse, node, "orelse")
        self._block(node.finalbody, node, "finalbody")
        discards = any(isinstance(statement, ast.Return) for statement in node.finalbody)
        body.tries[number] = body.tries[number]._replace(clauses=tuple(clauses), discards=discards)

    def _raise(self, node: ast.Raise) -> None:
        body = self.bodies[-1]
        value = self.value(node.exc) if node.exc is not None else None
        if node.cause is not None:
            self.value(node.cause)
        body.raises.append(facts.Raise(value, Position(node.lineno, node.col_offset), body.guards, body.within))

    def _match(self, node: ast.Match) -> None:
        subject = self.value(node.subject)
        for case in node.cases:
            if case.guard is not None:
                self.value(case.guard)
            wanted = self.value(case.pattern.value) if isinstance(case.pattern, ast.MatchValue) else UNKNOWN
            self._mark("if", facts.Comparison("==", subject, wanted), case.body)
            self._block(case.body, case)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            self.bindings[id(alias)] = facts.Import(module, 0, None)

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            found = facts.Import(node.module or "", node.level, alias.name)
            if alias.name == "*":
                self.stars.append(found)
            else:
                self.bindings[id(alias)] = found

    def bind_attribute(self, target: ast.Attribute, value: Value) -> None:
        """Give a value to an attribute; those of `self` are kept for the class."""
        body = self.bodies[-1]
        holder = target.value
        if isinstance(holder, ast.Name) and holder.id == body.instance_name and body.owner is not None:
            found = self.instances.setdefault(body.owner, {})
            found.setdefault(target.attr, []).append(value)
        else:
            if isinstance(holder, ast.Attribute) and holder.attr == "state":
                self.states.setdefault(target.attr, []).append((body.qualname, value))
            if isinstance(holder, ast.Name):
                body.changed.add((holder.id, f".{target.attr}"))
            self.attribute_of(target, value)


class Recorder(_Extractor):
    """Keeps what each node of a tree means; bodies of functions are read when they are first asked for.

    Raises RecursionError for a tree that is too deep.
    """

    def __init__(
        self, module: ast.Module, path: str, properties: frozenset[str] = frozenset(), has_walrus: bool = True
    ) -> None:
        super().__init__(path, properties, has_walrus)
        self.values: dict[int, tuple[Value, str]] = {}
        """id of an expression -> its value, and the qualified name of the function around it."""
        self.function_nodes: dict[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda] = {}
        """By qualified name, as in the facts."""
        self.class_nodes: dict[str, ast.ClassDef] = {}
        self._unread: dict[str, tuple[_Header, list[scopes.Scope]]] = {}
        self._read_module(module)
        self._places = [(_begin(header.node), _end(header.node), name) for name, (header, _) in self._unread.items()]

    def _read_module(self, module: ast.Module) -> None:
        scope = scopes.Scope("module", MODULE)
        self.binder.bind(scope, module.body, module, scope)
        self.enter(Body(scope, "<module>", None, None), None)
        self._block(module.body, module)

    def read(self, qualname: str) -> None:
        """Read the body of the outermost function around (or with) this name, if that is not done yet."""
        while qualname and qualname not in self._unread:
            qualname = qualname.rpartition(".")[0]
        if qualname:
            header, around = self._unread.pop(qualname)
            self.scopes[:] = around
            super().function_body(header)

    def read_at(self, node: ast.expr) -> None:
        """Read the body that a node stands in, if that is not done yet."""
        where = (node.lineno, node.col_offset)
        place = bisect_right(self._places, (where, (sys.maxsize, 0), ""))
        if place and where < self._places[place - 1][1]:
            self.read(self._places[place - 1][2])

    def function_body(self, header: _Header) -> None:
        """Leave the body of an outermost function for later."""
        if self.bodies[-1].qualname == MODULE:
            self._unread[header.body.qualname] = header, [*self.scopes]
        else:
            super().function_body(header)

    def value(self, node: ast.expr) -> Value:
        """The value of an expression."""
        found = super().value(node)
        around = self.bodies[-1].qualname
        self.values[id(node)] = (found, around)
        if isinstance(node, ast.Call) and isinstance(found, facts.Call):
            self.values.setdefault(id(node.func), (found.func, around))
        elif isinstance(node, ast.Lambda) and isinstance(found, facts.Function):
            self.function_nodes[found.qualname] = node
        return found

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        super()._function(node)
        found = self.bindings[id(node)]
        assert isinstance(found, facts.Function)
        self.function_nodes[found.qualname] = node

    def _class(self, node: ast.ClassDef) -> None:
        super()._class(node)
        found = self.bindings[id(node)]
        assert isinstance(found, facts.Class)
        self.class_nodes[found.qualname] = node


def _begin(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """Where the body of a function begins."""
    return node.body[0].lineno, node.body[0].col_offset


def _end(node: ast.stmt) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0
