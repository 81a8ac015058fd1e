"""Reads a mail from standard input as a stranger would and prints what is in it as JSON."""

import email
import email.policy
import json
import sys

data = sys.stdin.buffer.read()
mail = email.message_from_bytes(data, policy=email.policy.default)
old = email.message_from_bytes(data, policy=email.policy.compat32)


def part(kind):
    found = mail.get_body(preferencelist=(kind,))
    return found.get_content().replace("\r\n", "\n") if found else None


print(json.dumps({
    "from": str(mail["From"]),
    "to": str(mail["To"]),
    "subject": str(mail["Subject"]),
    "message_id": str(mail["Message-ID"]),
    "auto_submitted": str(mail["Auto-Submitted"]),
    "text": part("plain"),
    "html": (part("html") or "").rstrip("\n"),
    "files": [[a.get_filename(), a.get_content_type(), a.get_payload(decode=True).hex()] for a in mail.iter_attachments()],
    "file_name_in_old_clients": [a.get_filename() for a in old.walk() if a.get_filename()][0],
    # Python calls the second spelling of the name a duplicate; that pair is meant (RFC 2231 with a fallback).
    "defects": [str(d) for a in mail.walk() for d in a.defects],
}))
