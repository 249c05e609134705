"""The limit on locked memory, and how many mappings VFIO grants.

By hand: each device behind a vIOMMU has an address space of its own, and VFIO's type1 charges all of memory to each
(drivers/vfio/vfio_iommu_type1.c, vfio_lock_acct()); without one they share one. libvirt makes <hard_limit> the limit; by itself it sets memory
and 1 GiB, from 8.7 on as often as there are devices when the domain has an <iommu>. QEMU counts a mapping for each block of virtio-mem and,
from 10.1, for each page of a guest with private memory, and 32764 slots of KVM's besides, against dma_entry_limit (hw/vfio/listener.c,
vfio_ram_discard_register_listener()); 10.2 refuses the device where 10.1 warned."""
import json
import os
import resource
import subprocess
import time

import pytest

from guests import GIB, device, guest, intel
from place import run

MIB = 1 << 20


def memory(ram_gib, **more):
    return {"ram": f"{ram_gib}GiB", **more}


def locked(answer):
    return [f for f in answer["findings"] if f["rule"] == "R12" and "lock" in f["summary"].lower()]


def ask(place, n, document_memory, **more):
    document = guest(bits=46, devs=[device(16 * GIB) for _ in range(n)], **more)
    document["memory"] = document_memory
    return place.check(intel(46, 48), document)


VIOMMU = {"viommu": {"kind": "intel", "awBits": 48}}


@pytest.mark.parametrize("n,limit,viommu,verdict", [
    (1, "16GiB", {}, "info"),
    (2, "16GiB", {}, "info"),              # one address space for both
    (1, "16777215KiB", {}, "unsafe"),      # 1 KiB short
    (2, "32GiB", VIOMMU, "info"),
    (2, "33554431KiB", VIOMMU, "warning"),  # the guest maps all of memory twice, or less
    (2, "8GiB", VIOMMU, "unsafe"),
    (2, "4PiB", VIOMMU, None),             # no limit: nothing to say
])
def test_limit(place, n, limit, viommu, verdict):
    found = locked(ask(place, n, memory(16, lockedLimit=limit), **viommu))
    assert [f["verdict"] for f in found] == ([verdict] if verdict else [])
    if verdict in ("warning", "unsafe"):
        found, = found
        assert str((16 * n if viommu else 16) * MIB + MIB) in found["remedy"]  # KiB, with libvirt's 1 GiB


def test_devices_that_are_plugged_in_count(place):
    """16 GiB at boot and a DIMM of 8."""
    more = memory(16, max="32GiB", slots=2, plugged="8GiB", modules=[{"kind": "dimm", "size": "8GiB"}], lockedLimit="20GiB")
    assert [f["verdict"] for f in locked(ask(place, 1, more))] == ["unsafe"]


def test_no_device_locks_nothing(place):
    assert locked(ask(place, 0, memory(16, lockedLimit="64KiB"))) == []


DOMAIN = """<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>g</name><memory unit='GiB'>16</memory>{tune}
<os><type arch='x86_64' machine='pc-q35-9.2'>hvm</type></os><features><ioapic driver='qemu'/></features>
<cpu mode='host-passthrough'><maxphysaddr mode='passthrough' limit='39'/></cpu>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{iommu}
<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>
<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='1'/></source></hostdev></devices>{past}</domain>"""
NATIVE = "<iommu model='intel'><driver intremap='on' caching_mode='on' aw_bits='39'/></iommu>"
PAST = "<qemu:commandline><qemu:arg value='-device'/><qemu:arg value='intel-iommu,intremap=on,caching-mode=on,aw-bits=39'/></qemu:commandline>"


@pytest.mark.parametrize("tune,iommu,past,verdict,words", [
    ("", NATIVE, "", "info", "8.7"),
    ("", "", PAST, "warning", "hard_limit unit='KiB'>34603008<"),  # 2 x 16 GiB + 1 GiB
    ("<memtune><hard_limit unit='GiB'>33</hard_limit></memtune>", "", PAST, "info", None),
    ("<memtune><hard_limit unit='GiB'>12</hard_limit></memtune>", "", "", "unsafe", "hard_limit unit='KiB'>17825792<"),
    ("<memtune><hard_limit>9007199254740991</hard_limit></memtune>", "", PAST, None, None),  # libvirt's word for no limit
    ("<memtune><soft_limit unit='GiB'>1</soft_limit></memtune>", "", "", "info", None),
])
def test_domain(place, tmp_path, tune, iommu, past, verdict, words):
    path = tmp_path / "g.xml"
    path.write_text(DOMAIN.format(tune=tune, iommu=iommu, past=past), encoding="utf-8")
    done = run("check", path, f"--root={place.host(intel(39, 39))}", "-j")
    found = locked(json.loads(done.stdout))
    assert [f["verdict"] for f in found] == ([verdict] if verdict else []), found
    assert words is None or words in found[0]["remedy"]


