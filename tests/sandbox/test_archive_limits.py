"""Hostile and large archives: each is read or refused in seconds, with the limit that it breaks, and nothing is left."""
import gzip
import io
import lzma
import os
import pathlib
import signal
import struct
import subprocess
import tarfile
import time
import zlib

import hosts_intel
from confined import HAWCTL, run, status, tar, until, watched
from tree import MEMORY64, Tree, endpoint

MIB = 1 << 20


def header(name, kind=b"0", size=0):
    """One of tar's, made by hand: a million of them take a second."""
    block = bytearray(512)
    block[:len(name)] = name
    block[100:108], block[108:116], block[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    block[124:136], block[136:148], block[156:157] = b"%011o\0" % size, b"00000000000\0", kind
    block[257:265], block[148:156] = b"ustar\x0000", b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def raw(path, parts):
    with gzip.open(path, "wb", compresslevel=1) as file:
        for part in parts:
            file.write(part)
    return path


def many(n):
    """Each header is the first with another number in it, and that in its sum."""
    first = bytearray(header(b"sys/0000000"))
    base = sum(first[:148]) + sum(first[156:]) + 8 * 32 - 7 * 48
    for i in range(n):
        digits = b"%07d" % i
        first[4:11] = digits
        first[148:156] = b"%06o\0 " % (base + sum(digits))
        yield bytes(first)
    yield bytes(1024)


def refused(path, word, tmp, seconds=20):
    """All of it: the time, the word, and what is left."""
    (tmp / "work").mkdir(exist_ok=True)
    start = time.monotonic()
    done = run("status", f"--root={path}", env=os.environ | {"TMPDIR": str(tmp / "work")})
    took = time.monotonic() - start
    print(f"{path.name}: {took:.2f} s: {done.stderr.strip()[-120:]}")
    assert done.returncode == 1 and word in done.stderr and done.stderr.count("\n") == 1, done.stderr[-400:]
    assert not list((tmp / "work").iterdir()) and not done.stdout
    assert took < seconds or watched()


def test_a_million_entries(tmp_path):
    """138 s and a million files on a disk, before."""
    refused(raw(tmp_path / "million.tar.gz", many(1000000)), "more than 200,000 entries, the maximum for a capture", tmp_path)


def test_files(tmp_path):
    refused(tar(tmp_path / "file.tar.gz", [("proc/iomem", bytes(33 * MIB))]), "proc/iomem: a file larger than 32 MiB", tmp_path)
    refused(tar(tmp_path / "files.tar.gz", [(f"proc/{i}", bytes(20 * MIB)) for i in range(7)]), "larger than 128 MiB in all", tmp_path)
    refused(raw(tmp_path / "claim.tar.gz", [header(b"proc/huge", size=7 << 30)]), "a file larger than 32 MiB", tmp_path)
    refused(raw(tmp_path / "short.tar.gz", [header(b"proc/short", size=4096), bytes(512)]), "proc/short: ", tmp_path)


def test_deep_and_wide(tmp_path):
    """Paths of as many parts as may be, and directories of all entries; links that double with each step."""
    deep = tar(tmp_path / "deep.tar.gz", [("proc/" + "/".join(f"d{i}x{j}" for j in range(30)), b"x") for i in range(3000)])
    assert run("describe", f"--root={deep}").returncode == 0
    entries = [header(b"sys/bus/pci/devices/0000:00:00.0", b"5")]
    for i in range(60):
        block = bytearray(header(b"l%d" % i, b"2"))
        target = b"l%d/l%d" % (i + 1, i + 1)
        block[157:157 + len(target)] = target
        block[148:156] = b"        "
        block[148:156] = b"%06o\0 " % sum(block)
        entries.append(bytes(block))
    block = bytearray(header(b"proc/cpuinfo", b"2"))
    block[157:162] = b"../l0"
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    start = time.monotonic()
    done = run("describe", f"--root={raw(tmp_path / 'links.tar.gz', [*entries, bytes(block), bytes(1024)])}")
    assert done.returncode == 0 and time.monotonic() - start < 20


def test_decompressors(tmp_path):
    """What asks for more memory than there is, and what gives nothing for ever."""
    plain = b"".join([header(b"hawd/format", size=3), b"ok\n".ljust(512, b"\0"), bytes(1024)])
    # The size of the dictionary is a byte of the header: what compresses need not have it.
    packed = bytearray(lzma.compress(plain, lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]))
    packed[12 + 4] = 36
    packed[12 + 8:12 + 12] = struct.pack("<I", zlib.crc32(packed[12:12 + 8]))
    (tmp_path / "memory.tar.xz").write_bytes(packed)
    if not watched():
        refused(tmp_path / "memory.tar.xz", "takes more than 96 MiB of memory to read, the limit of hawd-archive", tmp_path)
    nothing = gzip.compress(b"", mtime=0) * 200000
    (tmp_path / "nothing.tar.gz").write_bytes(nothing)
    refused(tmp_path / "nothing.tar.gz", "", tmp_path)


