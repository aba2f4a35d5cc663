"""What authentication looks like: libraries, names, words, and paths that are open by design. Tables only."""

from __future__ import annotations

import re

REFUSALS = frozenset({401, 403, 407})
"""Status codes that tell a client who it is not, or what it may not do."""

AUTH_LIBRARIES = frozenset(
    {
        *("auth0_fastapi", "auth0_fastapi_api", "authlib", "authx", "casbin", "clerk_backend_api"),
        *("fastapi_another_jwt_auth", "fastapi_auth0", "fastapi_azure_auth", "fastapi_casbin_auth"),
        *("fastapi_clerk_auth", "fastapi_cloudauth", "fastapi_jwt", "fastapi_jwt_auth", "fastapi_key_auth"),
        *("fastapi_keycloak", "fastapi_login", "fastapi_nextauth_jwt", "fastapi_oidc", "fastapi_opa"),
        *("fastapi_permissions", "fastapi_resource_server", "fastapi_security", "fastapi_simple_security"),
        *("fastapi_sso", "fastapi_third_party_auth", "fastapi_user_auth", "fastapi_users", "fief_client"),
        *("firebase_admin", "jwtdown_fastapi", "libre_fastapi_jwt", "piccolo_api", "propelauth_fastapi"),
        *("starlette_auth_toolkit", "starlette_authlib", "stytch", "supertokens_python", "svcs_auth"),
    }
)
"""Packages whose dependencies and decorators authenticate."""

PASSIVE = frozenset({"AuthJWT", "SSOBase", "OAuth", "Enforcer"})
"""Classes of these packages that refuse nobody by being injected: a method must be called on them."""
REFUSING_METHODS = frozenset(
    {"jwt_required", "jwt_refresh_token_required", "fresh_jwt_required", "access_token_required"}
)
"""Their methods that do."""

OPEN_LIBRARIES = frozenset(
    {
        *("builtins", "fastapi", "fastapi_cache", "fastapi_filter", "fastapi_limiter", "fastapi_pagination"),
        *("fastapi_plugins", "functools", "logging", "pydantic", "redis", "slowapi", "sqlalchemy", "sqlmodel"),
        *("starlette", "structlog", "typing"),
    }
)
"""Packages whose dependencies authenticate nobody."""

REQUIRES = frozenset({"starlette.authentication.requires"})
"""Decorators of libraries that refuse who is not signed in."""

AUTH_NAME = re.compile(
    r"(?:^|_)(?:auth(?!or(?:s|ed|ing)?(?:_|$))\w*|oauth\w*|login|logged|jwt|token|bearer|permission\w*|credential\w*"
    r"|api_?keys?|apikey|current|principal|identity|super_?user|super_?admin|admin|administrator|require\w*|protect\w*"
    r"|guard\w*|verify|verified|signature|hmac|signed|signer|staff|owner|rbac|acl|restrict\w*|allow\w*|ensure\w*"
    r"|check_(?:access|role\w*|user|scope\w*)|can|may|only|secret|secur\w*|role\w*|scope\w*|access|authn|authz)(?:_|$)"
)
"""Names (in snake case) of what may say who somebody is, or what they may do."""

AUTH_EXCEPTION = re.compile(
    r"unauthor|not_?auth|authenti|authoriz|auth_?error|auth_?exception|forbid|permission|denied|not_?allowed"
    r"|credential|invalid_?token|token_?(?:expired|invalid|error|missing)|missing_?token|login|insufficient|api_?key",
    re.IGNORECASE,
)
"""Names of exceptions that refuse somebody."""

AUTH_TEXT = re.compile(
    rb"(?<!require-)auth(?!or(?![iy]))"
    rb"|(?<![a-z])token(?!s|iz|ise|_count|_limit|_usage)|jwt|permission|credential|api_?key|hmac"
    rb"|signature|\.headers\b|\.cookies\b|request\.(?:session|user|state|scope|client)\b|current_?user|logged_?in"
    rb"|forbid|(?<!\d)40[13](?!\d)|is_(?:admin|super|staff|owner)|secret|csrf|captcha|(?:require|ensure|enforce|check)_"
    rb"(?:user|role|access|scope|login|admin|owner)|login_required|principal|identity|rbac|anonymous|guest"
    rb"|(?:verify|check|compare)_?[a-z_]*(?:password|hash)|(?<![a-z_.])public(?![a-z_])",
    re.IGNORECASE,
)
"""Words in the code, comments and documentation of a function that may look at who calls, or is open on purpose."""

