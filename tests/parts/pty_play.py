"""Plays a program on a terminal: waits for each text and types the answer; prints what was shown, and what was typed while the terminal showed it.
usage: pty_play.py <json of [[text, answer], …]> PROGRAM ARGUMENT…"""
import json
import os
import pty
import select
import sys
import time

script, argv = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
shown, read, end = "", 0, time.time() + 60
for wanted, answer in script:
    while wanted not in shown[read:]:
        if time.time() > end or not select.select([terminal], [], [], 1)[0] and time.time() > end:
            sys.exit(f"never asked: {wanted}\n{shown}")
        try:
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
        except OSError:
            sys.exit(f"ended before it asked: {wanted}\n{shown}")
    read = shown.index(wanted, read) + len(wanted)
    os.write(terminal, (answer + "\n").encode())
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    shown += more.decode("utf-8", "replace")
print(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
