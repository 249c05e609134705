"""Cloud Hypervisor's command line and the JSON of its REST interface. The options, members, defaults and refusals are used by its
source (tag v53.0: vmm/src/config.rs, vmm/src/vm_config.rs, option_parser/src/lib.rs, cloud-hypervisor/src/main.rs); the command lines are
those of its documents, of Kata and of users' reports, reduced. It is in no Debian: nothing here runs it."""
import json
import os
import shutil
import subprocess
import sys

import pytest

from forms import at, ignored, read, refused
from guests import intel
from place import rules, run

MIB, GIB = 1 << 20, 1 << 30


def command(text):
    return read("-", text="cloud-hypervisor --kernel ./vmlinux " + text)


def config(**more):
    return read("-", text=json.dumps({"payload": {"kernel": "/vmlinux"}} | more))


# A command line, the same as JSON, and what both are.
SAME = [
    ("", {}, {"vmm": "cloud-hypervisor", "machine": "cloud-hypervisor", "accelerator": "kvm", "memory.ram": 512 * MIB, "memory.max": None,
              "firmware.kind": "none", "pciSegments": None, "p2pFatal": None, "viommu": None}),
    ("--cpus boot=4,max=8,max_phys_bits=40", {"cpus": {"boot_vcpus": 4, "max_vcpus": 8, "max_phys_bits": 40}}, {"maxPhysBits": 40}),
    ("--cpus boot=2,topology=[1,2,1,1],affinity=[0@[1,2],1@[3]]", {"cpus": {"boot_vcpus": 2, "max_vcpus": 2, "topology": {
        "threads_per_core": 1, "cores_per_die": 2, "dies_per_package": 1, "packages": 1}, "affinity": [{"vcpu": 0, "host_cpus": [1, 2]}]}},
     {"maxPhysBits": None}),
    ("--memory size=4G,shared=on", {"memory": {"size": 4 * GIB, "shared": True}}, {"memory.ram": 4 * GIB}),
    ("--memory=size=1024M", {"memory": {"size": GIB}}, {"memory.ram": GIB}),
    ("--memory size=4G,hotplug_size=8G", {"memory": {"size": 4 * GIB, "hotplug_size": 8 * GIB}}, {"memory.max": 12 * GIB}),
    ("--memory size=4G,hotplug_method=virtio-mem,hotplug_size=8G,hotplugged_size=2G",
     {"memory": {"size": 4 * GIB, "hotplug_method": "VirtioMem", "hotplug_size": 8 * GIB, "hotplugged_size": 2 * GIB}}, {"memory.max": 12 * GIB}),
    # From the next 128 MiB on: 1 GiB and 64 MiB, 64 MiB left free, 1 GiB.
    ("--memory size=0,hotplug_method=virtio-mem --memory-zone id=a,size=2G,hotplug_size=1088M id=b,size=1G,hotplug_size=1G",
     {"memory": {"size": 0, "hotplug_method": "VirtioMem", "zones": [{"id": "a", "size": 2 * GIB, "hotplug_size": 1088 * MIB},
                                                                       {"id": "b", "size": GIB, "hotplug_size": GIB}]}},
     {"memory.ram": 3 * GIB, "memory.max": 5 * GIB + 128 * MIB}),
    ("--device path=/sys/bus/pci/devices/0000:01:00.0/,iommu=on,id=gpu path=/sys/bus/pci/devices/0001:c1:00.3 --device path=/x/0000:02:00.0",
     {"iommu": True, "devices": [{"path": "/sys/bus/pci/devices/0000:01:00.0/", "iommu": True, "id": "gpu"},
                                 {"path": "/sys/bus/pci/devices/0001:c1:00.3"}, {"path": "/x/0000:02:00.0", "iommu": False}]},
     {"viommu.kind": "virtio", "devices.0.name": "gpu", "devices.0.address": "0000:01:00.0", "devices.0.behindViommu": True,
      "devices.1.address": "0001:c1:00.3", "devices.1.behindViommu": False, "devices.2.address": "0000:02:00.0", "devices.2.assigned": True}),
    ("--platform num_pci_segments=4,iommu_segments=[1,3],iommu_address_width=39 --device path=/d/0000:01:00.0,pci_segment=3 path=/d/0000:02:00.0",
     {"platform": {"num_pci_segments": 4, "iommu_segments": [1, 3], "iommu_address_width_bits": 39},
      "devices": [{"path": "/d/0000:01:00.0", "pci_segment": 3}, {"path": "/d/0000:02:00.0", "pci_segment": 0}]},
     {"viommu": {"kind": "virtio", "awBits": 39}, "devices.0.behindViommu": True, "devices.0.pciSegment": 3, "devices.1.behindViommu": False}),
    ("--platform num_pci_segments=2 --pci-segment pci_segment=1,mmio64_aperture_weight=3",
     {"platform": {"num_pci_segments": 2}, "pci_segments": [{"pci_segment": 1, "mmio32_aperture_weight": 1, "mmio64_aperture_weight": 3}]},
     {"pciSegments.1.mmio64Weight": 3}),
    ("--platform iommufd=on,vfio_p2p_dma=off --device path=/d/0000:01:00.0",
     {"platform": {"iommufd": True, "vfio_p2p_dma": False}, "devices": [{"path": "/d/0000:01:00.0"}]}, {"p2pFatal": False, "devices.0.iommufd": True}),
    ("--platform iommu_address_width=39", {"platform": {"iommu_address_width_bits": 39}}, {"viommu": None}),
    ("--platform tdx=on", {"platform": {"tdx": True}}, {"confidential": "tdx"}),
    ("--platform sev_snp=on", {"platform": {"sev_snp": True}}, {"confidential": "sev-snp"}),
    ("--pmem file=/image,size=6G,pci_segment=0,discard_writes=on", {"pmem": [{"file": "/image", "size": 6 * GIB, "pci_segment": 0}]},
     {"pmem": [{"size": 6 * GIB}]}),
    ("--ivshmem path=/shm", {"ivshmem": {"path": "/shm", "size": 128 * MIB}},
     {"devices.0.bars": [{"index": 2, "size": 128 * MIB, "is64bit": True, "prefetchable": True, "ram": True}]}),
    ("--disk path=a.img path=b.img,iommu=on --net tap=,mac=,fd=[3,4]", {"disks": [{"path": "a.img"}, {"path": "b.img", "iommu": True}]},
     {"viommu.kind": "virtio", "devices": None}),
]


