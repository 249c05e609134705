"""Guests of QEMU's virt machine as command lines, on arm64 hosts: what starts, what is left out, where BARs go. What is expected was
seen with QEMU, AAVMF and Linux, or with VFIO."""
import json

import pytest

from guests import intel
from hosts_arm import arm64_no_el2, raspberry_like
from place import Place, rules, run
from test_arm64_hosts import RMR, host
from tree import MSI_WINDOW

CODE = "-drive if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF_CODE.fd"
VFIO = "-device vfio-pci,host=0000:00:01.0"


def bar(size, number=0):
    """A port with a 64-bit BAR of that size behind it."""
    return (f"-device pcie-root-port,id=p{number},chassis={number + 1} -object memory-backend-ram,id=m{number},size={size} "
            f"-device ivshmem-plain,memdev=m{number},bus=p{number}")


def check(place, build, machine, options, qemu="10.0", program="qemu-system-aarch64", accelerator="-accel kvm -cpu host"):
    place.path.mkdir(exist_ok=True)
    path = place.path / "guest.sh"
    path.write_text(f"{program} -M {machine} {accelerator} {options}\n", encoding="utf-8")
    done = run("check", path, f"--root={place.host(build)}", f"--qemu={qemu}", "-j")
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def limit(bits):
    def build(t):
        host()(t)
        t.write("hawd/kvm", f"api-version 12\ncapability 165 {bits}\n")
    return build


@pytest.mark.parametrize("build,machine,options,qemu,unsafe", [
    # Firmware reserves 1 MiB at 0x50000000, and this kernel assigns the device.
    (host("6.1.0", (MSI_WINDOW, RMR)), "virt-7.2", f"-m 128M {VFIO}", "7.2", []),
    (host("6.1.0", (MSI_WINDOW, RMR)), "virt-7.2", f"-m 512M {VFIO}", "7.2", ["R6"]),
    (host(), "virt-10.0,gic-version=3,iommu=smmuv3", f"-m 4G {VFIO}", "10.0", ["R5"]),
    (host(), "virt-10.0,gic-version=3", f"-m 4G -device virtio-iommu-pci,aw-bits=39 {VFIO}", "10.0", []),
    (host(), "virt-10.0,gic-version=3", f"-m 4G -device virtio-iommu-pci {VFIO}", "10.0", []),
])
def test_devices(place, build, machine, options, qemu, unsafe):
    assert rules(check(place, build, machine, f"{options} {CODE}", qemu), "unsafe") == unsafe


@pytest.mark.parametrize("memory,unsafe", [("128M", []), ("129M", ["R6"])])
def test_memory_from_0(place, memory, unsafe):
    """An emulated x86 guest: its memory meets the addresses of interrupts at 128 MiB."""
    answer = check(place, host(), "q35", f"-m {memory} {VFIO}", program="qemu-system-x86_64", accelerator="")
    assert rules(answer, "unsafe") == unsafe


@pytest.mark.parametrize("bits,machine,options,verdict,first", [
    (40, "virt-10.0", "-m 510G", "safe", None),
    (40, "virt-10.0", "-m 600G", "warning", "64-bit PCI window"),
    (40, "virt-10.0", "-m 1023G", "warning", "high PCI configuration space"),
    (40, "virt-10.0", "-m 1024G", "unsafe", "does not start"),
    (40, "virt-10.0", "-m 4G,maxmem=1000G,slots=8", "warning", "64-bit PCI window"),
    (40, "virt-10.0,highmem-mmio-size=1T", "-m 4G", "warning", "64-bit PCI window"),
    (44, "virt-10.0,highmem-mmio-size=16T", "-m 4G", "warning", "64-bit PCI window"),
    (44, "virt-10.0,highmem=off", "-m 4G", "unsafe", "does not start"),
    (52, "virt-10.0", "-m 600G", "safe", None),
])
def test_left_out(place, bits, machine, options, verdict, first):
    """What QEMU leaves out without a word is what is said first."""
    answer = check(place, limit(bits), machine, f"{options} {CODE}")
    assert answer["verdict"] == verdict, answer
    if first:
        assert answer["findings"][0]["rule"] == "R1" and any(first in f["summary"] for f in answer["findings"])


