"""hawd-domain and hawd-archive as they are seen from outside, and what strangers may hand them."""
import functools
import gzip
import io
import os
import pathlib
import subprocess
import tarfile
import time

HAWCTL = pathlib.Path(os.environ["HAWCTL"])
DOMAIN, ARCHIVE = HAWCTL.parent / "hawd-domain", HAWCTL.parent / "hawd-archive"
HEAD = "<domain type='kvm'><name>x</name><memory unit='GiB'>4</memory><os><type machine='q35'>hvm</type></os>"
DOMAIN_MAX = 4 << 20


@functools.cache
def watched():
    """Whether sanitizers are in the programs: they then have no filter, and no limit on memory and processes."""
    return b"__asan_init" in DOMAIN.read_bytes()


def domain(inside):
    return f"{HEAD}{inside}</domain>"


def repeat(make, room=DOMAIN_MAX - 4096):
    """make(0), make(1), … up to so many bytes."""
    parts, n = [], 0
    while n < room:
        parts.append(make(len(parts)))
        n += len(parts[-1])
    return "".join(parts)


def slow_domain():
    """300,000 attributes of one element: the library compares each with each."""
    return domain("<metadata><a " + repeat(lambda i: f"a{i:x}='' ") + "/></metadata>")


def status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def until(condition, seconds=30):
    """What the condition gives, as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.005)
    raise AssertionError("it did not come to pass")


def entered(pid):
    """The last step: the filter; where there is none, the limit on processor time."""
    def look():
        if watched():
            return "Max cpu time              unlimited" not in pathlib.Path(f"/proc/{pid}/limits").read_text(encoding="utf-8")
        return status(pid)["Seccomp"] == "2"
    until(look)


def tar(path, entries):
    """entries: (name, bytes), None for a directory."""
    with gzip.open(path, "wb", compresslevel=1) as file, tarfile.open(fileobj=file, mode="w|") as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            info.size = len(content or b"")
            archive.addfile(info, io.BytesIO(content or b""))
    return path


def run(*arguments, **options):
    return subprocess.run([HAWCTL, *map(str, arguments)], **({"capture_output": True, "text": True, "timeout": 240, "check": False} | options))
