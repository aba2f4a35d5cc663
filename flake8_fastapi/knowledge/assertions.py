"""How tests look at the answers to their requests. Tables only.

Sources: httpx 0.28, requests 2.32, Starlette, unittest, nose, PyHamcrest, asyncio, anyio.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

SENDING = frozenset(
    {
        *("get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send", "open"),
        *("websocket_connect", "connect", "connect_ws", "aconnect_ws", "create_connection"),
    }
)
"""Methods and functions, by last name, whose result may be an answer."""

ATTRIBUTES: Mapping[str, Literal["status", "text"]] = {
    "status_code": "status",
    "status": "status",
    "text": "text",
    "content": "text",
}
"""Attributes of an answer, of httpx, requests and aiohttp -> what they are."""

VALIDATING = frozenset({"model_validate", "model_validate_json", "parse_obj", "parse_raw"})
"""Methods of pydantic models that make an object of JSON."""

FLAGS: Mapping[str, frozenset[int]] = {
    "is_informational": frozenset(range(100, 200)),
    "is_success": frozenset(range(200, 300)),
    "is_redirect": frozenset(range(300, 400)),
    "is_client_error": frozenset(range(400, 500)),
    "is_server_error": frozenset(range(500, 600)),
    "is_error": frozenset(range(400, 600)),
    "ok": frozenset(range(100, 400)),
}
"""Attributes of an answer that are true with some statuses -> these."""

RAISING = "raise_for_status"
NOT_RAISED = frozenset(range(100, 400))
"""Statuses with which `raise_for_status()` may pass: with requests those below 400, with httpx those of success."""

RAISED = frozenset(range(300, 600))
"""Statuses with which it may raise."""

ERROR_KEYS = frozenset(
    {
        *("detail", "details", "error", "errors", "message", "messages", "msg", "code", "status", "title", "type"),
        *("error_code", "errorCode", "error_message", "errorMessage", "error_type", "status_code", "statusCode"),
        *("success", "ok", "reason", "description", "error_description", "instance", "path", "timestamp", "method"),
        *("request_id", "requestId", "trace_id", "meta", "validation_errors", "info", "hint", "context", "name"),
        *("exception", "err", "kind", "field", "fields", "loc", "extra", "args"),
    }
)
"""Keys that the JSON of an error may have."""

ENVELOPES = frozenset({"data", "result", "results", "response", "payload", "body", "content"})
"""Keys under which APIs may put whatever they say."""

COMPARING: Mapping[str, str] = {
    "assertEqual": "==",
    "assertEquals": "==",
    "assertIs": "==",
    "assertNotEqual": "!=",
    "assertNotEquals": "!=",
    "assertIsNot": "!=",
    "assertIn": "in",
    "assertNotIn": "not in",
    "assertLess": "<",
    "assertLessEqual": "<=",
    "assertGreater": ">",
    "assertGreaterEqual": ">=",
    "assert_equal": "==",
    "assert_equals": "==",
    "assert_not_equal": "!=",
    "assert_in": "in",
    "eq_": "==",
}
"""Methods and functions that compare their first two arguments -> how."""

TRUE = frozenset({"assertTrue", "assert_true", "assert_", "ok_", "failUnless"})
FALSE = frozenset({"assertFalse", "assert_false"})

RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"})
"""Context managers in which something must be raised."""

PASSING: Mapping[str, int] = {
    "int": 0,
    "HTTPStatus": 0,
    "cast": 1,
    "run": 0,
    "run_until_complete": 0,
    "create_task": 0,
    "ensure_future": 0,
    "wait_for": 0,
    "shield": 0,
    "list": 0,
    "tuple": 0,
    "set": 0,
    "sorted": 0,
    "loads": 0,
}
"""Functions that give one of their arguments, or what it awaits to -> its place."""

GATHERING = frozenset({"gather"})
"""Functions that give a list of what their arguments await to."""

GROWING = frozenset({"append", "add", "extend"})
"""Methods that put something into a list."""

SILENT = frozenset(
    {
        *(
            "print",
            "pprint",
            "debug",
            "info",
            "warning",
            "error",
            "exception",
            "log",
            "len",
            "repr",
            "str",
            "isinstance",
        ),
        *("sleep", "dumps", "echo"),
    }
)
"""Functions, by last name, that make nothing of what they are given."""