@pytest.mark.parametrize("machine,options,unsafe,bars", [
    ("virt", f"-m 4G {bar('16G')} {bar('1G', 1)}", [], ["0x8000000000", "0x8400000000"]),
    ("virt-10.0", f"-m 4G {bar('256G')} {bar('256G', 1)}", [], ["0x8000000000", "0xc000000000"]),
    ("virt-10.0,highmem-mmio=off", f"-m 4G {bar('16G')}", ["R7"], []),
    ("virt-10.0", f"-m 600G {bar('16G')} {bar('512M', 1)}", ["R1", "R7"], []),
    ("virt-10.0,highmem-mmio=off", f"-m 4G {bar('256M')}", [], []),
    ("virt-10.0,highmem-mmio=off", f"-m 4G {bar('512M')}", ["R7"], []),
])
def test_bars(place, machine, options, unsafe, bars):
    answer = check(place, limit(40), machine, f"{options} {CODE}")
    assert rules(answer, "unsafe") == unsafe
    assert [r["start"] for r in answer["layout"]["ranges"] if r["kind"] == "bar" and int(r["start"], 16) >= 1 << 32] == bars


@pytest.mark.parametrize("qemu,machine,said", [
    ("7.2", "virt-10.0", "virt-10.0"), ("11.1", "virt-5.1", "virt-5.1"), ("11.1", "virt-2.12", "virt-2.12"), ("10.0", "virt-2.5", "virt-2.5"),
    ("7.2", "virt-7.2", None), ("11.1", "virt-5.2", None), ("10.0", "virt-2.6,gic-version=3", None),
])
def test_machine_types(place, qemu, machine, said):
    """As "-M help" of that release has them."""
    answer = check(place, limit(40), machine, f"-m 4G {CODE}", qemu)
    assert rules(answer, "unsafe") == (["R1"] if said else [])
    if said:
        assert said in answer["findings"][0]["summary"] + answer["findings"][0]["numbers"]


def part(midr):
    def build(t):
        host()(t)
        midrs = midr if isinstance(midr, list) else [midr]
        t.cpuinfo_arm(midr, 2)
        t.midr(midrs[0], 2)
    return build


@pytest.mark.parametrize("build,model,verdict,missing", [
    (host(), "host", "safe", []),
    (host(), "max", "safe", []),
    (host(), "cortex-a15", "unsafe", []),
    (host(), "cortex-a72", "unsafe", []),
    (host(), "neoverse-n1", "unsafe", []),
    # Cortex-A57 of ARM is 0x41, 0xd07 (r1p3); Neoverse N1 0xd0c.
    (part(0x411FD073), "cortex-a57", "safe", []),
    (part(0x413FD0C1), "cortex-a57", "unsafe", []),
    (part(0x413FD0C1), "cortex-a53", "unsafe", []),
    # A virtual CPU may start on either kind.
    (part([0x411FD073, 0x410FD034]), "cortex-a57", "warning", ["whether the host's CPU is a cortex-a57, as the guest's"]),
])
def test_cpu_models(place, build, model, verdict, missing):
    """target/arm/kvm.c: kvm_arch_init_vcpu() has targets for few models besides the host's."""
    answer = check(place, build, "virt-10.0", f"-m 4G {CODE}", accelerator=f"-accel kvm -cpu {model}")
    assert (answer["verdict"], answer["missing"]) == (verdict, missing)
    assert rules(answer, "unsafe") == (["R1"] if verdict == "unsafe" else [])


def controller(name):
    def build(t):
        raspberry_like(t)
        t.chip(9, name)
    return build


GICV2, GICV3, NO_GIC = controller("GICv2"), controller("GICv3"), controller("AIC")


@pytest.mark.parametrize("build,machine,verdict", [
    (GICV2, "virt-10.0", "safe"), (GICV2, "virt-10.0,gic-version=2", "safe"), (GICV2, "virt-10.0,gic-version=host -smp 8", "safe"),
    (GICV2, "virt-10.0,gic-version=3", "unsafe"), (GICV2, "virt-10.0 -smp 9", "unsafe"),
    (GICV2, "virt-10.0,gic-version=max -smp 1,maxcpus=9", "unsafe"), (GICV2, "virt-10.0,gic-version=host -smp 12", "unsafe"),
    (controller("GIC-0"), "virt-10.0,gic-version=3", "unsafe"),
    (GICV3, "virt-10.0,gic-version=3 -smp 12", "safe"), (GICV3, "virt-10.0,gic-version=host -smp 12", "safe"),
    (GICV3, "virt-10.0 -smp 12", "safe"), (GICV3, "virt-10.0,gic-version=2", "warning"),
    (NO_GIC, "virt-10.0", "safe"), (NO_GIC, "virt-10.0,gic-version=host -smp 4", "safe"), (NO_GIC, "virt-10.0,gic-version=3", "warning"),
    (NO_GIC, "virt-10.0 -smp 12", "warning"), (NO_GIC, "virt-10.0,gic-version=2", "warning"), (controller("GIC-1"), "virt-10.0 -smp 9", "warning"),
])
def test_interrupt_controller(place, build, machine, verdict):
    """KVM has the host's version; a GICv2 (Raspberry Pi: GIC-400) has 8 CPUs. QEMU, finalize_gic_version()."""
    answer = check(place, build, machine, "-m 1G -kernel Image")
    assert answer["verdict"] == verdict, answer
    assert rules(answer, "unsafe") == (["R1"] if verdict == "unsafe" else [])
    assert bool(answer["missing"]) == (verdict == "warning")


