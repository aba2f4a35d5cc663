"""Defaults of secrets: what is used where the environment does not set them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge.secrets import Kind
from flake8_fastapi.knowledge.sensitive import words
from flake8_fastapi.semantics import classes, facts, types
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.config import constants, literals, names, reads, refusals, settings
from flake8_fastapi.semantics.config.reads import Reading
from flake8_fastapi.semantics.config.settings import Field
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.things import ClassThing, Frame, Library, Thing, function_of

_GENERIC = frozenset({"app", "application", "base", "config", "configuration", "core", "env", "model", "settings"})
"""Words of the names of settings classes that say nothing about a field."""
_ACCOUNTS = frozenset({"user", "username", "db", "database", "name"})


class Default(NamedTuple):
    """A default that works as the secret."""

    position: Position
    name: str
    kind: Kind
    owner: str = ""
    """The settings class whose field it is."""
    is_guessable: bool = False
    """It is no text, but a value of `random`."""


class _Alternative(NamedTuple):
    """What is used where a secret is not set."""

    name: str
    value: Value
    frame: Frame
    node: ast.expr
    """Where it stands in the file, or the reading that names it."""


# -- readings of the environment


def fallbacks(file: File) -> Iterator[Default]:
    """The readings of the file that fall back to a secret in the code, each variable once."""
    if literals.extent(file) != "all" or not literals.may_have_secrets(file):
        return
    told: set[str] = set()
    for each in (*_given(file), *_chosen(file)):
        kind = names.kind(each.name)
        if kind is None or each.name in told or literals.is_for_development(file, each.node):
            continue
        is_guessable = kind == "signing" and _is_guessable(file, each)
        if is_guessable or _is_open(file, each.name, kind, each.value, each.frame):
            told.add(each.name)
            yield Default(start(each.node), each.name, kind, is_guessable=is_guessable)


def _given(file: File) -> Iterator[_Alternative]:
    """`os.getenv("SECRET_KEY", "dev")`"""
    for reading in reads.of(file):
        read = reading.read
        if read.name is not None and read.default is not None:
            yield _Alternative(read.name, read.default, read.frame, _default_node(file, reading, read.default))


def _default_node(file: File, reading: Reading, default: Value) -> ast.expr:
    """The expression of a default, if that stands in the call at hand; else the call."""
    call = reading.node
    given = [*call.args, *(each.value for each in call.keywords)] if isinstance(call, ast.Call) else []
    return next((each for each in given if file.source.value(each) is default), call)


def _chosen(file: File) -> Iterator[_Alternative]:
    """`os.getenv("SECRET_KEY") or "dev"`, `settings.secret_key or "dev"`"""
    known = {id(reading.node): reading.read.name for reading in reads.of(file)}
    for choice in literals.of(file).choices:
        last = choice.values[-1]
        if not isinstance(choice.op, ast.Or) or literals.text(file, last) is None:
            continue
        for value in choice.values[:-1]:
            name = known.get(id(value)) or last_name(value)
            if name:
                yield _Alternative(name, file.source.value(last), file.source.frame(last), last)
                break


def _is_guessable(file: File, found: _Alternative) -> bool:
    """Whether a default is made with `random`, directly or by a function of the project."""
    if not isinstance(found.value, facts.Call):
        return False
    callee = file.ev.certain(found.value.func, found.frame)
    function = function_of(callee)
    known = file.ev.function(function) if function is not None else None
    if known is None or function is None:
        return _is_random(callee)
    frame = Frame(function.path, function.qualname)
    called = (site.value.func for site in known.sites if isinstance(site.value, facts.Call))
    return any(_is_random(file.ev.certain(func, frame)) for func in called)


def _is_random(thing: Thing | None) -> bool:
    return isinstance(thing, Library) and thing.name.startswith("random.") and thing.last != "SystemRandom"


# -- fields of settings classes


def fields(file: File) -> Iterator[Default]:
    """The fields of settings classes of the file whose default is a secret."""
    if literals.extent(file) != "all" or not literals.may_have_secrets(file):
        return
    for owner, field, node in _fields(file):
        kind = _kind(owner, field.name)
        if kind is None or field.default is None or literals.is_for_development(file, node):
            continue
        if _is_open(file, field.name, kind, field.default, field.frame, _shortest(file, node)):
            yield Default(start(node), field.name, kind, _last(owner))


def plain(file: File) -> Iterator[tuple[Position, str, str]]:
    """The secrets of settings classes of the file that are declared as `str`: position, class and field."""
    if literals.extent(file) != "all" or not literals.may_have_secrets(file):
        return
    for owner, field, node in _fields(file):
        members = types.members(field.type)
        is_text = bool(members) and all(each.is_named("builtins.str") for each in members)
        if is_text and _kind(owner, field.name) is not None:
            yield start(node), _last(owner), field.name


def _fields(file: File) -> Iterator[tuple[ClassThing, Field, ast.stmt]]:
    """The fields of settings classes of the file, and of the models in it that are fields of one."""
    inner: dict[ClassThing, None] = {}
    for qualname in file.facts.classes:
        cls = ClassThing(file.path, qualname)
        for field in settings.fields(file.ev, cls) if settings.is_settings(file.ev, cls) else ():
            inner.update(dict.fromkeys(_models(file, field)))
            node = field.statement(file.source)
            if node is not None and field.owner == cls:
                yield cls, field, node
    for model in inner:
        for field in settings.model_fields(file.ev, model):
            node = field.statement(file.source)
            if node is not None and field.owner == model:
                yield model, field, node


def _models(file: File, field: Field) -> Iterator[ClassThing]:
    """The models of the file, no settings classes themselves, that a field holds."""
    for each in types.members(field.type):
        cls = each.thing
        if not isinstance(cls, ClassThing) or cls.path != file.path or settings.is_settings(file.ev, cls):
            continue
        if classes.is_a(file.ev, cls, "pydantic.BaseModel"):
            yield cls


def _kind(owner: ClassThing, name: str) -> Kind | None:
    """What a field holds: `password` of `DatabaseSettings` is that of the database."""
    said = [each for each in words(_last(owner)) if each not in _GENERIC]
    return (names.kind("_".join((*said, name))) if said else None) or names.kind(name)


def _last(owner: ClassThing) -> str:
    return owner.qualname.rpartition(".")[2]


def _shortest(file: File, node: ast.stmt) -> int:
    """How long a text must be for the field: settings check their defaults as well."""
    for part in ast.walk(node):
        if isinstance(part, ast.keyword) and part.arg == "min_length" and isinstance(part.value, ast.Constant):
            return part.value.value if isinstance(part.value.value, int) else 0
    return 0


# -- what a default is


def _is_open(file: File, name: str, kind: Kind, value: Value, frame: Frame, shortest: int = 0) -> bool:
    """Whether a default is written out and works as the secret of this name."""
    if isinstance(value, (facts.Name, facts.Local, facts.Attribute)) and names.is_secret(value.name):
        # That constant is reported itself.
        return False
    known = constants.of(file.ev, value, frame)
    text = literals.decoded(known.value) if known is not None and not known.is_default else None
    if not text or len(text) < shortest or not names.works_as_default(kind, text):
        return False
    if kind == "database" and _is_account(file, text):
        return False
    return not refusals.is_refused(file, text, name)


def _is_account(file: File, text: str) -> bool:
    """Whether a password is the default name of the user or the database too: that of a developer's machine."""
    pairs = [(each.name, each.node) for each in literals.of(file).written]
    pairs += [(each.name, each.node) for each in _given(file)]
    return any(
        isinstance(node, ast.Constant) and node.value == text and not names.is_secret(name)
        for name, node in pairs
        if not _ACCOUNTS.isdisjoint(words(name))
    )
