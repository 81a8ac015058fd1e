"""Loads a running gateway and tells events accepted and delivered a second, and the times from accept to receipt.

    GRADEPOST_URL=http://127.0.0.1:8080 GRADEPOST_TOKEN=... python tests/parts/gateway_load.py --events 2000 --rate 0 --endpoints 1

The service needs WEBHOOK_ALLOW_HTTP=true and WEBHOOK_ALLOW_NETWORKS=127.0.0.1/32, as the receiver listens on this machine.
A rate of 0 is as fast as it goes over the given number of connections. With --dead, so many of the endpoints take a call and never answer it;
they count for nothing but what they do to the others. Only the standard library is used.
"""

import argparse
import asyncio
import json
import os
import time
import urllib.parse

SENT: dict[str, float] = {}
# By event and path.
GOT: dict[tuple[str, str], float] = {}


async def receive(reader, writer):
    """Answers every POST with 200 and notes when each event came; below /dead it never answers."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            path = lines[0].split(" ")[1]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            await reader.readexactly(int(headers.get("content-length", 0)))
            if path.startswith("/dead"):
                await asyncio.sleep(60)
                return
            GOT.setdefault((headers["webhook-id"], path), time.monotonic())
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        pass
    finally:
        writer.close()


class Client:
    """One connection to the API."""

    def __init__(self, base, token):
        self.address = urllib.parse.urlsplit(base)
        self.token = token

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(self.address.hostname, self.address.port)
        return self

    async def call(self, method, path, body):
        text = json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.address.netloc}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        self.writer.write(head.encode() + text)
        await self.writer.drain()
        answer = await self.reader.readuntil(b"\r\n\r\n")
        lines = answer.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        content = await self.reader.readexactly(int(headers.get("content-length", 0)))
        status = int(lines[0].split(" ")[1])
        if status >= 300:
            raise SystemExit(f"{method} {path}: {status} {content.decode()}")
        return json.loads(content) if content else None


def share(times, part):
    """The time that so large a part of all stays below, in milliseconds."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--endpoints", type=int, default=1)
    parser.add_argument("--dead", type=int, default=0)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    base, token = os.environ["GRADEPOST_URL"], os.environ["GRADEPOST_TOKEN"]

    server = await asyncio.start_server(receive, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    admin = await Client(base, token).open()
    app = (await admin.call("POST", "/api/v1/app", {"name": "load"}))["id"]
    for number in range(options.endpoints):
        folder = "dead" if number < options.dead else "live"
        endpoint = {"url": f"http://127.0.0.1:{port}/{folder}/{number}", "throttleRate": 100000}
        await admin.call("POST", f"/api/v1/app/{app}/endpoint", endpoint)

    accepts, queue = [], asyncio.Queue()
    for number in range(options.events):
        queue.put_nowait(number)
    began = time.monotonic() + 0.1

    async def work():
        client = await Client(base, token).open()
        while not queue.empty():
            number = queue.get_nowait()
            start = time.monotonic()
            if options.rate:
                # A slow answer counts for those behind it as well: the time begins when the event was due.
                start = began + number / options.rate
                await asyncio.sleep(max(0.0, start - time.monotonic()))
            message = {"eventType": "grade.submitted", "payload": {"student_id": str(number), "course_id": "CS101", "grade": "A"}}
            answer = await client.call("POST", f"/api/v1/app/{app}/msg", message)
            accepts.append(time.monotonic() - start)
            SENT[answer["id"]] = start

    await asyncio.gather(*(work() for _ in range(options.connections)))
    accepted = time.monotonic() - began
    wanted = options.events * (options.endpoints - options.dead)
    while len(GOT) < wanted and time.monotonic() - began < 600:
        await asyncio.sleep(0.02)
    delivered = max(GOT.values()) - began
    ways = [got - SENT[event] for (event, _), got in GOT.items() if event in SENT]
    print(f"accepted  {options.events} in {accepted:.2f} s: {options.events / accepted:.0f}/s; p50 {share(accepts, 0.5):.1f} ms, p99 {share(accepts, 0.99):.1f} ms")
    print(f"delivered {len(GOT)} in {delivered:.2f} s: {len(GOT) / delivered:.0f}/s; from accept to receipt p50 {share(ways, 0.5):.1f} ms, p99 {share(ways, 0.99):.1f} ms")
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
