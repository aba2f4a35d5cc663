"""Databases, brokers, mail, threads: clients that have no place on the event loop."""

from __future__ import annotations

import queue
import smtplib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import psycopg2
import redis
from fastapi import APIRouter
from pymongo import MongoClient

router = APIRouter(prefix="/drivers")
cache = redis.Redis()
mongo = MongoClient("mongodb://localhost")
users = mongo["shop"]["users"]
pool = ThreadPoolExecutor()
jobs: queue.Queue[int] = queue.Queue()


@router.get("/sqlite")
async def sqlite() -> None:
    connection = sqlite3.connect("shop.db")  # BAD database
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
    with smtplib.SMTP("localhost") as server:  # BAD mail
        server.noop()


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
