from __future__ import annotations

from collections.abc import Iterator

import requests


def today(city: str) -> str:
    return parse(fetch(city))


def parse(text: str) -> str:
    return text.strip()


def fetch(city: str) -> str:
    return download(f"https://example.com/{city}")


def download(url: str) -> str:
    return requests.get(url).text


def lines(city: str) -> Iterator[str]:
    for line in requests.get(city, stream=True).iter_lines():
        yield line.decode()


async def tomorrow(city: str) -> str:
    return await later(city)


async def later(city: str) -> str:
    return download(city)  # BAD chain


def retry(city: str, times: int) -> str:
    try:
        return fetch(city)
    except OSError:
        return retry(city, times - 1)


def even(city: str) -> str:
    return odd(city)


def odd(city: str) -> str:
    return even(city) if city else fetch(city)


class Station:
    @property
    def wind(self) -> str:
        return fetch("wind")

    def report(self) -> str:
        return self.detail()

    def detail(self) -> str:
        return ""

    @classmethod
    def nearest(cls) -> str:
        return download("nearest")

    @staticmethod
    def farthest() -> str:
        return download("farthest")


class RemoteStation(Station):
    def detail(self) -> str:
        return download("detail")
