"""Databases, brokers, mail, threads: clients that have no place on the event loop."""

from __future__ import annotations

import queue
import smtplib
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Annotated

import boto3
import psycopg2
import redis
from fastapi import APIRouter, Depends
from pymongo import MongoClient

router = APIRouter(prefix="/drivers")
cache = redis.Redis()
mongo = MongoClient("mongodb://localhost")
users = mongo["shop"]["users"]
pool = ThreadPoolExecutor()
jobs: queue.Queue[int] = queue.Queue()


def get_connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect("shop.db")) as connection:
        yield connection


@router.get("/sqlite-connect")
async def sqlite_connect() -> None:
    sqlite3.connect("shop.db")  # BAD database


@router.get("/sqlite")
async def sqlite(connection: Annotated[sqlite3.Connection, Depends(get_connection)]) -> None:
    connection.execute("SELECT 1")  # BAD database


@router.get("/psycopg2")
async def postgres() -> None:
    psycopg2.connect("dbname=shop")  # BAD database


@router.get("/redis")
async def redis_get() -> None:
    cache.get("key")  # BAD database


@router.get("/mongo")
async def mongo_find() -> None:
    users.find_one({"name": "x"})  # BAD database


@router.get("/s3")
async def s3() -> None:
    bucket = boto3.client("s3")
    bucket.get_object(Bucket="a", Key="b")  # BAD cloud


@router.get("/mail")
async def mail() -> None:
    with smtplib.SMTP("localhost"):  # BAD mail
        pass


@router.get("/join")
async def join() -> None:
    thread = threading.Thread(target=print)
    thread.start()
    thread.join()  # BAD thread


@router.get("/future")
async def future() -> int:
    waiting = pool.submit(sum, [1, 2])
    return waiting.result()  # BAD thread


@router.get("/queue")
async def take() -> int:
    return jobs.get()  # BAD thread


@router.get("/event")
async def event() -> None:
    ready = threading.Event()
    ready.wait()  # BAD thread
