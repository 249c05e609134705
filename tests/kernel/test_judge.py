"""The kernel judges: in emulated machines with an IOMMU of each kind VFIO is asked what it lets devices reach, and hawd, in the
same machine, what it lets them reach. Both are held against what follows from machine and kernel by hand (machines.py)."""
import json
import os

import pytest

import boot
from image import Missing
from machines import ALL, EVERY

PAGE = 4096
PAIRS = EVERY + (ALL if os.environ.get("HAWD_TEST_ALL") else [])


@pytest.fixture(scope="session")
def ready(tmp_path_factory):
    """Kernel and initramfs of a release, made once."""
    made = {}

    def get(suite):
        if suite not in made:
            try:
                made[suite] = boot.initramfs(suite, tmp_path_factory.mktemp(suite))
            except Missing as why:
                pytest.skip(str(why))
        return made[suite]
    return get


@pytest.fixture(scope="module", params=PAIRS, ids=lambda pair: f"{pair[0]}-{pair[1].name}")
def machine(request, ready, tmp_path_factory):
    suite, spec = request.param
    kernel = ready(suite)
    try:
        return spec, boot.boot(suite, kernel, spec, tmp_path_factory.mktemp("machine"))
    except Missing as why:
        pytest.skip(str(why))


def answers(said, when):
    """hawd's document, and the judge's lines."""
    document = json.loads(said[f"describe-{when}"])
    judged = [json.loads(line) for line in said[f"judge-{when}"].splitlines() if line.startswith("{")]
    assert len(judged) >= 4, said[f"judge-{when}"]
    return document, judged


def usable(group):
    return [(int(r["start"], 16), int(r["end"], 16)) for r in group["usableIova"]]


def refused_by_hand(spec, device, when):
    bus, slot = int(device[5:7], 16), int(device[8:10], 16)
    return (bus == 0 and slot in spec.refused) or (not spec.remapping and when == "plain")


def expected_end(spec):
    return (1 << spec.bits) - 1


def agree(spec, said, when):
    document, judged = answers(said, when)
    groups = {group["id"]: group for group in document["groups"]}
    for kernel in judged:
        group, what = groups[kernel["group"]], (spec.name, when, kernel["device"])
        taken = kernel.get("set") == "ok"
        assert kernel["open"] == "ok" and kernel["viable"] and taken != refused_by_hand(spec, kernel["device"], when), what
        assert (group["assignable"] is True) == taken, what
        assert group["iovaBits"] == spec.bits, what
        if not taken:
            continue
        ranges = [tuple(r) for r in kernel["ranges"]]
        assert ranges == usable(group), what
        assert ranges[-1][1] == expected_end(spec), what
        for address, result in kernel["maps"].items():
            inside = any(start <= int(address) and int(address) + PAGE - 1 <= end for start, end in ranges)
            assert (result == "ok") == inside, (*what, hex(int(address)), result)


def test_vfio_agrees(machine):
    spec, said = machine
    agree(spec, said, "plain")


def test_vfio_agrees_when_unsafe_interrupts_are_allowed(machine):
    spec, said = machine
    agree(spec, said, "unsafe")


def test_regions_that_are_left_out(machine):
    """An IVMD's, where the kernel assigns the device all the same."""
    spec, said = machine
    document, judged = answers(said, "plain")
    groups = {group["id"]: group for group in document["groups"]}
    for start, length in spec.left_out:
        kernel, = (k for k in judged if k["device"] == "0000:00:11.0")
        assert all(last < start or first >= start + length for first, last in usable(groups[kernel["group"]]))
        assert "direct-mapping-not-kept" in {finding["id"] for finding in document["findings"]}


def test_replay(machine):
    """What root's capture holds gives the same document."""
    _, said = machine
    assert json.loads(said["replay"]) == json.loads(said["describe-unsafe"])


def test_where_the_width_is_from(machine):
    """A virtio-iommu's is in the kernel's log and nowhere else."""
    spec, said = machine
    unit, = json.loads(said["describe-plain"])["iommus"]
    virtio = spec.unit.startswith("virtio")
    assert (unit["bits"]["value"], unit["bits"]["provenance"]) == (spec.bits, spec.provenance)
    assert unit["bits"]["source"].startswith("kernel log: virtio_iommu virtio") == virtio
    assert (f"input address: {spec.bits} bits" in said["log"]) == virtio
