"""Mediated devices. Their BARs, by the kernel's sources: of i915's virtual GPUs 0 and 2 are as long as the host's (gvt/cfg_space.c);
NVIDIA's are published nowhere. VFIO puts no limit on the memory of a guest that has such devices alone (vfio_iommu_type1.c: emulated
groups), and QEMU asks of none how wide its IOMMU is (hw/vfio: "mdev" has no host IOMMU device)."""
import json
import subprocess

import pytest

from forms import PRINT_GUEST
from guests import GIB, device, guest, intel
from place import HAWCTL, rules, run
from tree import MEMORY32, endpoint

MIB = 1 << 20
PLAIN64 = 0x00140204
UUID, OTHER = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001", "f50aab10-7cc8-11e9-a94b-6b9d8245bfc1"
IGPU, VF = "0000:00:02.0", "0000:01:00.4"
IGPU_BARS = ((0, 0x6000000000, 16 * MIB, PLAIN64), (2, 0x4000000000, 256 * MIB, 0x0014220C), (4, 0x3000, 64, 0x40101))


def mediated(t, uuid, kind, api="vfio-pci", name=None, parent=IGPU):
    """As drivers/vfio/mdev makes them in sysfs."""
    above = f"sys/devices/pci0000:00/{parent}"
    types = f"{above}/mdev_supported_types/{kind}"
    t.write(f"{types}/device_api", api + "\n")
    t.write(f"{types}/available_instances", "0\n")
    if name:
        t.write(f"{types}/name", name + "\n")
    t.directory(f"{above}/{uuid}")
    t.link(f"{above}/{uuid}/mdev_type", f"../mdev_supported_types/{kind}")
    t.link(f"sys/bus/mdev/devices/{uuid}", f"../../../devices/pci0000:00/{parent}/{uuid}")


def fresh(place, build, document, *arguments):
    """On a host of its own: several in one test."""
    place.path = place.path / str(len(list(place.path.iterdir())))
    return place.check(build, document, *arguments)


def host(*devices, raw=46, iova=39):
    """A client of 46 bits behind a 39-bit IOMMU, with i915's GPU and what is made of it."""
    def build(t):
        intel(raw, iova)(t)
        t.pci(IGPU, endpoint(0x8086, 0x3E92, 0x030000), driver="i915", bars=IGPU_BARS)
        for one in devices:
            mediated(t, *one)
    return build


def own(uuid=UUID, **more):
    return {"name": "gpu", "mediated": uuid, **more}


def with_gvt(ram=16 * GIB, *devs, **more):
    return guest(ram=ram, bits="host", devs=[own(), *devs], **more)


GVT = host((UUID, "i915-GVTg_V5_4"))
NVIDIA = host((UUID, "nvidia-222", "vfio-pci", "GRID T4-1Q"))


def bars_of(answer):
    return sorted((r["label"], int(r["end"], 16) - int(r["start"], 16) + 1) for r in answer["layout"]["ranges"] if r["kind"] == "bar")


def test_bars_are_the_parents(place):
    """BAR 2, prefetchable, and BAR 0, both 64 bits, lie in OVMF's window: 2^46 / 8 from 7/8 on; devices would reach 39 bits, and this
    one's DMA passes no IOMMU: nothing is wrong with it."""
    answer = place.check(GVT, with_gvt())
    assert answer["verdict"] == "safe" and answer["missing"] == []
    assert [size for _, size in bars_of(answer)] == [16 * MIB, 256 * MIB]
    assert all(int(r["start"], 16) >= 1 << 39 for r in answer["layout"]["ranges"] if r["kind"] == "bar")


def test_memory_beyond_the_iommu(place):
    """1 TiB of memory, and devices that reach 512 GiB: fatal for a passed-through device, nothing for a mediated one, and fatal for both
    together, whose container has the aperture of the first."""
    assert rules(fresh(place, GVT, with_gvt(1024 * GIB)), "unsafe") == []
    assert "R3" in rules(fresh(place, GVT, guest(ram=1024 * GIB, bits="host", devs=[device(address="0000:01:00.0")])), "unsafe")
    assert "R3" in rules(fresh(place, GVT, with_gvt(1024 * GIB, {"address": "0000:01:00.0"})), "unsafe")


def test_viommu(place):
    """QEMU 9.1 refuses a vIOMMU wider than the host's for a passed-through device only."""
    wide = {"viommu": {"kind": "intel", "awBits": 48}}
    assert "R5" not in rules(fresh(place, GVT, with_gvt() | wide), "unsafe")
    assert "R5" in rules(fresh(place, GVT, with_gvt(16 * GIB, {"address": "0000:01:00.0"}) | wide), "unsafe")


