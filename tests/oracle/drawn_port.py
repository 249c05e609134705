"""Devices, ports, bridges and expanders drawn on the buses of a machine, many of them on a place that another has."""
import json

PLAIN = ["virtio-rng-pci", "virtio-net-pci-transitional", "virtio-scsi-pci", "e1000", "e1000e", "rtl8139", "qemu-xhci", "edu", "bochs-display",
         "intel-hda", "lsi", "ich9-ahci", "usb-ehci", "pci-testdev", "pcnet", "secondary-vga"]
PORTS = ["pcie-root-port"] * 6 + ["ioh3420", "ioh3420", "xio3130-downstream"]
BRIDGES = ["pci-bridge", "pci-bridge", "pcie-pci-bridge", "i82801b11-bridge", "x3130-upstream"]
SLOTS = ["0", "1", "2", "3", "3", "4", "4", "0x5", "5", "1d", "1e", "1f", "0x1f", "20"]
EXPANDERS = {"q35": ["pxb-pcie"] * 5 + ["pxb"], "pc": ["pxb"] * 5 + ["pxb-pcie"], "microvm": ["pxb-pcie"]}


def base(rng):
    kind = rng.choice(["q35"] * 6 + ["pc"] * 4 + ["microvm"])
    if kind == "microvm":
        return kind, kind + rng.choice([",pcie=on"] * 4 + [""])
    text = kind
    for property, value in (("usb", "on"), ("acpi", "off"), ("sata", "off"), ("smbus", "off")):
        if rng.random() < 0.12:
            text += f",{property}={value}"
    return kind, text


def numbers(rng, driver):
    """A chassis of its own as often as not one of two or three."""
    if driver == "pci-bridge":
        return {"chassis_nr": rng.choice([1, 1, 2, 3, 0, 256])} if rng.random() < 0.9 else {}
    if driver.startswith("pxb"):
        return {"bus_nr": rng.choice([10, 20, 20, 0, 256])} if rng.random() < 0.95 else {}
    if driver not in PORTS:
        return {}
    said = {}
    if rng.random() < 0.93:
        said["chassis"] = rng.choice([*range(1, 30)] * 3 + [0, 256])
    if rng.random() < 0.3:
        said["slot"] = rng.choice([0, 1, 2, 3, 65535, 65536])
    return said


def place(rng, root, ids):
    said = {}
    if rng.random() < 0.5:
        said["bus"] = rng.choice([root] * 8 + ids * 2 + ["pci.0", "pcie.0", "nope", "d9", "d2"])
    if rng.random() < 0.45:
        said["addr"] = rng.choice(SLOTS[1:] if rng.random() < 0.9 else SLOTS) + rng.choice(["", "", "", ".0", ".1", ".2", ".0x3", ".8"])
    if rng.random() < 0.3:
        said["multifunction"] = rng.choice(["on", "on", "off"])
    return said


def device(rng, kind, root, ids):
    """The driver and what is said of it."""
    roll = rng.random()
    driver = rng.choice(PLAIN if roll < 0.4 else PORTS if roll < 0.8 else BRIDGES if roll < 0.95 else EXPANDERS[kind])
    said = {"id": f"d{len(ids)}"} if rng.random() < 0.8 else {}
    if ids and rng.random() < 0.02:
        said["id"] = rng.choice(ids)
    said |= numbers(rng, driver) | place(rng, root, ids)
    return driver, said


def words_of(rng, driver, said, as_json):
    if not as_json:
        spelled = {key: hex(value) if isinstance(value, int) and rng.random() < 0.2 else value for key, value in said.items()}
        return ",".join([driver, *(f"{key}={value}" for key, value in spelled.items())])
    typed = {key: value == "on" if key == "multifunction" else value for key, value in said.items()}
    if "addr" in typed:
        typed["addr"] = "0x" + typed["addr"].removeprefix("0x")
    return json.dumps({"driver": driver, **typed})


def ports(rng, judge):
    kind, name = base(rng)
    root = "pci.0" if kind == "pc" else "pcie.0"
    words, ids = ["-M", name], []
    if rng.random() < 0.15 and kind != "microvm":
        words += ["-display", "none", *rng.choice([[], ["-vga", "none"], ["-nic", "none"], ["-vga", "none", "-nic", "none"]])]
    if rng.random() < 0.06:
        # As many as there are slots, about.
        count = rng.randint(26, 32)
        return words + [word for i in range(count) for word in ("-device", f"pcie-root-port,chassis={i + 1},bus={root}")]
    mixed = judge.version >= (6, 2) and rng.random() < 0.2
    for _ in range(rng.randint(1, 6)):
        driver, said = device(rng, kind, root, ids)
        ids += [said["id"]] if "id" in said else []
        words += ["-device", words_of(rng, driver, said, mixed and rng.random() < 0.5)]
    if rng.random() < 0.05:
        words += ["-global", "pcie-root-port.x-speed=8"]
    return words
