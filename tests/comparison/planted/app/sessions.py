"""Sync database sessions in async handlers."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.database import AsyncDbDep, DbDep, SessionLocal, User, engine, get_db
from app.services import users
from app.services.users import UserService

router = APIRouter(prefix="/sessions")


@router.get("/alias")
async def alias(db: DbDep) -> None:
    db.execute(select(User))  # BAD session


@router.get("/default")
async def default(db: Session = Depends(get_db)) -> None:
    db.get(User, 1)  # BAD session


@router.get("/unannotated")
async def unannotated(db=Depends(get_db)) -> None:
    db.scalars(select(User))  # BAD session


@router.get("/query")
async def query(db: DbDep) -> None:
    db.query(User).filter(User.id == 1).first()  # BAD session


@router.get("/opened")
async def opened() -> None:
    with SessionLocal() as db:
        db.commit()  # BAD session


@router.get("/engine")
async def connection() -> None:
    with engine.connect() as conn:  # BAD session
        conn.closed


@router.get("/passed")
async def passed(db: DbDep) -> int:
    return users.count(db)  # BAD chain


@router.get("/service")
async def service(db: DbDep) -> None:
    UserService(db).rename(1)  # BAD chain


@router.get("/awaited-helper")
async def awaited_helper(db: DbDep) -> None:
    await users.fetch(db, 1)


@router.get("/async")
async def asynchronous(db: AsyncDbDep) -> None:
    await db.execute(text("SELECT 1"))  # GOOD awaited
    (await db.execute(select(User))).scalars().all()  # GOOD in memory
    db.add(User())  # GOOD local
    await db.run_sync(lambda session: session.execute(select(User)))  # GOOD greenlet
    await users.load_async(db, 1)  # GOOD awaited


@router.get("/sync")
def synchronous(db: DbDep) -> int:
    return users.count(db)  # GOOD worker thread


@router.get("/local-only")
async def local_only(db: DbDep) -> None:
    db.add(User())  # GOOD local
    db.expunge_all()  # GOOD local
