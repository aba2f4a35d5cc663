"""Which part of the configuration a value carries as it is: the whole environment, a settings object, or one secret.

Certain or silent: what is masked, cut, compared or counted is something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import sensitive
from flake8_fastapi.semantics import classes, facts, origins, schemas, types
from flake8_fastapi.semantics.config import environment, names, settings
from flake8_fastapi.semantics.config.settings import Field
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.origins import Origin
from flake8_fastapi.semantics.things import (
    ClassThing,
    Frame,
    Instance,
    ModuleThing,
    library_name,
)
from flake8_fastapi.semantics.values import Evaluator

_DEEPEST = 6
_MASKED = ("pydantic.SecretStr", "pydantic.SecretBytes", "pydantic.Secret", "starlette.datastructures.Secret")
"""Types whose values are asterisks wherever they are written."""
_DUMPS = frozenset({"model_dump", "dict", "json", "model_dump_json", "copy", "model_copy"})
_CHOOSING = ("include", "exclude", "update")
_FILTERING = re.compile(r"redact|mask|censor|saniti[sz]|obfuscat|scrub|hid(?:e|den)|public|safe|clean|filter|strip")
"""Names of functions that leave out, or write over, what must not be seen."""
_WHOLE = frozenset(
    {"builtins.dict", "builtins.vars", "fastapi.encoders.jsonable_encoder", "json.dumps", "copy.copy", "copy.deepcopy",
     "orjson.dumps", "builtins.sorted", "builtins.list"}
)  # fmt: skip
"""Functions whose result has all that they are given."""

_FOR_CLIENTS = frozenset(
    {
        *("algolia", "amplitude", "analytics", "browser", "captcha", "firebase", "frontend", "hcaptcha"),
        *("intercom", "map", "mapbox", "maps", "maptiler", "mixpanel", "posthog", "pusher", "recaptcha", "segment"),
        *("sentry", "site", "turnstile", "web", "widget"),
    }
)
"""Words of the names of keys that web pages are meant to have."""


class Exposed(NamedTuple):
    """What a value carries."""

    kind: Literal["environment", "settings", "secret"]
    name: str
    """`os.environ`, the settings class, or the secret field or variable."""
    secret: str
    """A secret that is in it; empty for the environment."""
    key: str | None = None
    """The key of the outermost dict under which it stands; None where it is all there is."""


def of(ev: Evaluator, value: Value, frame: Frame) -> Iterator[Exposed]:
    """What a value carries, looking into dicts, lists and models, and through variables and helpers."""
    yield from _of(ev, value, frame, _DEEPEST)


def _of(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Iterator[Exposed]:
    found = origins.of(ev, value, frame) if depth else ()
    if any(_is_filtered(ev, origin) for origin in found):
        return
    for origin in found:
        for part in _at(ev, origin.value, origin.frame, depth - 1):
            if not _is_changed(ev, origin, part):
                yield part


def _is_filtered(ev: Evaluator, origin: Origin) -> bool:
    """Whether a value, or another that may be in its place, is a copy without some of it."""
    if _FILTERING.search(origin.frame.function.rpartition(".")[2]) is not None:
        return True
    value = origin.value
    func = value.func if isinstance(value, facts.Call) else None
    if not isinstance(value, facts.Call) or not isinstance(func, facts.Attribute) or func.name not in _DUMPS:
        return False
    return any(key is None or key in _CHOOSING for key, _ in value.keywords)


def _is_changed(ev: Evaluator, origin: Origin, found: Exposed) -> bool:
    """Whether the secret may be taken out, or written over, while a variable holds the value."""
    changed = origins.changes(ev, origin)
    return changed is None or found.secret.partition(".")[0] in changed


def _at(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Iterator[Exposed]:
    if isinstance(value, facts.Table):
        for key, item in value.items:
            name = ev.literal(key, frame) if key is not None else None
            for found in _of(ev, item, frame, depth):
                yield found if key is None else found._replace(key=name if isinstance(name, str) else "")
        return
    if isinstance(value, facts.Display) and value.kind != "each":
        for item in value.items:
            for found in _of(ev, item, frame, depth):
                yield found._replace(key="")
        return
    part = _whole(ev, value, frame) or _secret(ev, value, frame)
    if part is not None:
        yield part
    elif isinstance(value, facts.Call):
        yield from _in_call(ev, value, frame, depth)


def _in_call(ev: Evaluator, call: facts.Call, frame: Frame, depth: int) -> Iterator[Exposed]:
    """What a call passes on: `dict(…)`, `jsonable_encoder(…)`, a model that is made of it."""
    callee = ev.certain(call.func, frame)
    if library_name(callee) in _WHOLE:
        if not any(key in _CHOOSING for key, _ in call.keywords):
            for item in call.args[:1]:
                yield from _of(ev, item, frame, depth)
        if library_name(callee) == "builtins.dict":
            yield from _in_keywords(ev, call, frame, depth)
    elif isinstance(callee, ClassThing):
        schema = schemas.of_class(ev, callee)
        sent = {field.name for field in schema.fields if not _is_hidden(ev, field)} if schema is not None else set()
        for found in _in_keywords(ev, call, frame, depth):
            if found.key in sent:
                yield found


def _in_keywords(ev: Evaluator, call: facts.Call, frame: Frame, depth: int) -> Iterator[Exposed]:
    for key, item in call.keywords:
        for found in _of(ev, item, frame, depth):
            yield found if key is None else found._replace(key=key)


# -- all of it


def _whole(ev: Evaluator, value: Value, frame: Frame) -> Exposed | None:
    if isinstance(value, facts.Call):
        return _dumped(ev, value, frame)
    if isinstance(value, facts.Attribute) and value.name == "__dict__":
        return _whole(ev, value.of, frame)
    if environment.is_environ(ev, value, frame):
        return Exposed("environment", "os.environ", "")
    return _object(ev, value, frame)


def _dumped(ev: Evaluator, call: facts.Call, frame: Frame) -> Exposed | None:
    """`settings.model_dump()`, `os.environ.copy()`, and a call that gives the object itself: `get_settings()`."""
    func = call.func
    if isinstance(func, facts.Attribute) and (func.name in _DUMPS or func.name == "items"):
        if environment.is_environ(ev, func.of, frame):
            return Exposed("environment", "os.environ", "")
        whole = _object(ev, func.of, frame)
        return None if any(key is None or key in _CHOOSING for key, _ in call.keywords) else whole
    return _object(ev, call, frame)


def _object(ev: Evaluator, value: Value, frame: Frame) -> Exposed | None:
    """A settings object that has a secret in plain text."""
    cls = settings.class_of(ev, ev.certain(value, frame))
    if cls is None or _writes_itself(ev, cls):
        return None
    secret = _plain_secret(ev, settings.fields(ev, cls), _DEEPEST)
    return Exposed("settings", cls.qualname.rpartition(".")[2], secret) if secret else None


def _plain_secret(ev: Evaluator, fields: tuple[Field, ...], depth: int) -> str:
    """The first field, of nested models too, that holds a secret as text."""
    schema_fields = ((field, schemas.of(ev, member)) for field in fields for member in types.members(field.type))
    for field in fields:
        if names.is_secret(field.name) and is_plain(ev, field) and not field.is_excluded:
            return field.name
    for field, schema in schema_fields:
        if schema is not None and depth and not field.is_excluded and not _writes_itself(ev, schema.cls):
            inner = _plain_secret(ev, settings.model_fields(ev, schema.cls), depth - 1)
            if inner:
                return f"{field.name}.{inner}"
    return ""


def is_plain(ev: Evaluator, field: Field) -> bool:
    """Whether the field shows its text to whoever writes it."""
    members = tuple(types.members(field.type))
    if any(types.is_a(ev, member, *_MASKED) for member in members):
        return False
    return any(member.is_named("builtins.str", "builtins.bytes") for member in members) or (
        field.type.kind == "unknown"
        and isinstance(field.default, facts.Constant)
        and isinstance(field.default.value, str)
    )


def _writes_itself(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether a class decides by itself what is written of it: an own `model_dump`, a serializer."""
    own = (*_DUMPS, "__iter__")
    return any(classes.lookup(ev, cls, name) is not None for name in own) or any(
        "serializer" in written(decorator)
        for base in classes.mro(ev, cls)[0]
        if isinstance(base, ClassThing)
        for decorator in _decorators(ev, base)
    )