@pytest.mark.parametrize("here,there,machine,live", [
    (GICV2, GICV2, "virt-10.0,gic-version=max", "safe"), (GICV2, GICV3, "virt-10.0,gic-version=max", "unsafe"),
    (GICV3, GICV2, "virt-10.0,gic-version=host", "unsafe"), (GICV3, GICV2, "virt-10.0", "warning"), (GICV3, GICV3, "virt-10.0", "safe"),
    (GICV3, NO_GIC, "virt-10.0", "warning"), (GICV3, GICV2, "virt-10.0,gic-version=3", "unsafe"), (GICV3, GICV2, "virt-10.0 -smp 9", "unsafe"),
    (GICV3, arm64_no_el2, "virt-10.0", "unsafe"),
])
def test_another_interrupt_controller(place, here, there, machine, live):
    """QEMU 10.0 with gic-version=2 saved, 3 loaded: "Unknown savevm section or instance 'arm_gic' 0"."""
    place.path.mkdir(exist_ok=True)
    guest = place.path / "guest.sh"
    guest.write_text(f"qemu-system-aarch64 -M {machine} -accel kvm -cpu host -m 1G -kernel Image\n", encoding="utf-8")
    done = run("check", guest, f"--root={place.host(here)}", f"--for={place.host(there, 'there')}", "--qemu=10.0", "-j")
    answer, = json.loads(done.stdout)["targets"]
    assert answer["live"]["verdict"] == live, answer


@pytest.mark.parametrize("size,remedy", [("0", None), ("512", "512G"), ("3G", "512G"), ("600G", "1024G")])
def test_window_sizes(place, size, remedy):
    """A power of two, and at least 512 GiB: the least that is enough is proposed."""
    answer = check(place, limit(48), f"virt-10.0,highmem-mmio-size={size}", f"-m 4G {CODE}")
    assert rules(answer, "unsafe") == ["R1"]
    assert remedy is None or f"highmem-mmio-size={remedy}" in json.dumps(answer["plan"])


N1, NEWER = part(0x413FD0C1), part(0x410FD840)  # Neoverse V3, which may have memory tagging


