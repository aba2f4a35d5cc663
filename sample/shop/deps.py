from __future__ import annotations

from typing import Annotated

import requests
from fastapi import Depends, Header, HTTPException
from sqlalchemy.orm import Session

from shop.db import get_session
from shop.settings import get_settings

SessionDep = Annotated[Session, Depends(get_session)]


async def current_customer(authorization: Annotated[str, Header()]) -> str:
    # An async dependency runs on the event loop, and `requests` has no async interface.
    answer = requests.get(f"{get_settings().accounts_url}/me", headers={"Authorization": authorization}, timeout=5)
    if answer.status_code != 200:
        raise HTTPException(status_code=401, detail="unknown customer")
    name: str = answer.json()["name"]
    return name


CustomerDep = Annotated[str, Depends(current_customer)]
