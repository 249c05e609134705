"""Every example of libvirt's own tests: no domain and no command line ends the reader, what is no PC is refused, and where
libvirt says which command line a domain becomes, both are the same guest. What they may differ in is listed here, with why."""
import json
import pathlib
import re
import subprocess

import pytest

import libvirt_source
from forms import PRINT_GUEST

DEFAULTS = "--defaults=7.2,202211,1.16.2"
ARGS = re.compile(r"(?P<name>.+?)(\.(?P<arch>[a-z0-9_]+)-(latest|[0-9.]+?)(\+[a-z]+)?(\.abi-update)?)?\.args")
# The QEMU that libvirt pretends to have lacks pcie-root-port, or virtio on PCI.
ARM64_OF_OLD = re.compile(r"(?!.*\.aarch64-).*\.args")
WIDTHS = ("physBits", "hostPhysBitsLimit", "guestPhysBits")

# What cannot be the same, by the start of the name.
DIFFERENT = {
    "cpu-fallback": "the host that libvirt pretends to be lacks the model, and gets another",
    "cpu-nofallback": "the host that libvirt pretends to be lacks the model, and gets another",
    "intel-iommu-eim-autoadd.x86_64-latest.abi-update": "a vIOMMU is added when the domain is defined: dumpxml shows it",
    "migrate-numa-unaligned": "a guest that comes in from a libvirt of before 1.2.13, which rounded otherwise",
    "net-virtio-teaming-network": "which device it is, is the network's to say; the domain's reader notes that",
    "net-many-models": "the emulator is not named: libvirt takes the one of the architecture",
    "pci-autoadd-idx": "bridges of i440FX that libvirt adds for more devices than a bus has slots are not counted",
    "pci-bridge-many-disks": "the same",
    "q35-multifunction": "a port is function 1 beside one with multifunction='off', which QEMU refuses (seen: 7.2)",
    "pcie-expander-bus": "two of the ports that are not numbered are the expander bus's own",
} | {name: "the QEMU that libvirt pretends to have lacks pcie-root-port" for name in (
    "cpu-host-model", "pcie-root", "pcihole64-q35", "q35-pm-disable-fallback", "q35-pm-disable", "q35", "vcpu-placement-static")} | {
    "launch-security-sev-missing-platform-info": "the C-bit is the host's that libvirt pretends to be",
}
# What is not understood there.
NOTED = [
    r"a mediated device: its BARs are not known.*",
    r"a device that accesses guest memory; hawd does not support it",
    r"an assigned device; its network selects the device of the host",
    r"shared memory whose size only its server knows",
    r"unknown firmware image .*",
    r"hvf: the guest's address width under this accelerator is unknown",
    r"-unknown: not understood",
]


