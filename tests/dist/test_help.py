"""The program's manners: help and version on standard output, errors on standard error, exit statuses, 80 columns."""
import json
import os
import subprocess

import pytest

HAWCTL = os.environ["HAWCTL"]


def run(*arguments, **more):
    return subprocess.run([HAWCTL, *arguments], capture_output=True, text=True, timeout=60, check=False, **more)


VERBS = run("--list-verbs").stdout.split()


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]] + [[v, "--help"] for v in VERBS] + [["help", v] for v in VERBS])
def test_help(arguments):
    done = run(*arguments)
    assert done.returncode == 0 and done.stderr == "" and done.stdout.startswith("Usage: hawctl ")
    assert not [line for line in done.stdout.splitlines() if len(line) > 80]


def test_help_is_one():
    assert run("-h").stdout == run("--help").stdout == run("help").stdout
    for verb in VERBS:
        assert run(verb, "-h").stdout == run(verb, "--help").stdout == run("help", verb).stdout
        assert verb in run("--help").stdout


@pytest.mark.parametrize("arguments,word", [
    (["stauts"], "did you mean 'status'"), (["nonsense"], "nonsense"), (["status", "x"], "too many"), (["decode"], "too few"),
    (["decode", "png", "x"], "png"), (["decode", "vtd", "1"], "CAP ECAP"), (["decode", "vtd", "xyz", "1"], "xyz"),
    (["decode", "vtd", "10000000000000000", "1"], "64 bits"), (["decode", "amdvi", "1", "-"], "EFR2"),
    (["--json=xml"], "pretty, short or off"), (["--nonsense"], "nonsense"), (["help", "nonsense"], "nonsense"), (["diff", "x"], "diff A B"), (["--root"], "root"),
    (["check"], "expected a guest"), (["check", "--pid=x"], "--pid=x"), (["check", "/dev/null"], "/dev/null"), (["fit", "/dev/null", "--count=0"], "--count=0"),
    (["compare", "x"], "compare A B"), (["compare", "-", "-"], "only one"), (["check", "--layout=x"], "layout"), (["check", "--for"], "for"),
])
def test_usage_errors(arguments, word):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == "" and word in done.stderr


@pytest.mark.parametrize("arguments,word", [
    (["decode", "dmar", "/no/such/file"], "/no/such/file"), (["decode", "dmar", "/"], "directory"), (["decode", "cpuid", "/dev/null"], "no CPUID leaf"),
    (["decode", "ivrs", "/dev/zero"], "larger"), (["status", "--root=/no/such"], "/no/such"), (["status", "--root=/usr/bin"], "not a host tree"),
    (["check", "/no/such/guest"], "/no/such/guest"), (["check", "/"], "directory"),
    (["compare", "/no/such", "/no/such"], "/no/such"), (["iommus", "dmar99"], "dmar99"), (["groups", "99999"], "99999"), (["devices", "0000:ff:1f.7"], "0000:ff:1f.7"),
])
def test_failures(arguments, word):
    done = run(*arguments)
    assert done.returncode == 1 and done.stdout == "" and word in done.stderr


def test_standard_input_and_hex():
    table = bytes.fromhex("444d4152") + (48 + 16).to_bytes(4, "little") + bytes(28) + bytes([38, 1]) + bytes(10) + \
        bytes([0, 0, 16, 0, 1, 0, 0, 0]) + (0xFED91000).to_bytes(8, "little")
    plain = subprocess.run([HAWCTL, "decode", "dmar", "-", "-j"], input=table, capture_output=True, check=True).stdout
    assert json.loads(plain)["units"][0]["base"] == "0xfed91000"
    dump = "".join(f"    {i:04X}: {table[i:i + 16].hex(' ').upper()}  ................\n" for i in range(0, len(table), 16))
    for text in (table.hex(), "DMAR @ 0x0000000000000000\n" + dump):
        assert subprocess.run([HAWCTL, "decode", "dmar", "-", "-j"], input=text.encode(), capture_output=True, check=True).stdout == plain


def test_output_that_cannot_be_written():
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([HAWCTL, "describe", "--local"], stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 1 and "standard output" in done.stderr
    done = subprocess.run(f"{HAWCTL} describe --local | true", shell=True, capture_output=True, check=False)
    assert done.stderr == b""


def test_legend():
    assert "DEVICE" in run("devices").stdout or "No PCI" in run("devices").stdout
    assert "DEVICE" not in run("devices", "--no-legend").stdout


def test_version():
    assert run("--version").stdout.startswith("hawctl ")
