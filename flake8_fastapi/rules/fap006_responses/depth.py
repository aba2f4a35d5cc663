"""Response models that are too much: nested too deep, containing each other, or the table itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import schemas, served, types
from flake8_fastapi.semantics.data import entities
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Schema
from flake8_fastapi.semantics.things import ClassThing
from flake8_fastapi.semantics.types import Type
from flake8_fastapi.semantics.values import Evaluator
from flake8_fastapi.visitor import Finding, check

_DEEPEST = 4
"""How many levels of models may lie below the response model."""
_ENVELOPES = frozenset(
    {"content", "data", "entries", "items", "objects", "payload", "records", "result", "results", "rows"}
)
"""Fields of models that are no level of their own: a page, a message."""
_LONGEST = 70
"""A path with more characters is shown without its middle."""
_MOST_MODELS = 80
"""How many nested models are looked at."""


class _Step(NamedTuple):
    """A model inside the response model, and how it is reached."""

    schema: Schema
    before: _Step | None = None
    field: str = ""

    @property
    def steps(self) -> list[_Step]:
        """The way from the response model to this one."""
        return [*(self.before.steps if self.before is not None else ()), self]

    @property
    def path(self) -> str:
        """As a person would write it: `Order.lines.product`."""
        first, *rest = self.steps
        names = [first.schema.name, *(step.field for step in rest)]
        text = ".".join(names)
        return text if len(text) <= _LONGEST else ".".join((*names[:2], "…", *names[-2:]))


@check
def deep_response_model(route: Route) -> Iterator[Finding]:
    """The response model holds models in models, more than four deep, or two models that contain each other.

    Bad::

        class Author(BaseModel):
            name: str
            books: list["Book"]

        class Book(BaseModel):
            title: str
            author: Author

        @app.get("/books/{book_id}", response_model=Book)  # FAP006
        def get_book(book_id: int, db: Session = Depends(get_db)):
            book = db.get(BookRow, book_id)
            if book is None:
                raise HTTPException(404)
            return book

    Good::

        class Author(BaseModel):
            name: str

        class Book(BaseModel):
            title: str
            author: Author

        @app.get("/books/{book_id}", response_model=Book)
        def get_book(book_id: int, db: Session = Depends(get_db)):
            book = db.get(BookRow, book_id)
            if book is None:
                raise HTTPException(404)
            return book
    """
    found = _fault(route)
    if found is not None and not any(other == found for other in _before(route)):
        yield Finding(route.position, _message(route, found))


class _Fault(NamedTuple):
    """What is wrong with a response model, and the model in it that brings it."""

    path: str
    levels: int
    is_mutual: bool
    cls: ClassThing


def _message(route: Route, found: _Fault) -> str:
    if found.is_mutual:
        return f"`{found.path}` leads back to where it began: rows that refer to each other end in a 500; drop one side"
    return (
        f"{served.named(route)} nests models {found.levels} levels deep, `{found.path}`: each level loads more; "
        "send ids instead"
    )


def _fault(route: Route) -> _Fault | None:
    type_ = route.response.type
    if type_ is None or not served.is_api(route):
        return None
    steps = list(_steps(route.ev, type_))
    return _mutual(route.ev, steps) or _deep(steps)


def _before(route: Route) -> Iterator[_Fault | None]:
    """What is wrong with the routes of the file that stand before this one: one model is one fault."""
    for registration in route.project.registrations.of(route.source.path):
        if registration.role != "route" or registration.call is None or registration.holder is None:
            continue
        if registration.call.start < route.position:
            yield _fault(Route(route.ev, registration, registration.holder, route.project, route.source))


def _mutual(ev: Evaluator, steps: list[_Step]) -> _Fault | None:
    """Two models that contain each other. A union leads to other kinds of the same tree, not back."""
    for step in steps:
        for field, inner in _inner(ev, step.schema):
            for back, other in _inner(ev, inner):
                if other.cls == step.schema.cls != inner.cls and not _is_alike(field, back):
                    path = _Step(other, _Step(inner, step, field), back).path
                    return _Fault(path, len(step.steps), True, step.schema.cls)
    return None


def _is_alike(field: str, back: str) -> bool:
    """Whether both fields mean the same: `components` of `component`, a tree with a model for its links."""
    return field.rstrip("s") == back.rstrip("s")


def _deep(steps: list[_Step]) -> _Fault | None:
    found = max(steps, key=lambda step: len(step.steps), default=None)
    if found is None or len(found.steps) - 1 <= _DEEPEST:
        return None
    return _Fault(found.path, len(found.steps) - 1, False, found.steps[0].schema.cls)


def _steps(ev: Evaluator, type_: Type) -> Iterator[_Step]:
    """The models in a response model, each by the shortest way, nearest first."""
    pending = [_Step(_unwrapped(ev, schema)) for schema in schemas.nested(ev, type_)]
    seen: set[ClassThing] = set()
    for step in pending:
        if step.schema.cls in seen or len(seen) >= _MOST_MODELS:
            continue
        seen.add(step.schema.cls)
        yield step
        pending.extend(_Step(schema, step, field) for field, schema in _inner(ev, step.schema))


def _unwrapped(ev: Evaluator, schema: Schema) -> Schema:
    """What a page or message holds: the model that it is about."""
    held = list(_inner(ev, schema))
    return held[0][1] if len(held) == 1 and held[0][0] in _ENVELOPES else schema


def _inner(ev: Evaluator, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The models that the fields of a model hold."""
    links = {each.name for each in entity.relationships} if (entity := entities.of_class(ev, schema.cls)) else set()
    for field in schema.fields:
        held = list(schemas.nested(ev, field.type)) if not field.excluded and field.name not in links else []
        if len(held) == 1:
            yield field.name, held[0]


@check
def orm_response_model(route: Route) -> Iterator[Finding]:
    """The response model is a table: every column of it is sent, and every column that is added to it later.

    Bad::

        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: int = Field(primary_key=True)
            name: str

        @app.get("/users/{user_id}", response_model=User)  # FAP006
        def get_user(user_id: int, db: Session = Depends(get_db)):
            user = db.get(User, user_id)
            if user is None:
                raise HTTPException(404)
            return user

    Good::

        from sqlmodel import Field, SQLModel

        class UserOut(SQLModel):
            name: str

        class User(UserOut, table=True):
            id: int = Field(primary_key=True)

        @app.get("/users/{user_id}", response_model=UserOut)
        def get_user(user_id: int, db: Session = Depends(get_db)):
            user = db.get(User, user_id)
            if user is None:
                raise HTTPException(404)
            return user
    """
    type_ = route.response.type
    if type_ is None or not served.is_api(route) or not served.has_body(route):
        return
    if any(route.option(name) is not None for name in ("response_model_include", "response_model_exclude")):
        return
    for part in types.parts(type_):
        entity = entities.of_type(route.ev, part)
        if entity is not None and entity.mapper == "sqlmodel":
            yield Finding(
                route.position,
                f"{served.named(route)} answers with the table `{served.clipped(entity.name)}`: clients get each "
                "column, later ones too; declare a model for the answer",
            )
            return
