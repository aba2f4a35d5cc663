from __future__ import annotations

import smtplib
from email.message import EmailMessage

import httpx
from fastapi.concurrency import run_in_threadpool

from shop.settings import get_settings


def send(recipient: str, text: str) -> None:
    message = EmailMessage()
    message["To"] = recipient
    message.set_content(text)
    with smtplib.SMTP(get_settings().mail_host) as server:
        server.send_message(message)


async def confirm(recipient: str, order_id: int) -> None:
    # Fine: the worker thread waits for the mail server, the event loop does not.
    await run_in_threadpool(send, recipient, f"Order {order_id} is on its way.")


async def tell_warehouse(order_id: int) -> None:
    async with httpx.AsyncClient() as client:
        await client.post("https://warehouse.example.com/orders", json={"order": order_id})


def welcome(recipient: str) -> None:
    send(recipient, "Welcome!")
