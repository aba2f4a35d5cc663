from library.schemas import Book, BookIn, Loan

books: dict[int, Book] = {}
loans: list[Loan] = []


def add(data: BookIn) -> Book:
    book = Book(id=len(books) + 1, **data.model_dump())
    books[book.id] = book
    return book


def clear() -> None:
    books.clear()
    loans.clear()
