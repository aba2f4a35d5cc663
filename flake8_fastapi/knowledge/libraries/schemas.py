"""Annotations and data models: typing, pydantic, SQLModel, FastAPI's security schemes and responses.

Sources: the packages' ``__init__`` modules; fastapi/security (0.165); pydantic 1.10 and 2.12.
"""

from __future__ import annotations

from .family import Family, each, moved, to

_SCHEMES = (
    "APIKeyCookie APIKeyHeader APIKeyQuery HTTPBase HTTPBasic HTTPBearer HTTPDigest OAuth2 "
    "OAuth2AuthorizationCodeBearer OAuth2PasswordBearer OpenIdConnect"
)
_COLLECTIONS = (
    "AsyncGenerator AsyncIterable AsyncIterator Awaitable Callable Collection Container Coroutine Generator Hashable "
    "ItemsView Iterable Iterator KeysView Mapping MutableMapping MutableSequence MutableSet Reversible Sequence Sized "
    "ValuesView"
)

ALIASES = {
    "typing_extensions": "typing",
    **{f"typing.{name.capitalize()}": f"builtins.{name}" for name in ("dict", "list", "set", "tuple", "type")},
    "typing.FrozenSet": "builtins.frozenset",
    "typing.Text": "builtins.str",
    "typing.AbstractSet": "collections.abc.Set",
    "typing.Deque": "collections.deque",
    "typing.DefaultDict": "collections.defaultdict",
    "typing.OrderedDict": "collections.OrderedDict",
    "typing.Counter": "collections.Counter",
    "typing.Pattern": "re.Pattern",
    "types.NoneType": "builtins.NoneType",
    **moved("typing", "collections.abc", _COLLECTIONS),
    "pydantic.v1": "pydantic",
    "pydantic.deprecated": "pydantic",
    **to("pydantic.BaseModel", "pydantic.main.BaseModel", "fastapi_camelcase.BaseModel"),
    **to("pydantic.Field", "pydantic.fields.Field"),
    **to("pydantic.RootModel", "pydantic.root_model.RootModel"),
    **to("pydantic.dataclass", "pydantic.dataclasses.dataclass"),
    **to("pydantic.BaseSettings", "pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings"),
    "pydantic.generics.GenericModel": "pydantic.GenericModel",
    **moved("pydantic.types", "pydantic", "SecretStr SecretBytes Json conint constr conlist confloat condecimal"),
    **moved("pydantic.networks", "pydantic", "EmailStr AnyUrl AnyHttpUrl HttpUrl IPvAnyAddress"),
    **{f"fastapi.security.{module}": "fastapi.security" for module in ("http", "oauth2", "api_key")},
    "fastapi.security.open_id_connect_url": "fastapi.security",
    "fastapi.security.base.SecurityBase": "fastapi.security.SecurityBase",
    "starlette.templating._TemplateResponse": "starlette.templating.TemplateResponse",
    "fastapi_utils.cbv.cbv": "fastapi_utils.cbv",
    "fastapi_restful.cbv.cbv": "fastapi_restful.cbv",
    "sqlmodel.main.Field": "sqlmodel.Field",
}

BASES = {
    **dict.fromkeys(
        (
            "pydantic.RootModel",
            "pydantic.BaseSettings",
            "pydantic.GenericModel",
            "sqlmodel.SQLModel",
            "beanie.Document",
            "beanie.View",
            "odmantic.Model",
            "odmantic.EmbeddedModel",
            "ormar.Model",
            "fastapi.security.HTTPBasicCredentials",
            "fastapi.security.HTTPAuthorizationCredentials",
            "fastapi_users.schemas.BaseUser",
            "fastapi_users.schemas.BaseUserCreate",
            "fastapi_users.schemas.BaseUserUpdate",
            "fastapi_utils.api_model.APIModel",
            "fastapi_restful.api_model.APIModel",
            "fastapi_pagination.Page",
            "fastapi_pagination.Params",
            "fastapi_pagination.LimitOffsetPage",
            "fastapi_camelcase.CamelModel",
            "humps.CamelModel",
        ),
        ("pydantic.BaseModel",),
    ),
    **{f"fastapi.security.{name}": ("fastapi.security.SecurityBase",) for name in _SCHEMES.split()},
    "starlette.templating.TemplateResponse": ("starlette.responses.HTMLResponse",),
    "fastapi.sse.EventSourceResponse": ("starlette.responses.StreamingResponse",),
    "sse_starlette.EventSourceResponse": ("fastapi.Response",),
    "sse_starlette.sse.EventSourceResponse": ("fastapi.Response",),
    "fastapi_utils.inferring_router.InferringRouter": ("fastapi.APIRouter",),
    "fastapi_versioning.VersionedFastAPI": ("fastapi.FastAPI",),
}

RETURNS = {
    **each("starlette.templating.Jinja2Templates", "TemplateResponse", "starlette.templating.TemplateResponse"),
}

FAMILY = Family(aliases=ALIASES, bases=BASES, returns=RETURNS)
