"""The page shows what the service says, and goes on showing it when that changes or the service ends."""
import json
import os
import pathlib

import pytest

import hosts_intel
import hosts_many
from bus import Client
from change import NEW, card, no_card
from tree import INTEL, endpoint

TOP = pathlib.Path(os.environ["HAWD_SOURCE"])


def device(page, address):
    """The cells of its row; None if it has none."""
    return page.run("const row = document.querySelector(`[data-device='${arguments[0]}']`);"
                    "return row && Array.from(row.cells, cell => cell.innerText)", address)


def test_shows_the_host(serve, page):
    """Numbers, sources and verdicts are those of tests/trees/hosts_intel.py, worked out by hand there."""
    serve(hosts_intel.client_46_39)
    page.open()
    page.wait_text("#host", "client · Linux 6.12.95-amd64 · x86_64")
    widths = dict(page.run("return Array.from(document.querySelectorAll('[data-width]'), row => "
                           "[row.dataset.width, Array.from(row.cells, cell => cell.innerText)])"))
    assert len(widths) == 7
    assert widths["CpuPhysicalBits"][1:] == ["46", "64 TiB", "", "Measured: CPUID 0x80000008 EAX[7:0]"]
    assert widths["IovaBits"][1:] == ["39", "512 GiB", "", "Calculated: dmar0: second stage: min(MGAW 39, SAGAW 48)"]
    assert widths["SafeGuestBitsWithDevices"][1:3] == ["39", "512 GiB"]
    findings = page.run("return Array.from(document.querySelectorAll('[data-finding]'), item => [item.dataset.finding, item.innerText])")
    assert [name for name, _ in findings] == ["bar-above-iova", "iommu-narrower-than-cpu", "mgaw-below-sagaw"]
    assert "Remedy: Limit guests with assigned devices: libvirt <maxphysaddr mode='passthrough' limit='39'/>" in findings[1][1]
    assert "1 more of this kind" in findings[2][1]
    page.wait(lambda: "i915" in (device(page, "0000:00:02.0") or []), "drivers")
    assert device(page, "0000:00:02.0")[1:] == ["0", "dmar0", "i915", "16 MiB", "Yes"]
    assert device(page, "0000:01:00.0")[1:] == ["2", "dmar1", "vfio-pci", "16 MiB, 16 GiB", "Yes"]
    assert device(page, "0000:00:00.0")[-1] == "No A bridge stays with the host."
    units = page.run("return Array.from(document.querySelectorAll('[data-unit]'), row => Array.from(row.cells, cell => cell.innerText))")
    assert [unit[:4] for unit in units] == [["dmar0", "Intel VT-d", "39", "39"], ["dmar1", "Intel VT-d", "39", "39"]]


def test_unknown_is_no_number(serve, page):
    """Without CPUID and without KVM, widths are unknown, each with its reason: nothing is 0 or "no"."""
    def build(tree):
        hosts_intel.client_46_39(tree)
        for name in ("hawd/cpuid", "hawd/kvm", "proc/cpuinfo"):
            if (tree.root / name).exists():
                (tree.root / name).unlink()
        tree.write("sys/kernel/irq/1/chip_name", b"\n")
    service = serve(build)
    client = Client(service.bus.address)
    unknown = client.get("Unknown")
    client.close()
    page.open()
    assert "CpuPhysicalBits" in unknown and "SafeGuestBits" in unknown
    for name in ("CpuPhysicalBits", "SafeGuestBits"):
        cells = page.run("return Array.from(document.querySelector(`[data-width=${arguments[0]}]`).cells, cell => cell.innerText)", name)
        assert cells[1:4] == ["unknown", "–", ""] and cells[4].startswith("Unknown: ")
    assert "0" not in page.texts("[data-width] td.number")


def test_names(serve, page):
    """Vendors and devices are named as pci.ids names them, which is read here by other means."""
    file = pathlib.Path("/usr/share/misc/pci.ids")
    if not file.exists():
        pytest.skip("pci.ids is not installed")
    text = file.read_text(encoding="utf-8")
    vendor = text[text.index("\n10de  ") + 7:]
    card_name = vendor[vendor.index("\n\t1b80  ") + 8:]
    serve(hosts_intel.client_46_39)
    page.open()
    page.wait_text("[data-device='0000:01:00.0']", f"Display: {vendor.splitlines()[0]} {card_name.splitlines()[0]} (10de:1b80)")


