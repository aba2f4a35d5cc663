"""ORM entities: which classes are some, with which columns and relationships."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_fastapi.semantics.data import entities
from flake8_fastapi.semantics.data.entities import Entity
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import ClassThing

BASES = """
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, as_declarative, declarative_base, registry


class New(AsyncAttrs, DeclarativeBase):
    pass


class AsDataclass(MappedAsDataclass, DeclarativeBase):
    pass


class Common:
    created = None


Old = declarative_base(cls=Common)
mapper_registry = registry()
Generated = mapper_registry.generate_base()
Automatic = automap_base()
db = SQLAlchemy()


@as_declarative()
class Decorated:
    pass
"""
IMPORTS = """
from __future__ import annotations

from typing import ClassVar, List, Optional

import sqlalchemy as sa
from bases import *
from beanie import Document, Link
from elsewhere import Unknown
from peewee import CharField
from peewee import Model as PeeweeModel
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, WriteOnlyMapped, backref, column_property, declared_attr, deferred
from sqlalchemy.orm import mapped_column, relationship
from sqlmodel import Field, Relationship, SQLModel
from tortoise import fields
from tortoise.models import Model as TortoiseModel

"""


def entity(folder: Path, source: str, name: str) -> Entity | None:
    """What the class of this name is, in a module beside the bases."""
    (folder / "bases.py").write_text(BASES, encoding="utf-8")
    path = folder / "models.py"
    path.write_text(IMPORTS + source, encoding="utf-8")
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    project = Project(Files(str(folder)))
    return entities.of_class(project.evaluator, ClassThing(str(path), name))


@pytest.mark.parametrize(
    ("source", "mapper"),
    [
        ("class A(New): id = Column(Integer)", "sqlalchemy"),
        ("class A(AsDataclass): id: Mapped[int]", "sqlalchemy"),
        ("class A(Old): id = Column(Integer)", "sqlalchemy"),
        ("class A(Generated): id = Column(Integer)", "sqlalchemy"),
        ("class A(Automatic): id = Column(Integer)", "sqlalchemy"),
        ("class A(Decorated): id = Column(Integer)", "sqlalchemy"),
        ("class A(db.Model): id = db.Column(db.Integer)", "sqlalchemy"),
        ("@mapper_registry.mapped\nclass A: id = Column(Integer)", "sqlalchemy"),
        ("@mapper_registry.mapped_as_dataclass\nclass A: id: Mapped[int]", "sqlalchemy"),
        ("class A: pass\nmapper_registry.map_imperatively(A, None)", "sqlalchemy"),
        ("class M(New): __abstract__ = True\nclass A(M): id = Column(Integer)", "sqlalchemy"),
        ("class A(Unknown): __tablename__ = 'a'", "sqlalchemy"),
        ("class A(SQLModel, table=True): id: int", "sqlmodel"),
        ("class A(TortoiseModel): id = fields.IntField()", "tortoise"),
        ("class A(Document): id: int", "beanie"),
        ("class A(PeeweeModel): name = CharField()", "peewee"),
        ("class A(SQLModel): id: int", None),
        ("class A(New): __abstract__ = True", None),
        ("class A(TortoiseModel):\n    class Meta: abstract = True", None),
        ("class A(DeclarativeBase): pass", None),
        ("class A(Unknown): id = 1", None),
        ("class A: __tablename__ = 'a'", None),
        ("class A: id = Column(Integer)", None),
    ],
)
def test_classes(source: str, mapper: str | None, tmp_path: Path) -> None:
    found = entity(tmp_path, source, "A")
    assert (found.mapper if found is not None else None) == mapper


BODY = """
def key(): return Column(Integer, primary_key=True)

class Mixin:
    created: Mapped[int] = mapped_column()
    @declared_attr
    def owner_id(cls): return Column(ForeignKey("a.id"))
    @declared_attr
    def owner(cls): return relationship("A", lazy="joined")

class A(Mixin, New):
    __tablename__ = "a"
    kind: ClassVar[str] = "a"
    id = key()
    name: Mapped[Optional[str]]
    bio = deferred(Column(String))
    bs: Mapped[List["B"]] = relationship(back_populates="a")
    one: Mapped["B"] = relationship(lazy="selectin")
    many: WriteOnlyMapped[B] = relationship()
    dotted = relationship("models.B", lazy="raise")
    later = relationship(lambda: B, uselist=True)
    odd = relationship(B_NAME, lazy=LAZY)
    length = column_property(1)
    @hybrid_property
    def full(self): return self.name

class B(New):
    __tablename__ = "b"
    id: Mapped[int] = mapped_column(primary_key=True)
    a_id: Mapped[int] = mapped_column(ForeignKey("a.id"))
    a: Mapped[A] = relationship(back_populates="bs")
    other = relationship("A", backref=backref("backwards", lazy="subquery"))
"""


def test_columns(tmp_path: Path) -> None:
    found = entity(tmp_path, BODY, "A")
    assert found is not None
    shown = [(each.name, each.type, each.is_primary_key, each.foreign_key, each.is_deferred) for each in found.columns]
    assert shown == [
        ("id", "Integer", True, None, False),
        ("name", "str | None", False, None, False),
        ("bio", "String", False, None, True),
        ("created", "int", False, None, False),
        ("owner_id", "", False, "a.id", False),
    ]
    assert found.properties == {"length", "full"}
    assert found.is_async
    assert found.is_complete


def test_relationships(tmp_path: Path) -> None:
    found = entity(tmp_path, BODY, "A")
    assert found is not None
    shown = {
        each.name: (each.target.name if each.target is not None else None, each.is_collection, each.lazy)
        for each in found.relationships
    }
    assert shown == {
        "bs": ("B", True, "select"),
        "one": ("B", False, "selectin"),
        "many": ("B", True, "write_only"),
        "dotted": ("B", None, "raise"),
        "later": ("B", True, "select"),
        "odd": (None, None, None),
        "owner": ("A", None, "joined"),
        "backwards": ("B", None, "subquery"),
    }


def test_other_mappers(tmp_path: Path) -> None:
    source = """
class Team(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    heroes: List["Hero"] = Relationship(back_populates="team")

class Hero(SQLModel, table=True):
    team_id: int = Field(foreign_key="team.id")
    team: Team = Relationship()

class Letter(Document):
    text: str
    author: Link["Letter"]

class Order(TortoiseModel):
    id = fields.IntField(pk=True)
    user = fields.ForeignKeyField("models.User")
"""
    for name, columns, relationships in (
        ("Team", ["id"], ["heroes"]),
        ("Hero", ["team_id"], ["team"]),
        ("Letter", ["text"], ["author"]),
        ("Order", ["id"], ["user"]),
    ):
        found = entity(tmp_path, source, name)
        assert found is not None
        assert [each.name for each in found.columns] == columns
        assert [each.name for each in found.relationships] == relationships