@pytest.mark.parametrize("text,members,expected", SAME)
def test_both_forms(text, members, expected):
    for document in (command(text), config(**members)):
        assert ignored(document) == []
        for path, value in expected.items():
            assert at(document, path) == value, path


@pytest.mark.parametrize("options,payload,kind", [
    ("--kernel vmlinux.bin --cmdline 'root=/dev/vda1 console=hvc0'", {"kernel": "vmlinux.bin", "cmdline": "x"}, "none"),
    ("--firmware /usr/share/cloud-hypervisor/CLOUDHV.fd", {"firmware": "/usr/share/cloud-hypervisor/CLOUDHV.fd"}, "ovmf"),
    ("--kernel ./CLOUDHV.fd", {"kernel": "./CLOUDHV.fd"}, "ovmf"), ("--kernel /srv/ovmf/vmlinux", {"kernel": "/srv/ovmf/vmlinux"}, "none"),
    ("--firmware hypervisor-fw", {"firmware": "hypervisor-fw"}, "none"), ("--kernel ./hypervisor-fw", {"kernel": "./hypervisor-fw"}, "none"),
    ("--firmware own.bin", {"firmware": "own.bin"}, None),
])
def test_what_starts(options, payload, kind):
    for document in (read("-", text="cloud-hypervisor " + options), read("-", text=json.dumps({"payload": payload}))):
        assert at(document, "firmware.kind") == kind


def test_older_json():
    """Before release 24 the kernel stood by itself."""
    assert at(read("-", text='{"kernel": {"path": "vmlinux"}, "cmdline": {"args": "x"}}'), "firmware.kind") == "none"


def test_vm_info():
    """What ch-remote info prints has the configuration one level down, beside what is of no matter."""
    document = read("-", text=json.dumps({"state": "Running", "memory_actual_size": GIB, "device_tree": {"x": {"bar": 1}}, "config": {
        "payload": {"firmware": None, "kernel": "k"}, "memory": {"size": GIB, "zones": None}, "net": None, "devices": [{"path": "/d/0000:01:00.0"}]}}))
    assert document["memory"] == {"ram": GIB} and at(document, "devices.0.address") == "0000:01:00.0"


@pytest.mark.parametrize("text,notes", [
    ("--user-device socket=/s", ["--user-device"]), ("--vdpa path=/dev/vhost-vdpa-0", ["--vdpa"]), ("--future a=b", ["--future"]),
    ("--memory size=1G,future=on", ["--memory future"]), ("--pmem file=/x", ["--pmem"]), ("--sgx-epc id=e,size=64M", ["--sgx-epc"]),
    ("--device path=/sys/bus/mdev/devices/83b8f4f2", ["83b8f4f2"]), ("--device path=/sys/bus/mdev/devices/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001", []),
    # With a default of its own: clap 2, which Cloud Hypervisor had, takes it where no value stands behind (Parser::add_defaults).
    ("--rng --memory size=1G", []), ("--rng", []),
    ("--device fd=7,id=gpu", ["gpu"]), ("--fs tag=t,socket=/s,dax=on,cache_size=8G", ["--fs"]),
    ("--balloon size=1G --rng src=/dev/urandom --vsock cid=3,socket=/s --watchdog -vv --serial tty --console off --rtc --numa guest_numa_id=0", []),
    ("--fs tag=t,socket=/s,num_queues=1 --landlock --landlock-rules path=/x,access=rw --seccomp false --api-socket /a", []),
])
def test_not_followed(text, notes):
    assert ignored(command(text)) == notes


