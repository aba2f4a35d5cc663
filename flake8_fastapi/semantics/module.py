"""The file at hand: its tree, its facts, its project, and the subjects that checks are shown."""

from __future__ import annotations

import ast
import os
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_fastapi.containment import STRICT, complain
from flake8_fastapi.semantics import bodies, markers, schemas
from flake8_fastapi.semantics.code import Source
from flake8_fastapi.semantics.data import sessions
from flake8_fastapi.semantics.data.sessions import Opening
from flake8_fastapi.semantics.facts import MODULE, Call, FunctionFacts, ModuleFacts, Position
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.markers import Marker
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.schemas import Model
from flake8_fastapi.semantics.things import ClassThing

if TYPE_CHECKING:
    from astroid import nodes
    from astroid.nodes import NodeNG

Subject = Function | Route | Marker | Model | Opening | File
_TOP = Position(0, 0)
"""Where a subject is shown that stands in no function."""
_CALLED = frozenset({"next", "anext", "__next__", "__anext__", "add_task"})
"""Calls of which checks of functions may have something to say, whatever else the module does."""
_ERRORS = ("HTTPException", "WebSocket", "call_next", "UploadFile")
"""Words in the text of a module that may answer or lose an error, though it registers nothing."""
_DATA = frozenset(
    {
        *("add", "add_all", "commit", "delete", "exec", "execute", "executemany", "flush", "merge", "query"),
        *("refresh", "rollback", "scalar", "scalars", "stream", "create_task", "gather", "submit"),
        *("as_completed", "ensure_future", "run_in_executor", "start_soon", "BackgroundTask", "Thread", "Timer"),
        *("EventSourceResponse", "StreamingResponse"),
        *("set_cookie", "decode", "decode_complete", "get_unverified_claims", "digest", "hexdigest"),
    }
)
"""Calls for which a function of the data layer, or one that handles tokens, is shown itself, the rest of its module
aside."""
_DOUBLES = re.compile(
    r"TestClient|AsyncClient|ASGITransport|dependency_overrides|\bpatch(?:\.\w+)?\(|\.setattr\("
    r"|Mock\(|create_autospec\("
)
"""What functions have that make clients of an application or replace parts of it, which tests do."""


