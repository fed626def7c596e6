"""The section server: where `bridge serve` listens, with how many processes, and whose word it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field, PlainValidator, ValidationInfo

from bridge.config.table import Table, base_of
from bridge.config.values.numbers import whole
from bridge.config.values.text import choice, line, plain
from bridge.log import Form
from bridge.said import Unfit

Network = IPv4Network | IPv6Network

_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]*):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens; an empty host is every address of the machine."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as it is written in the file."""
        return f"{self.host}:{self.port}"


def address(value: object) -> Address:
    """Return an address to listen at. ValueError: it is none."""
    found = _ADDRESS.fullmatch(plain(value).strip())
    if not found or not 0 < int(found[2]) < 65536:
        raise Unfit('is not an address to listen at, such as "127.0.0.1:8000"')
    return Address(found[1], int(found[2]))


def network(value: object) -> Network:
    """Return a machine's address or a network's. ValueError: it is neither."""
    try:
        return ip_network(plain(value).strip())
    except ValueError:
        raise Unfit('is not an address such as "127.0.0.1" or "172.20.0.0/16"') from None


def _pid_file(value: object, info: ValidationInfo) -> Path:
    return (base_of(info) / line(value)).absolute()


class ServerSection(Table):
    """How `bridge serve` runs; a relative file lies beside the configuration file."""

    section: ClassVar[str] = "server"

    bind: Annotated[Address, PlainValidator(address)] = Address("127.0.0.1", 8000)
    workers: Annotated[int, whole(1, 64)] = 2
    threads: Annotated[int, whole(1, 64)] = 8
    log_format: Annotated[Form, choice(Form)] = Form.PLAIN
    pid_file: Annotated[Path, PlainValidator(_pid_file)] = Field("bridge.pid", validate_default=True)
    proxies: tuple[Annotated[Network, PlainValidator(network)], ...] = ()
