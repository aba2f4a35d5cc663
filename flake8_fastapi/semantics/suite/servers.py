"""Servers: whether a URL may lead to one of the project, as tests start it, or certainly leads to one of others."""

from __future__ import annotations

import ipaddress

from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.suite import targets
from flake8_fastapi.semantics.things import Frame
from flake8_fastapi.semantics.values import Evaluator


def is_own(ev: Evaluator, url: Value | None, frame: Frame) -> bool:
    """Whether a URL may lead to a server of the project: one host that may is enough."""
    return url is None or any(host is None or _is_own_host(host) for host in targets.host(ev, url, frame))


def _is_own_host(host: str) -> bool:
    name = host.rpartition("@")[2]
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    if "." not in name or name in suites.OWN_HOSTS or name.endswith(suites.OWN_SUFFIXES):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_unspecified
