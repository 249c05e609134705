"""What a guest has that its command line does not say, asked of QEMUs: machine, CPU, memory, widths, the 64-bit hole, the
vIOMMU; which -global reaches the CPU; and what is refused whatever else is there."""
import json
import os
import re
import subprocess

import judges
import pytest

from forms import read, run
from guests import intel
from tree import Tree

MIB, GIB = 1 << 20, 1 << 30


def versions(judge, kind):
    """Its machine versions of a kind: the oldest, the newest, and those around which a default changed."""
    known = sorted((tuple(map(int, version.split("."))), version) for found, version in judge.machines() if found == kind)
    wanted = {known[0][0], known[-1][0], (8, 2), (9, 0), (9, 1), (9, 2)}
    return [text for version, text in known if version in wanted]


def form(judge, *words):
    return read(f"--defaults={judge.text},,", "--", *words)


def starts(judge, *words):
    try:
        with judge.ask("-accel", "tcg", *words):
            return True
    except judges.Refused:
        return False


def test_nothing_said(judge):
    with judge.ask("-accel", "tcg") as call:
        machine = next(machine for machine in call("query-machines") if machine.get("is-default"))
        memory = call("query-memory-size-summary")["base-memory"]
        model = call("qom-get", path="/machine/unattached/device[0]", property="type")
    ours = form(judge, "-nodefaults")
    assert ours["machine"] == machine["name"] and ours["machine"].startswith("pc-i440fx-")
    assert ours["memory"]["ram"] == memory == 128 * MIB
    assert ours["cpu"]["model"] + "-x86_64-cpu" == model


def test_host_width(judge):
    """Which machines ask for the host's width, said under KVM only."""
    for machine in ("pc", "q35", "microvm"):
        with judge.ask("-accel", "tcg", "-M", machine) as call:
            host = call("qom-get", path=call("query-cpus-fast")[0]["qom-path"], property="host-phys-bits")
        assert (form(judge, "-accel", "kvm", "-M", machine)["cpu"].get("physBits") == "host") == host, machine


@pytest.mark.parametrize("kind, name, host", [("pc", "pc-i440fx", "/machine/i440fx"), ("q35", "pc-q35", "/machine/q35")])
def test_hole(judge, kind, name, host):
    for version in versions(judge, kind):
        with judge.ask("-accel", "tcg", "-M", f"{name}-{version}", "-m", "1G") as call:
            hole = call("qom-get", path=host, property="pci-hole64-size")
        told = f"qemu={judge.text}\nmachine={kind}\nmachine-version={version}\nmodel=qemu64\nram={GIB}\n"
        layout = subprocess.run([os.environ["PRINT_LAYOUT"]], input=told, capture_output=True, text=True, check=True).stdout
        start, end = (int(word, 16) for word in re.search(r"^hole64=(\w+)-(\w+) ", layout, re.MULTILINE).groups())
        assert end + 1 - start == hole, version


@pytest.mark.parametrize("driver, kind, first", [("intel-iommu", "intel", (2, 4)), ("virtio-iommu-pci", "virtio", (9, 0))])
def test_viommu_default(judge, driver, kind, first):
    if judge.version < first:
        # No such property: the 64 bits that later releases keep for machines up to 8.2.
        viommu = form(judge, "-M", "q35", "-device", driver)["viommu"]
        assert (viommu["kind"], viommu["awBits"]) == (kind, 64)
        return
    for version in versions(judge, "q35"):
        words = ["-M", f"pc-q35-{version}", "-device", f"{driver},id=v"]
        with judge.ask("-accel", "tcg", *words) as call:
            width = call("qom-get", path="/machine/peripheral/v", property="aw-bits")
        viommu = form(judge, *words)["viommu"]
        assert (viommu["kind"], viommu["awBits"]) == (kind, width), version


