"""Load on this machine only, bounded in time: wrk where it is installed, a small Python sender otherwise."""

import asyncio
import itertools
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import NamedTuple

CONNECTIONS = 16
WRK = shutil.which("wrk")
GENERATOR = "wrk" if WRK else "a Python sender, slower than the server: install wrk for figures to trust"


class Answer(NamedTuple):
    seconds: float
    status: int


def rate(port: int, path: str, headers: dict[str, str], seconds: float) -> float:
    """Requests a second for one address. Raises RuntimeError where one was not answered with 200 or 304."""
    if not WRK:
        request = get(path, headers)
        answers = send(port, itertools.repeat(request), CONNECTIONS, seconds)
        wrong = [answer.status for answer in answers if answer.status not in {200, 304}]
        if wrong:
            raise RuntimeError(f"{path} answered {wrong[0]}")
        return len(answers) / seconds
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [
        WRK,
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        *named,
        f"http://127.0.0.1:{port}{path}",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(told)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])


def get(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


def post(path: str, body: str, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body]).encode()


def send(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> list[Answer]:
    """Send as many as get an answer in that time, over connections that stay open."""
    return asyncio.run(_send(port, requests, connections, time.monotonic() + seconds))


async def _send(port: int, requests: Iterator[bytes], connections: int, end: float) -> list[Answer]:
    each = await asyncio.gather(*(_send_one_by_one(port, requests, end) for _ in range(connections)))
    return list(itertools.chain.from_iterable(each))


async def _send_one_by_one(port: int, requests: Iterator[bytes], end: float) -> list[Answer]:
    answers = []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        start = time.monotonic()
        if start > end:
            break
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        answers.append(Answer(time.monotonic() - start, int(head.split()[1])))
    writer.close()
    return answers
