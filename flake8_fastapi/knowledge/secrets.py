"""Names of secrets in code and configuration, texts that stand in for one, and formats of well-known tokens.

`sensitive` says which values must not reach a client. Here the question is what a name says about a text that is
written beside it: `DB_PASSWORD`, `JWT_SECRET` and `STRIPE_API_KEY` hold secrets, `TOKEN_URL`, `PASSWORD_FIELD` and
`ACCESS_TOKEN_EXPIRE_MINUTES` do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["signing", "password", "database", "secret", "key", "token"]
"""`signing`: what the application itself signs, encrypts or checks with. `database`: the password of a service that the
application connects to. `secret`, `key` and `token`: what it shows to somebody else, or is shown."""

ENDINGS: Mapping[str, Kind] = {
    "password": "password",
    "passwd": "password",
    "passphrase": "password",
    "pwd": "password",
    "db pass": "database",
    "admin pass": "password",
    "user pass": "password",
    "smtp pass": "database",
    "mail pass": "database",
    "email pass": "database",
    "redis pass": "database",
    "postgres pass": "database",
    "mysql pass": "database",
    "secret": "secret",
    "secret key": "secret",
    "secretkey": "secret",
    "secret key base": "signing",
    "jwt key": "signing",
    "signing key": "signing",
    "signature key": "signing",
    "encryption key": "signing",
    "fernet key": "signing",
    "hmac key": "signing",
    "session key": "token",
    "private key": "key",
    "api key": "key",
    "apikey": "key",
    "access key": "key",
    "secret access key": "key",
    "auth key": "key",
    "api secret": "key",
    "api token": "token",
    "token": "token",
}
"""What the words of a name end in -> what stands beside it; the longest ending decides."""

OWN = frozenset(
    {
        "access", "admin", "app", "application", "auth", "authentication", "authjwt", "backend", "cookie", "csrf",
        "default", "django", "encryption", "fastapi", "fernet", "flask", "hash", "hashing", "hmac", "internal", "jwt",
        "master", "middleware", "my", "refresh", "reset", "secret", "security", "server", "session", "sessions",
        "signature", "signing", "token", "tokens", "user", "verification", "verify", "web",
    }
)  # fmt: skip
"""Words before `secret` or `secret key` with which it is the application's own: whatever it says, it works."""

SERVICES = frozenset(
    {
        "amqp", "broker", "cassandra", "celery", "clickhouse", "database", "databases", "db", "elastic",
        "elasticsearch", "email", "keydb", "ldap", "mail", "maria", "mariadb", "milvus", "minio", "mongo", "mongodb",
        "mysql", "neo", "opensearch", "oracle", "pg", "postgre", "postgres", "postgresql", "psql", "rabbit",
        "rabbitmq", "redis", "smtp", "sql", "valkey", "vhost", "weaviate",
    }
)  # fmt: skip
"""Words of the name of a password that another service asks for."""

HARMLESS_WORDS = frozenset(
    {
        "bad", "blank", "censored", "demo", "doc", "docs", "dummy", "empty", "example", "expected",
        "fake", "forbidden", "hidden", "incorrect", "insecure", "invalid", "label", "mask", "masked", "message",
        "missing", "mock", "none", "null", "obfuscated", "pattern", "placeholder", "public", "publishable",
        "redacted", "regex", "regexp", "sample", "sentinel", "stub", "test", "testing", "tests", "unknown", "unsafe",
        "unset", "weak", "wrong",
    }
)  # fmt: skip
"""A name with one of these words holds no secret: a test value, a message, or what stands for a missing one."""

HARMLESS_FIRST = frozenset(
    {
        "allow", "allows", "can", "change", "check", "count", "disable", "enable", "enabled", "error", "event",
        "expose", "forgot", "generate", "get", "has", "have", "is", "max", "min", "must", "need", "needs", "no", "num",
        "require", "required", "requires", "scope", "set", "should", "show", "total", "type", "use", "uses",
        "validate", "was", "with", "without",
    }
)  # fmt: skip
"""First words of a name that is about a secret, and holds none."""

