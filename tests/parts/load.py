"""Load on the release build: how long an acceptance takes, how long a burst of reports takes, and what old jobs and time do to both.

    load.py BINARY [accept] [burst] [old] [events] [--old N]

accept  200 completions a second on a fixed schedule for ten seconds, three times (a slow answer also counts for those behind it)
burst   1,000 completions as fast as they are taken, until as many mails lie at the mail server (smtp-sink of Debian's postfix)
old     10,000 reports one burst after the other with the memory they cost, then accept and burst again beside them
events  the burst alone, then beside 300 events a second that the gateway delivers to one endpoint (gateway_load.py)

Real HTTP, real files with fsync, real SMTP; everything is on this machine and shares its cores. Needs python3 and smtp-sink.
"""

import asyncio
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BANK = "Test de diagnóstico Parte 1.csv"
SECRET = "load-secret"
EVENT = json.loads((ROOT / "test_data/webhooks/learnworlds/demo.json").read_text())


def completion(student):
    EVENT["user"] = {"id": student, "email": f"{student}@example.com", "username": f"Student {student}"}
    body = json.dumps(EVENT).encode()
    head = (
        "POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Learnworlds-Webhook-Signature: v1={SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(port):
    for _ in range(1000):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    sys.exit(f"nobody listens on port {port}")


class World:
    """The service over a folder of its own, and a mail server that keeps each mail as a file."""

    def __init__(self, binary, **settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gradepost_load_"))
        self.mails = self.folder / "mails"
        self.mails.mkdir()
        os.chmod(self.folder, 0o755)
        os.chmod(self.mails, 0o777)
        data = self.folder / "data"
        (data / "questions").mkdir(parents=True)
        shutil.copy(ROOT / "test_data/questions" / BANK, data / "questions")
        mail_port, self.port = free_port(), free_port()
        sink = shutil.which("smtp-sink", path=os.environ["PATH"] + ":/usr/sbin")
        if not sink:
            sys.exit("smtp-sink is missing: apt-get install postfix")
        user = ["-u", "postfix"] if os.getuid() == 0 else []
        self.sink = subprocess.Popen([sink, *user, "-R", self.mails, "-d", "m.", f"127.0.0.1:{mail_port}", "1000"])
        env = {
            "PATH": os.environ["PATH"], "PORT": str(self.port), "DATA_DIR": str(data), "WEBHOOK_SECRET": SECRET,
            "WEBHOOK_WAIT_SECONDS": "0", "RATE_LIMIT_PER_MINUTE": "0", "SMTP_SERVER": "127.0.0.1", "SMTP_PORT": str(mail_port),
            "SMTP_TLS": "none", "EMAIL_FROM": "a@b.cl", "LOG_FORMAT": "json",
        }
        env.update(settings)
        env.update((name, value) for name, value in os.environ.items() if name in ("WORKERS", "SMTP_CONNECTIONS"))
        self.log = open(self.folder / "log", "wb")
        self.service = subprocess.Popen([binary, "serve"], env=env, stderr=self.log)
        wait_for(mail_port)
        wait_for(self.port)

    def sent(self):
        return sum(1 for entry in os.scandir(self.mails) if entry.name.startswith("m."))

    def resident(self):
        status = pathlib.Path(f"/proc/{self.service.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.service.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until_sent(self, count):
        deadline = time.monotonic() + 600
        while self.sent() < count:
            if time.monotonic() > deadline:
                sys.exit(f"only {self.sent()} of {count} mails came")
            time.sleep(0.05)

    def end(self):
        self.service.send_signal(signal.SIGTERM)
        self.service.wait()
        self.sink.kill()
        self.sink.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Line:
    """A kept connection to the service; an answer whose first line lacks `good` ends the measurement."""

    def __init__(self, port, good=b" 202 "):
        self.port, self.good, self.reader = port, good, None

    async def post(self, request):
        if self.reader is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        if self.good not in head.split(b"\r\n", 1)[0]:
            sys.exit(f"not accepted: {head!r}")
        lengths = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
        await self.reader.readexactly(lengths[0] if lengths else 0)


def percentiles(times):
    times = sorted(time * 1000 for time in times)
    return times[len(times) // 2], times[int((len(times) - 1) * 0.99)], times[-1]


async def scheduled(port, make, rate=200, seconds=10, good=b" 202 "):
    lines = asyncio.LifoQueue()
    for _ in range(64):
        lines.put_nowait(Line(port, good))
    requests = [make(number) for number in range(rate * seconds)]
    start = time.perf_counter() + 0.1

    async def arrive(number):
        due = start + number / rate
        await asyncio.sleep(due - time.perf_counter())
        line = await lines.get()
        await line.post(requests[number])
        lines.put_nowait(line)
        return time.perf_counter() - due

    return await asyncio.gather(*(arrive(number) for number in range(rate * seconds)))


async def at_once(port, name, count, clients=16):
    requests = iter([completion(f"{name}{number}") for number in range(count)])
    times = []

    async def client():
        line = Line(port)
        for request in requests:
            begin = time.perf_counter()
            await line.post(request)
            times.append(time.perf_counter() - begin)

    await asyncio.gather(*(client() for _ in range(clients)))
    return times


def accept(world, name, words, rounds=3):
    taken = []
    for number in range(rounds):
        # What the mail server and earlier bursts have written is on its way to the disk for half a minute, and is not what is measured.
        os.sync()
        time.sleep(2)
        before = world.sent()
        taken.append(percentiles(asyncio.run(scheduled(world.port, lambda call: completion(f"{name}{number}x{call}")))))
        world.until_sent(before + 2000)
    p50, p99, most = (sorted(column) for column in zip(*taken))
    middle = rounds // 2
    print(f"durable accept at 200/s, {words:<24} p50 {p50[middle]:6.1f} ms   p99 {p99[middle]:6.1f} ms   max {most[-1]:6.1f} ms   "
          f"(medians of {rounds} rounds, p99 {p99[0]:.1f} to {p99[-1]:.1f})", flush=True)


def burst(world, name, words, count=1000):
    before, cpu, begin = world.sent(), world.cpu(), time.perf_counter()
    p50, p99, _ = percentiles(asyncio.run(at_once(world.port, name, count)))
    accepted = time.perf_counter() - begin
    world.until_sent(before + count)
    took, cpu = time.perf_counter() - begin, world.cpu() - cpu
    time.sleep(1)
    if words:
        print(f"burst of {count} reports, {words:<24} all mailed in {took:5.1f} s ({cpu / count * 1000:.1f} ms of processor a report), "
              f"accepted in {accepted:.1f} s (p50 {p50:.0f} ms, p99 {p99:.0f} ms), mails {world.sent() - before}", flush=True)


def main():
    arguments = sys.argv[1:]
    old = int(arguments.pop(arguments.index("--old") + 1)) if "--old" in arguments else 10_000
    binary, *what = [argument for argument in arguments if argument != "--old"]
    what = what or ["accept", "burst", "old"]
    if "accept" in what:
        world = World(binary)
        accept(world, "a", "empty store:")
        world.end()
    if "burst" in what:
        world = World(binary)
        burst(world, "w", None, 50)
        burst(world, "b", "empty store:")
        world.end()
    if "events" in what:
        token = "a-token-of-the-load-program"
        world = World(
            binary, ADMIN_TOKEN=token, CONSOLE="off", WEBHOOK_ENCRYPTION_KEY=token * 2, WEBHOOK_ALLOW_HTTP="true", WEBHOOK_ALLOW_NETWORKS="127.0.0.1/32"
        )
        burst(world, "w", None, 50)
        burst(world, "b", "no events:")
        env = dict(os.environ, GRADEPOST_URL=f"http://127.0.0.1:{world.port}", GRADEPOST_TOKEN=token)
        program = [sys.executable, str(ROOT / "tests/parts/gateway_load.py"), "--rate", "300", "--events", "9000", "--connections", "32"]
        events = subprocess.Popen(program, env=env)
        time.sleep(3)
        burst(world, "e", "beside 300 events/s:")
        events.wait()
        world.end()
    if "old" in what:
        world = World(binary)
        print(f"resident memory, idle                    {world.resident():5.1f} MiB", flush=True)
        done = 0
        for count in [200, 1000, old // 2, old]:
            while done < count:
                step = min(1000, count - done)
                burst(world, f"o{done}x", None, step)
                done += step
            print(f"resident memory after {done:>6} reports     {world.resident():5.1f} MiB", flush=True)
        accept(world, "c", f"beside {old} old jobs:")
        burst(world, "d", f"beside {old} old jobs:")
        world.end()


main()
