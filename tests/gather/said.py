"""What hawctl gather prints, taken apart."""
import json
import re


def names_of(text):
    """Host names of the documents, one on each line."""
    return [json.loads(line)["host"]["hostname"] for line in text.splitlines()]


def said_of(done):
    """Reasons by host, and the other lines of standard error."""
    lines = [line.removeprefix("hawctl: ") for line in done.stderr.splitlines()]
    hosts = [line for line in lines if re.match(r"[a-z]+-\d+: ", line)]
    return dict(line.split(": ", 1) for line in hosts), [line for line in lines if line not in hosts]
