"""What a payload says: that something failed, or nothing at all."""

from __future__ import annotations

import ast

from flake8_fastapi.knowledge import payloads as tables


def items_of(value: ast.expr | None) -> dict[str, ast.expr] | None:
    """The items of a payload that is written out, by name: a dict, a model, a `dict(…)`; None for anything else."""
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        found = {key.value: each for key, each in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        return found if len(found) == len(value.keys) else None
    if isinstance(value, ast.Call) and not value.args and all(keyword.arg for keyword in value.keywords):
        return {keyword.arg: keyword.value for keyword in value.keywords if keyword.arg}
    return None


def failing_key(value: ast.expr | None) -> str | None:
    """The key with which a payload says that the request failed; None if it does not say so, or says more.

    `{"error": "not found"}`, `{"success": False, "message": …}`, `{"status": "error", …}`. A payload with data beside
    it is a result of which something failed.
    """
    items = items_of(value)
    if not items or any(key not in tables.BESIDES and not is_nothing(each) for key, each in items.items()):
        return None
    if tables.PROTOCOL & items.keys():
        return None
    return next((key for key, each in items.items() if _says_failed(key, each)), None)


def _says_failed(key: str, value: ast.expr) -> bool:
    if key in tables.FLAGS:
        return isinstance(value, ast.Constant) and value.value is False
    if key in tables.STATES:
        return isinstance(value, ast.Constant) and value.value in tables.FAILED
    return key in tables.ERRORS and _is_message(value)


def _is_message(value: ast.expr) -> bool:
    """Whether a value is a text that is written here: a variable may be None where all is well."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str) and bool(value.value)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in ("str", "repr")
    if isinstance(value, ast.BinOp):
        return _is_message(value.left) or _is_message(value.right)
    return isinstance(value, ast.JoinedStr)


def succeeds(value: ast.expr | None) -> bool:
    """Whether a payload says that the request was served: `{"success": True}`, `{"status": "ok"}`."""
    items = items_of(value) or {}
    return any(
        isinstance(each, ast.Constant)
        and (
            (key in tables.FLAGS and each.value is True)
            or (key in tables.STATES and str(each.value).lower() in tables.SUCCEEDED)
        )
        for key, each in items.items()
    )


def is_nothing(value: ast.expr | None) -> bool:
    """Whether a payload is empty: None, an empty list, zero, or made of these."""
    if value is None:
        return True
    if isinstance(value, ast.Constant):
        return value.value is None or (not isinstance(value.value, bool) and not value.value)
    if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        return not value.elts
    if isinstance(value, ast.Dict):
        return all(map(is_nothing, value.values))
    is_made = (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("list", "dict", "set")
    )
    return is_made and isinstance(value, ast.Call) and not value.args and not value.keywords
