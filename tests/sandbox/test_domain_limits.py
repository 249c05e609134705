"""Hostile domains: each is read, or refused with the limit that it breaks, within 2 s of processor time and 64 MiB."""
import subprocess

import pytest

from confined import DOMAIN, DOMAIN_MAX, domain, repeat, run, slow_domain, watched

TIME = "takes more than 2 s of processor time to read, the limit of hawd-domain"
PARTS = "more than 100000 elements and attributes, the maximum for a domain"
ANY = None


def metadata(inside):
    return domain(f"<metadata>{inside}</metadata>")


# Each as long as a domain may be. ANY: it may be read.
DOMAINS = {
    "attributes of one element": (slow_domain, TIME),
    "name spaces of one element": (lambda: metadata("<a " + repeat(lambda i: f"xmlns:a{i:x}='u' ") + "/>"), TIME),
    "elements": (lambda: metadata(repeat(lambda i: "<a/>")), PARTS),
    "names": (lambda: metadata(repeat(lambda i: f"<a{i:x}/>")), PARTS),
    "attributes": (lambda: metadata(repeat(lambda i: "<a b='' c='' d='' e='' f=''/>")), PARTS),
    "name spaces": (lambda: metadata(repeat(lambda i: f"<a{i:x}:b xmlns:a{i:x}='u'/>")), PARTS),
    "default name spaces": (lambda: metadata(repeat(lambda i: f"<a xmlns='u{i:x}'/>")), PARTS),
    "comments": (lambda: metadata(repeat(lambda i: "<!---->")), ANY),
    "instructions": (lambda: metadata(repeat(lambda i: "<?a?>")), ANY),
    "sections": (lambda: metadata(repeat(lambda i: "<![CDATA[x]]>")), ANY),
    "references": (lambda: metadata(repeat(lambda i: "&#65;")), ANY),
    "a text": (lambda: metadata(repeat(lambda i: "x" * 1000)), ANY),
    "a value": (lambda: metadata("<a b='" + repeat(lambda i: "&#65;") + "'/>"), ANY),
    "levels": (lambda: metadata(repeat(lambda i: "<a>")), "depth"),
    "a name": (lambda: metadata("<" + repeat(lambda i: "a" * 1000) + "/>"), "expected XML"),
    "things that are not understood": (lambda: domain("".join(f"<u{i}/>" for i in range(90000))), "256 things"),
    "entries": (lambda: domain("<sysinfo type='fwcfg'>" + "<entry name='opt/x'>y</entry>" * 40000 + "</sysinfo>"), ANY),
    "cells": (lambda: domain("<cpu><numa>" + "".join(f"<cell id='{i}' memory='1024'/>" for i in range(30000)) + "</numa></cpu>"), ANY),
    "ports": (lambda: domain("<devices>" + "<controller type='pci' model='pcie-root-port'/>" * 24000 + "</devices>"), ANY),
    "no document": (lambda: "<" + "\0" * 4000000, "expected XML"),
}


