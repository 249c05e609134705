"""QEMU's and Cloud Hypervisor's words, as a second reader of guests takes them: from QEMU's documentation, and nothing of hawd's."""
import json
import re

from field.real import GIB, KIB, MIB, TIB, Machine

QEMU = ("qemu-system-x86_64", "qemu-system-i386", "qemu-kvm", "kvm")
CLOUD = ("cloud-hypervisor", "cloud-hypervisor-static")
# The upstream release that a distribution's machine type was made from.
DISTRIBUTIONS = {"cosmic": "2.12", "focal": "4.2", "groovy": "5.0", "rhel7.3.0": "2.6", "rhel7.6.0": "2.12", "rhel8.4.0": "5.2", "rhel8.6.0": "6.2",
                 "rhel9.2.0": "7.2", "rhel9.4.0": "8.2"}


class Refused(Exception):
    """There is no machine in it, or none that can be told."""


def size(text, unit):
    """QEMU's: a number and a letter, of which capitals are small."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kKmMgGtT]?)", text)
    if not match:
        raise Refused(f"no size: {text!r}")
    scale = {"": unit, "k": KIB, "m": MIB, "g": GIB, "t": TIB}[match[2].lower()]
    return int(float(match[1]) * scale)


def pairs(text, implied):
    """{key: value} of "a,b=c,,d" or of JSON, whose quotes may be single ones; later keys win."""
    if text.startswith("{"):
        whole = json.loads(text.replace("'", '"'))
        return {key: ("on" if value is True else "off" if value is False else value if isinstance(value, dict) else str(value)) for key, value in whole.items()}
    found = {}
    for i, part in enumerate(re.split(r"(?<!,),(?!,)", text)):
        part = part.replace(",,", ",")
        if not part:
            continue
        key, equal, value = part.partition("=")
        if not equal and i == 0 and implied:
            key, value = implied, part
        elif not equal:
            value = "on"
        found.setdefault(key, value) if key == "driver" else found.__setitem__(key, value)
    return found


# Of the options that stand in the guests: those without a value.
ALONE = {"S", "s", "enable-kvm", "daemonize", "nodefaults", "no-user-config", "nographic", "usb", "snapshot", "no-reboot", "no-shutdown", "mem-prealloc",
         "no-acpi", "no-hpet", "nodefconfig", "localtime", "no-kvm-irqchip", "full-screen"}


def options(words):
    """(name, value) of each."""
    found, i = [], 0
    while i < len(words):
        word = words[i]
        i += 1
        if not word.startswith("-") or word == "-":
            continue
        name = word[2:] if word.startswith("--") else word[1:]
        if name in ALONE:
            found.append((name, ""))
        elif i == len(words):
            raise Refused(f"-{name} without a value")
        else:
            found.append((name, words[i]))
            i += 1
    return found


def firmware_of(path):
    name = path.rsplit("/", 1)[-1].lower()
    return "seabios" if name.startswith(("bios", "vgabios", "seabios")) else "ovmf" if re.search(r"ovmf|edk2|pure-efi|code", name) else ""


def bar(length):
    """A BAR is a power of two."""
    return 1 << (length - 1).bit_length()


class CommandLine:
    def __init__(self, words, kvm=False, start=None):
        self.list = options(words)
        self.state = start or {"kvm": kvm, "machine": "pc", "ram": 128 * MIB, "assigned": [], "shared": [], "cxl": []}
        self.objects = {o["id"]: o for o in self.of("object", "qom-type") if "id" in o}
        self.blocks = {b["node-name"]: b for b in self.of("blockdev", "driver") if "node-name" in b}
        self.ports = {d["id"] for d in self.of("device", "driver") if d["driver"] in ("pcie-root-port", "ioh3420", "xio3130-downstream") and "id" in d}
        # Proxmox's file of ports.
        if any(name == "readconfig" and "pve-q35" in value for name, value in self.list):
            self.ports |= {f"ich9-pcie-port-{n}" for n in range(1, 5)}

    def of(self, name, implied):
        return [pairs(value, implied) for found, value in self.list if found == name]

    def accelerator(self, names):
        self.state["kvm"] = names.split(":")[0] == "kvm"

    def machines(self):
        every = [(name, pairs(value, "type")) for name, value in self.list if name in ("machine", "M")]
        merged = {key: value for _, properties in every for key, value in properties.items()}
        if "type" in merged:
            self.state["machine"] = re.sub(r"\+pve\d+$", "", merged["type"])
        given = ["kvm" if name == "enable-kvm" else pairs(value, "type").get("accel") for name, value in self.list if name in ("enable-kvm", "machine", "M")]
        for names in filter(None, given):
            self.accelerator(names)
        backend = merged.get("memory-backend")
        if backend:
            self.state["ram"] = size(self.objects[backend]["size"], 1)
        for key in ("pflash0",):
            node = self.blocks.get(merged.get(key))
            if node:
                self.flash(self.blocks.get(node["file"], node) if isinstance(node["file"], str) else node["file"])
        guard = self.objects.get(merged.get("confidential-guest-support", merged.get("memory-encryption")))
        if guard:
            self.confidential(guard)
        for key, value in merged.items():
            if re.fullmatch(r"cxl-fmw\.\d+\.size", key):
                self.state["cxl"].append(size(value, 1))

    def flash(self, node):
        self.state.setdefault("firmware", firmware_of(node["filename"]))

    def confidential(self, guard):
        kind = guard["qom-type"].removesuffix("-guest")
        if kind == "sev" and int(guard.get("policy", "1"), 0) & 4:
            kind = "sev-es"
        self.state["confidential"] = kind
        self.state["reduced"] = int(guard.get("reduced-phys-bits", "0"))

    def memory(self):
        merged = {key: value for properties in self.of("m", "size") for key, value in properties.items()}
        if "size" in merged:
            self.state["ram"] = -(-size(merged["size"], MIB) // (8 * KIB)) * 8 * KIB
        if "maxmem" in merged:
            self.state |= {"max": size(merged["maxmem"], MIB), "slots": int(merged.get("slots", "0"))}

    def cpu(self, text):
        properties = pairs(text, "model")
        model = self.state["cpu"] = properties.pop("model")
        for key in ("bits", "limit", "guest_bits"):
            self.state.pop(key, None)
        host = properties.get("host-phys-bits", "on" if model in ("host", "max") else "off") in ("on", "true") and self.state["kvm"]
        if host:
            self.state["bits"] = "host"
            self.state["limit"] = int(properties.get("host-phys-bits-limit", "0"), 0)
        elif int(properties.get("phys-bits", "0"), 0):
            self.state["bits"] = int(properties["phys-bits"], 0)
        self.state["guest_bits"] = int(properties.get("guest-phys-bits", "0"))

    def device(self, device):
        driver = device["driver"]
        if driver.startswith("vfio-pci"):
            self.assigned(device)
        elif driver in ("intel-iommu", "amd-iommu", "virtio-iommu-pci"):
            self.state |= {"viommu": driver.split("-")[0], "aw": int(device.get("aw-bits", device.get("x-aw-bits", "0")))}
        elif driver == "ivshmem-plain":
            self.state["shared"].append(bar(size(self.objects[device["memdev"]]["size"], 1)))

    def assigned(self, device):
        path = device.get("sysfsdev", "").rsplit("/", 1)[-1]
        if path == "@host@":
            raise Refused("the host answers it")
        host = device.get("host", path if re.fullmatch(r"[0-9a-f:]+\.[0-7]", path) else None)
        if not host:
            self.state["mediated"] = self.state.get("mediated", 0) + 1
            return
        match = re.fullmatch(r"(?:([0-9a-fA-F]{4}):)?([0-9a-fA-F]{2}):([0-9a-fA-F]{2})\.([0-7])", host)
        if not match or int(match[3], 16) > 31:
            raise Refused(f"no address: {host}")
        self.state["assigned"].append(f"{match[1] or '0000'}:{match[2]}:{match[3]}.{match[4]}".lower())
        self.state["own"] = self.state.get("own", 0) + (device.get("bus") in self.ports)

    def read(self):
        self.machines()
        for name, value in self.list:
            if name == "accel":
                self.accelerator(value.split(",")[0])
                break
        if any(name == "m" for name, _ in self.list):
            self.memory()
        for name, value in self.list:
            if name == "cpu":
                self.cpu(value)
            elif name == "device":
                self.device(pairs(value, "driver"))
        self.files()
        for setting in self.of("global", None):
            for key, value in setting.items():
                if key.endswith("pcihost.pci-hole64-size"):
                    self.state["hole"] = size(value, 1)
        return self.state

    def files(self):
        for drive in self.of("drive", None):
            if drive.get("if") == "pflash" and drive.get("unit", "0") == "0":
                self.state.setdefault("firmware", firmware_of(drive["file"]))
        for name, value in self.list:
            if name == "pflash":
                self.state.setdefault("firmware", firmware_of(value))
            elif name == "bios":
                self.state.setdefault("firmware", firmware_of(value))
        for entry in self.of("fw_cfg", "name"):
            if entry.get("name") == "opt/ovmf/X-PciMmio64Mb":
                self.state["mmio64"] = int(entry["string"])


def cloud(words):
    """--memory size=; the rest moves no address in these guests."""
    state = {"kvm": True, "machine": "cloud-hypervisor", "ram": 512 * MIB, "assigned": [], "shared": [], "cxl": []}
    for i, word in enumerate(words):
        if word == "--memory":
            state["ram"] = size(pairs(words[i + 1], None)["size"], 1)
    return state


def program(word):
    name = word.rsplit("/", 1)[-1]
    return next((known for known in QEMU + CLOUD if name == known or (known in QEMU[:2] and name.startswith(known + "."))), None)


def words_to_machine(words):
    """From the program on, which sudo and settings may stand before."""
    for i, word in enumerate(words):
        name = program(word)
        if name in CLOUD:
            return machine(cloud(words[i + 1:]))
        if name:
            return machine(CommandLine(words[i + 1:], name in ("qemu-kvm", "kvm")).read())
    raise Refused("no QEMU in it")


def machine(state):
    version = re.fullmatch(r"pc-(q35|i440fx)-(.*)", state["machine"])
    if version and not re.fullmatch(r"\d+\.\d+", version[2]):
        known = DISTRIBUTIONS.get(version[2])
        state["machine"] = f"pc-{version[1]}-{known}" if known else {"i440fx": "pc"}.get(version[1], version[1])
    if state["machine"] not in ("pc", "q35", "microvm", "cloud-hypervisor") and not version:
        raise Refused(f"no PC: {state['machine']}")
    return Machine(**{key: tuple(value) if isinstance(value, list) else value for key, value in state.items() if value is not None})
