"""What tests put in the place of parts of an application: mocks, and what replaces an attribute. Tables only.

Sources: unittest.mock of Python 3.10 to 3.14, the `mock` backport, pytest-mock, pytest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

_MODULES = ("unittest.mock", "mock", "mock.mock")

MOCKS = frozenset(f"{module}.{name}" for module in _MODULES for name in ("Mock", "MagicMock", "AsyncMock"))
"""Classes whose instances can be called with anything."""

Form = Literal["path", "object", "either"]
"""How the first arguments name what is replaced: one dotted path; an object and the name of its attribute; or both."""

PATCHERS: Mapping[str, Form] = {
    **{f"{module}.patch": "path" for module in _MODULES},
    **{f"{module}.patch.object": "object" for module in _MODULES},
    "pytest.MonkeyPatch.setattr": "either",
}
"""Functions that replace an attribute for a while."""

MOCKERS: Mapping[str, Form] = {"patch": "path", "patch.object": "object"}
"""The same for the fixtures of pytest-mock, by what is called on them."""
MOCKER_FIXTURES = frozenset({"mocker", "class_mocker", "module_mocker", "package_mocker", "session_mocker"})

SHAPERS = frozenset({"new", "new_callable", "spec", "spec_set", "autospec", "wraps"})
"""Arguments of `patch` that make it something else than a plain mock."""
