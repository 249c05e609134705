"""The schema says what the reader takes: what either refuses the other does too."""
import copy
import json
import os
import pathlib

import pytest

from forms import read, run

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads(pathlib.Path(os.environ["HAWD_SCHEMA"]).with_name("guest.schema.json").read_text(encoding="utf-8"))
LEAST = {"schema": "hawd-guest/1", "machine": "pc-q35-7.1", "memory": {"ram": "4GiB"}}
WHOLE = {
    "schema": "hawd-guest/1", "name": "vm", "vmm": "qemu", "vmmVersion": "9.1.2", "vmmBuild": "debian", "machine": "pc-i440fx-8.2", "accelerator": "tcg",
    "smm": True,
    "cpu": {"model": "EPYC", "vendor": "amd", "physBits": 46, "hostPhysBitsLimit": 39, "guestPhysBits": 44, "pastLibvirt": True, "longMode": True, "la57": False, "pdpe1gb": True, "pae": True, "pse36": False},
    "memory": {"ram": 4294967296, "max": 8589934592, "slots": 3, "below4gMax": 1073741824, "sgxEpc": 65536, "cxlWindows": [268435456],
               "numa": 4294967296, "numaMem": True, "modules": [{"kind": "virtio-mem", "size": 1073741824, "align": 4194304}]},
    "pciHole64Size": 68719476736,
    "firmware": {"kind": "ovmf", "version": "202411", "path": "/x", "pciMmio64Mb": 65536, "pagingLevel": 5, "seabiosPci64": True, "fiveLevelPaging": True, "pciMmio64Exact": False,
                  "smm": False, "ignoresPhysBits": True},
    "viommu": {"kind": "virtio", "awBits": 39, "dmaTranslation": True}, "confidential": "tdx", "reducedPhysBits": 1, "cBit": 51, "maxPhysBits": 46, "p2pFatal": True,
    "system": {"family": "linux", "is64bit": True, "oldLinux": False, "source": "the name debian12"},
    "devices": [{"name": "gpu", "address": "0000:c1:00.0", "assigned": True, "iommufd": True, "conventional": True, "ownPort": True,
                 "port": {"hotplug": False, "conventional": True, "shared": True, "pref64Reserve": 1048576},
                 "bars": [{"index": 1, "size": 17179869184, "is64bit": True, "prefetchable": True, "ram": True}]}],
    "ports": [{"count": 14}, {"count": 2, "hotplug": False}, {"count": 1, "conventional": True, "pref64Reserve": 1048576}],
    "assumed": [{"what": "a", "text": "b"}], "ignored": [{"what": "c", "text": "d"}], "refused": [{"what": "e", "text": "f"}],
}

VIRT = {
    "schema": "hawd-guest/1", "architecture": "aarch64", "machine": "virt-10.0", "accelerator": "kvm", "cpu": {"model": "host"}, "memory": {"ram": 4294967296},
    "virt": {"highmem": True, "highmemRedists": False, "highmemEcam": False, "highmemMmio": True, "compactHighmem": True, "highmemMmioSize": 1 << 40,
             "highmemMmioSizeDefault": 4 << 40, "gicVersion": "host", "its": True, "gicv2m": False, "acpi": True, "mte": False, "virtualization": True, "expanders": True, "lastBus": 33, "twoIommus": True, "cpus": 4,
             "maxCpus": 8},
    "firmware": {"kind": "aavmf"}, "viommu": {"kind": "smmuv3", "accel": True, "ofBus": True},
}


def taken(document):
    done = run("-", text=json.dumps(document))
    assert done.returncode in (0, 2), done.stderr
    return done.returncode == 0


def valid(document):
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def test_whole():
    """Written as it was read, member for member."""
    assert valid(WHOLE) and valid(LEAST)
    assert read("-", text=json.dumps(WHOLE)) == WHOLE


def test_defaults_filled_in():
    document = read("--defaults=7.2.22,202211,1.16.2", "-", text=json.dumps(LEAST))
    assert valid(document) and document["vmmVersion"] == "7.2.22"
    # Read again there is nothing left to fill in.
    assert read("--defaults=9.0,202411,1.17.0", "-", text=json.dumps(document)) == document


def places(value, path=()):
    yield path
    for key, member in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(member, path + (key,))


def change(path, how):
    document = copy.deepcopy(WHOLE)
    if not path:
        return how(document, None)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    how(holder, path[-1])
    return document


@pytest.mark.parametrize("value", [None, True, -1, 2 ** 53, "5", "\u00e9", []], ids=repr)
def test_every_member_replaced(value):
    """Wherever a value stands, another in its place is taken by both or by neither. What hangs together between members the
    schema cannot say: those few are left out."""
    apart = {("memory", "max"), ("memory", "slots"), ("memory", "ram"), ("vmm",), ("machine",)}
    for path in places(WHOLE):
        if not path or path in apart or path[-1] in ("size", "align", "assigned", "address"):
            continue
        document = change(path, lambda holder, key: holder.__setitem__(key, value))
        assert taken(document) == valid(document), (path, value)


def test_every_object_with_one_more_or_less():
    for path in places(WHOLE):
        holder = WHOLE
        for key in path:
            holder = holder[key]
        if not isinstance(holder, dict):
            continue
        more = copy.deepcopy(WHOLE)
        place = more
        for key in path:
            place = place[key]
        place["unheardOf"] = 1
        assert not taken(more) and not valid(more), path
        for key in holder:
            less = change(path + (key,), lambda place, name: place.pop(name))
            if path + (key,) in (("memory", "max"), ("devices", 0, "bars", 0, "is64bit")):
                continue
            assert taken(less) == valid(less), path + (key,)


@pytest.mark.parametrize("value", [None, True, -1, 3, 2 ** 53, "host", "\u00e9", [], {}], ids=repr)
def test_every_member_of_virt_replaced(value):
    """Of sizes and counts the schema cannot say what they are to each other."""
    assert valid(VIRT) and taken(VIRT)
    for key in VIRT["virt"].keys() - {"cpus", "maxCpus", "highmemMmioSizeDefault"}:
        document = VIRT | {"virt": VIRT["virt"] | {key: value}}
        assert taken(document) == valid(document), (key, value)
