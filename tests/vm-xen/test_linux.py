"""hawd in a Linux guest of Xen. The guest's own kernel says what it is, xl's configuration made it so; never what hawd says elsewhere."""
import re

import jsonschema
import pytest

import linux
from test_hosts import SCHEMA

# Linux's view, or the guest's, as if it were the host's: firmware has disabled nothing here, and a guest has no units.
FALSE = {"svm-disabled-by-firmware", "vmx-locked-by-firmware", "iommu-absent", "iommu-firmware-only", "xen-controls-host", "xen-not-asked"}
FOREIGN = re.compile(r"firmware setup|intel_iommu|amd_iommu|unit was rejected|driver rejected", re.IGNORECASE)
WIDTHS = ("guestPhysicalBits", "guestMappableBits", "iovaBits", "safeGuestBits", "safeGuestBitsWithDevices")


@pytest.mark.parametrize("kind", linux.KINDS)
def test_guest(booted, kind):
    if kind not in booted.host.linux:
        return
    told = linux.run(booted.machine, kind)
    print(told["status"])
    document = linux.document(told)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    # Only a kernel on Xen has the device of xenstore: misc devices have major number 10 (Linux, admin-guide/devices.txt).
    assert told["xenbus"].startswith("10:")
    assert told["type"].strip() == kind
    xen = document["xen"]
    assert (xen["role"], xen["domainType"].upper(), xen["version"]) == ("guest", kind, booted.info["xen_version"])
    assert document["host"]["virtualised"] == "xen"
    sizes = {int(bits) for bits in re.findall(r"address sizes\s*: (\d+) bits physical", told["cpu"])}
    assert sizes == {booted.host.bits}
    widths = document["widths"]
    assert widths["cpuPhysicalBits"]["value"] == widths["hostPhysicalBits"]["value"] == booted.host.bits
    assert [name for name in WIDTHS if widths[name]["value"] is not None] == []
    findings = {finding["id"] for finding in document["findings"]}
    assert "virtualised-host" in findings and not FALSE & findings, document["findings"]
    if kind == "PV":
        assert {widths[name]["reason"] for name in WIDTHS[:2]} == {"xen"}
        assert "kvm-absent" not in findings, document["findings"]
    assert not FOREIGN.search(told["status"]) and "a guest of Xen" in told["status"], told["status"]