def measured(text):
    """hawd-domain by itself: its status, seconds of processor time, MiB. Started by a small program: what a process had
    before it became another is counted, too."""
    command = ["/usr/bin/time", "-q", "-f", "%U %S %M", "sh", "-c", f"exec {DOMAIN} $PPID"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    user, system, size = map(float, done.stderr.splitlines()[-1].split())
    return done.returncode, user + system, size / 1024


@pytest.mark.parametrize("name", DOMAINS)
def test_domain(name, tmp_path):
    make, said = DOMAINS[name]
    if watched() and said == TIME:
        pytest.skip("a sanitizer's process may take 30 times as long; checked in the plain build")
    text = make()
    assert len(text) <= DOMAIN_MAX
    code, seconds, size = measured(text)
    print(f"{name}: status {code}, {seconds:.2f} s of processor time, {size:.0f} MiB")
    if not watched():
        assert seconds < 3 and size < 64
    (tmp_path / "guest.xml").write_text(text, encoding="utf-8")
    done = run("check", "--root=/nonexistent", tmp_path / "guest.xml")
    if said is not ANY:
        assert code in (2, 124) and said in done.stderr, done.stderr[-400:]
        # Under sanitizers standard error stays open, and libxml2 writes to it.
        assert done.stderr.splitlines()[-1].startswith(f"hawctl: {tmp_path}/guest.xml: ") and (watched() or done.stderr.count("\n") == 1)
        assert done.returncode == (1 if said == TIME else 2)
    else:
        # It is read, and only then the host is looked for.
        assert code == 0 and "/nonexistent" in done.stderr, done.stderr[-400:]


def test_memory(tmp_path):
    """Names of attributes that are all in memory before one of them is handed over."""
    if watched():
        pytest.skip("sanitizers need more memory than the limit; checked in the plain build")
    text = metadata("<a " + repeat(lambda i: f"a{i:x}b='' ", DOMAIN_MAX // 4) + "/>")
    (tmp_path / "guest.xml").write_text(text, encoding="utf-8")
    # As root set it for all, and lower than hawctl's own.
    done = subprocess.run(f"ulimit -d 8192; exec {DOMAIN} $$ < {tmp_path}/guest.xml", shell=True, capture_output=True, text=True, check=False)
    assert done.returncode in (126, 125), done


def test_too_large(tmp_path):
    (tmp_path / "guest.xml").write_text(metadata("x" * DOMAIN_MAX), encoding="utf-8")
    done = run("check", "--root=/nonexistent", tmp_path / "guest.xml")
    assert (done.returncode, done.stderr) == (2, f"hawctl: {tmp_path}/guest.xml: larger than 4 MiB, the maximum for a libvirt domain\n")


def test_twelve_megabytes(tmp_path):
    """What took 60 s and 536 MiB before there were limits."""
    text = metadata("<a " + " ".join(f"a{i:07d}='x{i:020d}'" for i in range(360000)) + "/>")
    assert len(text) > 11 << 20
    (tmp_path / "guest.xml").write_text(text, encoding="utf-8")
    done = run("check", "--root=/nonexistent", tmp_path / "guest.xml", timeout=60)
    assert done.returncode == 2 and "larger than 4 MiB" in done.stderr


@pytest.mark.parametrize("encoding", ["EUC-JP", "SHIFT_JIS", "ISO-8859-1", "ISO-2022-KR", "windows-1252", "UTF-7", "no-such"])
def test_encoding(encoding, tmp_path):
    """Tables of character sets are files, which it cannot open any more: that is an error like others, and kills nobody."""
    (tmp_path / "guest.xml").write_bytes(f"<?xml version='1.0' encoding='{encoding}'?>{domain('')}".encode())
    done = run("check", "--root=/nonexistent", tmp_path / "guest.xml")
    assert "/nonexistent" in done.stderr or (done.returncode == 2 and "ncoding" in done.stderr), done.stderr


def test_largest_real_domain(tmp_path):
    """250 assigned devices with everything that libvirt writes about each, and a megabyte of metadata."""
    devices = "".join(
        f"<hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/><source><address domain='0x0000' bus='0x{i >> 8 & 255:02x}' "
        f"slot='0x{i >> 3 & 31:02x}' function='0x{i & 7}'/></source><alias name='hostdev{i}'/><address type='pci' domain='0x0000' "
        f"bus='0x{i + 1 & 255:02x}' slot='0x00' function='0x0'/></hostdev>\n" for i in range(250))
    text = domain(f"<metadata><x xmlns='http://example.org/x'>{'text ' * 200000}</x></metadata><devices>{devices}</devices>")
    code, seconds, size = measured(text)
    print(f"250 devices: status {code}, {seconds:.2f} s of processor time, {size:.0f} MiB")
    assert code == 0
