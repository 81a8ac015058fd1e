"""How long each way in beside /webhook takes to make an event durable, at 200 calls a second on a fixed schedule.

    platform_load.py BINARY [SECONDS] [RATE]

A slow answer also counts for those behind it. Each call is another event; calls to addresses with a limit per caller come from many callers
(a trusted proxy's word). The work on the events goes on meanwhile; everything is on this machine and shares its cores.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

from load import free_port, percentiles, scheduled, wait_for

AT = "2026-03-01T10:00:00.000Z"
LTI, PATH, TOKEN, KEY = "lti-secret-7f21c9", "canvas-path-5e8c", "moodle-token-91aa", "service-key-1b9f"
JWT, CALIPER, XAPI = "internal-jwt-secret-0123456789abcdef", "caliper-key-77d0", "lrs-user:lrs-passw0rd"
STANDARD = base64.b64encode(b"a standard secret of thirty bytes").decode()
SETTINGS = {
    "LTI_WEBHOOK_SECRET": LTI, "CANVAS_WEBHOOK_SECRET": PATH, "MOODLE_WEBHOOK_TOKEN": TOKEN, "SERVICE_ACME_KEY": KEY, "INTERNAL_JWT_SECRET": JWT,
    "CALIPER_TOKEN": CALIPER, "XAPI_TOKEN": XAPI, "STANDARD_WEBHOOK_SECRET": f"whsec_{STANDARD}",
}


def grade(number):
    return {"type": "grade.updated", "data": {"userId": f"u{number}", "resourceLinkId": "l", "score": number % 100, "maxScore": 100, "timestamp": AT}}


def lti(number):
    body = json.dumps(grade(number)).encode()
    return "/webhooks/lti/events", {"X-Webhook-Signature": "sha256=" + hmac.new(LTI.encode(), body, hashlib.sha256).hexdigest()}, body


def canvas(number):
    meta = {"event_name": "grade_change", "event_time": AT, "context_type": "Course", "context_id": "565", "request_id": str(uuid.uuid4())}
    facts = {"submission_id": str(number), "student_id": str(number), "assignment_id": "355", "score": 5, "points_possible": 10.0}
    return f"/webhooks/canvas/{PATH}", {}, json.dumps({"metadata": meta, "body": facts}).encode()


def moodle(number):
    event = {"eventname": "\\core\\event\\user_graded", "objectid": number, "relateduserid": number, "courseid": 2, "userid": 2,
             "other": {"itemid": 7, "finalgrade": 80}, "timecreated": 1772359200, "host": "moodle.example", "token": TOKEN}
    return "/webhooks/moodle", {}, json.dumps(event).encode()


def services(number):
    acts = [{"type": "click", "element": "play", "timestamp": AT}]
    return "/webhooks/services/acme", {"X-API-Key": KEY}, json.dumps(
        {"type": "user.behavior", "data": {"userId": f"u{number}", "sessionId": "s", "events": acts}}).encode()


def internal(number):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
    now = int(time.time())
    text = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(
        {"iss": "internal", "aud": "gradepost", "iat": now, "exp": now + 300, "jti": str(uuid.uuid4())})
    token = text + b"." + base64.urlsafe_b64encode(hmac.new(JWT.encode(), text, hashlib.sha256).digest()).rstrip(b"=")
    body = {"type": "video.upload.completed", "data": {"videoId": f"v{number}", "metadata": {}, "timestamp": AT}}
    return "/webhooks/internal/video.upload.completed", {"Authorization": f"Bearer {token.decode()}"}, json.dumps(body).encode()


def caliper(number):
    event = {"@context": "http://purl.imsglobal.org/ctx/caliper/v1p2", "id": f"urn:uuid:{uuid.uuid4()}", "type": "NavigationEvent",
             "actor": f"https://school.example/users/{number}", "action": "NavigatedTo", "object": "https://school.example/page", "eventTime": AT}
    envelope = {"sensor": "https://school.example/sensor", "sendTime": AT, "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2", "data": [event]}
    return "/webhooks/caliper", {"Authorization": f"Bearer {CALIPER}"}, json.dumps(envelope).encode()


def xapi(number):
    statement = {"id": str(uuid.uuid4()), "actor": {"mbox": f"mailto:u{number}@example.com"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
                 "object": {"id": "https://school.example/page"}, "timestamp": AT}
    basic = base64.b64encode(XAPI.encode()).decode()
    return "/webhooks/xapi/statements", {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"}, json.dumps(statement).encode()


def standard(number):
    body, identity, now = json.dumps(grade(number)).encode(), f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    digest = hmac.new(base64.b64decode(STANDARD), f"{identity}.{now}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return "/webhooks/standard", {"webhook-id": identity, "webhook-timestamp": now, "webhook-signature": signature}, body


def request(make, number):
    path, headers, body = make(number)
    caller = f"10.{number % 250}.{number // 250 % 250}.{number // 62500 + 1}"
    headers = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": len(body), "X-Forwarded-For": caller, **headers}
    return f"POST {path} HTTP/1.1\r\n".encode() + "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n" + body


def main():
    binary = sys.argv[1]
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    rate = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    for make in (lti, canvas, moodle, services, internal, caliper, xapi, standard):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="gradepost_platforms_"))
        port = free_port()
        env = {"PATH": os.environ["PATH"], "PORT": str(port), "DATA_DIR": str(folder), "MAIL_TRANSPORT": "file", "EMAIL_USER": "a@b.cl",
               "RATE_LIMIT_PER_MINUTE": "0", "TRUSTED_PROXIES": "127.0.0.1", "LOG_FORMAT": "json", **SETTINGS}
        service = subprocess.Popen([binary, "serve"], env=env, stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            asyncio.run(scheduled(port, lambda number: request(make, number), 20, 1, good=b" 20"))
            later = scheduled(port, lambda number: request(make, number + 1000), rate, seconds, good=b" 20")
            p50, p99, most = percentiles(asyncio.run(later))
            print(f"durable accept at {rate}/s, {make.__name__:<9} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   max {most:6.1f} ms", flush=True)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait()
            shutil.rmtree(folder, ignore_errors=True)


main()