def read_all(paths):
    """{name: document, or the error}; one program reads many, and an end of it shows which."""
    found = {}
    for start in range(0, len(paths), 400):
        part = paths[start:start + 400]
        done = subprocess.run([PRINT_GUEST, DEFAULTS, "--each", *map(str, part)], capture_output=True, text=True, timeout=240, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        at = part[len(lines)].name if len(lines) < len(part) else "the end"
        assert done.returncode == 0, f"{at}: status {done.returncode}: {done.stderr[-2000:]}"
        found |= {pathlib.Path(line[0]).name: line[1] for line in lines}
    return found


@pytest.fixture(scope="module", name="folder")
def fixture_folder():
    try:
        return libvirt_source.folder()
    except (libvirt_source.image.Missing, OSError, subprocess.SubprocessError) as why:
        pytest.skip(f"libvirt's source is not to be had: {why}")


@pytest.fixture(scope="module", name="examples")
def fixture_examples(folder):
    return read_all(sorted([*folder.glob("*.xml"), *folder.glob("*.args")]))


def pairs(examples):
    """(name of the command line, of the domain) of all x86 machines that both are read as."""
    for name, args in examples.items():
        match = ARGS.fullmatch(name)
        domain = match and match["name"] + ".xml"
        if domain in examples and isinstance(args, dict):
            yield name, domain


def notes(document):
    texts = [(note["what"], re.sub(r"^line \d+: ", "", note["text"])) for note in document.get("ignored", [])]
    return sorted(f"{what}: {text}" if text == "not understood" else text for what, text in texts)


def members(document, widths_only):
    """What moves addresses. Names are libvirt's to choose, so is the version behind "q35", and the CPU that is like the
    host's; the order of devices too."""
    kept = {key: value for key, value in document.items() if key not in ("name", "machine", "form", "system", "assumed", "ignored", "devices", "smm")}
    # libvirt rounds modules in ways of its own: this is a lower bound for remedies.
    kept["memory"] = {key: value for key, value in document["memory"].items() if key not in ("plugged", "modules", "numaMem", "lockedLimit")}
    kept["machine"] = re.sub(r"(?:pc-)?(q35|i440fx|virt)-.*", r"\1", document["machine"]).replace("i440fx", "pc")
    # So is the image that it chooses, which may be one with System Management Mode.
    kept["firmware"] = {key: value for key, value in document.get("firmware", {}).items() if key not in ("path", "smm")}
    kept["cpu"] = {key: value for key, value in document.get("cpu", {}).items() if key != "pastLibvirt"}
    if widths_only:
        kept["cpu"] = {key: value for key, value in document["cpu"].items() if key in WIDTHS}
    kept["virt"] = {key: value for key, value in document.get("virt", {}).items() if (key, value) != ("acpi", True)}  # the default
    kept["devices"] = sorted(({key: value for key, value in device.items() if key != "name"} for device in document.get("devices", [])), key=repr)
    return kept


def is_excused(name):
    return any(name.startswith(start + ".") for start in DIFFERENT)


def test_they_are_there(examples):
    assert len(list(pairs(examples))) > 500


def test_same_guest(examples):
    different = []
    for name, domain in pairs(examples):
        if is_excused(name):
            continue
        if not isinstance(examples[domain], dict):
            different.append((domain, examples[domain]))
            continue
        like_host = examples[domain]["cpu"].get("model") == "host-model"
        one, two = members(examples[domain], like_host), members(examples[name], like_host)
        # Each in the words of its form.
        one["refused"], two["refused"] = ([note["text"].split(":")[0] for note in of.get("refused", [])] for of in (one, two))
        # Without a version libvirt takes the newest GIC of the host that it pretends to be.
        if one["virt"].get("gicVersion") == "host" and "gicVersion" in two["virt"]:
            del one["virt"]["gicVersion"], two["virt"]["gicVersion"]
        if ARM64_OF_OLD.fullmatch(name) and examples[domain]["machine"].startswith("virt"):
            one.pop("ports", None), two.pop("ports", None)
        different += [(name, key, one.get(key), two.get(key)) for key in sorted({*one, *two}) if one.get(key) != two.get(key)]
    assert not different


def test_the_same_is_not_understood(examples):
    """As many things in both forms, and nothing but what is known to be out of reach."""
    different, unknown = [], set()
    for name, domain in pairs(examples):
        if not isinstance(examples[domain], dict) or is_excused(name):
            continue
        one, two = notes(examples[domain]), notes(examples[name])
        if len(one) != len(two):
            different.append((name, one, two))
        unknown |= {note for note in one + two if not any(re.fullmatch(known, note) for known in NOTED)}
    assert not different and not unknown


def test_excuses_are_needed(examples):
    """Of those that this release has."""
    for name, domain in pairs(examples):
        if is_excused(name) and isinstance(examples[domain], dict):
            if members(examples[domain], False) != members(examples[name], False):
                return
    pytest.fail("none of the excuses is needed")


def test_refusals(examples):
    """A command line that libvirt made is refused for its architecture or its machine alone."""
    reasons = (r"expected an x86 or arm64 machine, not qemu-system-\S+", r"-machine: expected pc, q35, microvm or one of their versions, not 'isapc'",
               r"-machine: expected virt or one of its versions, not 'vexpress-a\d+'")
    refused = {name: text for name, text in examples.items() if name.endswith(".args") and isinstance(text, str)}
    assert not {name: text for name, text in refused.items() if not any(re.fullmatch(reason, text) for reason in reasons)}
    for name in refused:
        arch = ARGS.fullmatch(name)["arch"]
        assert arch is None or arch != "x86_64" or "isapc" in name, name


def test_width_of_host_model(folder, examples):
    """By libvirt's own word no <cpu mode='host-model'/> becomes a command line with a width, unless <maxphysaddr> gives one:
    the guest has QEMU's default. It is read so."""
    found = 0
    for name, domain in pairs(examples):
        text = (folder / domain).read_text()
        if "mode='host-model'" not in text:
            continue
        given = "<maxphysaddr" in text
        assert ("phys-bits" in (folder / name).read_text()) == given, name
        assert [("physBits" in examples[form]["cpu"]) for form in (name, domain)] == [given, given], name
        found += 1
    assert found > 0
