"""A closed service that knows where it runs, and whose documentation is open everywhere."""

from __future__ import annotations

import hmac
import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ENVIRONMENT = os.environ.get("ENVIRONMENT", "production")
KEY = os.environ["CLINIC_KEY"]

app = FastAPI(title="Clinic")  # BAD docs-exposed


def require_key(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
    if not hmac.compare_digest(credentials.credentials, KEY):  # GOOD constant time
        raise HTTPException(status_code=401)


@app.get("/patients", dependencies=[Depends(require_key)])
def list_patients() -> list[str]:
    return ["ann"]


if __name__ == "__main__":
    print(f"runs in {ENVIRONMENT}")
