"""No verb says a word of x86 about an arm64 host, unless the word stands for a member that all documents have."""
import json
import os
import re
import subprocess

import hosts_arm
import pytest
from tree import Tree

HAWCTL = os.environ["HAWCTL"]
FOREIGN = re.compile(r"VT-d|AMD-Vi|\bRMRR\b|\bIVMD\b|CPUID|\bMSR\b|\bDMAR\b|\bIVRS\b|\bEPT\b|\bNPT\b|\bSMX\b|\bVMX\b|\bSVM\b|x2APIC|HyperTransport|HT hole|"
                     r"Encryption|legacy USB|kvm_intel|kvm_amd|IR-|IO-APIC")
VERBS = [("status",), ("map",), ("regions",), ("devices",), ("groups",), ("iommus",), ("export", "ansible"), ("export", "nova"), ("export", "nfd")]
GUEST = {"schema": "hawd-guest/1", "name": "guest", "machine": "pc-q35-9.0", "accelerator": "tcg", "vmmVersion": "10.0.0",
         "memory": {"ram": "4GiB"}, "cpu": {"model": "qemu64", "vendor": "intel"}, "firmware": {"kind": "ovmf", "version": "202311"},
         "devices": [{"name": "gpu", "assigned": True}, {"name": "nic", "assigned": True, "address": "0000:00:01.0"}]}


@pytest.fixture(params=hosts_arm.HOSTS, ids=lambda host: host.__name__)
def tree(request, tmp_path):
    request.param(Tree(tmp_path / "tree"))
    return tmp_path / "tree"


def words(*arguments):
    done = subprocess.run([HAWCTL, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False,
                          env=os.environ | {"LC_ALL": "C.UTF-8", "COLUMNS": "200"})
    assert done.returncode in (0, 3), done.stderr
    return done.stdout + done.stderr


def texts(value):
    """What a document says in words: sources, findings, reasons."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def test_verbs(tree):
    for verb in VERBS:
        said = words(*verb, f"--root={tree}")
        assert not FOREIGN.search(said), [line for line in said.splitlines() if FOREIGN.search(line)]


def test_profile(tree):
    said = [text for text in texts(json.loads(words("describe", f"--root={tree}", "-j"))) if FOREIGN.search(text)]
    assert not said, said


def test_msi_window(tree):
    """What the kernel does on every such host is no warning."""
    findings = json.loads(words("describe", f"--root={tree}", "-j"))["findings"]
    assert {f["severity"] for f in findings if f["id"] == "msi-window-in-low-memory"} <= {"info"}


def test_check(tree, tmp_path):
    (tmp_path / "guest.json").write_text(json.dumps(GUEST))
    for verb in (("check",), ("fit", "--bar=1GiB"), ("map",)):
        said = words(*verb, tmp_path / "guest.json", f"--root={tree}")
        assert not FOREIGN.search(said), said
