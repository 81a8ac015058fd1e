"""A mail server that fails in every way a real one can: one process, one port a mode.

Reads one line of JSON from standard input ({"cert": PEM, "key": PEM}), prints one line of JSON
({"spool": DIR, "ports": {MODE: PORT}}) and serves until standard input ends, so it never outlives its test.
Each mail it takes lies in the spool as NNNNNN.eml with NNNNNN.json beside it (mode, from, to, tls, auth, connection).
The user of each refused login is a line of the spool's refused_logins.
Needs aiosmtpd. The account is user/pass.
"""

import asyncio
import itertools
import json
import logging
import os
import ssl
import sys
import tempfile
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

STALL_SECONDS = 3600
LATE_SECONDS = 2.5
COUNTER = itertools.count(1)

# What each mode answers at RCPT or after the final dot.
AT_RCPT = {"rcpt550": "550 5.1.1 <{to}>: no such user here", "rcpt451": "451 4.3.0 try later"}
AT_END = {"data452": "452 4.3.1 mailbox full", "data554": "554 5.7.1 looks like spam", "end421": "421 4.4.2 closing"}
# How a mode's line differs from "STARTTLS required, then login required".
PLAIN = {"plain", "cut_in_data", "no_starttls"}
MODES = [
    "ok", "implicit", "plain", "login_only", "rcpt550", "rcpt451", "rcpt_stall", "data452", "data554", "end421",
    "stall", "late", "late_once", "drop", "cut_in_data", "close_idle", "no_starttls", "silent",
]


class Handler:
    def __init__(self, mode, spool):
        self.mode, self.spool = mode, spool
        self.taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode in AT_RCPT:
            return AT_RCPT[self.mode].format(to=address)
        if self.mode == "rcpt_stall":
            await asyncio.sleep(STALL_SECONDS)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mode in AT_END:
            return AT_END[self.mode]
        number = self.keep(session, envelope)
        self.taken += 1
        if self.mode == "drop":
            server.transport.abort()
            return "250 nobody hears this"
        if self.mode == "stall":
            await asyncio.sleep(STALL_SECONDS)
        if self.mode.startswith("late") and self.taken == 1:
            await asyncio.sleep(LATE_SECONDS)
        if self.mode == "close_idle":
            # Runs after the reply below is written: the client finds a dead connection at its next mail.
            asyncio.get_running_loop().call_soon(server.transport.close)
        return f"250 2.0.0 queued as {number}"

    def keep(self, session, envelope):
        number = next(COUNTER)
        path = os.path.join(self.spool, f"{number:06d}")
        with open(path + ".eml", "wb") as file:
            file.write(envelope.content)
        facts = {
            "mode": self.mode,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or self.mode == "implicit",
            "auth": bool(session.authenticated),
            "mechanism": getattr(session, "mechanism", None),
            "connection": session.peer[1],
        }
        with open(path + ".tmp", "w") as file:
            json.dump(facts, file)
        os.rename(path + ".tmp", path + ".json")
        return number


class CutInData(SMTP):
    async def smtp_DATA(self, arg):
        await self.push("354 go ahead")
        self.transport.abort()


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login == b"user" and data.password == b"pass"
    session.mechanism = mechanism
    if not right and isinstance(data, LoginPassword):
        with open(os.path.join(server.event_handler.spool, "refused_logins"), "ab") as file:
            file.write(data.login + b"\n")
    # handled=False: otherwise aiosmtpd sends no refusal at all and the client waits for ever.
    return AuthResult(success=right, handled=False)


def session_factory(mode, spool, tls):
    starttls = mode not in PLAIN and mode != "implicit"
    kind = CutInData if mode == "cut_in_data" else SMTP
    return lambda: kind(
        # Only the first mail of all connections is late, so these modes share one handler.
        HANDLERS.setdefault(mode, Handler(mode, spool)) if mode.startswith("late") else Handler(mode, spool),
        hostname="smtp.test",
        tls_context=tls if starttls else None,
        require_starttls=starttls,
        authenticator=authenticate,
        auth_required=mode not in PLAIN,
        auth_require_tls=starttls,
        auth_exclude_mechanism=["PLAIN"] if mode == "login_only" else None,
        data_size_limit=50_000_000,
        enable_SMTPUTF8=True,
    )


HANDLERS = {}


async def silent(reader, writer):
    await asyncio.sleep(STALL_SECONDS)


async def serve(spool, tls):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)
    ports = {}
    for mode in MODES:
        if mode == "silent":
            server = await asyncio.start_server(silent, "127.0.0.1", 0)
        else:
            wrapped = tls if mode == "implicit" else None
            server = await loop.create_server(session_factory(mode, spool, tls), "127.0.0.1", 0, ssl=wrapped)
        ports[mode] = server.sockets[0].getsockname()[1]
    print(json.dumps({"spool": spool, "ports": ports}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


def main():
    # The faults are wanted; their stack traces only hide a test's own words.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    given = json.loads(sys.stdin.readline())
    spool = tempfile.mkdtemp(prefix="smtp_spool_")
    chain = os.path.join(spool, "chain.pem")
    with open(chain, "w") as file:
        file.write(given["cert"] + given["key"])
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(chain)
    asyncio.run(serve(spool, tls))


if __name__ == "__main__":
    main()
