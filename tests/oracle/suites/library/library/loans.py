from fastapi import APIRouter, HTTPException

from library import store
from library.schemas import Loan

router = APIRouter()


@router.get("")
def list_loans() -> list[Loan]:
    return store.loans


@router.post("", status_code=201)
def lend(loan: Loan) -> Loan:
    if loan.book_id not in store.books:
        raise HTTPException(409, "no such book")
    store.loans.append(loan)
    return loan


@router.get("/{reader}/overdue")
def overdue(reader: str) -> list[Loan]:
    return [loan for loan in store.loans if loan.reader == reader]
