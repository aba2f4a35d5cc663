"""Files that are read whole: the content of a response, a table of data."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import encoding
from flake8_fastapi.semantics import classes, encoded, facts, hints, origins
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.origins import Origin
from flake8_fastapi.semantics.things import Frame, Instance, LiteralThing
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 8
_ALL_ROWS = frozenset({"nrows", "skiprows", "chunksize", "n_rows", "filters", "iterator"})
"""Keywords of a reader with which it does not read everything."""


def content(ev: Evaluator, value: Value, frame: Frame) -> Origin | None:
    """The call that reads a whole file whose content a value certainly is, in a buffer or not."""
    found = origins.of(ev, value, frame)
    reads = [_read(ev, *_unboxed(ev, origin.value, origin.frame)) for origin in found]
    first = reads[0] if reads else None
    return first if first is not None and all(reads) else None


def _unboxed(ev: Evaluator, value: Value, frame: Frame) -> tuple[Value, Frame]:
    """What is in the buffer: `io.BytesIO(data)`, `iter([data])`."""
    for _ in range(_DEPTH):
        if isinstance(value, facts.Display) and len(value.items) == 1 and value.kind in ("list", "tuple"):
            value = value.items[0]
        elif (
            isinstance(value, facts.Call)
            and len(value.args) == 1
            and encoded.name_of(ev, value.func, frame) in encoding.BUFFERS
        ):
            value = value.args[0]
        else:
            break
        found = origins.of(ev, value, frame)
        if len(found) == 1:
            value, frame, _ = found[0]
    return value, frame


def _read(ev: Evaluator, value: Value, frame: Frame) -> Origin | None:
    call = value.of if isinstance(value, facts.Awaited) else value
    if not isinstance(call, facts.Call) or call.args or call.keywords or path(ev, call, frame) is None:
        return None
    return Origin(call, frame)


def path(ev: Evaluator, read: Value, frame: Frame) -> Origin | None:
    """The path of the file that a call reads; None if it is not known to read one."""
    func = read.func if isinstance(read, facts.Call) else None
    if not isinstance(func, facts.Attribute):
        return None
    if encoded.name_of(ev, func, frame) in encoding.READERS:
        return Origin(func.of, frame)
    if func.name != "read":
        return None
    found = origins.of(ev, func.of, frame)
    return _opened(ev, found[0]) if len(found) == 1 else None


def _opened(ev: Evaluator, origin: Origin) -> Origin | None:
    """The path that is opened: `with open(path) as file`."""
    value = origin.value
    while isinstance(value, (facts.Entered, facts.Awaited)):
        value = value.of
    if not isinstance(value, facts.Call) or encoded.name_of(ev, value.func, origin.frame) not in encoding.OPENERS:
        return None
    if isinstance(value.func, facts.Attribute) and value.func.name == "open" and not _is_module(ev, value.func, origin):
        return Origin(value.func.of, origin.frame)
    argument = value.args[0] if value.args else value.keyword("file")
    return Origin(argument, origin.frame) if argument is not None else None


def _is_module(ev: Evaluator, func: facts.Attribute, origin: Origin) -> bool:
    return not isinstance(ev.certain(func.of, origin.frame), Instance)


def is_chosen(ev: Evaluator, value: Value, frame: Frame, depth: int = _DEPTH) -> bool:
    """Whether a path depends on what the function is given: any file, not always the same one."""
    if depth == 0:
        return False
    if isinstance(value, facts.Parameter):
        return _is_given(ev, value, frame)
    if isinstance(value, facts.Local):
        home = ev.home(value.function, frame)
        bindings = ev.bindings(value, frame)
        return any(is_chosen(ev, binding, home, depth - 1) for binding in bindings)
    return any(is_chosen(ev, part, frame, depth - 1) for part in _parts(value))


def _is_given(ev: Evaluator, parameter: facts.Parameter, frame: Frame) -> bool:
    """Whether a parameter comes from the client or the caller, and is no constant."""
    if isinstance(ev.certain(parameter, frame), LiteralThing):
        return False
    module = ev.module(frame.path)
    function = module.functions.get(parameter.function) if module is not None else None
    if function is None or (function.owner is not None and parameter.index == 0):
        return False
    return hints.dependency_marker(ev, parameter.annotation, parameter.default, Frame(frame.path)) is None


def _parts(value: Value) -> Iterator[Value]:
    if isinstance(value, (facts.Attribute, facts.Awaited, facts.Entered, facts.Iterated, facts.Unpacked)):
        yield value.of
    elif isinstance(value, facts.Item):
        yield from (value.of, value.key)
    elif isinstance(value, facts.Call):
        yield from (value.func, *value.args, *(argument for _, argument in value.keywords))
    elif isinstance(value, facts.Operation):
        yield from (value.left, value.right)
    elif isinstance(value, facts.Text):
        yield from value.parts
    elif isinstance(value, facts.Either):
        yield from value.values
    elif isinstance(value, facts.Declared) and value.value is not None:
        yield value.value


def is_small(name: str, path: Origin) -> bool:
    """Whether the names of a function and of a path say that the file is small: a thumbnail, an icon."""
    texts = (name, *(part.name for part in _walk(path.value) if isinstance(part, (facts.Local, facts.Name))))
    words = {word for text in texts for word in text.lower().split("_")}
    return not words.isdisjoint(encoding.SMALL_FILES)


def _walk(value: Value) -> Iterator[Value]:
    yield value
    for part in _parts(value):
        yield from _walk(part)


def is_temporary(ev: Evaluator, function: FunctionFacts, frame: Frame) -> bool:
    """Whether a function makes temporary files or removes files: what it reads will be gone."""
    for site in function.sites:
        if isinstance(site.value, facts.Call):
            name = encoded.name_of(ev, site.value.func, frame)
            if name in encoding.REMOVERS or name.startswith("tempfile."):
                return True
    return False


# -- tables


def table(ev: Evaluator, value: Value, frame: Frame) -> Origin | None:
    """The call that writes a whole table, which a file was read into, if a value certainly comes from that."""
    found = origins.of(ev, value, frame)
    if len(found) != 1:
        return None
    value, frame, _ = found[0]
    if isinstance(value, facts.Call) and value.args and encoded.name_of(ev, value.func, frame) in _DECODERS:
        return table(ev, value.args[0], frame)
    value, frame = _unboxed(ev, value, frame)
    func = value.func if isinstance(value, facts.Call) else None
    if not isinstance(func, facts.Attribute) or func.name not in encoding.FRAME_WRITERS:
        return None
    thing = ev.certain(func.of, frame)
    if isinstance(thing, Instance) and not classes.is_a(ev, thing.type, *encoding.FRAMES):
        return None
    return Origin(value, frame) if _is_whole(ev, func.of, frame, _DEPTH) else None


_DECODERS = frozenset({"json.loads", "orjson.loads", "fastapi.encoders.jsonable_encoder"})


def _is_whole(ev: Evaluator, value: Value, frame: Frame, depth: int) -> bool:
    """Whether a table has every row of the file it was read from."""
    found = origins.of(ev, value, frame)
    if depth == 0 or len(found) != 1:
        return False
    value, frame, _ = found[0]
    if not isinstance(value, facts.Call):
        return False
    if encoded.name_of(ev, value.func, frame) in encoding.FRAME_READERS:
        return not value.open and _ALL_ROWS.isdisjoint(key for key, _ in value.keywords if key is not None)
    func = value.func
    is_step = isinstance(func, facts.Attribute) and func.name in encoding.FRAME_STEPS
    return is_step and isinstance(func, facts.Attribute) and _is_whole(ev, func.of, frame, depth - 1)
