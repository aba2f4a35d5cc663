"""What routes declare that they answer: nothing, too little, or what cannot be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import answers, classes, facts, routes, schemas, served, types
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.data import sent
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import ClassThing, Instance, Library
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check

_CONTENT_RESPONSES = (
    served.JSON,
    "starlette.responses.PlainTextResponse",
    "starlette.responses.HTMLResponse",
    framework.RESPONSE,
)
"""Responses that send the content they are given; JSON makes something of None, too."""
_OTHER_RESPONSES = (
    *framework.STREAMS,
    "starlette.responses.RedirectResponse",
    "starlette.responses.FileResponse",
    "starlette.templating.TemplateResponse",
)
"""Responses whose first argument is something else."""


@check
def no_response_model(route: Route) -> Iterator[Finding]:
    """A route returns data and says nowhere what it is.

    Without a model FastAPI sends whatever the handler returns, and the schema that clients are generated from shows an
    empty answer. Silent for constants and messages, for responses that the handler builds itself, for health checks,
    and where the author wrote `response_model=None` or hid the route. Rows of a database have a check of their own,
    `orm-object-returned`.

    Bad::

        @app.get("/users/{user_id}")  # FAP001
        def get_user(user_id: int, db: Session = Depends(get_db)):
            user = db.get(User, user_id)
            return {"name": user.name, "email": user.email}

    Good::

        class UserOut(BaseModel):
            name: str
            email: str

        @app.get("/users/{user_id}", response_model=UserOut)
        def get_user(user_id: int, db: Session = Depends(get_db)):
            user = db.get(User, user_id)
            return {"name": user.name, "email": user.email}
    """
    if _lacks_model(route) and served.is_first(route, _lacks_model):
        yield Finding(
            route.position,
            f"{served.named(route)} has no response model: its answer is not filtered or documented; "
            "annotate it or set `response_model`",
        )


def _lacks_model(route: Route) -> bool:
    if not served.is_api(route) or route.response.source != "nothing" or not served.has_body(route):
        return False
    if route.function is None or route.function.is_generator or served.is_probe(route) or not route.shows_handler:
        return False
    if served.documents(route, 200, 201, route.status_code or 200) or "data" not in answers.of_route(route):
        return False
    return served.is_documented(route) and served.sends_json(route) and not _sends_rows(route)


def _sends_rows(route: Route) -> bool:
    """Whether this is a fault of its own: `orm-object-returned` or `raw-attribute-dump`."""
    return sent.objects(route) is not None or sent.dumped(route) is not None


@check
def untyped_response(route: Route) -> Iterator[Finding]:
    """The declared answer is a `dict`, a list of dicts or `Any`: it lets everything through and documents nothing.

    A closed mapping such as `dict[str, float]` says enough, as do typed dicts, dataclasses and named tuples. Silent for
    constants and messages, and where `response_model` names a model beside the annotation.

    Bad::

        @app.get("/stats")  # FAP001
        def stats(request: Request) -> dict[str, object]:
            return {"client": request.client}

    Good::

        class Stats(BaseModel):
            client: str

        @app.get("/stats")
        def stats(request: Request) -> Stats:
            return Stats(client=str(request.client))
    """
    if _is_untyped(route) and served.is_first(route, _is_untyped):
        yield Finding(
            route.position,
            f"{served.named(route)} answers with `{served.declared(route)}`: nothing is filtered, validated or "
            "documented; declare a model",
        )


def _is_untyped(route: Route) -> bool:
    type_ = route.response.type
    if type_ is None or not served.is_api(route) or not sent.says_nothing(type_) or not served.has_body(route):
        return False
    if route.function is None or route.function.is_generator or served.is_probe(route) or not route.shows_handler:
        return False
    found = answers.of_route(route)
    if "data" not in found and ("unknown" not in found or _may_be_response(route, type_)):
        return False
    if type_.kind == "any" and "response" in found:
        # There is no other annotation for what is now a file, now data.
        return False
    return served.is_documented(route) and served.sends_json(route) and sent.dumped(route) is None


def _may_be_response(route: Route, type_: Type) -> bool:
    """Whether what a handler returns, and we do not know, may be a response: `Any` does not exclude it."""
    if type_.kind == "any" or not route.is_plain:
        return True
    returned = route.code.returns() if route.code is not None else []
    return any("response" in ast.unparse(node.value).lower() for node in returned if isinstance(node.value, ast.Call))


@check
def model_as_response_class(route: Route) -> Iterator[Finding]:
    """`response_class=` is given a model: it takes a Response class, and every request ends in a 500.

    Bad::

        class User(BaseModel):
            name: str

        @app.get("/me", response_class=User)  # FAP001
        def me() -> User:
            return User(name="me")

    Good::

        class User(BaseModel):
            name: str

        @app.get("/me", response_model=User)
        def me() -> User:
            return User(name="me")
    """
    written = route.keyword("response_class")
    if written is None or route.is_websocket:
        return
    type_ = types.resolve(route.ev, written, route.frame)
    if _is_no_response(route, type_):
        name = served.clipped(types.text(route.ev, type_))
        yield Finding(
            route.position,
            f"`response_class={name}` is no Response class: every request ends in a 500; use `response_model`",
        )


def _is_no_response(route: Route, type_: Type) -> bool:
    if type_.kind == "union":
        return all(_is_no_response(route, member) for member in types.members(type_))
    if types.is_a(route.ev, type_, framework.RESPONSE):
        return False
    if isinstance(type_.thing, ClassThing):
        return schemas.of_class(route.ev, type_.thing) is not None
    return type_.name.startswith("builtins.") or types.is_a(route.ev, type_, framework.PYDANTIC_MODEL)


@check
def body_with_no_content(route: Route) -> Iterator[Finding]:
    """A route answers 204 or 304, which have no body, and declares or returns one.

    A declared body makes FastAPI refuse the route; a returned one is dropped without a word; one in a response of its
    own (`JSONResponse(None, status_code=204)` sends `null`) makes the server fail and drop the connection.

    Bad::

        @app.delete("/items/{item_id}", status_code=204)
        def delete_item(item_id: int):
            return {"deleted": item_id}  # FAP001

    Good::

        @app.delete("/items/{item_id}", status_code=204)
        def delete_item(item_id: int) -> None:
            print(item_id)
    """
    if not served.is_api(route):
        return
    if route.status_code in served.NO_BODY and route.response.type is not None:
        if types.is_known(route.response.type):
            yield Finding(
                route.position,
                f"{served.named(route)} declares `{served.declared(route)}` for status {route.status_code}: "
                "FastAPI refuses a body there; annotate it `-> None`",
            )
        return
    code = route.code
    if code is None or not route.is_plain:
        return
    for node in code.returns():
        for branch in _branches(node.value) if node.value is not None else ():
            yield from _needless_body(route, code, node, branch)


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _branches(node.body)
        yield from _branches(node.orelse)
    else:
        yield node


def _needless_body(route: Route, code: Code, node: ast.Return, value: ast.expr) -> Iterator[Finding]:
    status = _status_of_response(code, value)
    if status is not None:
        yield Finding(
            _line(node, value),
            f"a {status} response has no body, and this one sends some: the server drops the connection; "
            f"return `Response(status_code={status})`",
        )
    elif route.status_code in served.NO_BODY and _is_needless(code, value):
        yield Finding(
            _line(node, value),
            f"what {served.named(route)} returns is dropped: status {route.status_code} allows no body; "
            "return nothing or change the status",
        )


def _is_needless(code: Code, node: ast.expr) -> bool:
    """Whether a value is meant to be sent. What a helper happens to return is not: `return crud.remove(item_id)`."""
    value = node.value if isinstance(node, ast.Await) else node
    callee = code.thing(value.func) if isinstance(value, ast.Call) else None
    if isinstance(value, ast.Call) and not isinstance(callee, (ClassThing, Library)):
        return False
    return answers.of_node(code, value) <= {"data", "constant"}


def _line(node: ast.Return, value: ast.expr) -> Position:
    return start(node) if node.lineno == value.lineno else start(value)


def _status_of_response(code: Code, node: ast.expr) -> int | None:
    """The status of a response built here, if it allows no body and the response has one."""
    if not isinstance(node, ast.Call):
        return None
    thing = code.thing(node)
    made = thing.made if isinstance(thing, Instance) else None
    if made is None or made.call is not code.source.value(node) or made.call.open:
        return None
    assert isinstance(thing, Instance)
    ev = code.source.ev
    call = made.call
    kind = _kind_of_response(ev, thing.type)
    status = call.keyword("status_code") or (call.args[1] if len(call.args) > 1 else None)
    found = routes.status_of(ev.certain(status, made.frame)) if status is not None else None
    if not kind or found not in served.NO_BODY:
        return None
    content = call.keyword("content") or (call.args[0] if call.args else None)
    is_empty = content is None or (isinstance(content, facts.Constant) and not content.value)
    return None if is_empty and kind != served.JSON else found


def _kind_of_response(ev: Evaluator, cls: ClassThing | Library) -> str:
    """The library class that says what a response does with its content; empty for one that may do anything."""
    if isinstance(cls, ClassThing) and any(classes.method(ev, cls, name) for name in ("__init__", "render")):
        return ""
    if classes.is_a(ev, cls, *_OTHER_RESPONSES):
        return ""
    return next((name for name in classes.library_types(ev, cls) if name in _CONTENT_RESPONSES), "")


@check(optional=True)
def redundant_response_model(route: Route) -> Iterator[Finding]:
    """`response_model` repeats the return annotation, which FastAPI uses by itself.

    Off by default: some like to see it in the decorator.

    Bad::

        class User(BaseModel):
            name: str

        @app.get("/me", response_model=User)  # FAP001
        def me() -> User:
            return User(name="me")

    Good::

        class User(BaseModel):
            name: str

        @app.get("/me")
        def me() -> User:
            return User(name="me")
    """
    declared, returned = route.response.type, route.returns
    if route.response.source != "response_model" or declared is None or returned is None:
        return
    if types.is_known(declared) and types.is_known(returned) and _same(declared, returned):
        yield Finding(
            route.position,
            f"`response_model={served.declared(route)}` repeats the return annotation of {served.named(route)}; "
            "drop one",
        )


def _same(one: Type, other: Type) -> bool:
    if one.kind == "union" and other.kind == "union" and len(one.args) == len(other.args):
        return all(any(_same(member, each) for each in other.args) for member in one.args)
    if (one.kind, one.thing, one.values, len(one.args)) != (other.kind, other.thing, other.values, len(other.args)):
        return False
    return all(map(_same, one.args, other.args))
