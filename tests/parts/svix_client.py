"""The official Svix client for Python against a service: the steps of its kitchen sink, and far beyond.

Usage: svix_client.py URL TOKEN
Exits 0 and prints one line per part when everything is as the client expects it.
"""

import time
import uuid
from datetime import datetime, timedelta, timezone

import httpx
from svix.api import (
    ApplicationIn,
    ApplicationListOptions,
    ApplicationPatch,
    AppPortalAccessIn,
    EndpointHeadersIn,
    EndpointHeadersPatchIn,
    EndpointIn,
    EndpointListOptions,
    EndpointPatch,
    EndpointSecretRotateIn,
    EndpointUpsertIn,
    EventTypeImportOpenApiIn,
    EventTypeIn,
    EventTypeListOptions,
    EventTypePatch,
    EventTypeUpsertIn,
    MessageCreateOptions,
    MessageIn,
    MessageListOptions,
    MessagePrecheckIn,
    Svix,
    SvixOptions,
)
from svix.exceptions import HttpError
from svix_common import TOKEN, URL, body, part, refused, svix


@part
def kitchen_sink():
    app = svix.application.create(ApplicationIn(name="App"))
    for name in ["event.started", "event.ended"]:
        try:
            svix.event_type.create(EventTypeIn(name=name, description="Something happened"))
        except HttpError as error:
            assert error.status_code == 409 and error.code == "event_type_exists", error
    endpoint = svix.endpoint.create(app.id, EndpointIn(url="https://example.svix.com/", channels=["ch0", "ch1"]))
    assert sorted(endpoint.channels) == ["ch0", "ch1"] and not endpoint.event_types
    patched = svix.endpoint.patch(app.id, endpoint.id, EndpointPatch(event_types=["event.started", "event.ended"]))
    assert sorted(patched.channels) == ["ch0", "ch1"] and sorted(patched.event_types) == ["event.ended", "event.started"]
    svix.endpoint.delete(app.id, endpoint.id)
    svix.application.delete(app.id)
    refused(404, "not_found", lambda: svix.application.get(app.id))


@part
def nullable_fields_of_an_application():
    uid = f"uid-{uuid.uuid4()}"
    app = svix.application.create(ApplicationIn(name="nullable", uid=uid, metadata={"a": "1"}))
    path = f"/api/v1/app/{app.id}"
    kept = body("PATCH", path, {"metadata": {"b": "2"}}).json()
    assert kept["uid"] == uid and kept["metadata"] == {"b": "2"}, kept
    gone = body("PATCH", path, {"uid": None}).json()
    assert gone.get("uid") is None and gone["metadata"] == {"b": "2"}, gone
    assert body("PATCH", path, {"uid": f"{uid}-new"}).json()["uid"] == f"{uid}-new"
    assert svix.application.get(f"{uid}-new").id == app.id
    assert body("PATCH", path, {"metadata": None}).json()["metadata"] == {}
    assert body("PATCH", path, {"name": None}).status_code == 422
    assert svix.application.patch(app.id, ApplicationPatch(name="other")).name == "other"
    refused(409, "conflict", lambda: svix.application.create(ApplicationIn(name="x", uid=f"{uid}-new")))
    assert svix.application.get_or_create(ApplicationIn(name="x", uid=f"{uid}-new")).id == app.id
    svix.application.delete(app.id)
    fresh = svix.application.create(ApplicationIn(name="the uid is free again", uid=f"{uid}-new"))
    svix.application.delete(fresh.id)


@part
def nullable_fields_of_an_endpoint():
    app = svix.application.create(ApplicationIn(name="nullable endpoint"))
    endpoint = svix.endpoint.create(app.id, EndpointIn(url="https://example.svix.com/", metadata={"k": "v"}))
    path = f"/api/v1/app/{app.id}/endpoint/{endpoint.id}"
    assert body("PATCH", path, {"channels": ["ch0", "ch1"]}).json()["channels"] == ["ch0", "ch1"]
    gone = body("PATCH", path, {"channels": None}).json()
    assert gone.get("channels") is None and gone["metadata"] == {"k": "v"}, gone
    for field in ["url", "description", "disabled"]:
        answer = body("PATCH", path, {field: None})
        assert answer.status_code == 422 and answer.json()["detail"][0]["loc"] == ["body", field], answer.text
    replaced = svix.endpoint.upsert(app.id, endpoint.id, EndpointUpsertIn(url="https://example.svix.com/new", uid="own"))
    assert replaced.url.endswith("/new") and replaced.uid == "own" and replaced.metadata == {}
    assert svix.endpoint.get(app.id, "own").id == endpoint.id
    made = svix.endpoint.upsert(app.id, "upserted", EndpointUpsertIn(url="https://example.svix.com/u"))
    assert made.uid == "upserted" and made.id != endpoint.id
    svix.application.delete(app.id)


