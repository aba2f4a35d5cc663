"""Operations: routes as an application serves them, with everything that app, routers and inclusions add."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flake8_fastapi.semantics import dependencies, routes
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.holders import Level, is_application
from flake8_fastapi.semantics.parameters import Parameter
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import LiteralThing, Thing


@dataclass(frozen=True)
class Operation:
    """One route on one way from an application to it."""

    route: Route
    path: str | None
    """With all prefixes; None if it is not certain."""
    levels: tuple[Level, ...]
    """What holds around it, outermost first: the app, each inclusion, each router."""
    mount: str | None = ""
    """Where its application is mounted; what stands there in braces is no parameter. None if it is not certain."""

    @property
    def methods(self) -> frozenset[str]:
        """Upper case; `WEBSOCKET` for a websocket."""
        return self.route.methods

    @property
    def handler(self) -> str:
        """The name of the function that FastAPI calls; empty if it has none."""
        signature = self.route.signature
        function = signature.function if signature is not None else None
        found = self.route.ev.function(function) if function is not None else self.route.function
        return found.name if found is not None and found.name != "lambda" else ""

    @cached_property
    def path_names(self) -> frozenset[str] | None:
        """The names of the parameters in its path; None if the path is not certain."""
        if self.path is None or self.mount is None:
            return None
        return routes.names_in(self.path.removeprefix(self.mount))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The handler's parameters, by the full path."""
        return self.route.parameters_under(self.path_names)

    @cached_property
    def inherited(self) -> tuple[Dependency, ...]:
        """The dependencies of the app, of inclusions and of routers, outermost first."""
        return self._inherited[0]

    @cached_property
    def _inherited(self) -> tuple[tuple[Dependency, ...], bool]:
        found: list[Dependency] = []
        complete = True
        for level in self.levels:
            held = level.option(self.route.ev, "dependencies")
            listed, known = dependencies.listed(self.route.ev, held, self.path_names)
            found.extend(listed)
            complete = complete and known
        return tuple(found), complete

    @cached_property
    def dependencies(self) -> tuple[Dependency, ...]:
        """All dependencies, in the order in which FastAPI runs them: inherited, of the decorator, of parameters."""
        own = (parameter.dependency for parameter in self.parameters)
        listed, _ = self.route.listed_under(self.path_names)
        return (*self.inherited, *listed, *(dependency for dependency in own if dependency is not None))

    @cached_property
    def is_complete(self) -> bool:
        """Whether the path and all dependencies, however nested, were resolved."""
        if self.path is None or not self._inherited[1] or not self.route.listed_under(self.path_names)[1]:
            return False
        known = all(parameter.kind != "unknown" for parameter in self.parameters)
        return known and self.route.has_signature and all(each.is_complete for each in self.dependencies)

    def option(self, keyword: str, default: str | None = None) -> Thing | None:
        """What the route is given under this keyword, else the nearest level under `default` (or the same keyword).

        None if nothing is given anywhere, `Thing()` if that is unknown.
        """
        own = self.route.option(keyword)
        if own is not None:
            return own
        for level in reversed(self.levels):
            found = level.option(self.route.ev, default or keyword)
            if found is not None:
                return found
        return None

    @property
    def response_class(self) -> Thing | None:
        """The class of its responses; None for the default, JSON; `Thing()` if it is unknown."""
        return self.option("response_class", "default_response_class")

    @cached_property
    def is_hidden(self) -> bool | None:
        """Whether the route is left out of the schema, at whatever level; None if that is unknown."""
        given = [self.route.option("include_in_schema")]
        given += [level.option(self.route.ev, "include_in_schema") for level in self.levels]
        if any(isinstance(thing, LiteralThing) and thing.value is False for thing in given):
            return True
        known = all(thing is None or isinstance(thing, LiteralThing) for thing in given)
        return False if known else None

    @cached_property
    def tags(self) -> tuple[str, ...] | None:
        """Its tags, outermost first; None if some are unknown."""
        found: list[str] = []
        # An app takes no tags of its own.
        below = [
            level for level in self.levels if level.call is not None or not is_application(self.route.ev, level.holder)
        ]
        for thing in (*(level.option(self.route.ev, "tags") for level in below), self.route.option("tags")):
            texts = self._texts(thing)
            if texts is None:
                return None
            found.extend(texts)
        return tuple(found)

    def _texts(self, thing: Thing | None) -> tuple[str, ...] | None:
        if thing is None or (isinstance(thing, LiteralThing) and thing.value is None):
            return ()
        return dependencies.texts(self.route.ev, thing)