@pytest.mark.parametrize("manager, verdicts", [("proxmox", []), ("command-line", ["info"])])
def test_manager(place, manager, verdicts):
    """What qm starts is root's, which nothing limits; of another command line nobody knows."""
    assert [f["verdict"] for f in locked(ask(place, 1, memory(16), form={"manager": manager}))] == verdicts


def entries(answer):
    return [f for f in answer["findings"] if "mappings" in f["summary"]]


def asked(place, document_memory, version="10.1", limit=None, **more):
    document = guest(bits=46, devs=[device(GIB)], **more)
    document |= {"memory": document_memory, "vmmVersion": version}

    def host(t):
        intel(46, 48)(t)
        if limit:
            t.write("sys/module/vfio_iommu_type1/parameters/dma_entry_limit", limit)
    return entries(place.check(host, document))


def virtio_mem(blocks, block=2 * MIB):
    return memory(4, max=f"{1 << 20}MiB", modules=[{"kind": "virtio-mem", "size": blocks * block, "block": block}])


@pytest.mark.parametrize("document,version,limit,verdict", [
    (virtio_mem(32772), "10.1", None, None),       # 32772 + 32764 - 1 = 65535
    (virtio_mem(32773), "10.1", None, "warning"),
    (virtio_mem(32773), "10.2", None, "unsafe"),
    (virtio_mem(32773), "10.2", "65536\n", None),
    (virtio_mem(32773), "10.2", "rubbish\n", "unsafe"),
    (virtio_mem(8194, 8 * MIB), "10.2", None, None),
])
def test_entries(place, document, version, limit, verdict):
    assert [f["verdict"] for f in asked(place, document, version, limit)] == ([verdict] if verdict else [])


@pytest.mark.parametrize("kind,version,iommufd,rules", [
    ("tdx", "10.1", False, ["requires more DMA mappings"]),     # 16 GiB are 4 Mi pages
    ("tdx", "10.1", True, []),
    ("sev-snp", "10.0", True, ["does not support assigned devices"]),
    ("sev", "10.0", False, []),
])
def test_private_memory(place, kind, version, iommufd, rules):
    document = guest(bits=46, devs=[device(GIB) | {"iommufd": iommufd}]) | {"memory": memory(16), "vmmVersion": version, "confidential": kind}
    found = [f for f in place.check(intel(46, 48), document)["findings"] if "mappings" in f["summary"] or "private memory" in f["summary"]]
    assert [f["verdict"] for f in found] == ["unsafe"] * len(rules)
    for finding, words in zip(found, rules):
        assert words in finding["summary"]


@pytest.mark.parametrize("limit,verdict", [(MIB, "unsafe"), (resource.RLIM_INFINITY, "info")])
def test_process(place, tmp_path, limit, verdict):
    """The limit is the process's own, not ours. A shell waits under QEMU's name: what it is started with is what is read."""
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    if hard != resource.RLIM_INFINITY and (limit == resource.RLIM_INFINITY or hard < limit):
        pytest.skip(f"the limit on locked memory cannot be raised above {hard} bytes here")
    program = tmp_path / "qemu-system-x86_64"
    program.symlink_to("/bin/dash")
    arguments = [program, "-c", "read x; :", "qemu", "-machine", "q35", "-m", "4G", "-device", "vfio-pci,host=01:00.0"]
    if os.geteuid() == 0:
        # Root's capability to lock memory is no limit; nobody has none.
        arguments = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *arguments]
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, limit))) as process:
        while not os.readlink(f"/proc/{process.pid}/exe").endswith("dash"):
            time.sleep(0.01)
        done = run("check", f"--pid={process.pid}", f"--root={place.host(intel(46, 48))}", "-j")
        process.kill()
    found, = locked(json.loads(done.stdout))
    assert found["verdict"] == verdict, (found, done.stderr)


@pytest.mark.parametrize("behind,spaces", [(False, 1), (True, 2)])
def test_cloud_hypervisor(place, behind, spaces):
    """Each device says whether it is behind the vIOMMU. Those that are not share one address space: their memory is locked once (1 GiB is
    enough for 1 GiB), where the others lock it once each."""
    devices = [{"name": name, "assigned": True, "behindViommu": behind} for name in ("a", "b")]
    document = {"schema": "hawd-guest/1", "machine": "cloud-hypervisor", "memory": memory(1, lockedLimit="1GiB"), "devices": devices, "viommu": {"kind": "virtio"}}
    assert [f["verdict"] for f in locked(place.check(intel(46, 48), document))] == (["warning"] if spaces == 2 else ["info"])