def test_no_memory_is_locked(place):
    """vfio_dma_do_map() pins nothing where no group is behind an IOMMU."""
    said = [f["summary"] for f in place.check(GVT, with_gvt())["findings"]]
    assert not any("memory" in text for text in said)


def test_not_there(place):
    answer = place.check(host((OTHER, "i915-GVTg_V5_4")), with_gvt())
    finding, = [f for f in answer["findings"] if f["verdict"] == "unsafe"]
    assert finding["rule"] == "R12" and finding["summary"] == "not found on this host" and finding["subject"] == "gpu"
    assert f"mdevctl start --uuid {UUID}" in finding["remedy"]


def test_proxmox_makes_it(place):
    """qm creates it right before it starts QEMU: absent is not wrong, and its BARs are not known."""
    answer = place.check(host(), with_gvt() | {"form": {"manager": "proxmox"}})
    assert rules(answer, "unsafe") == [] and answer["missing"] == [f"BARs of mediated device {UUID}"]


def test_sizes_that_nobody_publishes(place):
    answer = fresh(place, NVIDIA, with_gvt())
    assert answer["verdict"] == "warning" and answer["missing"] == [f"BARs of mediated device {UUID} (nvidia-222)"]
    # Whoever knows them says so.
    known = fresh(place, NVIDIA, guest(bits="host", devs=[own(bars=[{"index": 1, "size": 256 * MIB, "is64bit": True, "prefetchable": True}])]))
    assert known["verdict"] == "safe"


@pytest.mark.parametrize("pattern,verdict", [(UUID, "safe"), ("83b8f4f2-*", "safe"), ("f50aab10-*", "warning")])
def test_defaults_of_the_site(place, pattern, verdict):
    bars = [{"index": 0, "size": 16 * MIB}, {"index": 1, "size": "256MiB", "is64bit": True, "prefetchable": True}]
    (place.path / "site.json").write_text(json.dumps({"schema": "hawd-guest-defaults/1", "devices": [{"device": pattern, "bars": bars}]}))
    answer = place.check(NVIDIA, with_gvt(), f"--defaults={place.path}/site.json")
    assert answer["verdict"] == verdict


def test_no_pci_device(place):
    answer = place.check(host((UUID, "vfio_ap-passthrough", "vfio-ap")), with_gvt())
    finding, = [f for f in answer["findings"] if f["verdict"] == "unsafe"]
    assert finding["rule"] == "R12" and "vfio-ap" in finding["numbers"]


def test_twice(place):
    answer = place.check(GVT, guest(bits="host", devs=[own(), own()]))
    assert [f["summary"] for f in answer["findings"] if f["verdict"] == "unsafe"] == ["assigned twice; the VMM rejects the second"]


def test_unknown_is_not_absent(place):
    """A host that keeps the directory from hawd."""
    def build(t):
        host()(t)
        t.write("hawd/reasons", "permission sys/bus/mdev/devices\n")
    answer = place.check(build, with_gvt())
    assert rules(answer, "unsafe") == [] and answer["missing"] == ["mediated devices of the host (permission)"]


def test_capture(place):
    """A capture gives again what was read."""
    tree = place.host(host((OTHER, "nvidia-222", "vfio-pci", "GRID T4-1Q"), (UUID, "i915-GVTg_V5_4")))
    run("capture", f"--root={tree}", place.path / "c.tar.zst")
    answers = [json.loads(run("describe", f"--root={root}").stdout) for root in (tree, place.path / "c.tar.zst")]
    assert answers[0]["mediatedDevices"] == answers[1]["mediatedDevices"] == [
        {"uuid": UUID, "parent": IGPU, "type": "i915-GVTg_V5_4", "typeName": None, "api": "vfio-pci", "barsReason": None,
         "bars": [{"index": 0, "size": 16 * MIB, "is64bit": True, "prefetchable": False}, {"index": 2, "size": 256 * MIB, "is64bit": True, "prefetchable": True}]},
        {"uuid": OTHER, "parent": IGPU, "type": "nvidia-222", "typeName": "GRID T4-1Q", "api": "vfio-pci", "bars": [], "barsReason": "absent"}]