TEXT_TOKENS = frozenset(
    {
        "begin", "bos", "class", "cls", "continuation", "csrf", "cursor", "decoder", "delimiter", "end", "eos", "eot",
        "error", "idempotency", "image", "img", "lexer", "mask", "max", "next", "pad", "page", "pagination", "parser",
        "prev", "previous", "reserved", "sep", "separator", "special", "start", "stop", "sync", "think", "unk",
        "vocab", "xsrf",
    }
)  # fmt: skip
"""Words before `token` with which it is a piece of text or a place in a list."""

DUMMIES = frozenset(
    {
        "abc", "any", "anything", "blank", "dummy", "empty", "example", "fake", "foo", "foobar", "key", "local",
        "localhost", "lm-studio", "lmstudio", "mock", "na", "no", "no-key", "nokey", "none", "not-needed", "not-used",
        "notneeded", "null", "ollama", "placeholder", "string", "stub", "test", "testing", "token", "undefined",
        "unset", "unused", "vllm", "x", "xxx",
    }
)  # fmt: skip
"""Whole texts that stand where a library wants some value."""

LOCAL_PASSWORDS = frozenset(
    {
        "cassandra", "clickhouse", "elastic", "guest", "mariadb", "milvus", "minio", "minioadmin", "mongo", "mongodb",
        "mysql", "neo4j", "postgres", "postgresql", "rabbitmq", "redis", "root",
    }
)  # fmt: skip
"""Passwords with which the images of databases and brokers start on a developer's machine."""

MADE = frozenset(
    {"change", "default", "dev", "insecure", "my", "our", "replace", "some", "super", "the", "top", "very", "your"}
)
"""Words with which people make a key of what it is: `your-secret-key`."""

DUMMY_PATTERN = (
    r"(?:^|[^a-z])(?:your|my|put|insert|enter|fill|replace|set|add|paste)[ _-]?(?:me|own|an?|the|in|your|it|with)?[ _-]"
    r"|\byour(?:api|secret|pass|token|key)|here$|xxx|\bplaceholder|\bdummy|\bexample|\bfake|\btodo\b|\bfixme\b"
    r"|not[ _-]?(?:needed|used|required|set|configured|real)|no[ _-](?:key|token|auth|password|secret|api)|^env:"
)
"""A text that asks for the real value, or says that there is none. Matched in lower case."""

PLACEHOLDER_PATTERN = (
    r"\s*"
    r"|.*(?:\{[^{}]*\}|\{\{.*\}\}|\$\(|\$\w+|<[^<>]*>|%\(|%s|\[(?:your|insert|redacted)[^\]]*\]).*"
    r"|(?:\.{2,}|…|\*+|•+|x{3,}|X{3,}|#+|-+|_+|0+|\?+|!+)"
    r"|.*(?:\*{3,}|…|x{6,}|X{6,}|\[?redacted\]?|\[?filtered\]?|REDACTED|\.{3,}$).*"
)
"""A text that a template or a mask fills, or that hides a value. It must match as a whole."""

REFERENCE_PATTERN = (
    r"(?:https?|wss?|ftp|file|s3|gs|arn|vault|op|ssm|secret|kms|awssm|doppler)://?.*|arn:.*"
    r"|[./~].*|[A-Za-z]:\\.*|.*/.*\.\w{1,5}|[\w.-]+\.(?:json|ya?ml|toml|pem|key|txt|env|crt|cer|cfg|ini|p12|pub|html)"
    r"|(?:[A-Z][A-Z0-9]*_)+[A-Z0-9]+|[Xx](?:-[A-Za-z]+)+|[a-z]+(?:\.[a-z_]+){2,}|.*:[a-z_]+:.*"
)
"""Where a value is found: an address, a file, the name of an environment variable or header. It must match as a whole.
"""

