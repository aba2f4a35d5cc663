from fastapi import APIRouter, HTTPException, Query, status

from library import store
from library.schemas import Book, BookIn

router = APIRouter(prefix="/books", tags=["books"])


@router.get("/")
def list_books(limit: int = Query(default=20, ge=1, le=100)) -> list[Book]:
    return list(store.books.values())[:limit]


@router.post("/", status_code=status.HTTP_201_CREATED)
def create_book(data: BookIn) -> Book:
    return store.add(data)


@router.get("/latest")
def latest_book() -> Book:
    if not store.books:
        raise HTTPException(404, "no book yet")
    return store.books[max(store.books)]


@router.get("/{book_id}")
def read_book(book_id: int) -> Book:
    if book_id not in store.books:
        raise HTTPException(404, "no such book")
    return store.books[book_id]


@router.put("/{book_id}")
def replace_book(book_id: int, data: BookIn) -> Book:
    if book_id not in store.books:
        raise HTTPException(404, "no such book")
    store.books[book_id] = Book(id=book_id, **data.model_dump())
    return store.books[book_id]


@router.delete("/{book_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_book(book_id: int) -> None:
    store.books.pop(book_id, None)


@router.get("/{book_id}/pages/{page}")
def read_page(book_id: int, page: int) -> dict[str, int]:
    return {"book": book_id, "page": page}
