"""A guest's document from any form, through print-guest."""
import json
import os
import subprocess

PRINT_GUEST = os.environ["PRINT_GUEST"]


def run(*arguments, text=None):
    stdin = text.encode() if isinstance(text, str) else text
    return subprocess.run([PRINT_GUEST, *arguments], input=stdin, capture_output=True, timeout=60, check=False)


def read(*arguments, text=None):
    done = run(*arguments, text=text)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def refused(*arguments, text=None):
    """What is said of bad input."""
    done = run(*arguments, text=text)
    assert done.returncode == 2 and not done.stdout, (done.returncode, done.stdout, done.stderr)
    assert done.stderr.count(b"\n") == 1
    return done.stderr.decode().strip().removeprefix("hawctl: ")


def at(document, path):
    """A value by "cpu.physBits" or "devices.0.name"; None where there is none."""
    for part in path.split("."):
        if isinstance(document, list):
            document = document[int(part)] if int(part) < len(document) else None
        elif document is not None:
            document = document.get(part)
    return document


def ignored(document):
    return [note["what"] for note in document.get("ignored", [])]


def assumed(document):
    return {note["what"]: note["text"] for note in document.get("assumed", [])}
