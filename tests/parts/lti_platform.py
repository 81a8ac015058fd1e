"""The platform's half of LTI Assignment and Grade Services, played with libraries of others: jwcrypto verifies the tool's assertion,
and what arrives is compared with what pylti1p3 (a tool's library) would have sent for the same grade.

lti_platform.py KEYS_URL SCORE: prints its port, waits for one score, prints `ok …` for each check or `fault …`, and ends.
SCORE is the JSON that is expected: user, scoreGiven, scoreMaximum, submittedAt.
"""

import json
import sys
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from jwcrypto import jwk, jwt
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEDIA_TYPE = "application/vnd.ims.lis.v1.score+json"
keys_url, expected = sys.argv[1], json.loads(sys.argv[2])
done = []


def check(name, truth, detail=""):
    print("ok" if truth else "fault", name, detail if not truth else "", flush=True)


class Sent(Exception):
    pass


class Recorder:
    """Stands in for pylti1p3's way to a platform, and keeps what it would send."""

    def make_service_request(self, scopes, url, is_post=False, data=None, content_type="application/json", **_):
        raise Sent(scopes, url, data, content_type)


def theirs(line_item):
    """What pylti1p3 sends for the same grade: address, body and media type."""
    grade = Grade().set_score_given(expected["scoreGiven"]).set_score_maximum(expected["scoreMaximum"]).set_user_id(expected["user"])
    grade.set_activity_progress("Completed").set_grading_progress("FullyGraded").set_timestamp("2026-03-01T10:00:00.000+00:00")
    service = AssignmentsGradesService(Recorder(), {"scope": [SCOPE], "lineitem": line_item})
    try:
        service.put_grade(grade)
    except Sent as sent:
        _, url, data, content_type = sent.args
        return url, json.loads(data), content_type


class Platform(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", media="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/token":
            self.token(urllib.parse.parse_qs(body.decode(), strict_parsing=True))
        else:
            self.score(body)

    def token(self, form):
        one = {name: values[0] for name, values in form.items()}
        check("form", set(one) == {"grant_type", "client_assertion_type", "client_assertion", "scope"}, str(sorted(one)))
        check("grant", one["grant_type"] == "client_credentials" and one["scope"] == SCOPE)
        check("assertion_type", one["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        keys = jwk.JWKSet.from_json(urllib.request.urlopen(keys_url).read())
        check("public_keys", all(not key.has_private for key in keys))
        wanted = {"iss": "tool-1", "sub": "tool-1", "aud": f"http://127.0.0.1:{self.server.server_port}/token", "exp": None, "iat": None, "jti": None}
        token = jwt.JWT(jwt=one["client_assertion"], key=keys, check_claims=wanted, algs=["RS256"])
        claims, header = json.loads(token.claims), json.loads(token.header)
        check("signed", header.get("typ") == "JWT" and bool(header.get("kid")))
        check("short", claims["exp"] - claims["iat"] <= 300 and claims["iat"] <= time.time())
        self.answer(200, json.dumps({"access_token": "a-token", "token_type": "Bearer", "expires_in": 3600, "scope": SCOPE}).encode())

    def score(self, body):
        score = json.loads(body)
        url, same, media = theirs(f"http://127.0.0.1:{self.server.server_port}/lineitems/42?type=x")
        check("path", f"http://127.0.0.1:{self.server.server_port}{self.path}" == url, self.path)
        check("media_type", self.headers["Content-Type"] == media == MEDIA_TYPE, self.headers["Content-Type"])
        check("bearer", self.headers["Authorization"] == "Bearer a-token")
        check("fields", set(same) <= set(score) and set(score) - set(same) <= {"submission"}, str(sorted(score)))
        ours = {name: value for name, value in score.items() if name in same and name != "timestamp"}
        check("values", ours == {name: value for name, value in same.items() if name != "timestamp"}, json.dumps(score))
        check("submitted", score["submission"] == {"submittedAt": expected["submittedAt"]})
        check("timestamp", len(score["timestamp"]) == len(same["timestamp"]) and score["timestamp"].endswith("+00:00"))
        self.answer(200, b"{}")
        done.append(True)


server = HTTPServer(("127.0.0.1", 0), Platform)
print(server.server_port, flush=True)
server.timeout = 60
until = time.time() + 120
while not done and time.time() < until:
    server.handle_request()