NOT_TELLING = re.compile(rb"#\s*noqa\b[^\n]*|\b(?:not|non|never|isn't|no)\b[^.\n#]{0,40}?\bpublic\b", re.IGNORECASE)
"""Text in which these words mean nothing, or the contrary: `# not intended for public use`."""

MIDDLEWARE_TEXT = re.compile(
    rb"authoriz|authentic|unauth|jwt|permission|api_?key|bearer|forbid|(?<!\d)40[13](?!\d)|log_?in|hmac",
    re.IGNORECASE,
)
"""Words in the code of middleware that may turn somebody away."""

CREDENTIAL_NAME = re.compile(
    r"(?:^|_)(?:auth\w*|token|jwt|bearer|api_?key|apikey|access_key|secret|signature|hmac|sign|passcode|otp|pin|code"
    r"|nonce|ticket|credentials?|invite|invitation|csrf|captcha|cookie|current_user|principal|identity|hash)$"
)
"""Names of parameters and fields (in snake case) by which a client may prove something."""

OPEN_PATH = re.compile(
    r"(?:^|[_/])(?:login|log_in|signin|sign_in|logout|log_out|signout|sign_out|token|refresh|refresh_token|forgot"
    r"|forgot_password|reset_password|password_reset|reset|recover|recovery|verify|verify_email|verification|confirm"
    r"|confirmation|activate|activation|callbacks?|oauth\d?|oidc|saml|sso|authorize|authenticate|auth|webhooks?"
    r"|web_hooks?|hooks?|health|healthz|healthcheck|health_check|ready|readyz|readiness|live|livez|liveness|alive"
    r"|ping|probe|heartbeat|metrics|docs|redoc|openapi|static|public|anonymous|guest|captcha|otp|csrf|well_known"
    r"|robots|favicon|setup|install|bootstrap|magic_link|passwordless|challenge|exchange|ipn|echo|access_token"
    r"|device_code)(?:$|[_/])"
)
"""Paths and names of handlers (in snake case) of routes that let clients in, or that machines ask."""

WELCOMING_PATH = re.compile(
    r"(?:^|[_/])(?:signup|sign_up|register|registration|unsubscribe|subscribe|newsletter|contact|contact_us|feedback"
    r"|waitlist|consent|tracking|track|pixel|beacon|telemetry|analytics|demo|onboarding|apply|enquiry|inquiry|rsvp"
    r"|accept|accept_invitation|invited|opt_out|enroll|survey|guest_checkout)(?:$|[_/])"
)
"""The same for what anyone may do by design, unless it is for administrators: nobody signs up as one."""

OPEN_PREFIX = re.compile(
    r"(?:^|[_/])(?:public|anonymous|guest|webhooks?|hooks|callbacks?|health|oauth\d?|oidc|sso|saml|static|login|signup)"
    r"(?:$|[_/])"
)
"""The same for the prefix of a router or inclusion."""

ASKING = re.compile(
    r"(?:^|[_/])(?:search|query|queries|filter|list|find|lookup|get|fetch|read|count|exists|preview|validate|check|test"
    r"|calculate|calc|compute|estimate|quote|predict|parse|convert|compare|suggest|autocomplete|export|download|render"
    r"|translate|graphql|options|availability)(?:$|[_/])"
)
"""Paths and names of handlers (in snake case) whose `POST` asks and changes nothing."""

ADMINISTRATIVE = re.compile(
    r"(?:^|[_/])(?:admin|admins|administrator|administration|super_?user|super_?admin|backoffice|back_office|moderation"
    r"|moderator)(?:$|[_/])"
)
"""Paths and names of handlers (in snake case) of routes for those who run the service."""

POWERS = frozenset(
    {
        *("admin", "administrator", "superuser", "superadmin", "super", "staff", "permission", "permissions", "role"),
        *("roles", "scope", "scopes", "moderator", "manager", "employee", "owner", "api", "key", "service", "internal"),
        "access",
    }
)
"""Words (in snake case) in the names of dependencies after which somebody may see the rows of others."""

POWER_TEXT = re.compile(
    rb"admin|super_?user|(?<![a-z])roles?(?![a-z])|permission|scopes|is_staff|(?<!\d)403(?!\d)|forbid|owner",
    re.IGNORECASE,
)
"""Words in the code of what says who the user is, which may let only some users pass."""
