"""Modules with several layers."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.structure import layers, layout
from flake8_fastapi.semantics.structure.layers import Layer
from flake8_fastapi.visitor import Finding, check, fitting

_WORDS = {
    "tables": ("table", "tables"),
    "schemas": ("schema", "schemas"),
    "database": ("database client", "database clients"),
    "settings": ("setting", "settings"),
    "security": ("security helper", "security helpers"),
}
"""How a layer is called where it has one name, and where it has several."""


@check
def mixed_layers(file: File) -> Iterator[Finding]:
    """One module defines routes together with several other layers, and is no longer small.

    Layers are ORM models, request and response schemas, the engine or session factory, settings, and what makes and
    checks tokens and passwords. Who needs a table or a setting (a migration, a job, a test) imports the whole
    application with it, and two modules that need each other's end in a circular import.

    Not reported: schemas beside routes; small modules, which are those with fewer than 5 routes
    (`--fastapi-small-app-routes`) or fewer than three times as many definitions; tests, examples, documentation,
    scripts, generated modules and notebooks.

    With `--fastapi-small-app-routes=2`:

    Bad::

        engine = create_engine("sqlite://")
        new_session = sessionmaker(engine)

        class User(Base):
            __tablename__ = "users"
            name: Mapped[str] = mapped_column(primary_key=True)

        class UserOut(BaseModel):
            name: str

        @app.get("/users/{name}", response_model=UserOut | None)  # FAP003
        def get_user(name: str) -> User | None:
            with new_session() as db:
                return db.get(User, name)

        @app.post("/users", status_code=201)
        def create_user(user: UserOut) -> None:
            with new_session.begin() as db:
                db.add(User(name=user.name))

    Good::

        class UserOut(BaseModel):
            name: str

        @app.get("/users/{name}", response_model=UserOut | None)
        def get_user(name: str, db: Session = Depends(get_db)) -> Order | None:
            return db.get(Order, name)

        @app.post("/users", status_code=201)
        def create_user(user: UserOut) -> None: ...
    """
    found = layers.mixed(file)
    if not found or not layout.is_kept(file.project.files, file.path):
        return
    yield Finding(layers.place(file), _message(file, found))


def _message(file: File, found: tuple[Layer, ...]) -> str:
    head = f"{len(layers.handlers(file))} routes share a module with "
    counted = [f"{len(each.names)} {_WORDS[each.kind][len(each.names) > 1]}" for each in found]
    places = [f"`{layout.beside(file.project.files, file.path, each.kind)}`" for each in found]
    full = [f"{what} (to {place})" for what, place in zip(counted, places, strict=True)]
    return fitting(
        f"{head}{_listed(full)}: importing one runs all of it",
        f"{head}{_listed(full)}",
        f"{head}{_listed(counted)}; move them to {_listed(list(dict.fromkeys(places)))}",
        f"{head}{_listed(counted)}; move these out, {found[0].kind} to {places[0]}",
        f"{head}{_listed(counted)}; give each layer a module of its own",
    )


def _listed(words: list[str]) -> str:
    return ", ".join(words[:-1]) + (" and " if words[1:] else "") + words[-1]