SHAPES: Mapping[str, str] = {
    "AWS access key": r"(?:AKIA|ASIA)[A-Z0-9]{16}",
    "GitHub token": r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    "GitLab token": r"glpat-[A-Za-z0-9_-]{20,}",
    "Slack token": r"xox[abposr]-(?:\d{8,}-)+[A-Za-z0-9]{20,}|xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{32,}",
    "Slack webhook": r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}",
    "Discord webhook": r"https://(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,}",
    "Discord bot token": r"[MNO][A-Za-z\d_-]{23,25}\.[\w-]{6}\.[\w-]{27,38}",
    "Stripe key": r"(?:sk|rk)_live_[A-Za-z0-9]{20,}",
    "Stripe webhook secret": r"whsec_[A-Za-z0-9+/=]{28,}",
    "OpenAI API key": r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}",
    "Anthropic API key": r"sk-ant-(?:api|admin)\d\d-[\w-]{80,}",
    "OpenRouter API key": r"sk-or-v1-[a-f0-9]{64}",
    "Groq API key": r"gsk_[A-Za-z0-9]{48,}",
    "Hugging Face token": r"hf_[A-Za-z]{34}",
    "Replicate token": r"r8_[A-Za-z0-9]{37,}",
    "Google API key": r"AIza[A-Za-z0-9_-]{35}",
    "Google client secret": r"GOCSPX-[A-Za-z0-9_-]{28}",
    "SendGrid API key": r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    "Mailgun key": r"key-[a-f0-9]{32}",
    "Telegram bot token": r"\d{8,10}:AA[A-Za-z0-9_-]{33}",
    "npm token": r"npm_[A-Za-z0-9]{36}",
    "PyPI token": r"pypi-AgEIcHlwaS5vcmc[\w-]{50,}",
    "Docker token": r"dckr_pat_[A-Za-z0-9_-]{27,}",
    "DigitalOcean token": r"do[opr]_v1_[a-f0-9]{64}",
    "Databricks token": r"dapi[a-f0-9]{32}(?:-\d)?",
    "Shopify token": r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    "Square token": r"sq0(?:atp|csp)-[\w-]{22,43}",
    "Linear API key": r"lin_api_[A-Za-z0-9]{40}",
    "Notion token": r"ntn_[A-Za-z0-9]{40,}",
    "Supabase token": r"sbp_[a-f0-9]{40}",
    "Azure storage key": r"(?:.*;)?AccountKey=[A-Za-z0-9+/]{86}==(?:;.*)?",
}
"""Format of a token -> the text as a whole."""

MENTIONS = (
    "secret", "passw", "passphrase", "pwd", "_pass", "api_key", "apikey", "access_key", "auth_key", "private_key",
    "signing_key", "encryption_key", "fernet_key", "jwt_key", "token",
)  # fmt: skip
"""What the text of a module with a secret beside its name has, in lower case."""
BESIDE_PATTERN = (
    r"(?:secret|passw(?:or)?d|passphrase|pwd|_pass|api_?key|token|(?:access|auth|private|signing|encryption|fernet"
    r"|jwt)_?key)\w{0,60}[\"']?\]?(?:\s{0,9}:[^=\n]{0,60})?\s{0,80}(?:=|:|,|==|!=|or)[\s(]{0,80}"
    r"(?:[\w.]{1,60}\(\s{0,80}(?:\w{1,40}\s?=\s?)?){0,3}[bfr]{0,2}[\"']"
)
"""A text beside such a name, in lower case."""
MARKS = (
    "AKIA", "AIza", "AccountKey=", "GOCSPX-", "PRIVATE KEY-----", "SG.", "T3BlbkFJ", "compare_digest", "ghp_",
    "github_pat_", "glpat-", "hooks.slack.com/", "itsdangerous", "jwt", "sk-ant-", "sk_live_", "xoxb-", "xoxp-",
)  # fmt: skip
"""What a module has in which a secret stands without its name."""

PRIVATE_KEY_PATTERN = r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+(?:[\w+/=]{40,}\s+){3,}"
"""A private key that is written out: its head and some lines of it."""

PUBLIC_PREFIXES = ("phc_", "pk_live_", "pk_test_")
"""How keys begin that are sent to every browser."""
PUBLISHED = frozenset(
    {
        "eby8vdm02xnocqflquwjpllmetlckxphwmf+nsc4qy0pltgnttbqtnrdxwrwn8hwe",
    }
)
"""Keys that everybody has, in lower case: those of emulators."""

