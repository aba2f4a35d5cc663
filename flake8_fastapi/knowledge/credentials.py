"""Credentials on their way between client and server: cookies that hold them, and parameters that carry them.

The words are lower case, as `sensitive.words` splits names. Cookie options are those of `Response.set_cookie`
(Starlette 0.27 to 1.10: `samesite` is "lax" unless it is given, the other two flags are off).
"""

from __future__ import annotations

SET_COOKIE = "set_cookie"
COOKIE_PARAMETERS = (
    "key", "value", "max_age", "expires", "path", "domain", "secure", "httponly", "samesite", "partitioned",
)  # fmt: skip

COOKIE_ENDINGS = frozenset(
    {
        "access", "auth", "authentication", "authorization", "bearer", "jwt", "refresh", "session", "sessionid",
        "sid", "token",
    }
)  # fmt: skip
"""The last word of the name of a cookie with which a client is signed in; `id`, `cookie`, `key` and `name` may follow.
"""
COOKIE_TAILS = frozenset({"cookie", "id", "key", "name", "value"})
COOKIE_HARMLESS = frozenset(
    {
        "analytics", "anonymous", "captcha", "cart", "consent", "csrf", "expired", "expires", "expiry", "flag", "flash",
        "guest", "has", "is", "lang", "language", "locale", "login", "method", "nonce", "onboarding", "pkce",
        "provider", "redirect", "registration", "state", "status", "theme", "tracking", "type", "verifier", "visit",
        "visitor", "xsrf",
    }
)  # fmt: skip
"""A cookie with one of these words signs nobody in, or must be read by scripts."""

PLAIN_HTTP = ("allow_insecure_http", "OAUTHLIB_INSECURE_TRANSPORT")
"""Switches of libraries with which clients may sign in over plain HTTP: browsers would not send a `secure` cookie."""

PARAMETER_HARMLESS = frozenset(
    {
        "activation", "anti", "captcha", "code", "confirm", "confirmation", "continuation", "csrf", "cursor",
        "device", "download", "email", "expo", "fcm", "google", "guest", "hcaptcha", "invitation", "invite",
        "invoice", "magic", "next", "one", "order", "page", "public", "publishable", "push", "recaptcha",
        "registration", "reset", "search", "share", "shared", "signup", "site", "skip", "state", "stream",
        "subscription", "sync", "tracking", "turnstile", "unsubscribe", "upload", "verification", "verify",
        "view", "wizard", "xsrf",
    }
)  # fmt: skip
"""A token of a parameter with one of these words is made for one use, or is no credential of the caller."""

ENDS = frozenset({"blacklist", "delete", "invalidate", "logout", "remove", "revoke"})
"""With one of these before it in the name of a route, a token is what the route makes worthless."""

LINKS = frozenset(
    {
        "accept", "activate", "activation", "archive", "authorize", "avatar", "backup", "callback", "chart", "check",
        "confirm", "confirmation", "connect", "decline", "decode", "download", "email", "embed", "event", "export",
        "feed", "file", "hook", "ical", "image", "inspect", "introspect", "invitation", "invite", "join", "link",
        "livestream", "magic", "media", "oauth", "oauth2", "oidc", "optout", "photo", "preview", "public", "recover",
        "recovery", "redirect", "register", "registration", "reset", "resubscribe", "rss", "saml", "share", "shared",
        "signup", "sse", "sso", "stream", "subscribe", "subscription", "thumbnail", "unsubscribe", "validate",
        "validation", "verification", "verify", "video", "view", "webhook", "websocket", "ws", "zip",
    }
)  # fmt: skip
"""Words of routes that are opened from a link, by an `<img>` or by another server: their tokens must be in the URL."""
