"""Domains, by xml.etree and libvirt's documentation."""
import xml.etree.ElementTree as ElementTree

from field.real import GIB, KIB, MIB, TIB
from second_words import CommandLine, Refused, bar, firmware_of, machine

UNITS = {"": KIB, "b": 1, "bytes": 1, "k": KIB, "KiB": KIB, "KB": 1000, "M": MIB, "MiB": MIB, "MB": 10**6, "G": GIB, "GiB": GIB, "GB": 10**9,
         "T": TIB, "TiB": TIB, "TB": 10**12}
NAMESPACE = "{http://libvirt.org/schemas/domain/qemu/1.0}"


def amount(element):
    """QEMU is given whole MiB."""
    if element is None or not (element.text or "").strip().isdigit():
        raise Refused("no memory")
    return -(-int(element.text) * UNITS[element.get("unit", "")] // MIB) * MIB


def domain_cpu(root, state):
    cpu = root.find("cpu")
    if cpu is None:
        return
    mode = cpu.get("mode", "custom")
    model = cpu.find("model")
    state["cpu"] = {"host-passthrough": "host", "maximum": "max", "host-model": "host-model"}.get(mode, (model.text or "") if model is not None else "")
    if mode in ("host-passthrough", "maximum"):
        state["bits"] = "host"
    width = cpu.find("maxphysaddr")
    if width is not None and width.get("mode") == "passthrough":
        state |= {"bits": "host", "limit": int(width.get("limit", "0"))}
    elif width is not None:
        state["bits"] = int(width.get("bits"))


def domain_memory(root, state):
    state["ram"] = amount(root.find("memory"))
    cells = root.findall("cpu/numa/cell")
    if cells:
        state["ram"] = sum(int(cell.get("memory")) * UNITS[cell.get("unit", "")] for cell in cells)
    if root.find("maxMemory") is not None:
        state |= {"max": amount(root.find("maxMemory")), "slots": int(root.find("maxMemory").get("slots"))}


def domain_devices(root, state):
    ports = {c.get("index") for c in root.findall("devices/controller") if c.get("type") == "pci" and c.get("model") == "pcie-root-port"}
    hosts = root.findall("devices/hostdev") + [i for i in root.findall("devices/interface") if i.get("type") == "hostdev"]
    hosts.sort(key=list(root.find("devices")).index)
    for device in hosts:
        if device.get("type") == "mdev":
            state["mediated"] = state.get("mediated", 0) + 1
        elif device.tag == "interface" or device.get("type") == "pci":
            where = [int(device.find("source/address").get(key, "0"), 16) for key in ("domain", "bus", "slot", "function")]
            state["assigned"].append("{:04x}:{:02x}:{:02x}.{:x}".format(*where))
            bus = device.find("address")
            own = state["machine"].startswith(("q35", "pc-q35")) if bus is None else str(int(bus.get("bus"), 0)) in ports
            state["own"] = state.get("own", 0) + own
    for shared in root.findall("devices/shmem"):
        state["shared"].append(bar(int(shared.find("size").text) * UNITS[shared.find("size").get("unit")]))
    hole = root.find("devices/controller/pcihole64")
    if hole is not None:
        state["hole"] = int(hole.text) * UNITS[hole.get("unit", "")]
    iommu = root.find("devices/iommu")
    if iommu is not None:
        driver = iommu.find("driver")
        state |= {"viommu": iommu.get("model"), "aw": int(driver.get("aw_bits", "0")) if driver is not None else 0}


def domain_security(root, state):
    sev = root.find("launchSecurity")
    if sev is not None:
        es = sev.get("type") == "sev" and int(sev.find("policy").text, 0) & 4
        state |= {"confidential": "sev-es" if es else sev.get("type"), "reduced": int(sev.find("reducedPhysBits").text)}


def domain(text):
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as why:
        raise Refused(f"no XML: {why}") from why
    kind = root.find("os/type")
    if root.tag != "domain" or kind is None or kind.get("arch", "x86_64") not in ("x86_64", "i686"):
        raise Refused("no domain of an x86 machine")
    state = {"kvm": root.get("type") == "kvm", "machine": kind.get("machine", "pc"), "assigned": [], "shared": [], "cxl": []}
    domain_memory(root, state)
    domain_cpu(root, state)
    domain_devices(root, state)
    domain_security(root, state)
    loader = root.find("os/loader")
    if loader is not None and loader.text:
        state["firmware"] = firmware_of(loader.text)
    elif root.find("os").get("firmware") == "efi":
        state["firmware"] = "ovmf"
    words = [argument.get("value") for argument in root.findall(f"{NAMESPACE}commandline/{NAMESPACE}arg")]
    return machine(CommandLine(words, start=state).read() if words else state)