KEYS: Mapping[str, tuple[int | None, str]] = {
    "jwt.encode": (1, "key"),
    "jwt.decode": (1, "key"),
    "jwt.PyJWT.encode": (1, "key"),
    "jwt.PyJWT.decode": (1, "key"),
    "jose.jwt.encode": (1, "key"),
    "jose.jwt.decode": (1, "key"),
    "jose.jws.sign": (1, "key"),
    "jose.jws.verify": (1, "key"),
    "authlib.jose.jwt.encode": (2, "key"),
    "authlib.jose.jwt.decode": (1, "key"),
    "itsdangerous.Serializer": (0, "secret_key"),
    "itsdangerous.Signer": (0, "secret_key"),
    "itsdangerous.TimestampSigner": (0, "secret_key"),
    "itsdangerous.URLSafeSerializer": (0, "secret_key"),
    "itsdangerous.URLSafeTimedSerializer": (0, "secret_key"),
    "cryptography.fernet.Fernet": (0, "key"),
    "fastapi_login.LoginManager": (0, "secret"),
    "fastapi_users.authentication.JWTStrategy": (0, "secret"),
    "fastapi_jwt.JwtAccessBearer": (0, "secret_key"),
    "starlette.middleware.sessions.SessionMiddleware": (None, "secret_key"),
}
"""What is called -> place and name of the key with which it signs, checks or encrypts."""

COMPARING = frozenset({"secrets.compare_digest", "hmac.compare_digest"})
"""What compares a value with a secret."""

EXAMPLES = frozenset(
    {
        "example", "examples", "openapi_examples", "json_schema_extra", "schema_extra", "model_config", "responses",
        "description", "summary", "help", "title", "placeholder", "error_messages", "messages", "translations",
        "labels", "field_names", "sample", "samples", "__doc__", "docs", "mapping", "headers_example",
    }
)  # fmt: skip
"""Names of what is shown to readers of the documentation, and of what is said about fields."""

DEVELOPMENT = frozenset(
    {
        "debug", "demo", "dev", "devel", "development", "dummy", "example", "examples", "fake", "local", "localhost",
        "mock", "sample", "test", "testing", "tests", "unittest",
    }
)  # fmt: skip
"""Words of classes, functions, modules and conditions that are not there for production."""

TO_READ = frozenset(
    {
        "benchmark", "benchmarks", "cookbook", "demo", "demos", "doc", "docs", "docs_src", "evaluation", "example",
        "examples", "loadtest", "notebook", "notebooks", "samples", "tutorial", "tutorials",
    }
)  # fmt: skip
"""Folders whose code is there to be read, or is run by its authors only."""

OFFLINE = frozenset({"alembic", "fixtures", "migrations", "script", "scripts", "seed", "seeders", "seeds", "tools"})
"""Folders whose code is run by hand: it has data of its own, but no business with the secrets of the service."""

SWITCHES = frozenset({"disabled", "enabled", "false", "no", "none", "null", "off", "on", "true", "yes"})
"""What stands beside a name that switches something."""

FIELD_TYPES = SWITCHES | frozenset(
    {
        "bool", "hidden", "invalid", "missing", "optional", "required", "str", "string", "text", "textfield", "varchar",
    }
)  # fmt: skip
"""What stands beside the name of a field and says of what kind it is."""

SECRET_WORDS = frozenset({"apikey", "key", "pass", "passphrase", "passwd", "password", "pwd", "secret", "token"})
DIGEST_WORDS = frozenset(
    {"checksum", "digest", "encrypted", "hash", "hashed", "hmac", "mac", "sha", "sig", "signature"}
)
"""Words of the names of what is made from a secret, and tells it to nobody."""

WEAK = frozenset(
    {
        "admin", "changeit", "changeme", "changethis", "hunter", "letmein", "password", "passw", "passwd", "qwerty",
        "root", "secret", "supersecret", "swordfish", "welcome",
    }
)  # fmt: skip
"""Words of which people make passwords."""

SPOKEN = WEAK | {
    "change", "default", "demo", "example", "here", "key", "me", "pass", "production", "secure", "strong", "super",
    "test", "token", "your",
}  # fmt: skip
"""Words that no generator writes."""

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal"})
"""Hosts of the developer's machine."""
EXAMPLE_HOSTS = ("example.com", "example.org", "example.net", ".test", ".example", ".invalid", ".localhost", ".local")
"""How hosts end that nobody has."""
WORDS_FOR_HOST = frozenset({"host", "hostname", "ip", "server", "domain", "your-host", "proxy"})
"""What documentation writes for a host."""
WORDS_FOR_PASSWORD = frozenset({"pass", "passwd", "password", "pw", "pwd", "secret", "token", "yourpassword"})
"""What documentation writes for a password."""