@part
def what_is_wrong_is_said_as_the_client_reads_it():
    app = svix.application.create(ApplicationIn(name="wrong"))
    for wrong in [
        EndpointIn(url="https://example.svix.com/", event_types=["no.such.type"]),
        EndpointIn(url="https://example.svix.com/", channels=[]),
        EndpointIn(url="https://example.svix.com/", uid="ep_mine"),
        EndpointIn(url="https://example.svix.com/", uid="a b"),
        EndpointIn(url="https://example.svix.com/", secret="whsec_short"),
        EndpointIn(url="https://example.svix.com/", throttle_rate=0),
        EndpointIn(url="https://example.svix.com/", headers={"Webhook-Id": "x"}),
        EndpointIn(url="not a url"),
    ]:
        refused(422, None, lambda wrong=wrong: svix.endpoint.create(app.id, wrong))
    error = refused(422, None, lambda: svix.endpoint.create(app.id, EndpointIn(url="https://e.svix.com/", event_types=["no.such"])))
    assert error.detail[0].loc == ["body", "eventTypes"], error.detail
    refused(422, None, lambda: svix.application.list(ApplicationListOptions(limit=251)))
    refused(404, "not_found", lambda: svix.endpoint.get(app.id, "nothing"))
    refused(404, "not_found", lambda: svix.message.get(app.id, "nothing"))
    refused(404, "not_found", lambda: svix.message.create("nobody", MessageIn(event_type="a", payload={})))
    refused(401, "authentication_failed", lambda: Svix("wrong", SvixOptions(server_url=URL)).application.list())
    for method, path, status in [
        ("GET", "/api/v1/nothing/here", 404),
        ("DELETE", "/api/v1/app", 405),
        ("GET", f"/api/v1/app/{app.id}/endpoint/x/transformation", 404),
        ("GET", "/api/v1/app?limit=many", 400),
        ("GET", f"/api/v1/app/{app.id}/msg?before=yesterday", 400),
    ]:
        answer = body(method, path)
        told = answer.json()
        assert answer.status_code == status, (path, answer.text)
        assert told["code"] and told["detail"] and told["status"] == status and told["type"] and told["title"], told
        assert answer.headers["content-type"] == "application/problem+json"
    no_json = httpx.post(f"{URL}/api/v1/app", content="name=x", headers={"authorization": f"Bearer {TOKEN}", "content-type": "text/plain"})
    assert no_json.status_code == 415 and no_json.json()["code"], no_json.text
    broken = httpx.post(f"{URL}/api/v1/app", content="{", headers={"authorization": f"Bearer {TOKEN}", "content-type": "application/json"})
    assert broken.status_code == 422 and broken.json()["detail"][0]["type"] == "value_error.jsondecode", broken.text
    large = body("POST", f"/api/v1/app/{app.id}/msg", {"eventType": "a", "payload": {"x": "y" * 300_000}})
    assert large.status_code == 413 and large.json()["code"] == "payload_too_large", large.text
    assert body("POST", f"/api/v1/app/{app.id}/msg", {"eventType": "a", "payload": [1]}).status_code == 422
    svix.application.delete(app.id)


@part
def paths_may_end_in_a_slash():
    app = body("POST", "/api/v1/app/", {"name": "slash"})
    assert app.status_code == 201, app.text
    assert body("GET", f"/api/v1/app/{app.json()['id']}/").status_code == 200
    assert body("GET", "/api/v1/app/?limit=1").status_code == 200
    svix.application.delete(app.json()["id"])