def test_cockpit_lists_the_page(serve, page):
    """In its menu, under a title and with what people search for."""
    serve(hosts_intel.client_46_39)
    page.open()
    manifest = page.driver.execute_async_script("fetch('../manifests.json').then(r => r.json()).then(all => arguments[0](all.hawd))")
    assert manifest["tools"]["index"]["label"] == "Address widths"
    assert "iommu" in manifest["tools"]["index"]["keywords"][0]["matches"]


def test_reasons_have_sentences():
    """Each word of the service that is a reason has its own sentence on the page."""
    words = (TOP / "cockpit" / "words.js").read_text(encoding="utf-8")
    for source, table in (("profile/profile.c", "assignable_why_table"), ("profile/profile.c", "iommu_kind_table"), ("probe/reason.c", "reason_table")):
        text = (TOP / source).read_text(encoding="utf-8")
        text = text[text.index(table):]
        names = [line.split('"')[1] for line in text[:text.index("};")].splitlines() if '"' in line]
        assert len(names) > 5
        assert not [name for name in names if name and name != "none" and f'"{name}": ' not in words]


def test_why_a_device_cannot_be_assigned(serve, page):
    serve(hosts_intel.rmrr_nic)
    page.open()
    page.wait(lambda: device(page, "0000:02:00.0"), "the card")
    assert device(page, "0000:02:00.0")[-1].startswith("No Firmware reserves a memory region for a device of this group")


def test_a_device_is_plugged_in(serve, page):
    """It appears, and is said, without a reload of the page; and goes again."""
    service = serve(hosts_intel.client_46_39)
    page.open()
    page.wait_text("#devices .count", "4 of 4 devices")
    page.run("document.body.dataset.same = 'page'")
    card(service.tree)
    service.reload()
    page.wait_text("#devices .count", "5 of 5 devices")
    page.wait(lambda: "ice" in device(page, NEW), "the driver")
    assert device(page, NEW)[1:4] == ["9", "dmar1", "ice"]
    page.wait_text("#news", f"Device {NEW} was added")
    assert page.text("[data-unit=dmar1] td:nth-of-type(6)") == "4"
    no_card(service.tree)
    service.reload()
    page.wait_text("#news", f"Device {NEW} was removed")
    page.wait_text("#devices .count", "4 of 4 devices")
    assert device(page, NEW) is None
    # What only the document has changes, too.
    place = "sys/devices/pci0000:00/0000:00:02.0/uevent"
    service.tree.write(place, (service.tree.root / place).read_text(encoding="ascii").replace("DRIVER=i915", "DRIVER=vfio-pci"))
    service.reload()
    page.wait(lambda: "vfio-pci" in device(page, "0000:00:02.0"), "the other driver")
    # A width, and a finding that follows from it.
    service.tree.cpuid(INTEL, 45, vmx=True)
    service.reload()
    page.wait_text("[data-width=CpuPhysicalBits]", "45")
    page.wait_text("[data-finding=iommu-narrower-than-cpu]", "the CPU 45 bits")
    page.wait_text("#news", "CPU physical: 45 bits now")
    assert page.run("return document.body.dataset.same") == "page"


def test_the_service_is_killed_and_comes_back(serve, page):
    service = serve(hosts_intel.client_46_39)
    page.open()
    page.wait_text("#devices .count", "4 of 4 devices")
    service.stop(9)
    page.wait_text("#state", "The service has stopped")
    assert page.text("[data-width=IovaBits] .number") == "39"
    card(service.tree)
    service.start()
    page.wait(lambda: page.state() == "ready" and page.text("#state") == "", "the service to be back")
    page.wait_text("#devices .count", "5 of 5 devices")
    page.wait_text("#news", f"Device {NEW} was added")


