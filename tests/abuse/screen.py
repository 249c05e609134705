"""What a screen must never get, and texts that try."""
import os
import subprocess
import unicodedata

HAWCTL = os.environ["HAWCTL"]
LINE = "forged: all is well"
# Sequences and characters that hide, colour, move or turn text; a line that looks like ours.
EVIL = {"escape": "\x1b[2J\x1b[31mred", "title": "\x1b]0;title\x07", "csi": "\u009b31m", "override": "\u202egnp.exe", "isolate": "\u2066x\u2069",
        "nothing": "a\u200bb\u00ad\ufeff", "tags": "\U000e0041\U000e0042", "line": f"x\n{LINE}\r{LINE}\u2028{LINE}", "delete": "a\x08\x7f"}
# As bytes: no UTF-8, cut UTF-8, a surrogate, an overlong escape character.
EVIL_BYTES = {"byte": b"\xff\xfe", "cut": b"\xe2\x80", "surrogate": b"\xed\xa0\x80", "overlong": b"\xc0\x9b[31m"}

EVIL["mixed"], EVIL_BYTES["mixed-bytes"] = "".join(EVIL.values()), b"".join(EVIL_BYTES.values())
# All at once, or each by itself.
ALL = bool(os.environ.get("HAWD_TEST_ALL"))
TEXTS = list(EVIL) if ALL else ["mixed"]
KINDS = [*EVIL, *EVIL_BYTES] if ALL else ["mixed", "mixed-bytes"]


def bytes_of(name):
    return EVIL_BYTES[name] if name in EVIL_BYTES else EVIL[name].encode()


def run(*arguments, status=None, **options):
    environment = {"LC_ALL": "C.UTF-8", "COLUMNS": "100"} | options.pop("env", {})
    done = subprocess.run([HAWCTL, *arguments], capture_output=True, timeout=120, check=False, env=os.environ | environment, **options)
    assert status is None or done.returncode == status, done
    clean(done.stdout)
    clean(done.stderr)
    return done


def unseen(c):
    return unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")


def clean(output):
    """Nothing that a reader does not see as it is, and no line of somebody else's."""
    text = output.decode("utf-8")
    wrong = {c for c in text if unseen(c) and c not in "\n\t"}
    assert not wrong, (wrong, text)
    assert not [line for line in text.splitlines() if line.startswith(LINE)], text
    return text
