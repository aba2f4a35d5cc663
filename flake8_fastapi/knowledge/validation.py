"""What limits the values of parameters and fields beyond their type: tables only."""

from __future__ import annotations

BOUNDS = ("gt", "ge", "lt", "le", "multiple_of", "max_digits", "decimal_places")
PATTERNS = ("pattern", "regex")
FEWEST = ("min_length", "min_items")
"""Keywords of `Query(…)`, `Field(…)` and the like. The longest that a text may be limits little: it guards a column."""

BOUNDING_TYPES = frozenset(
    f"pydantic.{sign}{number}"
    for sign in ("Positive", "Negative", "NonNegative", "NonPositive")
    for number in ("Int", "Float")
) | {f"annotated_types.{name}" for name in ("Ge", "Gt", "Le", "Lt", "Interval", "MultipleOf")}
"""Types that hold a limit, and what `Annotated` holds."""

PAGING = frozenset(
    {
        "cursor", "limit", "max_results", "offset", "page", "page_index", "page_num", "page_number", "page_size",
        "pagesize", "per_page", "perpage", "size", "skip", "take", "top_k",
    }
)  # fmt: skip
"""How fields are called whose bounds only say how much of a list is answered, in lower case."""

CHECKED_TYPES = frozenset(
    f"pydantic.{name}"
    for name in (
        "AnyHttpUrl", "AnyUrl", "AnyWebsocketUrl", "AwareDatetime", "EmailStr", "FutureDate", "FutureDatetime",
        "HttpUrl", "IPvAnyAddress", "IPvAnyInterface", "IPvAnyNetwork", "NameEmail", "PastDate", "PastDatetime",
        "PaymentCardNumber", "WebsocketUrl",
    )
)  # fmt: skip
"""Types that are texts or times of which not every one will do."""

MODEL_METHODS = (
    "model_validate", "model_validate_json", "model_validate_strings", "parse_obj", "parse_raw", "validate_python",
    "validate_json",
)  # fmt: skip
"""Methods that validate data with a model."""
