"""FAP001: rows that take whatever a client sends."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from flake8_fastapi.rules.fap001_models.payloads import MAPPINGS, parsed
from flake8_fastapi.semantics import code as codes
from flake8_fastapi.semantics import schemas, types
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Schema
from flake8_fastapi.semantics.things import Library
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.visitor import Finding, check


@check
def unfiltered_update(route: Route) -> Iterator[Finding]:
    """`setattr` sets whatever the client sends: columns that no client should set, such as `role` or `owner_id`.

    Reported for untyped bodies, models that allow extra fields, and models with fields that grant privileges; for the
    latter not in routes for administrators. Silent as soon as the names are tested or some are left out.

    Bad::

        @app.patch("/users/{user_id}")
        def update(user_id: int, changes: dict[str, str]) -> None:
            user = find(user_id)
            for name, value in changes.items():
                setattr(user, name, value)  # FAP001

    Good::

        class UserUpdate(BaseModel):
            email: str | None = None

        @app.patch("/users/{user_id}")
        def update(user_id: int, changes: UserUpdate) -> None:
            user = find(user_id)
            for name, value in changes.model_dump(exclude_unset=True).items():
                setattr(user, name, value)
    """
    code = route.code
    if code is None:
        return
    for call in code.calls():
        loop = _loop_around(code, call)
        if loop is None or _is_guarded(code, call, loop):
            continue
        source = _Source(code)
        data = source.of(loop.iter)
        problem = _problem(route, data) if data is not None and not source.is_vetted(loop) else None
        if problem is not None:
            yield Finding(codes.start(call), f"{problem}; allow only the fields that may change")


_PRIVILEGED = frozenset(
    {"id", "role", "roles", "is_admin", "is_superuser", "is_staff", "owner_id", "permissions", "scopes"}
    | {"hashed_password", "password_hash"}
)
_FOR_ADMINS = ("admin", "superuser", "staff", "permission", "role", "owner", "scope", "moderator", "manager")
_DUMPS = frozenset({"model_dump", "dict", "copy", "items", "keys", "model_copy"})
_SAME_DATA = frozenset({"builtins.vars", "builtins.dict", "builtins.list", "fastapi.encoders.jsonable_encoder"})


def _loop_around(code: Code, call: ast.Call) -> ast.For | None:
    """The loop whose variable is the name in `setattr(row, name, value)`."""
    if len(call.args) != 3 or code.thing(call.func) != Library("builtins.setattr"):
        return None
    name = call.args[1]
    for around in code.ancestors(call):
        if isinstance(around, ast.For) and isinstance(name, ast.Name):
            first = around.target.elts[0] if isinstance(around.target, ast.Tuple) else around.target
            if isinstance(first, ast.Name) and first.id == name.id:
                return around
    return None


def _is_guarded(code: Code, call: ast.Call, loop: ast.For) -> bool:
    """Whether the loop tests the name, other than for being an attribute at all."""
    name = call.args[1]
    assert isinstance(name, ast.Name)
    for node in ast.walk(loop):
        tests = [node.test] if isinstance(node, (ast.If, ast.IfExp, ast.Assert)) else []
        tests += [node.subject] if isinstance(node, ast.Match) else []
        for test in tests:
            if any(_is_tested(code, use) for use in ast.walk(test) if isinstance(use, ast.Name) and use.id == name.id):
                return True
    return False


def _is_tested(code: Code, use: ast.Name) -> bool:
    call = code.parent(use)
    if isinstance(call, ast.Call):
        return code.thing(call.func) not in (Library("builtins.hasattr"), Library("builtins.getattr"))
    # `update[name] is not None` looks at the value.
    return not isinstance(call, ast.Subscript)


class _Source:
    """Where the data of a loop comes from."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.names: set[str] = set()
        """The variables that hold it on the way."""

    def of(self, node: ast.expr) -> ast.expr | None:
        """The parameter, its field, or the JSON of the request, whose content this is; None if that is not known."""
        if isinstance(node, ast.Name):
            return self._of_variable(node)
        if isinstance(node, ast.Await):
            return node if any(value is node for _, value in parsed(self.code)) else None
        if isinstance(node, ast.Attribute):
            held = self.of(node.value)
            return held if node.attr == "__dict__" or held is None else node
        if not isinstance(node, ast.Call) or {keyword.arg for keyword in node.keywords} & {"include", "exclude", None}:
            return None
        if isinstance(node.func, ast.Attribute) and node.func.attr in _DUMPS:
            return self.of(node.func.value)
        thing = self.code.thing(node.func)
        if isinstance(thing, Library) and thing.name in _SAME_DATA and len(node.args) == 1:
            return self.of(node.args[0])
        return None

    def _of_variable(self, node: ast.Name) -> ast.expr | None:
        bound = self.code.assigns(node.id)
        if len(bound) > 1 or node.id in self.names:
            return None
        self.names.add(node.id)
        if not bound:
            return node
        given = self.code.parent(bound[0])
        value = given.value if isinstance(given, (ast.Assign, ast.AnnAssign)) else None
        return self.of(value) if value is not None else None

    def is_vetted(self, loop: ast.For) -> bool:
        """Whether the names in the data are looked at, or some are taken out, outside the loop."""
        return any(self._vets(use, loop) for name in self.names for use in self.code.uses(name))

    def _vets(self, use: ast.Name, loop: ast.For) -> bool:
        around = self.code.parent(use)
        if isinstance(around, ast.Attribute):
            if around.attr in ("pop", "popitem", "clear") or around.attr in _PRIVILEGED:
                return True
            if around.attr not in ("items", "keys"):
                return False
            call = self.code.parent(around)
            return call is not loop.iter and not isinstance(call, ast.For)
        if isinstance(around, ast.Subscript):
            return isinstance(around.ctx, ast.Del) or _is_privileged(around.slice)
        if isinstance(around, ast.Compare):
            return not isinstance(around.left, ast.Constant) or _is_privileged(around.left)
        return isinstance(around, ast.comprehension)