@pytest.mark.parametrize("members,notes", [({"user_devices": [{"socket": "/s"}]}, ["user_devices"]), ({"user_devices": []}, []), ({"vdpa": [{}]}, ["vdpa"]),
                                           ({"future": 1}, ["future"]), ({"cpus": {"boot_vcpus": 1, "future": {"a": 1}}}, ["cpus.future.a"])])
def test_members_not_followed(members, notes):
    assert ignored(config(**members)) == notes


@pytest.mark.parametrize("text,words", [
    ("--cpus max_phys_bits=many", "--cpus max_phys_bits: expected a number from 0 to 255, not 'many'"), ("--cpus max_phys_bits=0", "expected at least 1"),
    ("--cpus 4", "--cpus: expected KEY=VALUE"), ("--cpus", "--cpus: expected a value"), ("--memory size=4T", "--memory size: expected a size such as 4G, not '4T'"),
    ("--memory size=4g", "--memory size: expected a size"), ("--memory size=9999999999999G", "larger than 4 PiB"), ("--memory size=0", "expected a size, or zones"),
    ("--memory size=1G --memory-zone id=a,size=1G", "--memory-zone: expected a memory size of 0"), ("--memory size=0 --memory-zone id=a", "--memory-zone: expected a size"),
    ("--memory size=0 --memory-zone id=a,size=1G,hotplug_size=1G", "requires hotplug_method virtio-mem"), ("--memory hotplug_method=x", "acpi or virtio-mem"),
    ("--memory \"size=1G", "this quote is not closed"), ("--memory 'size=\"1G'", "expected KEY=VALUE"), ("--numa cpus=[1 --platform iommu_segments=[1", "expected KEY=VALUE"),
    ("--platform iommu_segments=[x]", "expected segment numbers"), ("--platform num_pci_segments=0", "expected 1 to 96"),
    ("--platform num_pci_segments=97", "expected 1 to 96"), ("--platform iommu_address_width=65", "expected 1 to 64"), ("--platform vfio_p2p_dma=maybe", "expected on or off"),
    ("--device iommu=on", "--device: expected a path"), ("--device path=/d/0000:01:00.0,pci_segment=2", "PCI segment 2 is used, but there is 1"),
    ("--platform iommu_segments=[5]", "PCI segment 5 is used"), ("--pci-segment pci_segment=0,mmio64_aperture_weight=0", "expected a weight of at least 1"),
    ("--ivshmem path=/s,size=3M", "expected a power of two"), ("--restore source_url=file:///x", "use its config.json"), ("--watchdog=on", "expected no value"),
    ("stray", "expected an option of cloud-hypervisor, not 'stray'"), ("-x", "expected an option"), ("--version", "only prints"),
])
def test_refused(text, words):
    assert words in refused("-", text="cloud-hypervisor --kernel k " + text)


@pytest.mark.parametrize("document,words", [
    ({"payload": {}}, "payload: expected a kernel or firmware"), ({"payload": 1}, "payload: expected an object"), ({"payload": {"kernel": 1}}, "payload.kernel: expected a path"),
    ({"cpus": {}}, "payload: expected a kernel"), ({"payload": {"kernel": "k"}, "memory": {}}, "memory.size: missing"),
    ({"payload": {"kernel": "k"}, "memory": {"size": "4G"}}, "memory.size: expected a number of bytes, not '4G'"),
    ({"payload": {"kernel": "k"}, "devices": {}}, "devices: expected a list"), ({"payload": {"kernel": "k"}, "devices": [1]}, "devices.0: expected an object"),
    ({"payload": {"kernel": "k"}, "devices": [{}, {"path": "x"}]}, "devices.0: expected a path"),
    ({"payload": {"kernel": "k"}, "cpus": {"max_phys_bits": -1}}, "cpus.max_phys_bits: expected a number"),
    ({"payload": {"kernel": "k"}, "memory": {"size": 1.5}}, "memory.size: expected a number of bytes"),
])
def test_refused_json(document, words):
    assert words in refused("-", text=json.dumps(document))


