"""Keys and values with which payloads say that a request was served, or that it failed."""

from __future__ import annotations

import re

ERRORS = frozenset({"error", "errors", "detail", "err", "error_message", "errorMessage", "exception"})
FLAGS = frozenset({"success", "ok", "succeeded", "is_success"})
STATES = frozenset({"status", "result", "state"})
FAILED = frozenset({"error", "fail", "failed", "failure"})
SUCCEEDED = frozenset({"ok", "success", "succeeded", "successful"})
SAYING = ERRORS | FLAGS | STATES
"""Keys that say how it went."""
BESIDES = SAYING | {
    "code", "details", "description", "error_code", "errorCode", "error_description", "hint", "info",
    "message", "msg", "path", "request_id", "status_code", "statusCode", "timestamp", "title", "traceback", "type",
}  # fmt: skip
"""What stands beside the error in a payload that only says that there is one."""
PROTOCOL = frozenset({"jsonrpc", "retry", "challenge", "ErrorCode", "RspCode", "return_code", "errcode", "isError"})
"""Keys of protocols in which an error is answered with 200."""
ALWAYS_ANSWERED = re.compile(
    r"(?:^|[_/-])(?:\w*rpc|graphql|mcp|webhooks?|hooks?|callbacks?|ipn|notify|notifications?|events?|slack|telegram"
    r"|stripe|paypal|discord|whatsapp|twilio|alexa|line|wechat|feishu|lark|dingtalk|oauth2?|token|introspect|userinfo"
    r"|bulk|batch|compat|sns|pubsub|tasks?|bot)(?:$|[_/-])",
    re.IGNORECASE,
)
"""Parts of the paths and names of routes whose callers want a 200, whatever happens."""
CALLED_BACK = re.compile(r"web_?hook|signature", re.IGNORECASE)
"""Names in the code of routes that another service calls."""