class Module:
    """One file, as flake8 hands it over."""

    def __init__(self, source_tree: ast.Module, path: str, source: str, project: Project) -> None:
        self.path = path
        self.project = project
        self._ast = source_tree
        self._text = source
        self._has_walrus = ":=" in source
        self.facts: ModuleFacts | None = project.replace(path, source, self._extract)

    @cached_property
    def tree(self) -> nodes.Module:
        """The astroid tree. Raises RecursionError for source that nests too deeply."""
        # Imported here: loading astroid takes 0.2 s, and most files of good projects never need it (measured).
        from flake8_fastapi.semantics import rebuild

        name = os.path.basename(self.path).removesuffix(".py")
        return rebuild.build(self._ast, name, self.path, name == "__init__")

    @cached_property
    def source(self) -> Source:
        """The nodes of the file, with what its expressions are."""
        return Source(self._ast, self.path, self.project.evaluator, self._has_walrus)

    def _extract(self) -> ModuleFacts | None:
        return bodies.extract(self._ast, self.path, self.project.files.property_names, self._has_walrus)

    def close(self) -> None:
        """Let go of what only this file needs, once its checks have run."""
        if "source" in self.__dict__:
            self.source.close()

    # -- subjects

    def subjects(self, kinds: Collection[type]) -> Mapping[Position, list[Subject]]:
        """What there is to show to checks of these kinds of subjects, by the `def` in which it stands.

        The cheap question first: facts tell what a check can have something to say about, and only a file with such
        subjects is rebuilt and walked.
        """
        found: dict[Position, list[Subject]] = {}
        if self.facts is None:
            return found
        makers: dict[type, Callable[[], Iterable[tuple[Position, Subject]]]] = {
            Function: self._functions,
            Route: self._routes,
            Marker: self._markers,
            Model: self._models,
            Opening: self._openings,
            File: self._file,
        }
        for kind, make in makers.items():
            for position, subject in self._contained(kind, make) if kind in kinds else ():
                found.setdefault(position, []).append(subject)
        return found

    def _contained(
        self, kind: type, make: Callable[[], Iterable[tuple[Position, Subject]]]
    ) -> list[tuple[Position, Subject]]:
        """What a maker finds; one that our analysis fails in costs no other kind its findings."""
        found: list[tuple[Position, Subject]] = []
        try:
            found.extend(make())
        except Exception as error:
            if os.environ.get(STRICT):
                raise
            complain(f"{kind.__name__}s in {self.path} were not checked: {type(error).__name__}: {error}")
        return found

    def _functions(self) -> Iterator[tuple[Position, Subject]]:
        assert self.facts is not None
        for name in self.facts.functions:
            if name == MODULE:
                continue
            function = Function(self.project, self.path, name, self)
            interesting = self._is_of_interest(function)
            is_telling = self._is_telling or name in self._of_data_layer or bool(function.facts.tries)
            is_telling = is_telling or self._prepares_tests(function.facts)
            if interesting or (interesting is not None and is_telling):
                yield function.position, function

    @cached_property
    def _of_data_layer(self) -> frozenset[str]:
        """The functions that may do something with a session or connection, by the names of what they call."""
        assert self.facts is not None
        called = self.facts.mentions
        return frozenset(qualname for word in _DATA & called.keys() for qualname, _ in called[word])

    def _prepares_tests(self, function: FunctionFacts) -> bool:
        """Whether a function, with its decorators, makes a client of an application or replaces something in it."""
        lines = self._of_doubles
        above = [decorator.start.line for decorator in function.decorators if isinstance(decorator, Call)]
        first = bisect_left(lines, min(above, default=function.position.line))
        return first < len(lines) and lines[first] < function.position.line + function.lines

    @cached_property
    def _of_doubles(self) -> list[int]:
        """The lines with a word of tests that replace parts of an application."""
        if _DOUBLES.search(self._text) is None:
            return []
        return [line for line, text in enumerate(self._text.split("\n"), 1) if _DOUBLES.search(text) is not None]

    @cached_property
    def _is_telling(self) -> bool:
        """Whether checks of functions may have something to say for another reason than what blocks the loop."""
        assert self.facts is not None
        called = self.facts.mentions.keys()
        if not called.isdisjoint(_CALLED) or not called.isdisjoint(self.project.injected_names):
            return True
        if not called.isdisjoint(markers.NAMES) or "ContextVar" in self._text or "TYPE_CHECKING" in self._text:
            return True
        if any(found.is_generator for found in self.facts.functions.values()):
            return True
        if any(word in self._text for word in _ERRORS):
            return True
        return any(found.role in ROUTE_ROLES for found in self.project.registrations.of(self.path))

    def _is_of_interest(self, function: Function) -> bool | None:
        """Whether to show a function; None for one that our analysis fails on, which costs no other its findings."""
        try:
            return function.is_of_interest
        except Exception as error:
            if os.environ.get(STRICT):
                raise
            complain(f"{function.name} in {self.path} was not checked: {type(error).__name__}: {error}")
            return None

    def _routes(self) -> Iterator[tuple[Position, Subject]]:
        for route in self._as_file.routes:
            frame = route.registration.frame
            if route.is_operation and frame is not None:
                yield self._around(frame.function), route

    def _markers(self) -> Iterator[tuple[Position, Subject]]:
        for marker in markers.of(self.project, self.source):
            yield self._around(marker.frame.function), marker

    def _models(self) -> Iterator[tuple[Position, Subject]]:
        assert self.facts is not None
        if "TYPE_CHECKING" not in self._text:
            # Nothing else that is on has a say about a model by itself.
            return
        for qualname in self.facts.classes:
            cls = ClassThing(self.path, qualname)
            found = schemas.of_class(self.project.evaluator, cls)
            if found is not None:
                yield _TOP, Model(self.project.evaluator, cls, found.kind, self.project, self.source)

    def _openings(self) -> Iterator[tuple[Position, Subject]]:
        assert self.facts is not None
        if sessions.may_open(self.facts):
            for opening in sessions.openings(self):
                yield self._around(opening.qualname), opening

    def _file(self) -> Iterator[tuple[Position, Subject]]:
        yield _TOP, self._as_file

    @cached_property
    def _as_file(self) -> File:
        assert self.facts is not None
        return File(self.project, self.facts, self.source)

    def _around(self, qualname: str) -> Position:
        assert self.facts is not None
        return self.facts.functions[qualname].position if qualname != MODULE else _TOP

    def shown(self, subjects: Mapping[Position, list[Subject]]) -> Iterator[Subject]:
        """The subjects, in the order in which one walk over the tree meets them.

        The walk keeps a list of its own: source may nest more deeply than Python may recurse.
        """
        from flake8_fastapi.semantics import rebuild

        left = dict(subjects)
        yield from left.pop(_TOP, ())
        pending: list[NodeNG] = [self.tree] if left else []
        while pending:
            node = pending.pop()
            position = rebuild.begins(node)
            if position is not None:
                yield from left.pop(Position(*position), ())
            pending.extend(rebuild.statements(node))
        for rest in left.values():
            # In a lambda, which is no statement.
            yield from rest