def _decorators(ev: Evaluator, cls: ClassThing) -> Iterator[Value]:
    module, found = ev.module(cls.path), classes.facts_of(ev, cls)
    for bindings in found.attributes.values() if found is not None and module is not None else ():
        for value in bindings:
            if isinstance(value, facts.Function) and module is not None:
                yield from module.functions[value.qualname].decorators


# -- one secret


def _secret(ev: Evaluator, value: Value, frame: Frame) -> Exposed | None:
    """A secret field, or a secret variable of the environment, as it is."""
    func = value.func if isinstance(value, facts.Call) else None
    if isinstance(func, facts.Attribute) and func.name == "get_secret_value":
        return _field(ev, func.of, frame, is_opened=True)
    read = environment.read(ev, value, frame)
    if read is not None:
        return _named(read.name or "")
    if isinstance(value, facts.Attribute):
        return _field(ev, value, frame, is_opened=False) or _constant(ev, value, frame)
    if isinstance(value, facts.Name):
        return _bound(ev, frame.path, value.name, _DEEPEST)
    return None


def _named(name: str) -> Exposed | None:
    is_secret = names.is_secret(name) and _FOR_CLIENTS.isdisjoint(sensitive.words(name))
    return Exposed("secret", name, name) if is_secret else None


def _field(ev: Evaluator, value: Value, frame: Frame, *, is_opened: bool) -> Exposed | None:
    """`settings.secret_key`; a `SecretStr` only where it is opened."""
    if not isinstance(value, facts.Attribute) or not names.is_secret(value.name):
        return None
    cls = settings.class_of(ev, ev.certain(value.of, frame))
    field = settings.field(ev, cls, value.name) if cls is not None else None
    if field is None or (not is_opened and not is_plain(ev, field)):
        return None
    return _named(value.name)


