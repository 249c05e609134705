"""A remedy put into the guest in its own form, as its reader would: elements of a domain in place of those that are there, options in
place of those of the same name, Proxmox's words into the command line that qm makes of them."""
import copy
import json
import re
import shlex
import xml.etree.ElementTree as ET

MIB = 1 << 20
QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"
ET.register_namespace("qemu", QEMU)


# ── hawd's own JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────

def width(document, number, mode):
    cpu = document.setdefault("cpu", {})
    cpu.pop("hostPhysBitsLimit", None)
    if mode == "limit":
        cpu |= {"physBits": "host", "hostPhysBitsLimit": int(number)}
    else:
        cpu["physBits"] = int(number) if mode == "bits" else "host"


def memory(document, size, slots=None, maximum=None):
    document["memory"] = {k: v for k, v in document["memory"].items() if k not in ("max", "slots")} | {"ram": int(size) * MIB}
    if maximum:
        document["memory"] |= {"max": int(maximum) * MIB, "slots": int(slots)}


# An option, and what it is in a document.
OPTIONS = [
    (r",host-phys-bits=on,host-phys-bits-limit=(\d+)", lambda d, n: width(d, n, "limit")),
    (r",host-phys-bits=on(?!,host-phys-bits-limit)", lambda d: width(d, None, "host")),
    (r",phys-bits=(\d+)", lambda d, n: width(d, n, "bits")),
    (r",guest-phys-bits=(\d+)", lambda d, n: d["cpu"].update(guestPhysBits=int(n))),
    (r"^-cpu [\w.,+=-]+,host-phys-bits-limit=(\d+)$", lambda d, n: d["cpu"].update(hostPhysBitsLimit=int(n))),
    (r",pdpe1gb=on", lambda d: d.setdefault("cpu", {}).update(pdpe1gb=True)),
    (r"^-m (\d+)M$", memory),
    (r"^-m size=(\d+)M(?:,slots=(\d+),maxmem=(\d+)M)?$", memory),
    (r"^-(?:machine|M) ([\w.-]+)$", lambda d, name: d.update(machine=name)),
    (r"^-device intel-iommu.*,aw-bits=(\d+)", lambda d, n: d["viommu"].update(awBits=int(n))),
    (r"^-device intel-iommu.*,dma-translation=off", lambda d: d["viommu"].update(dmaTranslation=False)),
    (r"^-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=(\d+)$", lambda d, n: d["firmware"].update(pciMmio64Mb=int(n))),
    (r"^-object sev(?:-snp)?-guest,reduced-phys-bits=(\d+)$", lambda d, n: d.update(reducedPhysBits=int(n))),
    (r"^-global (?:q35|i440FX)-pcihost.pci-hole64-size=(\d+)M$", lambda d, n: d.update(pciHole64Size=int(n) * MIB)),
    (r"^--cpus max_phys_bits=(\d+)$", lambda d, n: d.update(maxPhysBits=int(n))),
    (r"^--platform .*iommu_address_width=(\d+)", lambda d, n: d["viommu"].update(awBits=int(n))),
    (r"^--platform .*vfio_p2p_dma=off", lambda d: d.update(p2pFatal=False)),
    (r"^--memory size=(\d+)M$", memory),
]


def into_document(document, options):
    """Of a document: what its VMM's options are there."""
    changed = copy.deepcopy(document)
    for option in options.splitlines():
        known = False
        for pattern, change in OPTIONS:
            match = re.search(pattern, option)
            if match:
                change(changed, *match.groups())
                known = True
        assert known, f"{option}: no such option is known"
    return changed


# ── a libvirt domain ─────────────────────────────────────────────────────────────────────────────────────────────────────

# Where an element stands, and children that are shown alone.
PLACES = {"type": "os", "iommu": "devices", "controller": "devices", "maxphysaddr": "cpu", "feature": "cpu", "reducedPhysBits": "launchSecurity",
          "hap": "features", "passthrough": "features/xen", "model": "devices/video"}


def is_same(old, new):
    key = {"controller": "model", "feature": "name"}.get(new.tag)
    return old.tag == new.tag and (not key or old.get(key) == new.get(key))


