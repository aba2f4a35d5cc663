"""Which classes an object mapper maps, and which mapper it is."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import entities as tables
from flake8_fastapi.semantics import classes, facts, schemas
from flake8_fastapi.semantics.facts import ClassFacts
from flake8_fastapi.semantics.things import ClassThing, Frame, Library, library_name
from flake8_fastapi.semantics.values import Evaluator


def of(ev: Evaluator, cls: ClassThing) -> str:
    """The mapper that maps a class to a table or collection; empty for a class that is no entity, or unknown."""
    found = classes.facts_of(ev, cls)
    if found is None:
        return ""
    for name in classes.library_types(ev, cls):
        mapper = tables.BASES.get(name, "")
        if mapper == "sqlmodel":
            schema = schemas.of_class(ev, cls)
            return mapper if schema is not None and schema.is_table else ""
        if mapper:
            return "" if _is_abstract(ev, cls, found) else mapper
    if _is_decorated(ev, cls, tables.MAPPING_DECORATORS) or cls in _mapped_by_calls(ev):
        return "sqlalchemy"
    order, is_complete = classes.mro(ev, cls)
    based = (base for base in order[1:] if isinstance(base, ClassThing))
    is_based = any(_is_decorated(ev, base, tables.BASE_DECORATORS) for base in based)
    is_known = is_complete and not any(isinstance(base, Library) for base in order)
    if not is_based and (is_known or classes.lookup(ev, cls, "__tablename__") is None):
        return ""
    # The name of a table tells where the base class does not.
    return "" if _is_abstract(ev, cls, found) else "sqlalchemy"


def _is_abstract(ev: Evaluator, cls: ClassThing, found: ClassFacts) -> bool:
    """Whether a class has no table of its own: the declarative base, `__abstract__`, `class Meta: abstract = True`."""
    frame = Frame(cls.path)
    for base in found.bases:
        if ev.certain(base, frame) in (Library(tables.DECLARATIVE), Library(f"{tables.DECLARATIVE}NoMeta")):
            return True
    if isinstance(found.attributes.get("__tablename__", (None,))[-1], facts.Function):
        # `@declared_attr` gives each subclass a name of its own.
        return True
    module = ev.module(cls.path)
    inner = (module.classes.get(f"{found.qualname}.Meta") if module is not None else None) or found
    for holder, name in ((found, "__abstract__"), (inner, "abstract")):
        written = holder.attributes.get(name)
        if written:
            value = written[-1].value if isinstance(written[-1], facts.Declared) else written[-1]
            return value is None or ev.literal(value, frame) is not False
    return False


def _is_decorated(ev: Evaluator, cls: ClassThing, names: frozenset[str]) -> bool:
    found = classes.facts_of(ev, cls)
    for decorator in found.decorators if found is not None else ():
        value = decorator.func if isinstance(decorator, facts.Call) else decorator
        name = library_name(ev.certain(value, Frame(cls.path)))
        if name.startswith("sqlalchemy.") and name.rpartition(".")[2] in names:
            return True
    return False


def _mapped_by_calls(ev: Evaluator) -> frozenset[ClassThing]:
    """The classes that a module of the project maps by a call: `registry.map_imperatively(User, users)`."""
    if ev.mapped_by_calls is None:
        ev.mapped_by_calls = frozenset(_find_mapped(ev))
    return ev.mapped_by_calls


def _find_mapped(ev: Evaluator) -> Iterator[ClassThing]:
    for word in tables.IMPERATIVE:
        for path in ev.files.mentioning(word):
            module = ev.module(path) if b"sqlalchemy" in (ev.files.text(path) or b"") else None
            for function, site in module.mentions.get(word, ()) if module is not None else ():
                if isinstance(site.value, facts.Call) and site.value.args:
                    frame = Frame(path, function)
                    thing = ev.certain(site.value.args[0], frame)
                    is_mapper = library_name(ev.certain(site.value.func, frame)).startswith("sqlalchemy.")
                    if is_mapper and isinstance(thing, ClassThing):
                        yield thing
