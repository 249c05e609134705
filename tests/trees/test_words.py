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


def row(name, bits, reach):
    return f"{name:<15} {bits:>4} {reach:>7} "


# Widths of the CPUs' documents and by the rules for SMMUs; the Pi's devices have no IOMMU, whose width is therefore unknown.
SCREENS = {
    hosts_arm.ampere_like: [("CPU physical", 48, "256 TiB"), ("host physical", 48, "256 TiB"), ("guest physical", 48, "256 TiB"),
                            ("guest mappable", 48, "256 TiB"), ("IOVA (devices)", 48, "256 TiB"), ("safe for guests", 48, "256 TiB"),
                            ("  with devices", 48, "256 TiB")],
    hosts_arm.gb10_like: [("CPU physical", 48, "256 TiB"), ("host physical", 48, "256 TiB"), ("guest physical", 48, "256 TiB"),
                          ("guest mappable", 48, "256 TiB"), ("IOVA (devices)", 48, "256 TiB"), ("safe for guests", 48, "256 TiB"),
                          ("  with devices", 48, "256 TiB")],
    hosts_arm.raspberry_like: [("CPU physical", 40, "1 TiB"), ("host physical", 40, "1 TiB"), ("guest physical", 40, "1 TiB"),
                               ("guest mappable", 40, "1 TiB"), ("IOVA (devices)", "—", "unknown"), ("safe for guests", 40, "1 TiB"),
                               ("  with devices", "—", "unknown")],
    hosts_arm.device_tree_limit: [("CPU physical", 40, "1 TiB"), ("host physical", 40, "1 TiB"), ("guest physical", 40, "1 TiB"),
                                  ("guest mappable", 40, "1 TiB"), ("IOVA (devices)", 39, "512 GiB"), ("safe for guests", 40, "1 TiB"),
                                  ("  with devices", 39, "512 GiB")],
}
BELOW = {
    hosts_arm.ampere_like: ["CPU         ARM Neoverse N1, 4 logical", "Groups      2: 1 assignable, 1 with bridges only; see 'hawctl groups'"],
    hosts_arm.gb10_like: ["CPU         ARM Cortex-A725, Cortex-X925, 4 logical", "IOMMU       smmu3.0x0000000015000000 (arm-smmu-v3) 48 bits, 4 devices",
                          "Paging      host 4 KiB pages; guests on stage-2 tables, 4 levels, KVM mode VHE",
                          "warning  Group 1 cannot be assigned: firmware reserves a memory region for it",
                          "            0x2000000000-0x203fffffff direct, identity-mapped (1:1) for firmware (RMR)"],
    hosts_arm.raspberry_like: ["CPU         ARM Cortex-A76, 4 logical", "IOMMU       none in use by the kernel",
                               "         → None with this device tree: no SMMU for PCI devices was found in it."],
    hosts_arm.device_tree_limit: ["warning  Devices of PCI segment 0000 can address 39 bits; VFIO may map more",
                                  "warning  The kernel does not drive the SMMU at 0x16000000: devices behind it cannot be assigned"],
}


@pytest.mark.parametrize("build", SCREENS, ids=lambda build: build.__name__)
def test_seven_lines(build, tmp_path):
    build(Tree(tmp_path / "tree"))
    lines = words("status", f"--root={tmp_path}/tree").splitlines()
    start = lines.index(next(line for line in lines if line.startswith("ADDRESS WIDTH"))) + 1
    assert [line[:29] for line in lines[start:start + 7]] == [row(*each) for each in SCREENS[build]]
    assert [line for line in BELOW[build] if line not in lines] == []


def test_log_refused(tmp_path):
    """Of the service's units, the one that reads the log."""
    t = Tree(tmp_path / "tree")
    hosts_arm.ampere_like(t)
    (tmp_path / "tree/hawd/kernel-log").unlink()
    t.write("hawd/reasons", "not-applicable hawd/cpuid\npermission dev/kmsg\n")
    found = {f["id"]: f["remedy"] for f in json.loads(words("describe", f"--root={tmp_path}/tree", "-j"))["findings"]}
    assert found["profile-incomplete"].endswith("'systemctl status hawd-collect-log.service'.")