# Each was started with QEMU of that release, without KVM and in an emulated host with it; "warning": what decides is not known.
@pytest.mark.parametrize("build,qemu,accelerator,machine,verdict", [
    (N1, "10.0", "-cpu max", "virt,mte=on", "safe"),
    (N1, "10.0", "-cpu cortex-a710", "virt,mte=on", "safe"),
    (N1, "10.0", "-cpu neoverse-n2", "virt,mte=on", "safe"),
    *((N1, "10.0", f"-cpu {model}", "virt,mte=on", "unsafe") for model in
      ("cortex-a15", "cortex-a53", "cortex-a55", "cortex-a57", "cortex-a72", "cortex-a76", "a64fx", "neoverse-n1", "neoverse-v1")),
    (N1, "10.0", "-accel kvm -cpu host", "virt,mte=on", "unsafe"),
    (NEWER, "10.0", "-accel kvm -cpu host", "virt,mte=on", "warning"),
    (NEWER, "7.2", "-accel kvm -cpu host", "virt-7.2,mte=on", "unsafe"),
    (N1, "10.0", "-accel kvm -cpu host", "virt,virtualization=on", "unsafe"),
    (N1, "7.2", "-accel kvm -cpu host", "virt,virtualization=on", "unsafe"),
    (N1, "11.1", "-accel kvm -cpu host", "virt,virtualization=on", "warning"),
    (N1, "10.0", "-cpu max", "virt,virtualization=on,gic-version=max -smp 317", "safe"),
    (N1, "10.0", "-cpu max", "virt,virtualization=on,gic-version=max -smp 318", "unsafe"),
    (N1, "10.0", "-cpu max", "virt,virtualization=on,gic-version=max,highmem-redists=off -smp 61", "safe"),
    (N1, "10.0", "-cpu max", "virt,virtualization=on,gic-version=max,highmem-redists=off -smp 62", "unsafe"),
    (N1, "10.0", "-cpu max", "virt,gic-version=max -smp 400", "safe"),
    (N1, "10.0", "-cpu max", "virt,gic-version=2,its=on", "safe"),
    (N1, "11.1", "-cpu max", "virt,gic-version=2,its=on", "unsafe"),
    (N1, "11.1", "-cpu max", "virt,its=on", "unsafe"),
    (N1, "11.1", "-cpu max", "virt,its=on -smp 9", "safe"),
    (N1, "11.1", "-cpu max", "virt,gic-version=2,msi=its", "unsafe"),
    (N1, "5.2", "-cpu cortex-a53", "virt-2.7,its=off", "unsafe"),
    (N1, "5.2", "-cpu cortex-a53", "virt-2.8,its=off", "safe"),
    (N1, "7.2", "-cpu cortex-a53", "virt-2.7,its=off", "safe"),
    (N1, "5.2", "-cpu cortex-a53", "virt,gic-version=3 -smp 1,maxcpus=200", "safe"),
    (N1, "5.2", "-cpu cortex-a53", "virt,gic-version=3 -smp 124", "unsafe"),
    (N1, "5.2", "-cpu max", "virt -device virtio-iommu-pci -device virtio-iommu-pci", "safe"),
    (N1, "7.2", "-cpu max", "virt -device virtio-iommu-pci -device virtio-iommu-pci", "unsafe"),
    (N1, "10.0", "-cpu max", "virt -device arm-smmuv3,primary-bus=pcie.0", "unsafe"),
    (N1, "11.1", "-cpu max", "virt -device arm-smmuv3,primary-bus=pcie.0", "safe"),
    (N1, "5.2", "-cpu max", "virt -device pxb-pcie,id=x,bus_nr=8", "unsafe"),
    (N1, "7.2", "-cpu max", "virt -device pxb-pcie,id=x,bus_nr=32", "safe"),
    # ECAM from 0x3f000000 to 0x3fffffff, 1 MiB each: buses 0 to 15.
    (N1, "7.2", "-cpu max", "virt,highmem=off -device pxb-pcie,id=x,bus_nr=32 -device pcie-root-port,bus=x,chassis=3", "unsafe"),
    (N1, "10.0", "-cpu max", "virt,highmem-ecam=off -device pxb-pcie,id=x,bus_nr=15 -device pcie-root-port,bus=x,chassis=3", "unsafe"),
    (N1, "10.0", "-cpu max", "virt,highmem-ecam=off -device pxb-pcie,id=x,bus_nr=14 -device pcie-root-port,bus=x,chassis=3", "safe"),
])
def test_starts(place, build, qemu, accelerator, machine, verdict):
    answer = check(place, build, machine, "-m 1G -kernel Image", qemu, accelerator=accelerator)
    assert answer["verdict"] == verdict, (answer["findings"], answer["missing"])
    assert bool(answer["missing"]) == (verdict == "warning")


# "-cpu help" of each release.
MODELS = {"5.2": "cortex-a15 cortex-a53 cortex-a57 cortex-a7 cortex-a72 max",
          "7.2": "a64fx cortex-a15 cortex-a35 cortex-a53 cortex-a57 cortex-a7 cortex-a72 cortex-a76 max neoverse-n1"}
MODELS["10.0"] = MODELS["7.2"] + " cortex-a55 cortex-a710 neoverse-n2 neoverse-v1"
MODELS["11.1"] = MODELS["10.0"]


@pytest.mark.parametrize("qemu", MODELS)
def test_models_of_a_release(place, qemu):
    """QEMU: unable to find CPU model."""
    root = f"--root={place.host(limit(48))}"
    found = [model for model in sorted(MODELS["11.1"].split())
             if run("check", root, f"--qemu={qemu}", "--", *f"qemu-system-aarch64 -M virt -cpu {model} -m 1G -kernel Image".split()).returncode == 0]
    assert found == sorted(MODELS[qemu].split())


