"""What the stories with the official Svix client for Python share: the client, and how they look at what it meets."""

import sys
import time

import httpx
from svix.api import Svix, SvixOptions
from svix.exceptions import HTTPValidationError, HttpError

URL, TOKEN = sys.argv[1:3]
svix = Svix(TOKEN, SvixOptions(server_url=URL))


def refused(status, code, call):
    """The call fails with this status, and the client can read why."""
    try:
        call()
    except HTTPValidationError as error:
        assert status == 422, (status, error)
        assert error.detail and all(item.loc and item.msg and item.type for item in error.detail), error.detail
        return error
    except HttpError as error:
        assert error.status_code == status, (status, error.status_code, error.detail)
        assert code is None or error.code == code, (code, error.code)
        assert isinstance(error.detail, str) and error.detail
        return error
    raise AssertionError(f"expected {status}, got a success")


def until(what, look, seconds=30):
    """Waits until `look` gives something true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not in time: {what}")


def part(function):
    """Runs a part of a story at once, and says that it is done."""
    function()
    print(f"ok {function.__name__}", flush=True)


def body(method, path, json=None, **more):
    """A call as no client makes it."""
    headers = {"authorization": f"Bearer {TOKEN}", **more.pop("headers", {})}
    return httpx.request(method, f"{URL}{path}", json=json, headers=headers, **more)
