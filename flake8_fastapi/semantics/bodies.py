"""What the code of a module does: one walk over its tree, from nodes to facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from astroid import nodes
from astroid.nodes import NodeNG

from flake8_fastapi.semantics import facts, mentions, names, once, tree
from flake8_fastapi.semantics.facts import MODULE, UNKNOWN, Position, Site, Value

_LARGE = 400
"""A display with more items is data, not code: it becomes unknown, which keeps generated tables cheap."""


def extract(module: nodes.Module, path: str) -> facts.ModuleFacts:
    """The facts of a module from its tree. Raises RecursionError for a tree that is too deep."""
    return _Extractor(path).run(module)


class _Body:
    """The function whose body is being walked, as far as it is known."""

    def __init__(self, qualname: str, name: str, owner: str | None, parent: str | None) -> None:
        self.qualname = qualname
        self.name = name
        self.owner = owner
        self.parent = parent
        self.instance_name: str | None = None
        self.returned: list[Value] = []
        self.yielded: list[Value] = []
        self.sites: list[Site] = []
        self.globals: set[str] = set()
        self.is_generator = False
        self.lazy = 0
        self.scope: names.Scope | None = None


class _Extractor:
    def __init__(self, path: str) -> None:
        self.path = path
        self.functions: dict[str, facts.FunctionFacts] = {}
        self.classes: dict[str, facts.ClassFacts] = {}
        self.stars: list[facts.Import] = []
        self.scopes: list[names.Scope] = []
        self.bodies: list[_Body] = []
        self.bindings: dict[int, Value] = {}
        self.keep: list[NodeNG] = []
        """Nodes made here, kept alive while their ids are keys."""
        self.calling: list[Value] = []
        """What the calls around the expression at hand call, outermost first."""
        self.instances: dict[str, dict[str, list[Value]]] = {}
        self.comprehensions: dict[str, dict[str, tuple[Value, ...]]] = {}
        self.statements: dict[type, Callable[[Any], None]] = {
            nodes.FunctionDef: self._function,
            nodes.AsyncFunctionDef: self._function,
            nodes.ClassDef: self._class,
            nodes.Return: self._return,
            nodes.Expr: self._expression_statement,
            nodes.Assign: self._assign,
            nodes.AnnAssign: self._annotated_assign,
            nodes.AugAssign: self._augmented_assign,
            nodes.For: self._for,
            nodes.AsyncFor: self._for,
            nodes.If: self._if,
            nodes.With: self._with,
            nodes.AsyncWith: self._with,
            nodes.Global: self._global,
            nodes.Import: self._import,
            nodes.ImportFrom: self._import_from,
            nodes.ExceptHandler: self._except,
        }
        self.expressions: dict[type, Callable[[Any], Value]] = {
            nodes.Name: self._name,
            nodes.Const: lambda node: facts.Constant(node.value),
            nodes.Attribute: self._attribute,
            nodes.Call: self._call,
            nodes.Await: lambda node: facts.Awaited(self.value(node.value)),
            nodes.Subscript: lambda node: facts.Item(self.value(node.value), self.value(node.slice)),
            nodes.Starred: lambda node: facts.Starred(self.value(node.value)),
            nodes.List: self._display,
            nodes.Tuple: self._display,
            nodes.Set: self._display,
            nodes.Dict: self._dict,
            nodes.BoolOp: lambda node: facts.Either(tuple([self.value(value) for value in node.values])),
            nodes.IfExp: self._conditional,
            nodes.BinOp: lambda node: facts.Operation(node.op, self.value(node.left), self.value(node.right)),
            nodes.JoinedStr: lambda node: facts.Text(tuple([self.value(value) for value in node.values])),
            nodes.FormattedValue: self._formatted,
            nodes.Lambda: self._lambda,
            nodes.NamedExpr: self._walrus,
            nodes.Yield: self._yield,
            nodes.YieldFrom: self._yield_from,
            nodes.ListComp: self._comprehension,
            nodes.SetComp: self._comprehension,
            nodes.DictComp: self._comprehension,
            nodes.GeneratorExp: self._comprehension,
        }

    # -- scopes

    def run(self, module: nodes.Module) -> facts.ModuleFacts:
        scope = names.Scope("module", MODULE, module.locals)
        body = _Body(MODULE, "<module>", None, None)
        body.scope = scope
        self.scopes.append(scope)
        self.bodies.append(body)
        self._block(module.body)
        self.scopes.pop()
        self._finish(body, Position(1, 0), False, (), (), None)
        bound = self._bound(module.locals)
        bound.update(self.comprehensions.get(MODULE, {}))
        return facts.ModuleFacts(
            path=self.path,
            names=bound,
            stars=tuple(self.stars),
            functions=self.functions,
            classes={name: self._with_instance(found) for name, found in self.classes.items()},
            mentions=mentions.of(self.functions.values(), bound),
        )

    def _with_instance(self, found: facts.ClassFacts) -> facts.ClassFacts:
        bound = self.instances.get(found.qualname)
        if not bound:
            return found
        return found._replace(instance={name: tuple(values) for name, values in bound.items()})

    def _bound(self, definitions: dict[str, list[NodeNG]]) -> dict[str, tuple[Value, ...]]:
        bindings = self.bindings
        return {name: tuple([bindings.get(id(node), UNKNOWN) for node in found]) for name, found in definitions.items()}

    def _finish(
        self,
        body: _Body,
        position: Position,
        is_async: bool,
        parameters: tuple[facts.Parameter, ...],
        decorators: tuple[Value, ...],
        returns: Value | None,
    ) -> None:
        self.bodies.pop()
        assert body.scope is not None
        bound = {} if body.qualname == MODULE else self._bound(body.scope.locals)
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
        )

    def _qualify(self, name: str) -> str:
        """The qualified name for something defined here; a second definition of the same name gets a suffix."""
        parts = [scope.qualname for scope in self.scopes if scope.kind in ("function", "class")]
        qualname = f"{parts[-1]}.{name}" if parts else name
        while qualname in self.functions or qualname in self.classes or any(b.qualname == qualname for b in self.bodies):
            qualname += "'"
        return qualname

    # -- statements

    def _block(self, statements: Sequence[NodeNG]) -> None:
        lazy = 0
        for index, statement in enumerate(statements):
            handler = self.statements.get(type(statement))
            if handler is not None:
                handler(statement)
            else:
                self._children(statement)
            if isinstance(statement, nodes.If) and self._returns_what_is_there(statement, statements[index + 1 :]):
                lazy += 1
                self.bodies[-1].lazy += 1
        self.bodies[-1].lazy -= lazy

    def _children(self, node: NodeNG) -> None:
        """Walk whatever has no meaning of its own here: `try`, `while`, `match`, `raise`, `assert` …"""
        for child in node.get_children():
            if child.is_statement or isinstance(child, (nodes.ExceptHandler, nodes.MatchCase)):
                handler = self.statements.get(type(child))
                if handler is not None:
                    handler(child)
                else:
                    self._children(child)
            elif isinstance(child, nodes.Pattern):
                self._children(child)
            elif not isinstance(child, (nodes.AssignName, nodes.DelName)):
                self.value(child)

    def _function(self, node: nodes.FunctionDef) -> None:
        decorators = tuple([self.value(item) for item in node.decorators.nodes]) if node.decorators else ()
        qualname = self._qualify(node.name)
        self.bindings[id(node)] = facts.Function(qualname)
        parameters = self._parameters(node.args, qualname)
        returns = self.annotation(node.returns) if node.returns is not None else None
        enclosing = self.scopes[-1]
        owner = enclosing.qualname if enclosing.kind == "class" else None
        body = _Body(qualname, node.name, owner, self._enclosing_function())
        if owner is not None and parameters and parameters[0].index == 0:
            body.instance_name = parameters[0].name
        nonlocals = frozenset(
            name for child in node.body if isinstance(child, nodes.Nonlocal) for name in child.names
        )
        body.scope = names.Scope("function", qualname, node.locals, skip=nonlocals)
        self.scopes.append(body.scope)
        self.bodies.append(body)
        self._block(node.body)
        self.scopes.pop()
        position = Position(*node.position[:2]) if node.position else Position(node.fromlineno, node.col_offset)
        self._finish(body, position, isinstance(node, nodes.AsyncFunctionDef), parameters, decorators, returns)

    def _enclosing_function(self) -> str | None:
        qualname = self.bodies[-1].qualname
        return None if qualname == MODULE else qualname

    def _parameters(self, arguments: nodes.Arguments, qualname: str) -> tuple[facts.Parameter, ...]:
        found: list[facts.Parameter] = []
        positional = [*arguments.posonlyargs, *(arguments.args or [])]
        annotations = [*arguments.posonlyargs_annotations, *arguments.annotations]
        defaults = list(arguments.defaults or [])
        first_default = len(positional) - len(defaults)
        for index, node in enumerate(positional):
            default = defaults[index - first_default] if index >= first_default else None
            annotation = annotations[index] if index < len(annotations) else None
            found.append(self._parameter(node, qualname, "positional", index, annotation, default))
        for node, annotation, default in zip(
            arguments.kwonlyargs, arguments.kwonlyargs_annotations, arguments.kw_defaults or [], strict=False
        ):
            found.append(self._parameter(node, qualname, "keyword", None, annotation, default))
        if arguments.vararg_node is not None:
            found.append(self._parameter(arguments.vararg_node, qualname, "args", None, None, None))
        if arguments.kwarg_node is not None:
            found.append(self._parameter(arguments.kwarg_node, qualname, "kwargs", None, None, None))
        return tuple(found)

    def _parameter(
        self,
        node: nodes.AssignName,
        qualname: str,
        kind: Literal["positional", "keyword", "args", "kwargs"],
        index: int | None,
        annotation: NodeNG | None,
        default: NodeNG | None,
    ) -> facts.Parameter:
        parameter = facts.Parameter(
            qualname,
            node.name,
            kind,
            index,
            self.annotation(annotation) if annotation is not None else None,
            self.value(default) if default is not None else None,
        )
        self.bindings[id(node)] = parameter
        return parameter

    def _class(self, node: nodes.ClassDef) -> None:
        decorators = tuple([self.value(item) for item in node.decorators.nodes]) if node.decorators else ()
        bases = tuple([self.value(base) for base in node.bases])
        keywords = tuple([(keyword.arg or "**", self.value(keyword.value)) for keyword in node.keywords])
        qualname = self._qualify(node.name)
        self.bindings[id(node)] = facts.Class(qualname)
        self.scopes.append(names.Scope("class", qualname, node.locals))
        self._block(node.body)
        self.scopes.pop()
        attributes = self._bound(node.locals)
        position = Position(*node.position[:2]) if node.position else Position(node.fromlineno, node.col_offset)
        self.classes[qualname] = facts.ClassFacts(
            qualname, node.name, position, bases, keywords, decorators, attributes, {}
        )

    def _return(self, node: nodes.Return) -> None:
        value = self.value(node.value) if node.value is not None else facts.Constant(None)
        self.bodies[-1].returned.append(value)

    def _expression_statement(self, node: nodes.Expr) -> None:
        if not isinstance(node.value, nodes.Const):
            self.value(node.value)

    def _assign(self, node: nodes.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self._bind(target, value)

    def _annotated_assign(self, node: nodes.AnnAssign) -> None:
        value = self.value(node.value) if node.value is not None else None
        self._bind(node.target, facts.Declared(self.annotation(node.annotation), value))

    def _augmented_assign(self, node: nodes.AugAssign) -> None:
        value = self.value(node.value)
        self._bind(node.target, facts.Operation(node.op, UNKNOWN, value))

    def _for(self, node: nodes.For) -> None:
        of = self.value(node.iter)
        is_async = isinstance(node, nodes.AsyncFor)
        self._site(Site("iterate", of, _start(node.iter), awaited=is_async))
        self._bind(node.target, facts.Iterated(of, is_async))
        self._block(node.body)
        self._block(node.orelse)

    def _if(self, node: nodes.If) -> None:
        self.value(node.test)
        body = self.bodies[-1]
        lazy = self._fills_what_is_missing(node)
        body.lazy += lazy
        self._block(node.body)
        body.lazy -= lazy
        self._block(node.orelse)

    def _with(self, node: nodes.With) -> None:
        is_async = isinstance(node, nodes.AsyncWith)
        for expression, target in node.items:
            of = self.value(expression)
            self._site(Site("enter", of, _start(expression), awaited=is_async))
            if target is not None:
                self._bind(target, facts.Entered(of, is_async))
        self._block(node.body)

    def _except(self, node: nodes.ExceptHandler) -> None:
        if node.type is not None:
            self.value(node.type)
        self._block(node.body)

    def _global(self, node: nodes.Global) -> None:
        self.bodies[-1].globals.update(node.names)

    def _import(self, node: nodes.Import) -> None:
        for name, alias in node.names:
            module = name if alias else name.partition(".")[0]
            self._bind_import(node, alias or module, facts.Import(module, 0, None))

    def _import_from(self, node: nodes.ImportFrom) -> None:
        for name, alias in node.names:
            found = facts.Import(node.modname, node.level or 0, name)
            if name == "*":
                self.stars.append(found)
            else:
                self._bind_import(node, alias or name, found)

    def _bind_import(self, node: NodeNG, bound: str, value: facts.Import) -> None:
        """One import statement binds several names with one node: give each name an entry of its own."""
        where = names.find(bound, self.scopes)
        if where is None:
            return
        definitions = where[1]
        for index, definition in enumerate(definitions):
            if definition is node:
                entry = nodes.AssignName(bound, node.lineno, node.col_offset, node, end_lineno=None, end_col_offset=None)
                definitions[index] = entry
                self.keep.append(entry)
                self.bindings[id(entry)] = value
                return

    def _bind(self, target: NodeNG, value: Value) -> None:
        if isinstance(target, nodes.AssignName):
            self.bindings[id(target)] = value
        elif isinstance(target, nodes.AssignAttr):
            self._bind_attribute(target, value)
        elif isinstance(target, (nodes.Tuple, nodes.List)):
            items = value.items if isinstance(value, facts.Display) else ()
            direct = len(items) == len(target.elts) and not any(isinstance(item, facts.Starred) for item in items)
            for index, element in enumerate(target.elts):
                self._bind(element, items[index] if direct else facts.Unpacked(value, index))
        elif isinstance(target, nodes.Starred):
            self._bind(target.value, UNKNOWN)
        else:
            self.value(target)

    def _bind_attribute(self, target: nodes.AssignAttr, value: Value) -> None:
        body = self.bodies[-1]
        holder = target.expr
        if isinstance(holder, nodes.Name) and holder.name == body.instance_name and body.owner is not None:
            found = self.instances.setdefault(body.owner, {})
            found.setdefault(target.attrname, []).append(value)
        else:
            self.value(holder)

    # -- what runs once

    def _fills_what_is_missing(self, node: nodes.If) -> bool:
        """`if x is None: … x = …` for a global or an attribute: the body runs once in the life of the process."""
        missing = once.tested(node.test, missing=True)
        return missing is not None and self._outlives_call(missing) and once.assigns(node.body, missing)

    def _returns_what_is_there(self, node: nodes.If, rest: Sequence[NodeNG]) -> bool:
        """`if x is not None: return x`, and what follows assigns x: it runs once as well."""
        if not (node.body and isinstance(node.body[-1], nodes.Return)):
            return False
        there = once.tested(node.test, missing=False)
        return there is not None and self._outlives_call(there) and once.assigns(rest, there)

    def _outlives_call(self, name: str) -> bool:
        return "." in name or name in self.bodies[-1].globals

    # -- expressions

    def value(self, node: NodeNG) -> Value:
        """The value of an expression. Call it once for each node: it also records what the expression runs."""
        handler = self.expressions.get(type(node))
        if handler is not None:
            return handler(node)
        for child in node.get_children():
            self.value(child)
        return UNKNOWN

    def annotation(self, node: NodeNG) -> Value:
        """The value of an annotation; a quoted one is read as the expression it quotes."""
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            quoted = tree.parse_expression(node.value)
            if quoted is None:
                return UNKNOWN
            self.keep.append(quoted.root())
            return self._quietly(quoted)
        if isinstance(node, nodes.Subscript) and any(
            isinstance(part.value, str) for part in _first_items(node.slice) if isinstance(part, nodes.Const)
        ):
            items = [self.annotation(part) for part in _items(node.slice)]
            key = items[0] if len(items) == 1 else facts.Display("tuple", tuple(items))
            return facts.Item(self.value(node.value), key)
        return self.value(node)

    def _quietly(self, node: NodeNG) -> Value:
        """The value of an expression whose positions mean nothing: its calls are not recorded."""
        sites = self.bodies[-1].sites
        count = len(sites)
        value = self.value(node)
        del sites[count:]
        return value

    def _name(self, node: nodes.Name) -> Value:
        found = names.find(node.name, self.scopes)
        if found is None:
            return facts.Name(node.name)
        scope, definitions = found
        which = None
        if len(definitions) > 1 and self._same_run(scope):
            which = names.reaching(node, definitions)
        if scope.kind == "class":
            return facts.Attribute(facts.Class(scope.qualname), node.name)
        name = node.name + scope.suffix
        if scope.qualname == MODULE:
            return facts.Name(name, which)
        return facts.Local(scope.qualname, name, which)

    def _same_run(self, scope: names.Scope) -> bool:
        """Whether code here runs as part of this scope, not later as a nested function."""
        return self.bodies[-1].qualname == scope.qualname

    def _attribute(self, node: nodes.Attribute) -> Value:
        value = facts.Attribute(self.value(node.expr), node.attrname)
        if self.bodies[-1].qualname != MODULE and not (isinstance(node.parent, nodes.Call) and node.parent.func is node):
            self._site(Site("read", value, _start(node)))
        return value

    def _call(self, node: nodes.Call) -> Value:
        func = self.value(node.func)
        self.calling.append(func)
        args = tuple([self.value(argument) for argument in node.args])
        keywords = tuple([(keyword.arg, self.value(keyword.value)) for keyword in node.keywords])
        self.calling.pop()
        start = _start(node)
        call = facts.Call(func, args, keywords, start, Position(node.end_lineno or 0, node.end_col_offset or 0))
        self._site(Site("call", call, start, *self._use(node)))
        return call

    def _use(self, node: nodes.Call) -> tuple[bool, Any, Value | None]:
        parent = node.parent
        if isinstance(parent, nodes.Keyword):
            parent = parent.parent
        if isinstance(parent, nodes.Await):
            return True, "other", None
        if isinstance(parent, nodes.Expr):
            return False, "statement", None
        if isinstance(parent, nodes.Return):
            return False, "returned", None
        if isinstance(parent, nodes.Call) and parent.func is not node:
            return False, "argument", self.calling[-1]
        return False, "other", None

    def _site(self, site: Site) -> None:
        body = self.bodies[-1]
        body.sites.append(site._replace(lazy=True) if body.lazy else site)

    def _display(self, node: nodes.List | nodes.Tuple | nodes.Set) -> Value:
        items = tuple([self.value(element) for element in node.elts])
        if len(items) > _LARGE:
            return UNKNOWN
        kinds: dict[type, Literal["list", "tuple", "set"]] = {nodes.List: "list", nodes.Tuple: "tuple"}
        return facts.Display(kinds.get(type(node), "set"), items)

    def _dict(self, node: nodes.Dict) -> Value:
        items = []
        for key, value in node.items:
            unpacked = isinstance(key, nodes.DictUnpack)
            items.append((None if unpacked else self.value(key), self.value(value)))
        return facts.Table(tuple(items)) if len(items) <= _LARGE else UNKNOWN

    def _conditional(self, node: nodes.IfExp) -> Value:
        self.value(node.test)
        return facts.Either((self.value(node.body), self.value(node.orelse)))

    def _formatted(self, node: nodes.FormattedValue) -> Value:
        value = self.value(node.value)
        if node.format_spec is not None:
            self.value(node.format_spec)
            return UNKNOWN
        return value if node.conversion in (-1, None) else UNKNOWN

    def _lambda(self, node: nodes.Lambda) -> Value:
        qualname = self._qualify(f"<lambda:{node.lineno}:{node.col_offset}>")
        parameters = self._parameters(node.args, qualname)
        body = _Body(qualname, "lambda", None, self._enclosing_function())
        body.scope = names.Scope("function", qualname, node.locals)
        self.scopes.append(body.scope)
        self.bodies.append(body)
        body.returned.append(self.value(node.body))
        self.scopes.pop()
        self._finish(body, _start(node), False, parameters, (), None)
        return facts.Function(qualname)

    def _walrus(self, node: nodes.NamedExpr) -> Value:
        value = self.value(node.value)
        self._bind(node.target, value)
        return value

    def _yield(self, node: nodes.Yield) -> Value:
        body = self.bodies[-1]
        body.is_generator = True
        body.yielded.append(self.value(node.value) if node.value is not None else facts.Constant(None))
        return UNKNOWN

    def _yield_from(self, node: nodes.YieldFrom) -> Value:
        body = self.bodies[-1]
        body.is_generator = True
        of = self.value(node.value)
        self._site(Site("iterate", of, _start(node.value)))
        body.yielded.append(facts.Iterated(of, False))
        return UNKNOWN

    def _comprehension(self, node: Any) -> Value:
        """A comprehension runs as part of its function; its variables get names of their own there."""
        body = self.bodies[-1]
        scope = names.Scope(
            "comprehension", body.qualname, node.locals, suffix=f"@{node.lineno}:{node.col_offset}"
        )
        deferred = isinstance(node, nodes.GeneratorExp) and not once.is_consumed(node)
        for index, generator in enumerate(node.generators):
            if index == 0:
                of = self.value(generator.iter)
                self.scopes.append(scope)
                body.lazy += deferred
            else:
                of = self.value(generator.iter)
            self._site(Site("iterate", of, _start(generator.iter), awaited=bool(generator.is_async)))
            self._bind(generator.target, facts.Iterated(of, bool(generator.is_async)))
            for condition in generator.ifs:
                self.value(condition)
        elements = [node.key, node.value] if isinstance(node, nodes.DictComp) else [node.elt]
        values = [self.value(element) for element in elements]
        body.lazy -= deferred
        self.scopes.pop()
        found = self.comprehensions.setdefault(body.qualname, {})
        for name, bound in self._bound(node.locals).items():
            found[name + scope.suffix] = bound
        if isinstance(node, nodes.ListComp):
            return facts.Display("list", (values[0],))
        return UNKNOWN


def _start(node: NodeNG) -> Position:
    return Position(node.lineno or 0, node.col_offset or 0)


def _items(node: NodeNG) -> list[NodeNG]:
    return list(node.elts) if isinstance(node, nodes.Tuple) else [node]


def _first_items(node: NodeNG) -> list[NodeNG]:
    return _items(node)[:4]