@pytest.mark.parametrize("machine,n,unsafe", [
    ("virt-10.0,gic-version=3", 1, []), ("virt-10.0,gic-version=3", 2, ["R1"]), ("virt-10.0,gic-version=3,iommu=smmuv3", 1, ["R1"]),
])
def test_two_iommus(place, machine, n, unsafe):
    """QEMU: virt machine does not support multiple IOMMUs."""
    assert rules(check(place, limit(40), machine, f"-m 4G {CODE}" + n * " -device virtio-iommu-pci"), "unsafe") == unsafe


# ── what is said first, and what stays ────────────────────────────────────────────────────────────────────

def words(place, build, line, *more):
    place.path.mkdir(exist_ok=True)
    path = place.path / "guest.sh"
    path.write_text(f"{line}\n", encoding="utf-8")
    return run("check", path, f"--root={place.host(build)}", "--qemu=10.0", *more, COLUMNS="80").stdout


@pytest.mark.parametrize("line", ["qemu-system-aarch64 -M virt -cpu nonsense -m 4G", "qemu-system-aarch64 -M virt -accel hvf -cpu nonsense -m 4G"])
def test_unknown_width(place, line):
    """Unknown is not zero."""
    assert words(place, limit(40), line).splitlines()[0] == "WARNING  the guest on arm: unknown address width"


def test_the_window_is_kept_where_it_can_be(place):
    """511 GiB end at 2^39: without the two regions before the window, it has the second half of 40 bits. QEMU 10.0 was asked. Of 600 GiB no room is left: the map is
    the same with and without the change, and the plan says what the guest does not have."""
    plan = check(place, limit(40), "virt-10.0", f"-m 511G {CODE}")["plan"]
    assert plan["verdict"] == "safe" and "highmem-ecam=off" in plan["option"] and "highmem-redists=off" in plan["option"] and "highmem-mmio" not in plan["option"]
    plan = check(Place(place.path / "600"), limit(40), "virt-10.0", f"-m 600G {CODE}")["plan"]
    assert "highmem-mmio=off" in plan["option"] and plan["changes"] == ["start the guest without a 64-bit PCI window"]


def migration(place, source, target, line, qemu="10.0"):
    place.path.mkdir(exist_ok=True)
    path = place.path / "guest.sh"
    path.write_text(f"{line}\n", encoding="utf-8")
    done = run("check", path, f"--root={place.host(source)}", f"--for={place.host(target, 'target')}", f"--qemu={qemu}", "-j")
    return json.loads(done.stdout)["targets"][0]


def test_before_7_0_the_whole_map_counts(place):
    """600 GiB end below 2^40, the window behind them at 2^40 + 2^39: 41 bits."""
    live = migration(place, limit(48), limit(40), "qemu-system-aarch64 -M virt-6.2 -accel kvm -cpu host -m 600G", "6.2")["live"]
    finding, = (f for f in live["findings"] if "does not start" in f["summary"])
    assert "41 bits" in finding["numbers"] and "40" in finding["numbers"] and "last address" not in finding["numbers"]
    live = migration(Place(place.path / "10.0"), limit(48), limit(40), "qemu-system-aarch64 -M virt-10.0 -accel kvm -cpu host -m 1100G")["live"]
    finding, = (f for f in live["findings"] if "does not start" in f["summary"])
    assert finding["numbers"] == "the last address of its memory is 0x1133fffffff; 40 bits end at 0xffffffffff"


@pytest.mark.parametrize("source,target,line", [
    (intel(46, 48), limit(48), "qemu-system-x86_64 -M q35 -accel kvm -cpu host -m 4G"),
    (limit(48), intel(46, 48), "qemu-system-aarch64 -M virt -accel kvm -cpu host -m 4G"),
])
def test_another_architecture_is_all_there_is_to_say(place, source, target, line):
    answer = migration(place, source, target, line)
    for kind in ("live", "hotplug"):
        assert [(f["rule"], f["summary"]) for f in answer[kind]["findings"]] == [("R8", "the hosts have different architectures")] and not answer[kind]["missing"]
    assert [f["rule"] for f in answer["offline"]["findings"]] == ["R12"]


def test_without_kvm_the_architecture_does_not_matter(place):
    answer = migration(place, intel(46, 48), limit(48), "qemu-system-aarch64 -M virt -cpu max -m 4G")
    assert answer["live"]["verdict"] == "safe"
