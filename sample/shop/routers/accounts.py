from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.db import SessionLocal
from shop.deps import SessionDep
from shop.models import Account
from shop.schemas import AccountOut, Address
from shop.services import mail

router = APIRouter(prefix="/accounts", tags=["accounts"])


def get_archive() -> Iterator[Session]:
    session = SessionLocal()
    try:
        yield session
    except Exception:
        session.rollback()
    finally:
        session.close()


ArchiveDep = Annotated[Session, Depends(get_archive)]


def find_account(session: SessionDep, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise HTTPException(status_code=404, detail="no such account")
    return account


def shown(session: SessionDep, limit: int = Query(50, le=100)) -> list[Account]:
    return list(session.scalars(select(Account).limit(limit)))


AccountDep = Annotated[Account, Depends(find_account)]


@router.get("/me", response_model=AccountOut)
def me(account: AccountDep) -> Account:
    # Fine: FastAPI keeps only the fields of the response model, and reads them from the row.
    return account


@router.get("/first")
def first(session: SessionDep) -> str:
    return shown(session)[0].name


@router.get("/archive")
def archived(session: ArchiveDep):
    return session.scalars(select(Account).limit(50)).all()


@router.patch("/me")
def change(changes: dict[str, Any], account: AccountDep, session: SessionDep) -> None:
    for name, value in changes.items():
        setattr(account, name, value)
    session.commit()


@router.put("/{account_id}/address")
def move(address: Address, account: AccountDep) -> None:
    # Fine: `find_account` takes `account_id`, from the path here.
    account.city = address.city


@router.get("/{account_id}/invoices/{invoice_id}")
def invoice(account: AccountDep, number: int = 0) -> str:
    return f"{account.name}: {number}"


@router.post("/newsletter", status_code=202)
async def subscribe(request: Request, tasks: BackgroundTasks) -> None:
    data = await request.json()
    tasks.add_task(mail.welcome(data["email"]))
