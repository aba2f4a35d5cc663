from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, BackgroundTasks
from sqlalchemy import select

from shop.db import SessionLocal
from shop.deps import SessionDep
from shop.models import Product, Review
from shop.schemas import ReviewedProduct, ReviewIn, ReviewOut
from shop.services import ratings

router = APIRouter(prefix="/reviews", tags=["reviews"])


@router.get("/", response_model=list[ReviewOut])
def list_reviews(session: SessionDep) -> Sequence[Review]:
    return ratings.every_review(session)


@router.get("/products", response_model=list[ReviewedProduct])
def reviewed_products(session: SessionDep, limit: int = 20) -> Sequence[Product]:
    return session.scalars(select(Product).limit(limit)).all()


@router.get("/{review_id}/author")
def author(review_id: int, session: SessionDep):
    return ratings.author(session, review_id)


@router.post("/", status_code=201)
def write_review(review: ReviewIn, session: SessionDep, tasks: BackgroundTasks) -> None:
    ratings.store(session, review)
    session.commit()
    tasks.add_task(ratings.count, session, review.product_id)


@router.post("/batch")
def take_over(reviews: list[ReviewIn]) -> int:
    session = SessionLocal()
    return ratings.take_over(session, reviews)