@part
def twenty_eight_items_are_paged_forward_and_back():
    app = svix.application.create(ApplicationIn(name="pages"))
    made = [svix.endpoint.create(app.id, EndpointIn(url=f"https://example.svix.com/{n}")).id for n in range(28)]
    for order, expected in [("descending", made[::-1]), ("ascending", made)]:
        pages, iterator = [], None
        while True:
            page = svix.endpoint.list(app.id, EndpointListOptions(limit=10, iterator=iterator, order=order))
            pages.append(page)
            iterator = page.iterator
            if page.done:
                break
        assert [len(page.data) for page in pages] == [10, 10, 8]
        assert [item.id for page in pages for item in page.data] == expected
        second = svix.endpoint.list(app.id, EndpointListOptions(limit=10, iterator=pages[2].prev_iterator, order=order))
        first = svix.endpoint.list(app.id, EndpointListOptions(limit=10, iterator=second.prev_iterator, order=order))
        assert [item.id for item in first.data + second.data] == expected[:20]
        assert first.done and not second.done
    svix.application.delete(app.id)


@part
def messages_are_listed_filtered_and_paged_in_both_directions():
    app = svix.application.create(ApplicationIn(name="messages"))
    made = []
    for n in range(28):
        message = MessageIn(event_type="event.started" if n % 2 else "event.ended", payload={"n": n}, channels=["even"] if n % 2 == 0 else None, tags=["t/1"] if n % 7 == 0 else None)
        made.append(svix.message.create(app.id, message).id)
        time.sleep(0.005)
    listed = svix.message.list(app.id, MessageListOptions(limit=10))
    assert [m.id for m in listed.data] == made[::-1][:10] and not listed.done
    second = svix.message.list(app.id, MessageListOptions(limit=10, iterator=listed.iterator))
    third = svix.message.list(app.id, MessageListOptions(limit=10, iterator=second.iterator))
    assert third.done and [m.id for m in third.data] == made[::-1][20:]
    back = svix.message.list(app.id, MessageListOptions(limit=10, iterator=third.prev_iterator))
    front = svix.message.list(app.id, MessageListOptions(limit=10, iterator=back.prev_iterator))
    assert [m.id for m in front.data + back.data] == made[::-1][:20]
    only = svix.message.list(app.id, MessageListOptions(event_types=["event.ended"], limit=250))
    assert [m.id for m in only.data] == made[::-1][1::2] and only.done
    assert len(svix.message.list(app.id, MessageListOptions(channel="even")).data) == 14
    assert len(svix.message.list(app.id, MessageListOptions(tag="t/1")).data) == 4
    assert svix.message.list(app.id, MessageListOptions(with_content=False)).data[0].payload == {}
    assert svix.message.list(app.id, MessageListOptions(before=datetime.now(timezone.utc) - timedelta(hours=1))).data == []
    assert len(svix.message.list(app.id, MessageListOptions(after=datetime.now(timezone.utc) - timedelta(hours=1))).data) == 28
    svix.application.delete(app.id)


@part
def a_repeat_under_one_idempotency_key_is_the_first_message():
    app = svix.application.create(ApplicationIn(name="idempotent"))
    key = f"key-{uuid.uuid4()}"
    message = MessageIn(event_type="event.started", payload={"a": 1})
    first = svix.message.create(app.id, message, MessageCreateOptions(idempotency_key=key))
    again = svix.message.create(app.id, message, MessageCreateOptions(idempotency_key=key))
    assert first.id == again.id
    other = MessageIn(event_type="event.started", payload={"a": 2})
    error = refused(422, None, lambda: svix.message.create(app.id, other, MessageCreateOptions(idempotency_key=key)))
    assert error.detail[0].loc == ["header", "idempotency-key"], error.detail
    named = MessageIn(event_type="event.started", payload={"a": 1}, event_id="order-1")
    mine = svix.message.create(app.id, named)
    refused(409, "conflict", lambda: svix.message.create(app.id, named))
    assert svix.message.get(app.id, "order-1").id == mine.id and svix.message.get(app.id, mine.id).event_id == "order-1"
    on_the_fly = MessageIn(event_type="event.started", payload={}, application=ApplicationIn(name="fly", uid=f"fly-{key}"))
    assert svix.message.create(f"fly-{key}", on_the_fly).id
    refused(422, None, lambda: svix.message.create("another", on_the_fly))
    svix.application.delete(f"fly-{key}")
    svix.application.delete(app.id)


