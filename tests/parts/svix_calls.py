"""Every call that the official Svix client for Python can make, and what comes of it: served, or refused with 501 in the words that the client reads.

Usage: svix_calls.py URL TOKEN
"""

import pathlib
import re
from datetime import datetime, timedelta, timezone

import svix.api as api
from svix.api import AppUsageStatsIn, ApplicationIn, EndpointIn, OperationalWebhookEndpointIn, OperationalWebhookEndpointUpsertIn
from svix.exceptions import HttpError
from svix_common import body, part, refused, svix, until

# What is not offered, by the beginning of its path.
NOT_OFFERED = [
    "/api/v1/app/{app_id}/autoconfig",
    "/api/v1/app/{app_id}/destination",
    "/api/v1/app/{app_id}/integration",
    "/api/v1/app/{app_id}/poller",
    "/api/v1/app/{app_id}/endpoint/{endpoint_id}/transformation",
    "/api/v1/auth/stream",
    "/api/v1/connector",
    "/api/v1/environment",
    "/api/v1/stream",
    "/ingest/api/v1/source",
]


def calls():
    """Method and path of every call, out of the client's own sources."""
    found = set()
    for source in pathlib.Path(api.__file__).parent.glob("*.py"):
        found |= set(re.findall(r'method="(\w+)",\s*path="([^"]+)"', source.read_text()))
    # What takes away comes last.
    return sorted(found, key=lambda call: (call[0] == "delete", call))


@part
def every_call_has_an_outcome():
    app = svix.application.create(ApplicationIn(name="calls"))
    endpoint = svix.endpoint.create(app.id, EndpointIn(url="https://example.svix.com/"))
    ids = {"app_id": app.id, "endpoint_id": endpoint.id, "event_type_name": "grade.submitted"}
    all_calls = calls()
    assert len(all_calls) > 100, len(all_calls)
    served = refused_ones = 0
    for method, template in all_calls:
        if (method, template) in [("delete", "/api/v1/app/{app_id}"), ("post", "/api/v1/auth/logout")]:
            continue
        path = re.sub(r"\{(\w+)\}", lambda name: ids.get(name.group(1), "nothing"), template)
        content = None if method in ("get", "delete") else {}
        answer = body(method.upper(), path, content)
        if any(template.startswith(begin) for begin in NOT_OFFERED):
            told = answer.json()
            assert answer.status_code == 501 and told["code"] == "not_implemented" and told["detail"], (method, template, answer.text)
            refused_ones += 1
            continue
        # Served: a success, or a refusal of this very request; never that there is no such route or method.
        assert answer.status_code not in (405, 501) and answer.status_code < 500, (method, template, answer.text)
        if answer.status_code >= 300:
            told = answer.json()
            assert told["detail"] and "There is no" not in str(told["detail"]), (method, template, told)
            assert answer.status_code == 422 or told["code"], (method, template, told)
        served += 1
    assert served > 45 and refused_ones > 45, (served, refused_ones)


@part
def the_operators_endpoints():
    made = svix.operational_webhook.endpoint.create(OperationalWebhookEndpointIn(url="https://example.svix.com/ops", uid="ops"))
    assert made.uid == "ops" and made.event_types is None, made
    assert [one.id for one in svix.operational_webhook.endpoint.list().data] == [made.id]
    key = svix.operational_webhook.endpoint.get_secret("ops").key
    assert key.startswith("whsec_")
    refused(403, "secret_already_shown", lambda: svix.operational_webhook.endpoint.get_secret("ops"))
    changed = svix.operational_webhook.endpoint.upsert("ops", OperationalWebhookEndpointUpsertIn(url="https://example.svix.com/ops", event_types=["endpoint.disabled"]))
    assert changed.event_types == ["endpoint.disabled"], changed
    wrong = OperationalWebhookEndpointUpsertIn(url="https://example.svix.com/ops", event_types=["grade.submitted"])
    refused(422, None, lambda: svix.operational_webhook.endpoint.upsert("ops", wrong))
    assert svix.operational_webhook.endpoint.get(made.id).id == made.id
    svix.operational_webhook.endpoint.delete(made.id)
    refused(404, "not_found", lambda: svix.operational_webhook.endpoint.get(made.id))


def ended(task):
    return until("a task", lambda: (lambda now: now if now.status != "running" else None)(svix.background_task.get(task)))


@part
def usage_is_counted_in_the_background():
    app = svix.application.create(ApplicationIn(name="usage", uid="usage"))
    for n in range(2):
        svix.endpoint.create(app.id, EndpointIn(url=f"https://example.svix.com/{n}"))
    for n in range(3):
        svix.message.create(app.id, api.MessageIn(event_type=f"usage.{n % 2}", payload={}))
    now = datetime.now(timezone.utc)
    asked = AppUsageStatsIn(since=now - timedelta(hours=1), until=now + timedelta(minutes=1), app_ids=["usage", "nobody"])
    started = svix.statistics.aggregate_app_stats(asked)
    assert started.unresolved_app_ids == ["nobody"] and started.task == "application.stats", started
    data = ended(started.id).data
    assert data["appStats"] == [{"appId": app.id, "appUid": "usage", "messageDestinations": 6}], data
    refused(422, None, lambda: svix.statistics.aggregate_app_stats(AppUsageStatsIn(since=now, until=now, app_ids=["nobody"])))
    refused(400, "invalid_range", lambda: svix.statistics.aggregate_app_stats(AppUsageStatsIn(since=now - timedelta(days=60), until=now)))
    types = ended(svix.statistics.aggregate_event_types().id).data["eventTypes"]
    assert "usage.0" in types and "usage.1" in types, types
    # Tasks of every kind are read by the client, also our own.
    endpoint = svix.endpoint.list(app.id).data[0].id
    assert body("POST", f"/api/v1/endpoints/{endpoint}/replay-dead-letters?institution=usage", {}).status_code == 202
    assert len(svix.background_task.list().data) >= 3
    try:
        svix.application.delete(app.id)
    except HttpError as error:
        raise AssertionError(error) from error
