"""Responses that go past the declared model."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.semantics import answers, classes, facts, origins, routes, schemas, served, types
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Instance, Library
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check

_ENCODERS = ("fastapi.encoders.jsonable_encoder", "json.loads")


@check
def response_model_bypassed(route: Route) -> Iterator[Finding]:
    """A response model is declared, and the handler sends a `JSONResponse` of the data: nothing is filtered.

    Silent for other statuses than those of a success, for constants and messages, for instances of the model itself,
    and for a status that `responses=` describes.

    Bad::

        from fastapi.responses import JSONResponse

        class User(BaseModel):
            name: str

        @app.get("/users/{user_id}", response_model=User)
        def get_user(user_id: int, db: Session = Depends(get_db)):
            return JSONResponse(vars(db.get(UserRow, user_id)))  # FAP001

    Good::

        class User(BaseModel):
            name: str

        @app.get("/users/{user_id}", response_model=User)
        def get_user(user_id: int, db: Session = Depends(get_db)):
            return db.get(UserRow, user_id)
    """
    type_ = route.response.type
    if type_ is None or not served.is_api(route) or not route.is_plain or not _may_answer_itself(route):
        return
    code = route.code
    if code is None or next(schemas.nested(route.ev, type_), None) is None:
        return
    for node in code.returns():
        for call in _responses(code, node.value) if node.value is not None else ():
            if _bypasses(route, code, call):
                yield Finding(
                    start(call),
                    f"`{_callee(call)}()` bypasses the response model `{served.declared(route)}`: nothing is filtered; "
                    "return the data itself",
                )


def _may_answer_itself(route: Route) -> bool:
    """Whether a JSON response is made in what the handler returns: the cheap first question."""
    ev, function = route.ev, route.function
    if function is None:
        return False
    frame = Frame(route.registration.function.path, function.qualname)
    for value in function.returned:
        for origin in (*origins.of(ev, value, frame), origins.Origin(value, frame)):
            thing = ev.certain(origin.value, origin.frame)
            if isinstance(thing, Instance) and classes.is_a(ev, thing.type, served.JSON):
                return True
    return False


def _callee(call: ast.Call) -> str:
    return served.clipped(ast.unparse(call.func))


def _responses(code: Code, node: ast.expr) -> Iterator[ast.Call]:
    """The calls that make what is returned."""
    if isinstance(node, ast.IfExp):
        yield from _responses(code, node.body)
        yield from _responses(code, node.orelse)
    elif isinstance(node, ast.Call):
        yield node
    elif isinstance(node, ast.Name) and not _is_given_a_status(code, node.id):
        for assigned in code.assigns(node.id):
            statement = code.parent(assigned)
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                yield statement.value


def _is_given_a_status(code: Code, name: str) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "status_code"
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        for node in code.own
    )


def _bypasses(route: Route, code: Code, call: ast.Call) -> bool:
    response = _json_response(route.ev, code, call)
    if response is None:
        return False
    written, frame, is_built_here = response
    status = written.keyword("status_code") or (written.args[1] if len(written.args) > 1 else None)
    found = routes.status_of(route.ev.certain(status, frame)) if status is not None else 200
    if found is None or not 200 <= found < 300 or found in served.NO_BODY or served.documents(route, found):
        return False
    if not is_built_here:
        return not all(answers.is_constant(code, node) for node in _arguments(call))
    content = next((each.value for each in call.keywords if each.arg == "content"), call.args[0] if call.args else None)
    if content is None or written.open:
        return False
    content = answers.written_out(code, content)
    if answers.is_constant(code, content) or _is_validated(route, code, content):
        return False
    return not (isinstance(content, ast.Dict) and _is_like_model(route, code, content))


def _json_response(ev: Evaluator, code: Code, call: ast.Call) -> tuple[facts.Call, Frame, bool] | None:
    """The call that makes a JSON response, and whether it is this one or the only one in the helper that it calls."""
    thing = code.thing(call)
    if not isinstance(thing, Instance) or thing.made is None or not _writes_plain_json(ev, thing.type):
        return None
    made = thing.made
    if made.call is code.source.value(call):
        return made.call, made.frame, True
    callee = code.thing(call.func)
    function = callee.function if isinstance(callee, Bound) else callee
    found = ev.function(function) if isinstance(function, FunctionThing) else None
    return (made.call, made.frame, False) if found is not None and len(found.returned) == 1 else None


def _writes_plain_json(ev: Evaluator, cls: ClassThing | Library) -> bool:
    """Whether a response class takes its content as it is."""
    if not classes.is_a(ev, cls, served.JSON):
        return False
    own = (classes.method(ev, cls, name) for name in ("__init__", "render")) if isinstance(cls, ClassThing) else ()
    return all(method is None for method in own)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_validated(route: Route, code: Code, node: ast.expr) -> bool:
    """Whether the content is an instance of the response model, written out: the model was applied by hand."""
    if isinstance(node, ast.ListComp):
        return _is_validated(route, code, node.elt)
    if isinstance(node, ast.Call):
        callee = code.thing(node.func)
        if isinstance(callee, Library) and callee.name in _ENCODERS and node.args:
            return _is_validated(route, code, node.args[0])
        if isinstance(node.func, ast.Attribute):
            return _is_validated(route, code, node.func.value)
    return _is_declared(route, code, node)


def _is_like_model(route: Route, code: Code, node: ast.Dict) -> bool:
    """Whether a dict is written out with fields of the model that hold scalars: there is nothing to filter."""
    type_ = route.response.type
    schema = schemas.of(route.ev, type_) if type_ is not None else None
    fields = {field.name: field.type for field in schema.fields} if schema is not None else {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) else None
        if name not in fields:
            return False
        if not answers.is_constant(code, value) and not _holds_scalars(route.ev, fields[str(name)]):
            return False
    return True


def _holds_scalars(ev: Evaluator, type_: Type) -> bool:
    if types.is_sequence(ev, type_):
        return bool(type_.args) and all(_holds_scalars(ev, arg) for arg in type_.args)
    return types.is_scalar(ev, type_) is True and type_.kind != "any"


def _is_declared(route: Route, code: Code, node: ast.expr) -> bool:
    """Whether an expression is a declared model, or an instance of one."""
    thing = code.thing(node)
    cls = thing.type if isinstance(thing, Instance) else thing
    type_ = route.response.type
    return type_ is not None and any(schema.cls == cls for schema in schemas.nested(route.ev, type_))