def test_no_service(serve, page):
    """It says what to do, and goes on when there is one."""
    service = serve(hosts_intel.client_46_39, start=False)
    page.open("absent")
    assert "hawd is not installed on this host" in page.text("#state") and "systemctl reload dbus.service" in page.text("#state")
    assert "Not known yet." in page.text("#widths") and page.texts("[data-width]") == []
    service.start()
    page.wait_text("[data-width=IovaBits]", "39")
    assert page.state() == "ready"


def forbid(bus, what):
    """The bus's policy refuses messages to the service that have these attributes."""
    text = bus.configuration.read_text(encoding="utf-8")
    text = text.replace("</policy>", f'  <deny send_destination="org.hawd.AddressWidth1"{what}/>\n  </policy>')
    bus.configuration.write_text(text, encoding="utf-8")
    other = Client(bus.address)
    other.bus_call("ReloadConfig")
    other.close()


def test_the_document_is_refused(serve, bus, page):
    """As beyond the limits of a user: groups and verdicts are there and go on changing, and the page says what is missing."""
    service = serve(hosts_intel.client_46_39)
    forbid(bus, ' send_interface="org.hawd.AddressWidth1.Host" send_member="Describe"')
    page.open()
    page.wait_text("#devices .unknown", "Drivers, names and BARs may be out of date and are read again in a while: ")
    assert device(page, "0000:01:00.0")[1:5] == ["2", "dmar1", "…", "…"]
    # Its group has a bridge, which cannot be told from it by now; the graphics card is alone in its group.
    assert device(page, "0000:01:00.0")[-1].startswith("Unknown The group can be assigned.")
    assert device(page, "0000:00:02.0")[-1] == "Yes"
    card(service.tree)
    service.reload()
    page.wait_text("#devices .count", "5 of 5 devices")
    assert device(page, NEW)[-1] == "Yes"


def test_access_denied(serve, bus, page):
    """The bus of a site that lets nobody in."""
    serve(hosts_intel.client_46_39)
    forbid(bus, "")
    page.open("denied")
    assert "Access to hawd was denied" in page.text("#state") and "D-Bus says: " in page.text("#state")


@pytest.mark.parametrize("devices", [4096] if os.environ.get("HAWD_TEST_ALL") else [400])
def test_a_large_host(serve, page, devices):
    """A page of rows is in the document, the filter finds the others, and a change replaces no row that stays."""
    service = serve(lambda tree: hosts_many.server(tree, devices))
    page.open()
    page.wait_text("#devices .count", f"{devices:,} of {devices:,} devices")
    assert len(page.texts("[data-device]")) == 50
    page.run("document.getElementById('device-filter').value = 'group 201';"
             "document.getElementById('device-filter').dispatchEvent(new Event('input'))")
    page.wait_text("#devices .count", f"1 of {devices:,} devices")
    address = page.run("return document.querySelector('[data-device]').dataset.device")
    assert address == "0000:19:01.0"  # 201 is 8 * 25 + 1: bus 25, slot 1
    page.wait_text("[data-device] .meaning", "8086:1572")
    page.run("document.querySelector('[data-device]').dataset.kept = 'yes'")
    service.tree.pci("0002:00:01.0", endpoint())
    service.tree.link("sys/devices/virtual/iommu/dmar1/devices/0002:00:01.0", "../../../../pci0000:00/0002:00:01.0")
    service.tree.group(devices, ["0002:00:01.0"])
    service.reload()
    page.wait_text("#devices .count", f"1 of {devices + 1:,} devices")
    assert page.run("return document.querySelector('[data-device]').dataset.kept") == "yes"


def test_is_installed_whole():
    """meson installs each file that the page asks for, and everything that is here."""
    with open(pathlib.Path(os.environ["HAWD_BUILD"]) / "meson-info" / "intro-installed.json", encoding="utf-8") as file:
        installed = {pathlib.Path(target).name for target in json.load(file).values() if "/cockpit/hawd/" in target}
    here = {path.name for path in (TOP / "cockpit").iterdir() if path.suffix in (".js", ".css", ".html") or path.name == "manifest.json"}
    assert installed == here