def test_special_headers(tmp_path):
    """Headers that only speak of the next, without end."""
    pax = header(b"x", b"g", 512) + b"512 comment=".ljust(511, b"x") + b"\n"
    refused(raw(tmp_path / "headers.tar.gz", [pax * 65536] * 60), "", tmp_path)


class Packed(Tree):
    """A host's tree that goes straight into an archive."""

    def __init__(self):
        super().__init__("/nonexistent")
        self.entries, self.links = [], []

    def write(self, path, content):
        self.entries.append((path, content if isinstance(content, bytes) else content.encode()))

    def directory(self, path):
        self.entries.append((path, None))

    def link(self, path, target):
        self.links.append((path, target))

    def save(self, path):
        with gzip.open(path, "wb", compresslevel=1) as file, tarfile.open(fileobj=file, mode="w|") as archive:
            for name, content in self.entries:
                info = tarfile.TarInfo(name)
                info.type, info.size = (tarfile.DIRTYPE, 0) if content is None else (tarfile.REGTYPE, len(content))
                archive.addfile(info, io.BytesIO(content or b""))
            for name, target in self.links:
                info = tarfile.TarInfo(name)
                info.type, info.linkname = tarfile.SYMTYPE, target
                archive.addfile(info)
        return path


def host_of(devices):
    host = Packed()
    hosts_intel.client_46_39(host)
    for i in range(devices):
        address = f"0000:{0x10 + i // 256:02x}:{i % 256 // 8:02x}.{i % 8}"
        host.pci(address, endpoint().acs(), driver="ice", bars=[(0, 0x200000000000 + i * MIB, MIB, MEMORY64)])
        host.group(100 + i, [address])
    return host


def test_host_of_4096_devices(tmp_path):
    """The largest host there is stays far below the limits; what is packed again is the same host."""
    path = host_of(4096).save(tmp_path / "host.tar.gz")
    start = time.monotonic()
    first = run("describe", f"--root={path}")
    took = time.monotonic() - start
    print(f"4,096 devices: {took:.2f} s")
    assert first.returncode == 0 and first.stdout.count('"0000:') > 4096
    assert run("capture", tmp_path / "again.tar.zst", f"--root={path}").returncode == 0
    again = run("describe", f"--root={tmp_path}/again.tar.zst")
    assert again.stdout == first.stdout


def test_hawctl_is_ended(tmp_path):
    """Whatever ends hawctl while it unpacks or packs: nothing is left in any directory, and no hawd-archive."""
    path = tar(tmp_path / "zeros.tar.gz", [("hawd/format", b"x"), *((f"proc/{i}", bytes(24 * MIB)) for i in range(5))])
    (tmp_path / "work").mkdir()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        with subprocess.Popen([HAWCTL, "describe", f"--root={path}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env=os.environ | {"TMPDIR": str(tmp_path / "work")}, cwd=tmp_path / "work") as process:
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
            pid = until(lambda: process.poll() is None and (children.read_text(encoding="utf-8").split() or [None])[0])
            process.send_signal(number)
            assert process.wait() == -number
        until(lambda: not pathlib.Path(f"/proc/{pid}").exists() or status(pid)["State"].startswith("Z"))
        assert not list((tmp_path / "work").iterdir())


def test_no_temporary_directory(tmp_path):
    """None is needed: it may be full, read-only, or somebody else's."""
    path = host_of(8).save(tmp_path / "host.tar.gz")
    environment = os.environ | {"TMPDIR": "/nonexistent"}
    assert run("describe", f"--root={path}", env=environment).returncode == 0
    assert run("capture", tmp_path / "x.tar.zst", f"--root={path}", env=environment).returncode == 0


def test_output_that_ends(tmp_path):
    """Who takes the capture goes, or has no room: said once, by hawctl."""
    path = host_of(400).save(tmp_path / "host.tar.gz")
    done = subprocess.run(f"{HAWCTL} capture - --root={path} | true", shell=True, capture_output=True, text=True, check=False)
    assert done.stderr.count("\n") <= 1
    done = subprocess.run(f"{HAWCTL} capture - --root={path} > /dev/full", shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "hawctl: standard output: No space left on device\n")
