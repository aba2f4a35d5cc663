from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field


class Invoice(BaseModel):
    customer: str
    cents: int = Field(gt=0)


class Invoices:
    def __init__(self) -> None:
        self.paid: set[int] = set()
        self.known: dict[int, Invoice] = {}


def invoice_router(invoices: Invoices) -> APIRouter:
    router = APIRouter(prefix="/invoices")

    def found(number: int) -> Invoice:
        if number not in invoices.known:
            raise HTTPException(404, "no such invoice")
        return invoices.known[number]

    @router.get("")
    def list_invoices() -> list[Invoice]:
        return [*invoices.known.values()]

    @router.post("", status_code=201)
    def create_invoice(invoice: Invoice) -> dict[str, int]:
        number = len(invoices.known) + 1
        invoices.known[number] = invoice
        return {"number": number}

    @router.get("/export")
    def export() -> Response:
        return Response("customer;cents", media_type="text/csv")

    @router.get("/summary")
    def summary() -> dict[str, int]:
        return {"cents": sum(invoice.cents for invoice in invoices.known.values())}

    @router.get("/{number:int}")
    def read_invoice(number: int) -> Invoice:
        return found(number)

    @router.post("/{number}/payments", status_code=201)
    def pay(number: int) -> dict[str, bool]:
        found(number)
        invoices.paid.add(number)
        return {"paid": True}

    @router.get("/{number}/payments")
    def payments(number: int) -> dict[str, bool]:
        return {"paid": number in invoices.paid}

    @router.api_route("/{number}/pdf", methods=["GET", "HEAD"])
    def pdf(number: int) -> Response:
        return Response(b"%PDF", media_type="application/pdf")

    return router
