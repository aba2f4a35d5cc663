"""The docs that FastAPI serves, and how projects deal with them: tables only."""

from __future__ import annotations

SCHEMA = "/openapi.json"
"""Where the schema is, unless a project says otherwise."""

PAGES = (
    "get_swagger_ui_html",
    "get_redoc_html",
    "get_scalar_api_reference",
    "scalar_fastapi",
    "fastapi_offline",
    "FastAPIOffline",
    "rapidoc",
    "RapiDoc",
    "stoplight",
)
"""What a project uses that serves pages of docs of its own, which read the schema."""

WANTED = ("swagger_ui_parameters", "swagger_ui_init_oauth")
"""Options of the application with which a project shapes the pages of docs: they are meant to be seen."""

EXAMPLES = frozenset(
    {
        "demo",
        "demos",
        "example",
        "examples",
        "mock",
        "mocks",
        "playground",
        "sample",
        "samples",
        "tutorial",
        "tutorials",
    }
)
"""Words in the names of folders and modules whose applications nobody deploys."""

EXAMPLE_FOLDERS = frozenset({*EXAMPLES, "doc", "docs", "docs_src", "script", "scripts", "snippets", "test", "tests"})
"""Folders of such applications."""

ENVIRONMENTS = (
    "ENVIRONMENT",
    "environment",
    "APP_ENV",
    "app_env",
    "FASTAPI_ENV",
    "ENV",
    "IS_PRODUCTION",
    "is_production",
    "PRODUCTION",
    "DEPLOY_ENV",
    "DEPLOYMENT_ENV",
    "ENV_NAME",
    "PYTHON_ENV",
)
"""Settings that tell production from development."""
