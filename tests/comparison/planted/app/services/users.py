from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.database import User


def count(db: Session) -> int:
    return db.query(User).count()


def load(db: Session, user_id: int) -> User | None:
    return db.get(User, user_id)


class UserService:
    def __init__(self, db: Session) -> None:
        self.db = db

    def rename(self, user_id: int) -> None:
        self.db.execute(select(User).where(User.id == user_id))
        self.db.commit()


async def load_async(db: AsyncSession, user_id: int) -> User | None:
    return await db.get(User, user_id)  # GOOD awaited


async def fetch(db: Session, user_id: int) -> User | None:
    return db.get(User, user_id)  # BAD session