@pytest.mark.parametrize("members", [(), ("mediatedDevices", "mediatedDevicesReason")])
def test_move(place, members):
    """On another host another device stands for it, with the same BARs; the other's profile may be older than these members."""
    target = place.path / "other.json"
    document = json.loads(run("describe", f"--root={place.host(host((OTHER, 'i915-GVTg_V5_4')), 'other')}").stdout)
    for member in members:
        del document[member]
    target.write_text(json.dumps(document))
    answer, = place.check(GVT, with_gvt(), f"--for={target}")["targets"]
    assert answer["offline"]["verdict"] == "safe" and answer["offline"]["missing"] == []


# ── NVIDIA's virtual functions without mediated devices ──────────────────────────────────────────────────


def vgpu(kind):
    def build(t):
        intel(46, 48, functions=((VF, "nvidia-vgpu-vfio", ((0, 0xC0000000, 16 * MIB, MEMORY32),)),))(t)
        place = f"sys/devices/pci0000:00/0000:00:01.0/{VF}"
        t.link(f"{place}/physfn", "../0000:01:00.0")
        if kind is not None:
            t.write(f"{place}/nvidia/current_vgpu_type", f"{kind}\n")
    return build


@pytest.mark.parametrize("kind,missing", [(558, [f"BARs of {VF} (vGPU type 558)"]), (0, []), (None, []), ("x", [])])
def test_vendor_specific(place, kind, missing):
    """The guest sees the BARs of the type, not those of the function."""
    answer = place.check(vgpu(kind), guest(bits="host", devs=[{"address": VF}]))
    assert answer["missing"] == missing


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", [
    ["-device", f"vfio-pci,id=gpu,sysfsdev=/sys/bus/mdev/devices/{UUID}"],
    ["-device", f"vfio-pci,id=gpu,sysfsdev=/sys/bus/mdev/devices/{UUID.upper()}"],
    ["-device", f"vfio-pci,id=gpu,sysfsdev=/sys/class/mdev_bus/0000:00:02.0/{UUID}"],
    ["-device", f"vfio-pci,id=gpu,sysfsdev=/sys/bus/pci/devices/0000:00:02.0/{UUID}"],
    ["-device", json.dumps({"driver": "vfio-pci", "id": "gpu", "sysfsdev": f"/sys/devices/pci0000:00/0000:00:02.0/{UUID}"})],
])
def test_command_lines(words):
    done = subprocess.run([PRINT_GUEST, "--", "-M", "q35", *words], capture_output=True, text=True, timeout=60, check=True)
    document = json.loads(done.stdout)
    assert document["devices"] == [{"name": "gpu", "assigned": True, "mediated": UUID}] and "ignored" not in document


def test_path_of_a_function():
    done = subprocess.run([PRINT_GUEST, "--", "-device", "vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:00:02.0"], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["devices"][0]["address"] == IGPU


def test_cloud_hypervisor():
    done = subprocess.run([PRINT_GUEST, "--", "cloud-hypervisor", "--kernel", "k", "--device", f"path=/sys/bus/mdev/devices/{UUID},iommu=on"], capture_output=True,
                          text=True, timeout=60, check=True)
    document = json.loads(done.stdout)
    assert document["devices"][0]["mediated"] == UUID and "ignored" not in document


DOMAIN = """<domain type='kvm'><name>x</name><memory unit='GiB'>4</memory><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
<devices><hostdev mode='subsystem' type='mdev' model='%s'><source><address uuid='%s'/></source></hostdev></devices></domain>"""


def test_domain():
    done = subprocess.run([PRINT_GUEST, "-"], input=DOMAIN % ("vfio-pci", UUID), capture_output=True, text=True, timeout=60, check=True)
    one, = json.loads(done.stdout)["devices"]
    assert one == {"name": UUID, "assigned": True, "mediated": UUID, "ownPort": True}


@pytest.mark.parametrize("model,uuid,words", [("vfio-ap", UUID, "expected model='vfio-pci', not 'vfio-ap', which is for s390x"), ("vfio-pci", "none", "uuid='...'")])
def test_domain_refused(model, uuid, words):
    done = subprocess.run([PRINT_GUEST, "-"], input=DOMAIN % (model, uuid), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and words in done.stderr


def test_screen(place):
    path = place.guest(with_gvt())
    done = subprocess.run([HAWCTL, "check", str(path), f"--root={place.host(NVIDIA)}"], capture_output=True, text=True, timeout=60, check=False)
    text = " ".join(done.stdout.split())
    assert f"missing BARs of mediated device {UUID} (nvidia-222)" in text and '"devices" in /etc/hawd/guest-defaults.json' in text
    assert done.stdout.count(UUID) == 1


