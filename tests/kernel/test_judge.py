"""The kernel judges: in emulated machines with an IOMMU of each kind VFIO is asked what it lets devices reach, by type1 and,
where the kernel has it, by iommufd; and hawd, in the same machine, what it lets them reach. All are held against what follows
from machine and kernel by hand (machines.py)."""
import json
import os

import pytest

import boot
from image import Missing
from machines import ALL, EVERY

PAGE = 4096
# Without interrupt remapping each backend takes devices where its own parameter says so: by backend, the state of that.
ALLOWED = {"type1": "unsafe", "iommufd": "iommufd"}
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
        return suite, spec, boot.boot(suite, kernel, spec, tmp_path_factory.mktemp("machine"))
    except Missing as why:
        pytest.skip(str(why))


def has_iommufd(suite):
    return suite.endswith(boot.WITH_IOMMUFD)


def states(suite):
    return ["plain", "unsafe", *(["iommufd"] if has_iommufd(suite) else [])]


def answers(said, when):
    """hawd's document, and the judge's lines."""
    document = json.loads(said[f"describe-{when}"])
    judged = [json.loads(line) for line in said[f"judge-{when}"].splitlines() if line.startswith("{")]
    assert len(judged) >= 4, said[f"judge-{when}"]
    return document, judged


def usable(group):
    return [(int(r["start"], 16), int(r["end"], 16)) for r in group["usableIova"]]


def closed_by_hand(spec, when, backend):
    return not spec.remapping and when != ALLOWED[backend]


def refused_by_hand(spec, device, when, backend):
    bus, slot = int(device[5:7], 16), int(device[8:10], 16)
    return (bus == 0 and slot in spec.refused) or closed_by_hand(spec, when, backend)


def expected_end(spec):
    return (1 << spec.bits) - 1


def same(answer, group, spec, what):
    """Ranges and maps of one backend that took the device."""
    ranges = [tuple(r) for r in answer["ranges"]]
    assert ranges == usable(group), what
    assert ranges[-1][1] == expected_end(spec), what
    assert len(answer["maps"]) > 60, what
    for address, result in answer["maps"].items():
        inside = any(start <= int(address) and int(address) + PAGE - 1 <= end for start, end in ranges)
        assert (result == "ok") == inside, (*what, hex(int(address)), result)


def agree(spec, said, when):
    document, judged = answers(said, when)
    groups = {group["id"]: group for group in document["groups"]}
    for kernel in judged:
        group, what = groups[kernel["group"]], (spec.name, when, kernel["device"])
        taken = kernel.get("set") == "ok"
        assert kernel["open"] == "ok" and kernel["viable"], what
        assert taken != refused_by_hand(spec, kernel["device"], when, "type1"), what
        assert (group["assignable"] is True) == taken, what
        assert group["iovaBits"] == spec.bits, what
        if taken:
            same(kernel, group, spec, what)


def test_vfio_agrees(machine):
    suite, spec, said = machine
    for when in states(suite):
        agree(spec, said, when)


def test_iommufd_agrees(machine):
    """Debian's kernels have none of their own."""
    suite, spec, said = machine
    for when in states(suite):
        document, judged = answers(said, when)
        groups = {group["id"]: group for group in document["groups"]}
        for kernel in judged:
            answer, what = kernel["iommufd"], ("iommufd", spec.name, when, kernel["device"])
            assert answer["open"] == ("ok" if has_iommufd(suite) else "ENOENT"), what
            if not has_iommufd(suite):
                continue
            taken = answer["set"] == "ok"
            assert taken == (spec.iommufd and not refused_by_hand(spec, kernel["device"], when, "iommufd")), (*what, answer["set"])
            if taken:
                same(answer, groups[kernel["group"]], spec, what)


def test_check_knows_the_backend(machine):
    """Devices of the guest (guest.json) are named by what opens them."""
    suite, spec, said = machine
    for when in states(suite):
        answer = json.loads(said[f"check-{when}"])
        closed = {f["subject"] for f in answer["findings"] if f["rule"] == "R12" and "interrupt remapping is disabled" in f["summary"]}
        assert closed == {backend for backend in ALLOWED if closed_by_hand(spec, when, backend)}, (spec.name, when)
        assert not closed or answer["verdict"] == "unsafe"
        stage = {f["subject"] for f in answer["findings"] if f["rule"] == "R12" and "no second stage" in f["summary"]}
        assert stage == (set() if spec.iommufd else {"iommufd"}) or not has_iommufd(suite), (spec.name, when)


def test_regions_that_are_left_out(machine):
    """An IVMD's, where the kernel assigns the device all the same."""
    _, spec, said = machine
    document, judged = answers(said, "plain")
    groups = {group["id"]: group for group in document["groups"]}
    for start, length in spec.left_out:
        kernel, = (k for k in judged if k["device"] == "0000:00:11.0")
        assert all(last < start or first >= start + length for first, last in usable(groups[kernel["group"]]))
        assert "direct-mapping-not-kept" in {finding["id"] for finding in document["findings"]}


def test_replay(machine):
    """What root's capture holds gives the same document."""
    _, _, said = machine
    assert json.loads(said["replay"]) == json.loads(said["describe-unsafe"])


def test_where_the_width_is_from(machine):
    """A virtio-iommu's is in the kernel's log and nowhere else."""
    _, spec, said = machine
    unit, = json.loads(said["describe-plain"])["iommus"]
    virtio = spec.unit.startswith("virtio")
    assert (unit["iovaBits"]["value"], unit["iovaBits"]["provenance"]) == (spec.bits, spec.provenance)
    assert unit["iovaBits"]["source"].startswith("kernel log: virtio_iommu virtio") == virtio
    assert (f"input address: {spec.bits} bits" in said["log"]) == virtio