def _is_privileged(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in _PRIVILEGED


def _problem(route: Route, data: ast.expr) -> str | None:
    """What is wrong with setting all of this data; None if nothing certainly is."""
    if isinstance(data, ast.Await):
        return "the body has no model, so that a client can set any attribute"
    type_ = _type_of(route, data)
    if type_ is None:
        return None
    members = list(types.members(type_))
    if all(member.is_named(*MAPPINGS) or member.kind == "any" for member in members):
        return f"`{ast.unparse(data)}` has no model, so that a client can set any attribute"
    schema = schemas.of(route.ev, members[0]) if len(members) == 1 else None
    if schema is None or schema.kind != "model" or schema.is_table:
        return None
    if schema.config("extra") == "allow":
        return f"`{schema.name}` allows extra fields, so that a client can set any attribute"
    granted = [f"`{field.name}`" for field in schema.fields if field.name in _PRIVILEGED and not field.excluded]
    if granted and not _is_for_admins(route, schema):
        return f"`{schema.name}` lets a client set {', '.join(granted[:3])}"
    return None


def _type_of(route: Route, data: ast.expr) -> Type | None:
    """The type of a body or form, or of a field in one; None if it is not known."""
    if isinstance(data, ast.Attribute):
        holder = _type_of(route, data.value)
        schema = schemas.of(route.ev, holder) if holder is not None else None
        return next((field.type for field in schema.fields if field.name == data.attr), None) if schema else None
    if not isinstance(data, ast.Name):
        return None
    parameter = next((each for each in route.parameters if each.name == data.id), None)
    return parameter.type if parameter is not None and parameter.kind in ("body", "form") else None


def _is_for_admins(route: Route, schema: Schema) -> bool:
    """Whether names say that the route is for administrators, who may set such fields."""
    names = [route.path or "", route.name, schema.name, os.path.relpath(route.source.path, route.ev.files.root)]
    for operation in route.operations:
        names += [operation.path or "", *(each.name for one in operation.dependencies for each in one.walk())]
    names += [dependency.name for dependency in route.every_dependency()]
    return any(word in name.lower() for word in _FOR_ADMINS for name in names)
