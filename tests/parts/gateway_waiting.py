"""Whether deliveries that wait for one endpoint cost the others anything: the same load before and beside them.

    python tests/parts/gateway_waiting.py target/release/gradepost [WAITING]

A service of its own is started on a folder under the system's temporary folder. One institution's endpoint is closed; an event to it fails and waits.
That entry of its queue is then repeated WAITING times (1,000,000 unless told), due over ten hours from the next one on, as names of a few files.
Told are: the start, acceptance and delivery of 200 events a second to another endpoint, acceptance of events to the closed one, lists, and memory.
Only the standard library is used.
"""

import asyncio
import base64
import datetime
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import gateway_load as load

PORT = 8917
TOKEN = "a token of the waiting load, long enough"
# Names of one file on ext4.
NAMES = 60_000


def start(binary, folder):
    settings = {
        "PATH": os.environ["PATH"], "PORT": str(PORT), "ADMIN_TOKEN": TOKEN, "DATA_DIR": folder, "GATEWAY": "on", "WEBHOOK_ALLOW_HTTP": "true",
        "WEBHOOK_ALLOW_NETWORKS": "127.0.0.1/32", "WEBHOOK_ENCRYPTION_KEY": base64.b64encode(bytes(32)).decode(), "WEBHOOK_SECRET": "a secret of the waiting load",
        "MAIL_TRANSPORT": "file", "LOG_LEVEL": "warn", "GCE_METADATA_HOST": "127.0.0.1:9",
    }
    began = time.monotonic()
    service = subprocess.Popen([binary, "serve"], env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return service, began


async def connected():
    for _ in range(6000):
        try:
            return await load.Client(f"http://127.0.0.1:{PORT}", TOKEN).open()
        except OSError:
            await asyncio.sleep(0.01)
    raise SystemExit("the service does not start")


async def events(app, count, rate, delivered):
    """Sends so many at a rate; times of acceptance and from accept to receipt."""
    load.SENT.clear()
    load.GOT.clear()
    accepts, queue = [], list(range(count))[::-1]
    began = time.monotonic() + 0.1

    async def work():
        client = await connected()
        while queue:
            number = queue.pop()
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            message = {"eventType": "grade.submitted", "payload": {"student_id": str(number)}}
            answer = await client.call("POST", f"/api/v1/app/{app}/msg", message)
            accepts.append(time.monotonic() - due)
            load.SENT[answer["id"]] = due

    await asyncio.gather(*(work() for _ in range(32)))
    while delivered and len(load.GOT) < count and time.monotonic() - began < 120:
        await asyncio.sleep(0.02)
    return accepts, [got - load.SENT[event] for (event, _), got in load.GOT.items() if event in load.SENT]


def told(what, accepts, ways):
    words = f"accepted p50 {load.share(accepts, 0.5):.1f} ms, p99 {load.share(accepts, 0.99):.1f} ms"
    if ways: words += f"; to receipt p50 {load.share(ways, 0.5):.1f} ms, p99 {load.share(ways, 0.99):.1f} ms ({len(ways)})"
    print(f"{what:46} {words}", flush=True)


async def timed(path):
    client = await connected()
    began = time.monotonic()
    await client.call("GET", path, {})
    return (time.monotonic() - began) * 1000


def memory(service):
    with open(f"/proc/{service.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) // 1024


def repeat(entry, queue, count):
    """Names of copies of one entry, due over ten hours from an hour after it."""
    with open(entry, "rb") as file: content = file.read()
    name = os.path.basename(entry)
    due, message, rest = name.split("-", 2)
    minutes = 600
    made, source = 0, None
    for minute in range(minutes):
        at = int(due) + 3_600_000 + minute * 60_000
        folder = os.path.join(queue, datetime.datetime.fromtimestamp(at / 1000, datetime.timezone.utc).strftime("%Y%m%dT%H%M"))
        os.makedirs(folder, exist_ok=True)
        for number in range(count // minutes):
            if made % NAMES == 0:
                source = os.path.join(queue, f".source-{made}")
                with open(source, "wb") as file: file.write(content)
            other = f"{int(message, 16) + made + 1:0{len(message)}x}"
            os.link(source, os.path.join(folder, f"{at + number * 60_000 * minutes // count}-{other}-{rest}"))
            made += 1
    return made


async def main():
    binary, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    folder = tempfile.mkdtemp(prefix="gradepost-waiting-")
    server = await asyncio.start_server(load.receive, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    service, _ = start(binary, folder)
    try:
        client = await connected()
        live = (await client.call("POST", "/api/v1/app", {"name": "live"}))["id"]
        await client.call("POST", f"/api/v1/app/{live}/endpoint", {"url": f"http://127.0.0.1:{port}/live", "throttleRate": 100000})
        closed = (await client.call("POST", "/api/v1/app", {"name": "closed"}))["id"]
        endpoint = (await client.call("POST", f"/api/v1/app/{closed}/endpoint", {"url": "http://127.0.0.1:9/"}))["id"]
        await events(live, 200, 200, True)
        told("another endpoint, nothing waits:", *await events(live, 2000, 200, True))
        told("the closed endpoint, nothing waits:", *await events(closed, 100, 20, False))
        entries = []
        while not entries:
            entries = glob.glob(f"{folder}/gw/queue/*/*/*")
            await asyncio.sleep(0.1)
        service.send_signal(signal.SIGTERM)
        service.wait()
        began = time.monotonic()
        made = repeat(entries[0], os.path.dirname(os.path.dirname(entries[0])), count)
        print(f"{made} deliveries wait (names made in {time.monotonic() - began:.0f} s)", flush=True)
        service, began = start(binary, folder)
        client = await connected()
        print(f"start to the first answer: {(time.monotonic() - began) * 1000:.0f} ms; resident {memory(service)} MiB", flush=True)
        told("another endpoint, beside them:", *await events(live, 2000, 200, True))
        told("the closed endpoint, beside them:", *await events(closed, 100, 20, False))
        paths = [f"/api/v1/app/{closed}/endpoint/{endpoint}", f"/api/v1/app/{closed}/msg", f"/api/v1/app/{closed}/attempt/endpoint/{endpoint}", f"/api/v1/app/{closed}/endpoint/{endpoint}/stats"]
        print("lists:", ", ".join([f"{path.rsplit('/app_')[-1].split('/', 1)[1]} {await timed(path):.0f} ms" for path in paths]))
        print(f"resident {memory(service)} MiB")
    finally:
        service.kill()
        service.wait()
        shutil.rmtree(folder)


asyncio.run(main())
