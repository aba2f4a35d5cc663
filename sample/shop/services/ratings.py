from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.models import Account, Review
from shop.schemas import ReviewIn


def every_review(session: Session) -> Sequence[Review]:
    return session.scalars(select(Review).order_by(Review.id)).all()


def author(session: Session, review_id: int) -> Account | None:
    review = session.get(Review, review_id)
    return session.get(Account, review.account_id) if review is not None else None


def store(session: Session, review: ReviewIn) -> None:
    session.add(Review(**review.model_dump()))


def take_over(session: Session, reviews: list[ReviewIn]) -> int:
    taken = 0
    for review in reviews:
        store(session, review)
        try:
            session.flush()
            taken += 1
        except IntegrityError:
            print("no such product:", review.product_id)
    session.commit()
    return taken


def count(session: Session, product_id: int) -> None:
    print(product_id, len(session.scalars(select(Review).where(Review.product_id == product_id)).all()))
