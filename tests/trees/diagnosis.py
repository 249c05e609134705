"""What hawctl doctor says of a host: its entries, checked against the schema and its own text."""
import json
import os
import pathlib
import re
import subprocess

import jsonschema

import hosts_intel

HAWCTL = os.environ["HAWCTL"]
SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("doctor.schema.json").read_text(encoding="utf-8"))
ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202e"


def run(*arguments, prefix=(), **environment):
    return subprocess.run([*prefix, HAWCTL, "doctor", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False,
                          env=os.environ | environment)


def doctor(*arguments, **more):
    """The entries by id. The text says the same as the JSON, on 80 columns, and the status is what the entries say."""
    done, text = run("--json=short", *arguments, **more), run(*arguments, **more)
    assert done.stderr == text.stderr == "" and done.returncode == text.returncode
    document = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    states = [entry["state"] for entry in document["entries"]]
    assert (states.count("problem"), states.count("unknown")) == (document["problems"], document["unknown"])
    assert done.returncode == (3 if "problem" in states else 1 if "unknown" in states else 0)
    assert all(entry["remedy"] for entry in document["entries"] if entry["state"] == "problem")
    assert max(map(len, text.stdout.splitlines())) <= 80 and "\x1b" not in text.stdout and "\u202e" not in text.stdout
    squeezed = re.sub(r"\s+", "", text.stdout)
    for entry in document["entries"]:
        assert re.sub(r"\s+", "", entry["found"]) in squeezed and re.sub(r"\s+", "", entry["remedy"] or "") in squeezed
    assert text.stdout.endswith(f"\n{document['problems']} problem{'' if document['problems'] == 1 else 's'}, "
                                f"{document['unknown']} not looked at, {states.count('ok')} ok\n")
    return {entry["id"]: entry for entry in document["entries"]} | {"source": document["source"]}


def is_entry(entries, name, state, found="", remedy=""):
    entry = entries[name]
    assert entry["state"] == state and found in entry["found"] and remedy in (entry["remedy"] or ""), entry
    assert (entry["remedy"] is None) == (remedy == "" and state == "ok"), entry


def whole(t):
    """Everything is there and known."""
    hosts_intel.client_46_39(t)
    t.link("proc/self/ns/pid", "pid:[4026531836]")
    t.write("proc/stat", "cpu 1 2 3\nbtime 1700000000\n")
    t.write("proc/sys/kernel/dmesg_restrict", "1\n")
    t.write("sys/kernel/security/lockdown", "[none] integrity confidentiality\n")
