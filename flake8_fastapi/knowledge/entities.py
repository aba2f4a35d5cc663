"""ORM entities: the base classes of object mappers, and what makes columns and relationships.

Sources: sqlalchemy/orm (1.4 to 2.1), sqlmodel/main.py, flask_sqlalchemy/model.py, and the model classes of the other
mappers.
"""

from __future__ import annotations

from collections.abc import Mapping

DECLARATIVE = "sqlalchemy.orm.DeclarativeBase"
"""What a base class derives from; `declarative_base()` and the like give a base class that is one already."""
MADE_BASES = frozenset({DECLARATIVE, "flask_sqlalchemy.model.Model"})
"""Classes that a call or an attribute gives; an instance of one in the place of a base class stands for the class."""

BASES: Mapping[str, str] = {
    DECLARATIVE: "sqlalchemy",
    "sqlalchemy.orm.DeclarativeBaseNoMeta": "sqlalchemy",
    "sqlmodel.SQLModel": "sqlmodel",
    "tortoise.models.Model": "tortoise",
    "beanie.Document": "beanie",
    "odmantic.Model": "odmantic",
    "ormar.Model": "ormar",
    "peewee.Model": "peewee",
    "mongoengine.Document": "mongoengine",
    "django.db.models.Model": "django",
}
"""The base class of a mapper -> the mapper."""
DOCUMENTS = ("beanie.Document", "odmantic.Model", "ormar.Model")
"""Base classes that are pydantic models as well, so that FastAPI takes their subclasses as bodies."""
PYDANTIC = frozenset({"sqlmodel", *(BASES[name] for name in DOCUMENTS)})
"""Mappers whose entities are pydantic models."""

MAPPING_DECORATORS = frozenset({"mapped", "mapped_as_dataclass"})
"""Methods of `registry` that map the class they decorate."""
BASE_DECORATORS = frozenset({"as_declarative", "as_declarative_base"})
"""Decorators that turn a class into a declarative base."""
IMPERATIVE = frozenset({"map_imperatively", "mapper"})
"""Functions that map the class that is their first argument."""

_PACKAGES = ("sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.", "geoalchemy2.", "advanced_alchemy.")
_SQLALCHEMY: Mapping[str, str] = {
    **dict.fromkeys(("Column", "mapped_column", "MappedColumn", "Field"), "column"),
    "deferred": "deferred",
    **dict.fromkeys(("relationship", "relation", "Relationship", "RelationshipProperty"), "relationship"),
    "dynamic_loader": "dynamic",
    **dict.fromkeys(
        ("column_property", "synonym", "association_proxy", "query_expression", "composite", "hybrid_property"),
        "property",
    ),
}
_RELATIONS = (
    "ForeignKeyField", "OneToOneField", "ManyToManyField", "ReferenceField", "LazyReferenceField",
    "GenericReferenceField", "ForeignKey", "ManyToMany",
)  # fmt: skip


def maker(name: str) -> str:
    """What a library function or class makes in the body of an entity: a column, a relationship …; empty for no such.

    >>> maker("sqlalchemy.orm.relationship")
    'relationship'
    """
    last = name.rpartition(".")[2]
    if name.startswith(_PACKAGES):
        return _SQLALCHEMY.get(last, "")
    if last in _RELATIONS:
        return "relationship"
    return "column" if last.endswith(("Field", "Property")) or name.startswith("ormar.") else ""


MAPPED = frozenset(
    f"sqlalchemy.orm.{name}" for name in ("Mapped", "WriteOnlyMapped", "DynamicMapped", "Relationship", "MappedColumn")
)
"""Generic types of annotations in an entity; what stands in the brackets is the type of the value."""
LINKS = frozenset({"beanie.Link", "beanie.BackLink"})
"""Those of document mappers that give another document."""
STRATEGIES: Mapping[str, str] = {
    "sqlalchemy.orm.WriteOnlyMapped": "write_only",
    "sqlalchemy.orm.DynamicMapped": "dynamic",
}
"""Those of them that say how a relationship is loaded."""

EAGER = frozenset({"joined", "selectin", "subquery", "immediate"})
"""Values of `lazy=` with which a relationship is loaded together with its owner."""
ON_READ = frozenset({"select"})
"""Values of `lazy=` with which reading a relationship runs a query of its own."""
LAZY: Mapping[object, str] = {
    **{name: name for name in (*EAGER, *ON_READ, "raise", "raise_on_sql", "noload", "dynamic", "write_only")},
    "select_in": "selectin",
    True: "select",
    False: "joined",
    None: "noload",
}
"""What `lazy=` is given -> the strategy."""

PROPERTY_DECORATORS = frozenset(
    {
        "builtins.property",
        "functools.cached_property",
        "sqlalchemy.ext.hybrid.hybrid_property",
        "sqlalchemy.orm.validates",
    }
)
"""Decorators of methods of entities that make attributes of them."""
DECLARED = frozenset({"declared_attr"})
"""The last part of the name of decorators whose function gives the attribute of each subclass."""
ASYNC_ATTRIBUTES = "sqlalchemy.ext.asyncio.AsyncAttrs"
"""The mixin with which relationships can be awaited."""

ENCODERS = frozenset(
    {
        "fastapi.encoders.jsonable_encoder",
        "playhouse.shortcuts.model_to_dict",
        "django.forms.models.model_to_dict",
        "django.forms.model_to_dict",
    }
)
"""Functions that give all attributes of an object."""
HARMLESS_OPTIONS = frozenset(
    {"by_alias", "custom_encoder", "exclude_none", "exclude_unset", "exclude_defaults", "backrefs", "recurse"}
)
"""Options of them that choose no attributes."""
MODEL_DUMPS = frozenset({"model_dump", "dict"})
"""Methods of pydantic models that do the same."""
COLUMN_COLLECTIONS = frozenset({"columns", "c", "column_attrs", "attrs"})
"""Attributes of tables and mappers that have one entry for each column."""
READERS = frozenset({"model_validate", "from_orm"})
"""Methods of pydantic models that read the attributes of an object."""
MODEL_VALIDATORS = frozenset({"pydantic.model_validator", "pydantic.root_validator"})
"""Decorators of methods of a model that may read the object before its fields are."""
OTHER_LOADING = (b"awaitable_attrs", b"run_sync", b"set_committed_value", b"attribute_names", b"populate_existing")
"""Words in the text of a module that loads relationships otherwise than by options of its queries."""
