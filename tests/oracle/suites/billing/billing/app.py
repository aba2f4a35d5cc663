from fastapi import FastAPI

from billing.views import Invoices, invoice_router

app = FastAPI()
app.include_router(invoice_router(Invoices()))
