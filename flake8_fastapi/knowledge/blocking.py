"""Library calls that hold up the thread they run on.

The table is ``blocking_calls.tsv``. A row is named after the public class that defines the method
(``sqlalchemy.orm.Session.execute``); other spellings and subclasses are the business of
``knowledge.libraries``. Four groups:

- ``io``: waits for something outside the process (sleep, HTTP, sockets, processes, database drivers, brokers,
  services, locks).
- ``session``: an ORM's session or query, a document store, a cache or a search client.
- ``file``: reads or writes the content of files, or walks a whole tree; not metadata (``exists``, ``mkdir``).
- ``cpu``: computes for long.

A name that ends in ``.*`` stands for every method of that class except those in ``NOT_BLOCKING``. What only
blocks when it is iterated (``redis.Redis.scan_iter``) is in ``libraries.ITERATES`` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

KINDS = frozenset({"function", "method", "constructor"})
GROUPS = frozenset({"io", "session", "file", "cpu"})

BOTO_RESOURCES = (
    "AccessKey AccessKeyPair Account AccountPasswordPolicy AccountSummary Acl Alarm Archive"
    " AssumeRolePolicy Bucket BucketAcl BucketCors BucketLifecycle BucketLifecycleConfiguration"
    " BucketLogging BucketNotification BucketPolicy BucketRequestPayment BucketTagging BucketVersioning"
    " BucketWebsite ClassicAddress Cors CurrentUser DhcpOptions Event Group GroupPolicy Image Instance"
    " InstanceProfile InternetGateway Job KeyPair Lifecycle LifecycleConfiguration Logging LoginProfile"
    " Message Metric MfaDevice MultipartUpload MultipartUploadPart NetworkAcl NetworkInterface"
    " NetworkInterfaceAssociation Notification Object ObjectAcl ObjectSummary ObjectVersion Part"
    " PlacementGroup PlatformApplication PlatformEndpoint Policy PolicyVersion Queue RequestPayment"
    " Resource Role RolePolicy Route RouteTable RouteTableAssociation SamlProvider SecurityGroup"
    " ServerCertificate SigningCertificate Snapshot Stack StackResource StackResourceSummary Subnet"
    " Subscription Table Tag Tagging Topic User UserPolicy Vault Version Versioning VirtualMfaDevice"
    " Volume Vpc VpcAddress VpcPeeringConnection Website"
)
"""Parts of a boto3 resource: `s3.Bucket("x")` is made locally and is a resource itself."""

NOT_BLOCKING: frozenset[str] = frozenset(
    f"{owner}.{name}"
    for owner, names in {
        "botocore.client.BaseClient": "can_paginate close generate_presigned_post generate_presigned_url"
        " get_paginator get_waiter",
        "boto3.resources.base.ServiceResource": BOTO_RESOURCES + " batch_writer get_available_subresources",
    }.items()
    for name in names.split()
)
"""Methods that a ``.*`` row would cover and that send nothing (checked against botocore and boto3)."""


class Blocking(NamedTuple):
    """One row: what blocks, and what to use in its place."""

    name: str
    kind: str
    group: str
    category: str
    instead: str


if TYPE_CHECKING:
    PATTERNS: tuple[Blocking, ...]


def _parse(text: str) -> tuple[Blocking, ...]:
    head, *lines = text.splitlines()
    if tuple(head.split("\t")) != ("qualified_name", *Blocking._fields[1:]):
        raise ValueError(f"blocking_calls.tsv: unexpected header {head!r}")
    rows = {}
    for number, line in enumerate(lines, start=2):
        cells = line.split("\t")
        if len(cells) != 5 or cells[1] not in KINDS or cells[2] not in GROUPS or cells[0] in rows or "" in cells:
            raise ValueError(f"blocking_calls.tsv:{number}: malformed or repeated: {line!r}")
        rows[cells[0]] = Blocking._make(cells)
    return tuple(rows.values())


@cache
def _rows() -> tuple[Blocking, ...]:
    # The table and this import cost several milliseconds; most files never ask.
    from importlib import resources

    return _parse(resources.files(__package__).joinpath("blocking_calls.tsv").read_text(encoding="utf-8"))


def __getattr__(name: str) -> Any:
    """``PATTERNS``: the rows whose name ends in ``.*``."""
    if name == "PATTERNS":
        return tuple(row for row in _rows() if row.name.endswith(".*"))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def table() -> Mapping[str, Blocking]:
    """Every row by its exact name; the ``.*`` rows are in ``PATTERNS``."""
    return MappingProxyType({row.name: row for row in _rows() if not row.name.endswith(".*")})


@cache
def _patterns() -> Mapping[str, Blocking]:
    return {row.name[:-2]: row for row in _rows() if row.name.endswith(".*")}


def blocking(name: str) -> Blocking | None:
    """The row for a canonical dotted name: the exact one, else the ``.*`` row of its class."""
    exact = table().get(name)
    if exact is not None:
        return exact
    owner, _, attribute = name.rpartition(".")
    pattern = _patterns().get(owner)
    if pattern is None or attribute.startswith("_") or name in NOT_BLOCKING:
        return None
    return pattern
