from __future__ import annotations

import requests

from shop.settings import get_settings


class RatesClient:
    """Exchange rates of an outside service."""

    def __init__(self) -> None:
        self.http = requests.Session()

    def rate(self, currency: str) -> float:
        answer = self.http.get(get_settings().rates_url, params={"to": currency}, timeout=5)
        value: float = answer.json()["rate"]
        return value


client = RatesClient()
