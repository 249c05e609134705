"""Machines drawn at random along what a start may be refused for: each as QEMU's options, most of them near a limit. Nothing
of them is ever touched, so that memory costs nothing."""
import drawn_port
import drawn_sev
from drawn_machine import GIB, MIB, MODELS_32, MODELS_64

KINDS = {"q35": "pc-q35", "pc": "pc-i440fx"}
ADJECTIVES = ["bionic", "focal", "jammy", "noble", "noble-hpb", "rhel7.6.0", "rhel9.2.0", "rhel9.4.0"]


def backend(judge, name, size, kind="memory-backend-ram"):
    reserve = ",reserve=off" if judge.version >= (6, 1) else ""
    return ["-object", f"{kind},id={name},size={size}{reserve}"]


def machine(rng, judge):
    """One of its own, as often as not from before mem= went."""
    old = [name for name, version in judge.machines() if tuple(map(int, version.split(".")))[:2] < (5, 1)]
    kind, version = rng.choice([(k, v) for k, v in judge.machines() if not old or rng.random() < 0.5 or k in old])
    return f"{KINDS[kind]}-{version}"


def numa(rng, judge):
    """Nodes by memdev= or mem= (or both), whose sum is the machine's memory, or is not."""
    sizes = [rng.choice([1, 2, 3, 8]) * rng.choice([128 * MIB, 512 * MIB, 1 * GIB]) for _ in range(rng.randint(1, 4))]
    total, by = sum(sizes), rng.choice(["memdev", "memdev", "mem", "both"] if len(sizes) > 1 else ["memdev", "mem"])
    types = [f"{KINDS[kind]}-{version}" for kind, version in judge.machines()]
    old = [name for name in types if tuple(map(int, name.split("-")[2].split(".")))[:2] < (5, 1)]
    name = rng.choice(old if old and rng.random() < 0.6 else types)
    words = []
    ram = rng.choice([total] * 5 + [total + MIB, max(MIB, total - 128 * MIB), 128 * MIB, None])
    if rng.random() < 0.15:
        name += ",memory-backend=m"
        words += backend(judge, "m", rng.choice([total, ram or total]))
    if ram is not None:
        words += ["-m", f"size={ram}B"]
    for i, size in enumerate(sizes):
        node = "node"
        if rng.random() < 0.1:
            node += f",nodeid={rng.choice([i, i, i + 1, 127, 128])}"
        which = by if by != "both" else rng.choice(["memdev", "mem"])
        if rng.random() < 0.05:
            words += ["-numa", node]
        elif which == "mem":
            words += ["-numa", f"{node},mem={size >> 20}" + rng.choice(["", "M"])]
        else:
            words += backend(judge, f"n{i}", size)
            words += ["-numa", f"{node},memdev=n{rng.choice([i] * 19 + [0])}"]
    return ["-M", name, *words]


def cpu(rng, judge):
    """Models without long mode, and with it; what may be said of their widths."""
    text = rng.choice(MODELS_32 if rng.random() < 0.6 else MODELS_64)
    if rng.random() < 0.15:
        text += rng.choice([",lm=off", ",lm=on", ",-lm"])
    if rng.random() < 0.4:
        text += f",phys-bits={rng.choice([0, 32, 36, 40, 42, 46, 52])}"
    if rng.random() < 0.3:
        text += ",host-phys-bits=" + rng.choice(["on", "off"])
    if rng.random() < 0.2:
        text += f",host-phys-bits-limit={rng.choice([0, 20, 39, 46])}"
    if judge.version >= (9, 1) and rng.random() < 0.3:
        text += f",guest-phys-bits={rng.choice([31, 32, 36, 40, 41, 46, 52])}"
    return ["-M", rng.choice(["q35", "pc"]), "-m", "1G", "-cpu", text]


def machines(rng, judge):
    """Names of machine types, of all releases that were and of some that were not."""
    kind = rng.choice(["pc-q35", "pc-q35", "pc-i440fx", "pc-i440fx", "pc"])
    if kind == "pc":
        name = rng.choice([f"pc-1.{rng.randint(0, 3)}", f"pc-0.{rng.randint(9, 16)}"])
    elif rng.random() < 0.15:
        name = f"{kind}-{rng.choice(ADJECTIVES)}"
    else:
        major = rng.choice([judge.version[0]] * 3 + list(range(1, 14)))
        # Before 1.4 the types had short names: above.
        name = f"{kind}-{major}.{rng.randint(4 if major == 1 else 0, 13 if major == 2 else 7 if major == 1 else 3)}"
    if rng.random() < 0.05:
        name = rng.choice(["pc-q35-4.0.1", "pc-i440fx-4.0.1", "pc-q35-7.2.1"])
    return ["-M", name, "-m", "256M"]


def module(rng, judge, i, room):
    """One memory device with what it is made of."""
    kind = rng.choice(["pc-dimm", "pc-dimm", "virtio-mem-pci", "virtio-mem-pci", "nvdimm", "virtio-pmem-pci"])
    size = rng.choice([1, 2, 3, 4, 8, 12]) * rng.choice([128 * MIB, 256 * MIB, 1 * GIB])
    if rng.random() < 0.2:
        size = room if room > 0 else size
    if rng.random() < 0.06:
        size += MIB
    words = f"{kind},memdev=d{i},id=v{i}"
    if kind == "virtio-mem-pci":
        block = rng.choice([None, None, MIB, 2 * MIB, 4 * MIB, 128 * MIB, 1 * GIB, 3 * MIB, 512 * 1024])
        words += f",block-size={block}" if block else ""
        if rng.random() < 0.5:
            words += f",requested-size={rng.choice([0, MIB, 128 * MIB, 1 * GIB, size, 2 * size])}"
    return size, kind, [*backend(judge, f"d{i}", size), "-device", words]


def modules(rng, judge):
    """DIMMs, NVDIMMs, virtio-mem and virtio-pmem in a hot-plug region that has room for them, or has not."""
    ram = rng.choice([512 * MIB, 1 * GIB, 5 * GIB])
    room = rng.choice([0, 1, 2, 4, 8, 16]) * rng.choice([256 * MIB, 1 * GIB])
    slots = rng.choice([0, 1, 2, 3, 16, 256])
    words, left, nvdimm = [], room, False
    for i in range(rng.randint(1, 4)):
        size, kind, more = module(rng, judge, i, left)
        words, left, nvdimm = words + more, left - size, nvdimm or kind == "nvdimm"
    memory = f"size={ram}B"
    if room or rng.random() < 0.2:
        memory += f",maxmem={ram + room}B"
        memory += f",slots={slots}" if slots and (room or rng.random() < 0.2) else ""
    return ["-M", rng.choice(["q35", "pc"]) + (",nvdimm=on" if nvdimm else ""), "-m", memory, *words]


AXES = {"numa": numa, "cpu": cpu, "machines": machines, "modules": modules, "ports": drawn_port.ports, "sev": drawn_sev.sev}