@part
def a_secret_is_shown_once_and_rotated():
    app = svix.application.create(ApplicationIn(name="secrets"))
    endpoint = svix.endpoint.create(app.id, EndpointIn(url="https://example.svix.com/"))
    key = svix.endpoint.get_secret(app.id, endpoint.id).key
    assert key.startswith("whsec_")
    refused(403, "secret_already_shown", lambda: svix.endpoint.get_secret(app.id, endpoint.id))
    new = svix.endpoint.rotate_secret(app.id, endpoint.id, EndpointSecretRotateIn()).key
    assert new.startswith("whsec_") and new != key
    refused(403, "secret_already_shown", lambda: svix.endpoint.get_secret(app.id, endpoint.id))
    own = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    assert svix.endpoint.rotate_secret(app.id, endpoint.id, EndpointSecretRotateIn(key=own)).key == own
    svix.endpoint.set_headers(app.id, endpoint.id, EndpointHeadersIn(headers={"X-Tenant": "7", "Authorization": "Bearer s"}))
    headers = svix.endpoint.get_headers(app.id, endpoint.id)
    assert headers.headers == {"X-Tenant": "7"} and headers.sensitive == ["Authorization"], headers
    svix.endpoint.patch_headers(app.id, endpoint.id, EndpointHeadersPatchIn(headers={"X-New": "1"}, delete_headers=["X-Tenant"]))
    assert svix.endpoint.get_headers(app.id, endpoint.id).headers == {"X-New": "1"}
    svix.application.delete(app.id)


@part
def event_types_are_made_changed_archived_and_imported():
    name = f"own.type-{uuid.uuid4().hex[:8]}"
    made = svix.event_type.create(EventTypeIn(name=name, description="one", schemas={"1": {"type": "object"}}))
    assert made.name == name and made.archived is False
    assert svix.event_type.patch(name, EventTypePatch(description="two")).description == "two"
    assert svix.event_type.upsert(name, EventTypeUpsertIn(description="three")).description == "three"
    svix.event_type.delete(name)
    assert svix.event_type.get(name).archived is True
    names = [kind.name for kind in svix.event_type.list(EventTypeListOptions(limit=250)).data]
    assert name not in names and names == sorted(names)
    assert name in [kind.name for kind in svix.event_type.list(EventTypeListOptions(limit=250, include_archived=True)).data]
    assert svix.event_type.create(EventTypeIn(name=name, description="back")).archived is False
    hook = {"post": {"summary": "imported", "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}}
    spec = {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "webhooks": {f"{name}.imported": hook}}
    imported = svix.event_type.import_openapi(EventTypeImportOpenApiIn(spec=spec))
    assert imported.data.modified == [f"{name}.imported"]
    assert svix.event_type.get(f"{name}.imported").description == "imported"
    refused(404, "not_found", lambda: svix.event_type.get("no.such"))


@part
def a_precheck_says_whether_anybody_listens():
    app = svix.application.create(ApplicationIn(name="precheck"))
    ask = MessagePrecheckIn(event_type="event.started")
    assert svix.message.precheck(app.id, ask).active is False
    svix.endpoint.create(app.id, EndpointIn(url="https://example.svix.com/", event_types=["event.started"]))
    assert svix.message.precheck(app.id, ask).active is True
    assert svix.message.precheck(app.id, MessagePrecheckIn(event_type="event.ended")).active is False
    svix.application.delete(app.id)


@part
def an_applications_own_people_see_their_own_alone():
    app = svix.application.create(ApplicationIn(name="portal"))
    other = svix.application.create(ApplicationIn(name="other"))
    access = svix.authentication.app_portal_access(app.id, AppPortalAccessIn())
    assert access.url and access.token
    own = Svix(access.token, SvixOptions(server_url=URL))
    assert own.endpoint.create(app.id, EndpointIn(url="https://example.svix.com/")).id
    refused(404, "not_found", lambda: own.endpoint.list(other.id))
    refused(404, "not_found", lambda: own.application.get(other.id))
    refused(403, "insufficient access", lambda: own.application.create(ApplicationIn(name="x")))
    refused(403, "insufficient access", lambda: own.application.list())
    looking = svix.authentication.app_portal_access(app.id, AppPortalAccessIn(read_only=True))
    refused(403, "insufficient access", lambda: Svix(looking.token, SvixOptions(server_url=URL)).endpoint.create(app.id, EndpointIn(url="https://example.svix.com/")))
    own.authentication.logout()
    refused(401, "authentication_failed", lambda: own.endpoint.list(app.id))
    svix.application.delete(app.id)
    svix.application.delete(other.id)


@part
def health():
    svix.health.get()