def test_without_a_machine():
    """Kata and libvirt start it so, and hand it the machine later."""
    assert "ch-remote" in refused("-", text="/opt/kata/bin/cloud-hypervisor --api-socket /run/vc/vm/x/clh-api.sock -v")
    assert "expected --kernel or --firmware" in refused("-", text="cloud-hypervisor --cpus boot=1")


def test_places_of_the_form():
    """Behind sudo, in a script, with its path; and not where QEMU's is the program."""
    document = read("-", text="#!/bin/sh\nset -e\nsudo /usr/local/bin/cloud-hypervisor \\\n  --kernel k \\\n  --memory size=2G\n")
    assert document["memory"]["ram"] == 2 * GIB
    assert read("--", "cloud-hypervisor-static", "--kernel", "k")["vmm"] == "cloud-hypervisor"
    assert read("-", text="cloud-hypervisor\0--kernel\0k\0")["vmm"] == "cloud-hypervisor"
    assert read("--", "qemu-system-x86_64", "-name", "cloud-hypervisor", "-m", "1G").get("vmm", "qemu") == "qemu"


@pytest.mark.parametrize("text,words", [
    ("--disk path=$1 --cpus boot=$2 --net mac=$MAC --cmdline \"root=$ROOT\" --api-socket $S", None), ("--device path=/d/0000:01:00.0,id=$ID", None),
    ("--memory size=$RAM", "$RAM is not set in this text, and --memory size needs it"), ("--device path=$1", "$1 is an argument of the script, and --device path needs it"),
    ("--firmware $FW", "--firmware needs it"), ("$EXTRA", "the command line needs it"), ("--cpus boot=1,max_phys_bits=$(nproc)", "--cpus max_phys_bits needs it"),
])
def test_variables(text, words):
    """What nothing sets matters only where addresses hang on it."""
    script = f"#!/bin/bash\ncloud-hypervisor --kernel $KERNEL {text}\n"
    if words:
        assert words in refused("-", text=script)
    else:
        document = read("-", text=script)
        assert ignored(document) == [] and at(document, "firmware.kind") == "none"


def test_line_of_an_error():
    assert refused("-", text="cloud-hypervisor --kernel k \\\n --cpus max_phys_bits=x\n").startswith("standard input: line 2: --cpus max_phys_bits")


# ── as a user ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_check(place):
    """The whole way: 46 bits of CPU, 39 of IOMMU, and the remedy in its own words."""
    host = place.host(intel(46, 39))
    line = ["cloud-hypervisor", "--kernel", "k", "--memory", "size=4G", "--device", "path=/sys/bus/pci/devices/0000:01:00.0"]
    done = run("check", f"--root={host}", "--", *line)
    assert done.returncode == 3 and "--cpus max_phys_bits=39" in done.stdout, done.stdout + done.stderr
    again = run("check", f"--root={host}", "-j", "--", *line, "--cpus", "max_phys_bits=39")
    assert again.returncode == 0 and rules(json.loads(again.stdout), "unsafe") == []
    off = run("check", f"--root={host}", "-j", "--", *line, "--platform", "vfio_p2p_dma=off")
    assert rules(json.loads(off.stdout), "unsafe") == []


# A program of that name, which gives itself that command line: the rest of what it had is filled with a kernel's.
BECOMES = """
stat = open("/proc/self/stat").read().rsplit(")", 1)[1].split()
start, end = int(stat[45]), int(stat[46])
line = b"\\0".join([b"cloud-hypervisor", b"--kernel", b"k", b"--memory", b"size=3G", b"--device", b"path=/d/0000:01:00.0", b"--cmdline="])
with open("/proc/self/mem", "r+b", buffering=0) as memory:
    memory.seek(start)
    memory.write(line + b"x" * (end - start - len(line) - 1) + b"\\0")
import time
print(flush=True)
time.sleep(60)
"""


@pytest.fixture(name="process")
def fixture_process(tmp_path):
    program = tmp_path / "cloud-hypervisor"
    shutil.copy(os.path.realpath(sys.executable), program)
    with subprocess.Popen([program, "-c", BECOMES], stdout=subprocess.PIPE, env=os.environ | {"PYTHONHOME": sys.base_prefix}) as process:
        try:
            assert process.stdout.readline() == b"\n"
            yield process.pid
        finally:
            process.kill()


def test_process(process, place):
    """By --pid, and by audit, which knows it by its program's file."""
    assert at(read(f"--pid={process}"), "devices.0.address") == "0000:01:00.0"
    done = run("audit", "-j", f"--root={place.host(intel(46, 39))}")
    row, = (row for row in json.loads(done.stdout) if row["pid"] == process)
    assert row["verdict"] == "unsafe" and row["why"].startswith("R4 0000:01:00.0") and done.returncode == 3