def put_element(root, new):
    parent = root.find(PLACES[new.tag]) if new.tag in PLACES else root
    same = [old for old in parent if is_same(old, new)]
    if new.tag == f"{{{QEMU}}}commandline":
        same = []
    if same:
        parent[list(parent).index(same[0])] = new
    else:
        parent.append(new)


def put_arguments(root, arguments):
    """A pair of <qemu:arg>: in place of the last with that option, and, for options of many uses, that driver or name."""
    line = root.find(f"{{{QEMU}}}commandline")
    old = [a.get("value") for a in line]
    new = replaced(old, arguments[0], arguments[1])
    for child, value in zip(line, new):
        child.set("value", value)


def into_domain(text, xml):
    """Whole elements; without <maxMemory> where a comment says so."""
    root = ET.fromstring(text)
    fragment = ET.fromstring(f"<all xmlns:qemu='{QEMU}'>{xml}</all>", ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))
    arguments = []
    for new in fragment:
        if new.tag is ET.Comment:
            assert new.text == " remove <maxMemory> "
            root.remove(root.find("maxMemory"))
        elif new.tag == f"{{{QEMU}}}arg":
            arguments.append(new.get("value"))
        else:
            put_element(root, new)
    for i in range(0, len(arguments), 2):
        put_arguments(root, arguments[i:i + 2])
    return ET.tostring(root, encoding="unicode")


# ── a command line ───────────────────────────────────────────────────────────────────────────────────────────────────────

def key_of(name, value):
    """What makes two options of one name the same."""
    name = {"M": "machine"}.get(name.lstrip("-"), name.lstrip("-"))
    if name in ("cpu", "m", "machine", "cpus", "memory", "platform"):
        return name
    if value.startswith("{"):
        members = json.loads(value)
        return name, members.get("driver") or members.get("id")
    if name == "object":
        return name, dict(p.split("=", 1) for p in value.split(",")[1:] if "=" in p).get("id")
    if name == "global":
        return name, value.rsplit("=", 1)[0].lower()
    return name, value.split(",")[0]


def replaced(words, name, value):
    words, place = list(words), None
    for i in range(len(words) - 1):
        if words[i].startswith("-") and words[i].lstrip("-").isidentifier() and key_of(words[i], words[i + 1]) == key_of(name, value):
            place = i + 1
    if place is None:
        return words + [name, value]
    words[place] = value
    return words


def into_command(words, options):
    for option in options.splitlines():
        name, value = shlex.split(option)
        words = replaced(words, name, value)
    return words


# ── Proxmox ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

def value_after(words, option):
    return words[len(words) - 1 - words[::-1].index(option) + 1]


def into_proxmox(words, command):
    """What qm makes of these properties (PVE::QemuServer and its CPUConfig)."""
    parts = shlex.split(command)
    assert parts[:2] == ["qm", "set"] and parts[2] == value_after(words, "-id"), command
    words = list(words)
    for name, value in zip(parts[3::2], parts[4::2]):
        properties = dict(p.split("=", 1) for p in value.split(",") if "=" in p)
        if name == "--cpu":
            cpu = value_after(words, "-cpu")
            # The flags that it has stay: what qm puts there by itself, and what the command repeats.
            for flag in properties.get("flags", "").split(";"):
                cpu += f",{flag}" if flag and flag not in cpu.split(",") else ""
            for key in ("guest-phys-bits", "phys-bits"):
                if key in properties:
                    cpu = ",".join(p for p in cpu.split(",") if not p.startswith(f"{key}=")) + \
                        (",host-phys-bits=true" if properties[key] == "host" else f",{key}={properties[key]}")
            words = replaced(words, "-cpu", cpu)
        elif name == "--machine":
            words = replaced(words, "-machine", "type=" + value.split(",")[0])
            if properties.get("viommu") == "intel":
                bits = f",aw-bits={properties['aw-bits']}" if "aw-bits" in properties else ""
                words = replaced(words, "-device", f"intel-iommu,intremap=on,caching-mode=on{bits}")
        elif name == "--memory":
            words = replaced(words, "-m", value)
        elif name == "--hotplug":
            words = replaced(words, "-m", value_after(words, "-m").split(",")[0])
        elif name == "--args":
            words += shlex.split(value)
        else:
            raise AssertionError(f"{command}: {name}")
    return words
