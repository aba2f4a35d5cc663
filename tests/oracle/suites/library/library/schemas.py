from pydantic import BaseModel, Field


class BookIn(BaseModel):
    title: str = Field(min_length=1)
    pages: int = Field(gt=0)


class Book(BookIn):
    id: int


class Loan(BaseModel):
    book_id: int
    reader: str
