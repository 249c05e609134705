"""Guests that name no device of their host, from the tests of check and from the samples of the fuzz targets."""
import json
import os
import pathlib

from guests import GIB, bar, device, guest, ovmf, seabios
from test_cases import CASES

SAMPLES = pathlib.Path(os.environ["HAWD_SOURCE"]) / "tests" / "fuzz" / "guest-json"
ANY = {"name": "any", "assigned": True, "bars": [bar(16 * GIB)]}


def cloud(**more):
    return guest(machine="cloud-hypervisor", firmware={"kind": "none"}, **more)


def virt(ram="4GiB", **more):
    """A guest of arm64."""
    return guest(ram=ram, machine="virt-10.0", model="host", firmware={"kind": "aavmf"}, **more) | {"vmmVersion": "10.0.0"}


# What those of the cases do not ask: locked and piecewise mapped memory, iommufd, the version left open, libvirt's limit.
MORE = [
    guest(bits="host", devs=[ANY | {"iommufd": True}]),
    cloud(devs=[ANY | {"iommufd": True}]),
    cloud(devs=[ANY | {"iommufd": True}], p2pFatal=True),
    guest(ram="900GiB", bits="host", devs=[ANY, ANY]),
    guest(ram="4GiB", bits="host", memory={"max": "512GiB", "slots": 1, "modules": [{"kind": "virtio-mem", "size": "400GiB", "block": "2MiB"}]}, devs=[ANY]),
    guest(bits="host", firmware={"kind": "ovmf"}, devs=[ANY]),
    guest(bits="host", firmware={"kind": "seabios"}, devs=[ANY]),
    guest(bits=48, firmware=ovmf("202411"), devs=[ANY]),
    guest(bits=43),
    guest(bits=52, firmware=ovmf("202505"), cpu={"la57": True}),
    guest(ram="2TiB", bits="host", firmware=seabios("1.17.0")),
    guest(bits="host", confidential="sev", cBit=47, reducedPhysBits=1),
    guest(bits="host", confidential="sev-es", cBit=51, reducedPhysBits=5),
    guest(bits="host", confidential="sev-snp", cBit=51, reducedPhysBits=1, devs=[ANY]),
    guest(bits="host", accelerator="tcg", devs=[ANY]),
    guest(bits=40, viommu={"kind": "intel", "awBits": 48}, devs=[ANY]),
    guest(bits="host", viommu={"kind": "intel"}, devs=[ANY]),
    virt(),
    virt("600GiB", devs=[ANY]),
    virt("20TiB", memory={"max": "21TiB", "slots": 4}),
    virt("4GiB", accelerator="tcg", devs=[ANY]),
]


def anonymous(document):
    """Any device in place of the one that is named."""
    document = json.loads(json.dumps(document))
    for one in document.get("devices") or []:
        if one.pop("address", None) or one.pop("uuid", None):
            one.setdefault("name", "named")
    return document


def samples():
    for path in sorted(SAMPLES.iterdir()):
        try:
            yield json.loads(path.read_bytes())
        except ValueError:
            pass


def named(document):
    return any("address" in one or "uuid" in one for one in document.get("devices") or [] if isinstance(one, dict))


def distinct(documents):
    seen = {}
    for document in documents:
        seen.setdefault(json.dumps(document, sort_keys=True), document)
    return list(seen.values())


def cases():
    return distinct([anonymous(case[2]) for case in CASES] + MORE)
