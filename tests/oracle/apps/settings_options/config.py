import os
from typing import Any

from fastapi import Depends
from fastapi.responses import PlainTextResponse


def audit(audit_id: str = "") -> None: ...


class Settings:
    debug: bool = os.environ.get("ORACLE_DEBUG", "") == "1"
    tags: list[str | Any] = ["a", "b"]
    status: int = int(os.environ.get("ORACLE_STATUS", "202"))

    @property
    def app_options(self) -> dict[str, Any]:
        return {"title": "Settings", "dependencies": [Depends(audit)]}

    def router_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"tags": self.tags}
        if not self.debug:
            options["default_response_class"] = PlainTextResponse
        return options

    @property
    def route_options(self) -> dict[str, Any]:
        return {"status_code": self.status}


settings = Settings()
