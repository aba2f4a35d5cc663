"""Pydantic models: which of their methods FastAPI runs on the event loop.

Validators of a request model and serializers of a response model run on the loop, for `def` routes too (measured).
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import calls, classes, facts, hints
from flake8_fastapi.semantics.facts import FunctionFacts, ModuleFacts, Value
from flake8_fastapi.semantics.registrations import ROUTE_ROLES, Registration, Registrations
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Library, Thing
from flake8_fastapi.semantics.values import Evaluator

_MOST_MODELS = 50


def validates(ev: Evaluator, registrations: Registrations, function: FunctionThing, found: FunctionFacts) -> str | None:
    """ "validator" or "serializer" if this method is one of a model that a route takes or returns; else None."""
    if found.is_async:
        return None
    if found.owner is None:
        return _validates_field(ev, registrations, function)
    traits = calls.traits(ev, function)
    validator = bool(traits & framework.VALIDATORS)
    if not validator and not traits & framework.SERIALIZERS:
        return None
    cls = ClassThing(function.path, found.owner)
    if not classes.is_a(ev, cls, framework.PYDANTIC_MODEL):
        return None
    if not is_exchanged(ev, registrations, cls, incoming=validator):
        return None
    return "validator" if validator else "serializer"


def marked(ev: Evaluator, path: str) -> tuple[bool, bool]:
    """Whether the module has a validator marker, and a serializer marker, that may hold one of its functions.

    Deliberate miss: a function that only another module puts into a marker.
    """
    module = ev.module(path)
    if module is None:
        return False, False
    # In this order: the other set would be asked about every name of the module.
    called = module.mentions.keys()
    return not called.isdisjoint(_VALIDATOR_NAMES), not called.isdisjoint(_SERIALIZER_NAMES)


_VALIDATOR_NAMES = frozenset(name.rpartition(".")[2] for name in framework.FUNCTION_VALIDATORS)
_SERIALIZER_NAMES = frozenset(name.rpartition(".")[2] for name in framework.FUNCTION_SERIALIZERS)


def _validates_field(ev: Evaluator, registrations: Registrations, function: FunctionThing) -> str | None:
    """The same for a plain function: `Annotated[str, AfterValidator(function)]`."""
    validator, serializer = marked(ev, function.path)
    if validator and is_exchanged(ev, registrations, function, incoming=True):
        return "validator"
    return "serializer" if serializer and is_exchanged(ev, registrations, function, incoming=False) else None


def is_exchanged(
    ev: Evaluator, registrations: Registrations, start: ClassThing | FunctionThing, incoming: bool
) -> bool:
    """Whether a route takes (or returns) the model, one that contains or extends it, or one that calls the function."""
    queue: list[ClassThing | FunctionThing] = [start]
    for model in queue:
        name = model.qualname.rpartition(".")[2]
        for path in (model.path, *ev.files.mentioning(name)):
            module = ev.module(path)
            if module is None:
                continue
            for registration in registrations.of(path):
                if registration.role in ROUTE_ROLES and _exchanges(ev, registration, model, incoming):
                    return True
            for container in _containers(ev, module, model):
                if container not in queue and len(queue) < _MOST_MODELS:
                    queue.append(container)
    return False


def _exchanges(ev: Evaluator, registration: Registration, model: ClassThing | FunctionThing, incoming: bool) -> bool:
    function = ev.function(registration.function)
    if function is None:
        return False
    frame = ev.frame_of(registration.function)
    if incoming:
        annotated = [parameter.annotation for parameter in function.parameters]
    else:
        written = registration.call.keyword("response_model") if registration.call is not None else None
        annotated = [function.returns if written is None else written]
    where = Frame(frame.path) if registration.function.outer is None else frame
    return any(_mentions(ev, annotation, where, model) for annotation in annotated if annotation is not None)


def _containers(ev: Evaluator, module: ModuleFacts, model: ClassThing | FunctionThing) -> Iterator[ClassThing]:
    """The models of a module that have a field of this model, or derive from it."""
    frame = Frame(module.path)
    for found in module.classes.values():
        declared = [
            value.annotation
            for bindings in found.attributes.values()
            for value in bindings
            if isinstance(value, facts.Declared)
        ]
        if any(_mentions(ev, part, frame, model) for part in (*declared, *found.bases)):
            yield ClassThing(module.path, found.qualname)


def _mentions(
    ev: Evaluator, annotation: Value, frame: Frame, model: ClassThing | FunctionThing, depth: int = 8
) -> bool:
    """Whether an annotation names the model: itself, `list[M]`, `M | None`, `Annotated[M, …]`."""
    if depth == 0:
        return False
    value, where = hints.expanded(ev, annotation, frame)
    if isinstance(value, facts.Item):
        items = value.key.items if isinstance(value.key, facts.Display) else (value.key,)
        return any(_mentions(ev, part, where, model, depth - 1) for part in (value.of, *items))
    if isinstance(value, facts.Operation):
        return any(_mentions(ev, part, where, model, depth - 1) for part in (value.left, value.right))
    if isinstance(value, facts.Call):
        marker = ev.certain(value.func, where)
        markers = framework.FUNCTION_VALIDATORS | framework.FUNCTION_SERIALIZERS
        return isinstance(marker, Library) and marker.name in markers and model in _held(ev, value, where)
    if isinstance(value, (facts.Name, facts.Attribute, facts.Local, facts.Class)):
        return ev.certain(value, where) == model
    return False


def _held(ev: Evaluator, marker: facts.Call, frame: Frame) -> list[Thing]:
    return [thing for argument in marker.args[:1] for thing in ev.evaluate(argument, frame)]
