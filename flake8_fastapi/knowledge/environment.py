"""What reads the environment of the process, and with which arguments.

Sources: the standard library; python-decouple 3.8, starlette.config (1.x), environs 14, django-environ 0.12,
dynaconf 3.2, read in the packages themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Reader(NamedTuple):
    """A call that reads one variable."""

    source: str
    """The library, as people call it."""
    name: str
    """The keyword of the variable's name, which is the first argument."""
    default: str
    """The keyword of what is given where the variable is not set; empty where there is none."""
    place: int | None
    """Where the default stands among the arguments; None where it has to be named."""


ENVIRON = frozenset({"os.environ", "os.environb"})
"""The environment as a mapping."""

FUNCTIONS: Mapping[str, Reader] = {
    "os.getenv": Reader("os", "key", "default", 1),
    "os.getenvb": Reader("os", "key", "default", 1),
    "os.environ.get": Reader("os", "key", "default", 1),
    "os.environ.pop": Reader("os", "key", "default", 1),
    "os.environ.setdefault": Reader("os", "key", "value", 1),
    "os.environ.__getitem__": Reader("os", "key", "", None),
    "decouple.config": Reader("decouple", "option", "default", None),
}
"""Functions by their canonical names."""

CALLABLES: Mapping[str, Reader] = {
    "decouple.AutoConfig": Reader("decouple", "option", "default", None),
    "decouple.Config": Reader("decouple", "option", "default", 1),
    "starlette.config.Config": Reader("starlette", "key", "default", 2),
    "environs.Env": Reader("environs", "name", "default", 1),
    "environ.Env": Reader("django-environ", "var", "default", 2),
}
"""Classes whose instances are called with the name of a variable."""

_ENVIRONS = (
    "bool date datetime decimal dict dj_cache_url dj_db_url dj_email_url enum float int json list log_level path str "
    "time timedelta url uuid"
)
_DJANGO = (
    "bool bytes cache_url channels_url db_url dict email_url float get_value int json list path search_url str tuple "
    "unicode url"
)

METHODS: Mapping[str, Reader] = {
    **{f"environs.Env.{name}": Reader("environs", "name", "default", 1) for name in _ENVIRONS.split()},
    **{f"environ.Env.{name}": Reader("django-environ", "var", "default", 1) for name in _DJANGO.split()},
    "environ.Env.get_value": Reader("django-environ", "var", "default", 2),
    "environ.Env.bytes": Reader("django-environ", "var", "default", 1),
    "starlette.config.Config.get": Reader("starlette", "key", "default", 2),
    "decouple.Config.get": Reader("decouple", "option", "default", 1),
    "dynaconf.Dynaconf.get": Reader("dynaconf", "key", "default", 1),
    "dynaconf.LazySettings.get": Reader("dynaconf", "key", "default", 1),
    "dynaconf.settings.get": Reader("dynaconf", "key", "default", 1),
}
"""Methods of instances, and of the one that dynaconf keeps ready."""

OBJECTS: Mapping[str, str] = {
    "dynaconf.Dynaconf": "dynaconf",
    "dynaconf.LazySettings": "dynaconf",
    "dynaconf.settings": "dynaconf",
}
"""What has the variables as attributes and items."""

OBJECT_METHODS = frozenset(
    {
        *("as_bool", "as_dict", "as_float", "as_int", "as_json", "clean", "configure", "current_env", "exists"),
        *("find_file", "from_env", "get", "get_fresh", "items", "keys", "load_file", "loaders", "logger"),
        *("populate_obj", "reload", "set", "setdefault", "setenv", "to_dict", "unset", "update", "using_env"),
        *("validators", "values"),
    }
)  # fmt: skip
"""Attributes of those objects that are no variables."""

PLACES = re.compile(
    r"(?:.*_)?(?:config|configs|configuration|conf|cfg|settings?|constants?|consts?|env|envs|environment"
    r"|variables)(?:_.*)?"
)
"""Names of modules, and of folders with such, that are there for the configuration."""

GLOBALS = (
    frozenset({"bind", "worker_class", "workers", "wsgi_app"}),
    frozenset({"INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "WSGI_APPLICATION", "AUTH_USER_MODEL", "TEMPLATES"}),
    frozenset({"broker_url", "result_backend", "accept_content", "task_serializer", "beat_schedule", "task_routes"}),
)
"""Globals by which gunicorn, Django and Celery are configured: they have to find them in a module."""

PLATFORM = frozenset(
    {
        *("PATH", "HOME", "USER", "USERNAME", "LOGNAME", "PWD", "SHELL", "TERM", "LANG", "LANGUAGE", "TZ", "DISPLAY"),
        *("TMPDIR", "TEMP", "TMP", "HOSTNAME", "COMPUTERNAME", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "SYSTEMROOT"),
        *("VIRTUAL_ENV", "PYTHONPATH", "CI", "NO_COLOR", "COLUMNS", "LINES", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
        *("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        *("AWS_SESSION_TOKEN", "GOOGLE_CLOUD_PROJECT", "GCP_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS"),
        *("RANK", "LOCAL_RANK", "WORLD_SIZE", "CUDA_VISIBLE_DEVICES", "DYNO", "TESTING", "GIT_SHA", "GIT_COMMIT"),
    }
)
PLATFORM_PREFIXES = (
    *("LC_", "XDG_", "KUBERNETES_", "PYTEST_", "GITHUB_", "GITLAB_", "CI_", "AWS_LAMBDA_", "K_", "GAE_", "VERCEL_"),
    *("RAILWAY_", "RENDER_", "FLY_", "HEROKU_", "WEBSITE_", "OTEL_", "SLURM_", "CUDA_", "PYTHON"),
)
"""Variables that the machine, the platform or the test runner sets: what they hold is no setting of the application."""