def _constant(ev: Evaluator, value: facts.Attribute, frame: Frame) -> Exposed | None:
    """`config.SECRET_KEY` of a module, or of a plain class, that is read from the environment."""
    if not names.is_secret(value.name):
        return None
    owner = ev.certain(value.of, frame)
    if isinstance(owner, ModuleThing):
        return _bound(ev, owner.path, value.name, _DEEPEST)
    cls = owner.type if isinstance(owner, Instance) else owner
    found = classes.lookup(ev, cls, value.name) if isinstance(cls, ClassThing) else None
    return _read(ev, found[1], Frame(found[0].path)) if found is not None else None


def _bound(ev: Evaluator, path: str, name: str, hops: int) -> Exposed | None:
    """A global that is read from the environment, here or where it is imported from."""
    module = ev.module(path)
    bindings = module.names.get(name, ()) if module is not None else ()
    if len(bindings) != 1:
        return None
    value = bindings[0]
    if isinstance(value, facts.Import) and value.name is not None:
        home = ev.files.module(path, value.module, value.level)
        return _bound(ev, home, value.name, hops - 1) if home is not None and hops else None
    return _read(ev, value, Frame(path)) if names.is_secret(name) else None


def _read(ev: Evaluator, value: Value, frame: Frame) -> Exposed | None:
    written_out = facts.undeclared(value)
    parts = written_out.values if isinstance(written_out, facts.Either) else (written_out,)
    for part in parts:
        read = environment.read(ev, part, frame)
        if read is not None:
            return _named(read.name or "")
    return None


def _is_hidden(ev: Evaluator, field: schemas.Field) -> bool:
    """Whether a field of a response never shows its value."""
    return field.excluded or any(types.is_a(ev, member, *_MASKED) for member in types.members(field.type))


def is_sent(ev: Evaluator, found: Exposed, type_: types.Type | None) -> bool:
    """Whether an answer of this type keeps what was found; a model keeps its own fields alone."""
    if type_ is None or type_.kind == "any":
        return True
    if type_.kind != "class":
        return False
    schema = schemas.of(ev, type_)
    if schema is None:
        return type_.name.startswith(("builtins.", "collections.", "typing."))
    fields = {field.name: field for field in schema.fields}
    wanted = fields.get(found.secret.partition(".")[0] if found.key is None else found.key)
    return wanted is not None and not _is_hidden(ev, wanted)
