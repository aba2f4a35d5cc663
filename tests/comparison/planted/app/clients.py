from __future__ import annotations

import httpx
import requests

http = requests.Session()


def get_client() -> httpx.Client:
    return httpx.Client()


class Gateway:
    def __init__(self) -> None:
        self.client = httpx.Client()

    async def charge(self) -> int:
        return self.client.post("https://example.com").status_code  # BAD http

    def refund(self) -> int:
        return self.client.delete("https://example.com").status_code


gateway = Gateway()
