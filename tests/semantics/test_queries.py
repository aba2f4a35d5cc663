"""What expressions are as queries and as results."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_fastapi.semantics.data import queries
from flake8_fastapi.semantics.data.queries import Query, Result
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import Frame

MODELS = """
from enum import Enum
from sqlalchemy import func, select, text
from sqlalchemy.orm import DeclarativeBase, joinedload, lazyload, load_only, selectinload

class Base(DeclarativeBase):
    pass

class Status(Enum):
    NEW = "new"

class User(Base):
    __tablename__ = "users"

class Item(Base):
    __tablename__ = "items"
"""


def read(folder: Path, body: str) -> tuple[Query | None, Result | None]:
    path = folder / "module.py"
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    path.write_text(f"{MODELS}\nasync def f(db, a=None):\n{lines}", encoding="utf-8")
    project = Project(Files(str(folder)))
    found = project.facts(str(path))
    assert found is not None
    (value,) = found.functions["f"].returned
    frame = Frame(str(path), "f")
    return queries.of(project.evaluator, value, frame), queries.result(project.evaluator, value, frame)


def query(folder: Path, body: str) -> Query:
    found, _ = read(folder, body)
    assert found is not None
    return found


def result(folder: Path, body: str) -> Result:
    _, found = read(folder, body)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("expression", "shape", "is_whole"),
    [
        ("db.query(User).all()", "entities", True),
        ("db.query(User.name).all()", "rows", True),
        ("db.query(User, Item).all()", "rows", True),
        ("db.query(User).first()", "entity", False),
        ("db.query(User).get(1)", "entity", False),
        ("db.query(User).count()", "count", False),
        ("db.query(func.count(User.id)).scalar()", "scalar", False),
        ("list(db.query(User))", "entities", True),
        ("[user for user in db.query(User)]", "entities", True),
        ("db.get(User, 1)", "entity", False),
        ("db.scalar(select(User))", "entity", False),
        ("db.scalars(select(User)).all()", "entities", True),
        ("db.scalars(select(User.name)).all()", "scalars", True),
        ("db.execute(select(User)).all()", "rows", True),
        ("db.execute(select(User)).scalars().all()", "entities", True),
        ("(await db.execute(select(User))).unique().scalars().all()", "entities", True),
        ("db.execute(select(User)).scalar_one_or_none()", "entity", False),
        ("db.execute(select(User)).mappings().all()", "mappings", True),
        ("db.execute(select(User)).scalars().first()", "entity", False),
        ("db.execute(select(User)).fetchmany(10)", "rows", False),
        ("db.scalars(select(User)).all()[0]", "entity", False),
        ("db.execute(text('SELECT * FROM users')).fetchall()", "rows", True),
        ("db.query(User).all() or []", "entities", True),
    ],
)
def test_shape(expression: str, shape: str, is_whole: bool, tmp_path: Path) -> None:
    found = result(tmp_path, f"return {expression}")
    assert (found.shape, found.is_whole) == (shape, is_whole)


@pytest.mark.parametrize(
    ("body", "bounded"),
    [
        ("return select(User)", False),
        ("return select(User).limit(10)", True),
        ("return select(User).limit(None)", False),
        ("return select(User).offset(10)", False),
        ("return select(func.count()).select_from(User)", True),
        ("return select(User).group_by(User.name)", None),
        ("return db.query(User)[:10]", True),
        ("return db.query(User).paginate(1)", None),
        ("query = select(User)\nif a:\n    query = query.limit(10)\nreturn query", None),
        ("query = select(User)\nquery = query.limit(10)\nreturn query", True),
        ("query = select(User)\nfor each in a:\n    query = query.where(each)\nreturn query", False),
        ("query = select(User) if a else select(User).limit(10)\nreturn query", None),
        ("return select(a)", None),
    ],
)
def test_bounds(body: str, bounded: bool | None, tmp_path: Path) -> None:
    assert query(tmp_path, body).bounded is bounded


@pytest.mark.parametrize(
    ("condition", "kind", "column", "is_flag"),
    [
        ("where(User.id == a)", "equals", "id", False),
        ("where(a == User.id)", "equals", "id", False),
        ("where(User.name == 'x')", "equals", "name", False),
        ("where(User.is_active == True)", "equals", "is_active", True),
        ("where(User.is_active)", "other", "is_active", True),
        ("where(User.deleted_at.is_(None))", "equals", "deleted_at", True),
        ("where(User.kind != 'draft')", "other", "kind", True),
        ("where(User.id.in_(a))", "in", "id", False),
        ("where(User.name.ilike('%x%'))", "search", "name", False),
        ("where(User.id == Item.user_id)", "join", "id", True),
        ("where(User.status == Status.NEW)", "equals", "status", False),
        ("filter_by(is_active=True)", "equals", "is_active", True),
        ("filter_by(id=a)", "equals", "id", False),
    ],
)
def test_conditions(condition: str, kind: str, column: str, is_flag: bool, tmp_path: Path) -> None:
    found = query(tmp_path, f"return select(User).{condition}")
    (filter_,) = found.filters
    assert filter_.column is not None
    assert (filter_.kind, filter_.column.name, filter_.is_flag) == (kind, column, is_flag)
    assert found.is_selective is not is_flag


@pytest.mark.parametrize(
    ("body", "is_selective"),
    [
        ("query = select(User)\nif a:\n    query = query.where(User.id == a)\nreturn query", False),
        ("query = select(User)\nif db.x:\n    query = query.where(User.id == a)\nreturn query", True),
        ("return select(User).where(User.id == a) if a else select(User)", False),
        ("return select(User).where(User.id == a) if a else select(User).where(User.id == 1)", True),
        ("return select(User).join(select(Item).subquery())", True),
        ("return select(User).join(Item)", False),
        ("return select(User).something()", True),
    ],
)
def test_selective(body: str, is_selective: bool, tmp_path: Path) -> None:
    assert query(tmp_path, body).is_selective is is_selective


@pytest.mark.parametrize(
    ("options", "loads"),
    [
        ("selectinload(User.items)", [("selectinload", "items")]),
        ("joinedload('items')", [("joinedload", "items")]),
        ("selectinload(User.items).joinedload(Item.tags)", [("selectinload", "items"), ("joinedload", "items.tags")]),
        (
            "selectinload(User.items).options(joinedload(Item.tags), load_only(Item.id))",
            [("selectinload", "items"), ("joinedload", "items.tags")],
        ),
        ("selectinload(User.items.and_(Item.id == 1))", [("selectinload", "items")]),
        ("lazyload('*')", [("lazyload", "*")]),
        ("load_only(User.id)", []),
    ],
)
def test_loads(options: str, loads: list[tuple[str, str]], tmp_path: Path) -> None:
    found = query(tmp_path, f"return select(User).options({options})")
    shown = [(each.strategy, ".".join(step.name for step in each.path)) for each in found.loads]
    assert (shown, found.is_complete) == (loads, True)


def test_unknown_options_are_no_complete_ones(tmp_path: Path) -> None:
    assert not query(tmp_path, "return select(User).options(*a)").is_complete


def test_entity(tmp_path: Path) -> None:
    entity = query(tmp_path, "return select(User).order_by(User.id)").entity
    assert entity is not None
    assert entity.qualname == "User"
    assert query(tmp_path, "return select(User, Item)").entity is None


@pytest.mark.parametrize(
    "expression",
    ["a.query(b)", "a.execute(b).all()", "unknown(select(User))", "unknown(db.query(User)).all()", "[1, 2]", "a"],
)
def test_unknown(expression: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"return {expression}") == (None, None)