@pytest.mark.parametrize("driver", ["intel-iommu", "virtio-iommu-pci"])
def test_viommu_widths(judge, driver, tmp_path):
    """Nothing is assigned: it is the vIOMMU itself that is refused."""
    intel(46, 48)(Tree(tmp_path))
    unknown = driver.startswith("virtio") and judge.version < (9,)
    for bits in (31, 32, 38, 39, 40, 48, 52, 57) + (() if unknown else (64,)):  # 64: what it has, and may not be said
        words = ["-M", "q35", "-device", f"{driver},aw-bits={bits}"]
        document = form(judge, *words)
        assert document["viommu"]["awBits"] == bits
        done = subprocess.run([os.environ["HAWCTL"], "check", "-", f"--root={tmp_path}", "-j"], input=json.dumps(document),
                              capture_output=True, text=True, check=False, timeout=60)
        refused = [finding["rule"] for finding in json.loads(done.stdout)["findings"] if finding["verdict"] == "unsafe"]
        assert refused == ([] if starts(judge, *words) else ["R5"]), bits


CPUS = [
    "-cpu EPYC",
    "-cpu max",
    "-cpu max,phys-bits=45",
    "-cpu EPYC,host-phys-bits=on",
    "-cpu EPYC,host-phys-bits=on,phys-bits=39",
    "-cpu EPYC,phys-bits=44,host-phys-bits=off",
    "-global cpu.phys-bits=41 -cpu EPYC",
    "-global x86_64-cpu.phys-bits=41 -cpu EPYC",
    "-global x86_64-cpu.phys-bits=41 -cpu EPYC,phys-bits=42",
    "-cpu EPYC,phys-bits=42 -global EPYC-x86_64-cpu.phys-bits=41",
    "-global EPYC-x86_64-cpu.phys-bits=41 -global cpu.phys-bits=43 -cpu EPYC",
    "-global cpu.phys-bits=43 -global EPYC-x86_64-cpu.phys-bits=41 -cpu EPYC",
    "-global Haswell-x86_64-cpu.phys-bits=41 -cpu EPYC",
    "-global EPYC-v1-x86_64-cpu.phys-bits=41 -cpu EPYC",
    "-global EPYC-x86_64-cpu.phys-bits=41 -cpu EPYC-v1",
    "-global max-x86_64-cpu.phys-bits=41 -cpu max",
    "-global qemu64-x86_64-cpu.phys-bits=41",
    "-global cpu.pdpe1gb=off -cpu EPYC",
    "-global cpu.pdpe1gb=off -cpu EPYC,pdpe1gb=on",
    "-global driver=cpu,property=pdpe1gb,value=on",
]


@pytest.mark.parametrize("line", CPUS)
def test_cpu_properties(judge, line):
    words = ["-M", "q35", *line.split()]
    if judge.version < (6,):
        pytest.skip("knows no width but its own without KVM")
    with judge.ask("-accel", "tcg", *words) as call:
        cpu = call("query-cpus-fast")[0]["qom-path"]
        width, large = (call("qom-get", path=cpu, property=name) for name in ("phys-bits", "pdpe1gb"))
    ours = form(judge, *words)["cpu"]
    assert ours.get("physBits", 40) == width and ours["pdpe1gb"] == large


@pytest.mark.parametrize("line", [
    "-global intel-iommu.aw-bits=48 -global intel-iommu.aw-bits=39 -device intel-iommu,id=v",
    "-global intel-iommu.aw-bits=39 -device intel-iommu,id=v -global intel-iommu.aw-bits=48",
    "-global intel-iommu.aw-bits=39 -device intel-iommu,id=v,aw-bits=48",
    "-device intel-iommu,id=v,aw-bits=39 -global intel-iommu.aw-bits=48",
])
def test_viommu_properties(judge, line):
    words = ["-M", "q35", *line.split()]
    with judge.ask("-accel", "tcg", *words) as call:
        width = call("qom-get", path="/machine/peripheral/v", property="aw-bits")
    assert form(judge, *words)["viommu"]["awBits"] == width


def test_below_4g(judge):
    for size in (3 * GIB, 4 * GIB, 4 * GIB + 1, 5 * GIB, 1 << 40):
        line = ["-M", f"q35,max-ram-below-4g={size}", "-m", "6G"]
        document = f'{{"schema": "hawd-guest/1", "machine": "q35", "memory": {{"ram": {6 * GIB}, "below4gMax": {size}}}}}'
        theirs = starts(judge, *line)
        assert (run("--", *line).returncode == 0) == theirs, size
        assert (run("-", text=document).returncode == 0) == theirs, size
