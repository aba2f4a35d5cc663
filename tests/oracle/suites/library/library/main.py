from fastapi import FastAPI

from library import books, loans

app = FastAPI(title="Library")
app.include_router(books.router)
app.include_router(loans.router, prefix="/loans", tags=["loans"])


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
