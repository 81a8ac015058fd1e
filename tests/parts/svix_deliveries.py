"""What the official Svix client for Python sees of deliveries: calls that succeed and fail, and everything that sends again.

Usage: svix_deliveries.py URL TOKEN
Runs a receiver of its own. Exits 0 and prints one line per part when everything is as the client expects it.
"""

import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from svix.api import (
    ApplicationIn,
    BulkReplayIn,
    EndpointIn,
    EndpointPatch,
    EventTypeIn,
    MessageAttemptListAttemptedMessagesOptions,
    MessageAttemptListByEndpointOptions,
    MessageAttemptListByMsgOptions,
    MessageGetOptions,
    MessageIn,
    MessageListOptions,
    RecoverIn,
    ReplayIn,
)
from svix.exceptions import HttpError
from svix.webhooks import Webhook, WebhookVerificationError
from svix_common import body, part, refused, svix, until


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 below /ok and 500 with a page below /fail, while `broken` is on."""

    calls = []
    broken = True

    def do_POST(self):
        payload = self.rfile.read(int(self.headers["content-length"]))
        Receiver.calls.append((self.path, dict(self.headers), payload))
        fails = self.path.startswith("/fail") and Receiver.broken
        answer = b"out of order" if fails else b""
        self.send_response(500 if fails else 200)
        self.send_header("content-length", str(len(answer)))
        self.send_header("x-receiver", "here")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
RECEIVER = f"http://127.0.0.1:{server.server_port}"

for name in ["event.started", "event.ended"]:
    try:
        svix.event_type.create(EventTypeIn(name=name, description="Something happened"))
    except HttpError as error:
        assert error.status_code == 409, error

app = svix.application.create(ApplicationIn(name="deliveries"))
good = svix.endpoint.create(app.id, EndpointIn(url=f"{RECEIVER}/ok"))
bad = svix.endpoint.create(app.id, EndpointIn(url=f"{RECEIVER}/fail"))
picky = svix.endpoint.create(app.id, EndpointIn(url=f"{RECEIVER}/picky", event_types=["event.ended"]))
secret = svix.endpoint.get_secret(app.id, good.id).key
began = datetime.now(timezone.utc) - timedelta(minutes=1)


def calls(path):
    return [call for call in Receiver.calls if call[0] == path]


def attempts(endpoint, **more):
    options = MessageAttemptListByEndpointOptions(**{"with_content": True, **more})
    return svix.message_attempt.list_by_endpoint(app.id, endpoint.id, options).data


def ended(task):
    """Waits until a background task has ended."""
    found = until(f"task {task}", lambda: (lambda now: now if now.status != "running" else None)(svix.background_task.get(task)))
    assert found.status == "finished", found
    return found


def refused_by(webhook, payload, headers):
    """The library takes another payload for forged."""
    try:
        webhook.verify(payload, headers)
    except WebhookVerificationError:
        return
    raise AssertionError("a forged payload was taken")


@part
def a_message_arrives_signed_with_the_bytes_its_sender_wrote():
    written = '{"b": 1,  "a": [1.0, "ñ"]}'
    answer = body("POST", f"/api/v1/app/{app.id}/msg", content=f'{{"eventType":"event.started","payload":{written}}}'.encode(), headers={"content-type": "application/json"})
    assert answer.status_code == 202, answer.text
    message = answer.json()
    assert message["matched"] == 2, message
    path, headers, payload = until("the call", lambda: calls("/ok"))[0]
    assert payload == written.encode(), payload
    assert headers["Webhook-Id"] == message["id"]
    Webhook(secret).verify(payload, headers)
    refused_by(Webhook(secret), payload.replace(b"1.0", b"2.0"), headers)


@part
def attempts_are_listed_by_endpoint_and_by_message():
    ok = until("an attempt that succeeded", lambda: attempts(good))[0]
    assert (ok.status, ok.status_text, ok.response_status_code, ok.trigger_type) == (0, "success", 200, 0), ok
    failed = until("an attempt that failed", lambda: attempts(bad))[-1]
    assert (failed.status, failed.status_text, failed.response_status_code) == (2, "fail", 500), failed
    assert "out of order" in failed.response and failed.url == f"{RECEIVER}/fail", failed
    assert attempts(bad, with_content=False)[0].response == "{}"
    assert attempts(bad, status=0) == [] and attempts(good, status=2) == []
    assert attempts(bad, status_code_class=500) and not attempts(bad, status_code_class=400)
    assert attempts(good, event_types=["event.ended"]) == []
    assert attempts(bad, with_msg=True)[0].msg.payload == {"b": 1, "a": [1.0, "ñ"]}
    assert attempts(good, after=datetime.now(timezone.utc) + timedelta(hours=1)) == []
    of_message = svix.message_attempt.list_by_msg(app.id, ok.msg_id).data
    assert {one.endpoint_id for one in of_message} == {good.id, bad.id}
    only = svix.message_attempt.list_by_msg(app.id, ok.msg_id, MessageAttemptListByMsgOptions(endpoint_id=bad.id)).data
    assert {one.endpoint_id for one in only} == {bad.id}
    assert svix.message_attempt.get(app.id, ok.msg_id, ok.id).id == ok.id
    refused(404, "not_found", lambda: svix.message_attempt.get(app.id, ok.msg_id, "atmpt_000000000000000000000000000"))
    count = body("GET", f"/api/v1/app/{app.id}/attempt/endpoint/{good.id}/count").json()
    assert count == {"count": 1, "approximated": False}, count
    headers = body("GET", f"/api/v1/app/{app.id}/msg/{ok.msg_id}/attempt/{ok.id}/headers").json()
    assert headers["sentHeaders"]["Webhook-Id"] == ok.msg_id and headers["sensitive"], headers
    assert ["x-receiver", "here"] in [[name.lower(), value] for name, value in headers["responseHeaders"]], headers


@part
def where_a_message_stands_is_told_for_both_sides():
    message = svix.message.list(app.id).data[0]
    stands = {one.id: one.status for one in svix.message_attempt.list_attempted_destinations(app.id, message.id).data}
    assert stands[good.id] == 0 and stands[bad.id] in (1, 3) and picky.id not in stands, stands
    of_good = svix.message_attempt.list_attempted_messages(app.id, good.id, MessageAttemptListAttemptedMessagesOptions()).data
    assert [(one.id, one.status, one.status_text) for one in of_good] == [(message.id, 0, "success")]
    of_bad = svix.message_attempt.list_attempted_messages(app.id, bad.id).data
    assert of_bad[0].next_attempt is not None, of_bad


@part
def a_message_is_sent_again_by_hand_whatever_the_filter_says():
    message = svix.message.list(app.id).data[0]
    svix.message_attempt.resend(app.id, message.id, picky.id)
    _, headers, _ = until("the call by hand", lambda: calls("/picky"))[0]
    assert headers["Webhook-Id"] == message.id
    by_hand = until("its attempt", lambda: attempts(picky))[0]
    assert by_hand.trigger_type == 1 and by_hand.status == 0, by_hand
    svix.endpoint.patch(app.id, picky.id, EndpointPatch(disabled=True))
    refused(400, "endpoint_disabled", lambda: svix.message_attempt.resend(app.id, message.id, picky.id))
    svix.endpoint.patch(app.id, picky.id, EndpointPatch(disabled=False))


@part
def failed_messages_are_recovered_by_a_task_that_ends():
    Receiver.broken = False
    before = len(calls("/fail"))
    ended(svix.endpoint.recover(app.id, bad.id, RecoverIn(since=began)).id)
    until("the recovered call", lambda: len(calls("/fail")) > before)
    until("the state", lambda: svix.message_attempt.list_attempted_messages(app.id, bad.id).data[0].status == 0)
    refused(422, None, lambda: svix.endpoint.recover(app.id, bad.id, RecoverIn(since=began - timedelta(days=20))))


@part
def missing_messages_are_replayed_to_one_endpoint_alone():
    late = svix.endpoint.create(app.id, EndpointIn(url=f"{RECEIVER}/ok/late"))
    before = len(Receiver.calls)
    ended(svix.endpoint.replay_missing(app.id, late.id, ReplayIn(since=began)).id)
    until("the missing call", lambda: calls("/ok/late"))
    assert [call[0] for call in Receiver.calls[before:]] == ["/ok/late"], Receiver.calls[before:]
    ended(svix.endpoint.bulk_replay(app.id, late.id, BulkReplayIn(since=began, event_types=["event.started"])).id)
    until("the replayed call", lambda: len(calls("/ok/late")) == 2)
    tasks = svix.background_task.list().data
    assert {task.task for task in tasks} >= {"endpoint.recover", "endpoint.replay", "endpoint.bulk-replay"}, tasks
    svix.endpoint.delete(app.id, late.id)


@part
def figures_count_what_was_called():
    stats = svix.endpoint.get_stats(app.id, good.id)
    assert stats.success == 1 and stats.pending == stats.sending == stats.fail == stats.canceled == 0, stats
    counted = svix.endpoint.get_attempt_stats(app.id, bad.id)
    assert counted.fail >= 1 and counted.success == 1, counted
    count = body("GET", "/api/v1/stats/endpoint/count").json()
    assert count["active"] >= 3, count
    told = body("GET", f"/api/v1/app/{app.id}/stats/attempts").json()
    assert told["total_success"] >= 2 and told["by_event_type"]["event.started"]["success"] >= 2, told
    answer = body("GET", f"/api/v1/app/{app.id}/endpoint/{good.id}/stats?since=2020-01-01T00:00:00Z")
    assert answer.status_code == 400 and answer.json()["code"] == "invalid_range", answer.text


@part
def contents_are_taken_away_for_good():
    message = svix.message.create(app.id, MessageIn(event_type="event.started", payload={"personal": "Zyxwvut"}))
    until("its call", lambda: any(b"Zyxwvut" in call[2] for call in calls("/ok")))
    svix.message.expunge_content(app.id, message.id)
    assert svix.message.get(app.id, message.id, MessageGetOptions(with_content=True)).payload == {"expired": True}
    refused(400, "missing_payload", lambda: svix.message_attempt.resend(app.id, message.id, good.id))
    results = body("POST", f"/api/v1/app/{app.id}/msg/bulk-expunge", {"ids": [message.id, "nothing"]}).json()
    assert results == {"results": {message.id: "expunged", "nothing": "not-found"}}, results
    task = svix.message.expunge_all_contents(app.id)
    ended(task.id)
    assert all(one.payload == {"expired": True} for one in svix.message.list(app.id, MessageListOptions(with_content=True)).data)


@part
def the_clean_api_tells_the_same():
    events = body("GET", f"/api/v1/events?institution={app.id}").json()
    assert events["data"] and events["next"] is None
    for path in [f"/api/v1/deliveries?institution={app.id}&endpoint={good.id}", f"/api/v1/attempts?institution={app.id}&outcome=failure&text=order"]:
        answer = body("GET", path)
        assert answer.status_code == 200 and "data" in answer.json(), answer.text
    figures = body("GET", f"/api/v1/endpoints/{bad.id}/figures?institution={app.id}").json()
    assert figures["failed"] >= 1 and 0 < figures["success_rate"] < 1 and figures["errors"][0]["status"] == 500, figures
    assert figures["p50_ms"] is not None and figures["complete"] is True, figures
    assert body("GET", f"/api/v1/events?institution={app.id}&colour=red").json()["code"] == "unknown_parameter"


svix.application.delete(app.id)
