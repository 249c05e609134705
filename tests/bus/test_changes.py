"""What the bus says when a host changes: exactly that, once, in this order, and nothing when nothing changed."""
import os
import shutil

import hosts_intel
from bus import GROUP, HOST, IOMMU, PATH
from change import NEW, card, no_card
from tree import INTEL, MSI, endpoint

GROUP_KEYS = {"Id", "Name", "Type", "Devices", "ReservedRegions", "UsableIova", "IovaBits", "Iommu", "Assignable", "AssignableReason",
              "Isolated", "MissingAcs", "Unknown"}
STANDARD = {f"org.freedesktop.DBus.{name}" for name in ("Peer", "Introspectable", "Properties")}


def plain(variants):
    return {name: value for name, (_, value) in variants.items()}


class Told:
    """The signals of one change, sorted out. Any that is not known here fails the test."""

    def __init__(self, signals):
        self.changed, self.invalidated, self.added, self.removed, self.profile = {}, {}, {}, {}, []
        for member, path, body in signals:
            if member == "PropertiesChanged":
                interface, values, invalidated = body
                assert path not in self.changed, f"{path} told twice"
                assert interface == (GROUP if "/group/" in path else IOMMU if "/iommu/" in path else HOST)
                self.changed[path], self.invalidated[path] = plain(values), set(invalidated)
            elif member == "InterfacesAdded":
                assert path == PATH
                # As in GetManagedObjects, the interfaces that every object has are told as well.
                assert STANDARD <= set(body[1])
                self.added[body[0]] = {name: plain(values) for name, values in body[1].items() if name not in STANDARD}
            elif member == "InterfacesRemoved":
                assert path == PATH
                assert STANDARD <= set(body[1])
                self.removed[body[0]] = [name for name in body[1] if name not in STANDARD]
            else:
                assert (member, path) == ("ProfileChanged", PATH)
                self.profile.append(body)
        if signals:
            assert signals[-1][0] == "ProfileChanged" and len(self.profile) == 1


class Watch:
    def __init__(self, service, client):
        self.service, self.client = service, client
        client.subscribe()
        self.now = client.get_all()

    def reload(self):
        """Reads again. What the client had, updated by what it was told, is what the service has now."""
        self.service.reload()
        told = Told(self.client.signals())
        before, self.now = self.now, self.client.get_all()
        if told.profile:
            assert told.profile[0][0] == self.now["Generation"] == before["Generation"] + 1
            assert len(told.profile[0][1]) == len(set(told.profile[0][1]))
        else:
            assert self.now["Generation"] == before["Generation"]
        different = {name for name in self.now if self.now[name] != before[name]}
        told_of = told.changed.get(PATH, {}).keys() | told.invalidated.get(PATH, set())
        assert told_of == different
        assert all(self.now[name] == value for name, value in told.changed.get(PATH, {}).items())
        assert told.invalidated.get(PATH, set()) <= {"ReservedRegions", "UsableIova", "Findings", "Unknown", "Provenance"}
        return told

    def names(self, told):
        return set(told.profile[0][1])


def test_nothing_changed(serve, client):
    """Also when files are other ones, and when a figure moved that is none of the profile."""
    service = serve(hosts_intel.client_46_39)
    watch, text = Watch(service, client), client.describe()
    tree = service.tree
    for _ in range(3):
        assert client.signals() == []
        watch.reload()
    tree.write("sys/kernel/iommu_groups/1/type", "DMA-FQ\n")
    tree.write("sys/devices/virtual/iommu/dmar0/intel-iommu/domains_used", "8\n")
    service.reload()
    assert client.signals() == []
    assert client.get("Generation") == 1 and client.describe() == text


def test_a_device_comes_and_goes(serve, client):
    """Again and again: each time the same signals, and the digest comes back."""
    service = serve(hosts_intel.client_46_39)
    watch, group, unit = Watch(service, client), f"{PATH}/group/9", f"{PATH}/iommu/dmar1"
    without, digests = watch.now["Digest"], set()
    for generation in (2, 4, 6):
        card(service.tree)
        told = watch.reload()
        assert watch.now["Generation"] == generation
        assert told.added.keys() == {group} and not told.removed
        assert told.added[group].keys() == {GROUP} and told.added[group][GROUP].keys() == GROUP_KEYS
        assert told.added[group][GROUP]["Devices"] == [NEW]
        assert told.changed.keys() == {PATH, unit}
        assert told.changed[unit] == {"DeviceCount": 4, "PciDeviceCount": 4} and not told.invalidated[unit]
        assert told.changed[PATH].keys() == {"Digest", "Generation"} and not told.invalidated[PATH]
        assert watch.names(told) == {"iommus", "iommus/dmar1", "groups", "groups/9", "devices", f"devices/{NEW}"}
        digests.add(watch.now["Digest"])
        no_card(service.tree)
        told = watch.reload()
        assert told.removed == {group: [GROUP]} and not told.added
        assert told.changed[unit] == {"DeviceCount": 3, "PciDeviceCount": 3}
        assert watch.names(told) == {"iommus", "iommus/dmar1", "groups", "groups/9", "devices", f"devices/{NEW}"}
        assert watch.now["Digest"] == without
    assert len(digests) == 1 and without not in digests


def test_a_group_changes_its_number(serve, client):
    service = serve(hosts_intel.client_46_39)
    watch = Watch(service, client)
    os.rename(service.tree.root / "sys/kernel/iommu_groups/1", service.tree.root / "sys/kernel/iommu_groups/12")
    told = watch.reload()
    assert told.removed == {f"{PATH}/group/1": [GROUP]} and told.added.keys() == {f"{PATH}/group/12"}
    assert told.changed.keys() == {PATH}
    assert watch.names(told) == {"groups", "groups/1", "groups/12", "devices", "devices/0000:00:00.0"}


def test_a_driver(serve, client):
    """A driver is no property of an object: the document alone changed."""
    service = serve(hosts_intel.client_46_39)
    watch, place = Watch(service, client), "sys/devices/pci0000:00/0000:00:02.0/uevent"
    text = (service.tree.root / place).read_text(encoding="ascii")
    service.tree.write(place, text.replace("DRIVER=i915", "DRIVER=vfio-pci"))
    told = watch.reload()
    assert told.changed.keys() == {PATH} and told.changed[PATH].keys() == {"Digest", "Generation"} and not told.invalidated[PATH]
    assert watch.names(told) == {"devices", "devices/0000:00:02.0"} and not told.added and not told.removed
    assert '"driver":"vfio-pci"' in client.describe().replace(" ", "")


def test_regions(serve, client):
    """A region that firmware wants kept: the group is not assignable any more, and less is usable."""
    service = serve(hosts_intel.client_46_39)
    watch = Watch(service, client)
    service.tree.write("sys/kernel/iommu_groups/2/reserved_regions",
                       "0x0000000040000000 0x000000004fffffff direct\n0x00000000fee00000 0x00000000feefffff msi\n")
    told = watch.reload()
    usable = [(0, 0x3FFFFFFF), (0x50000000, 0xFEDFFFFF), (0xFEF00000, 0x7FFFFFFFFF)]
    assert told.changed[f"{PATH}/group/2"] == {
        "ReservedRegions": [(0x40000000, 0x4FFFFFFF, "direct"), MSI], "UsableIova": usable, "Assignable": "no",
        "AssignableReason": "direct-region"}
    assert told.invalidated[f"{PATH}/group/2"] == set()
    assert told.changed.keys() == {PATH, f"{PATH}/group/2"}
    assert told.changed[PATH].keys() == {"Digest", "Generation"}
    assert told.invalidated[PATH] == {"ReservedRegions", "UsableIova", "Findings"}
    assert watch.names(told) == {"groups", "groups/2", "reservedIova", "usableIova", "findings"}
    assert watch.now["UsableIova"] == usable


def test_a_width(serve, client):
    """CPUID says 45 bits now, from where it said 46, and every finding that names them is another."""
    service = serve(hosts_intel.client_46_39)
    watch = Watch(service, client)
    service.tree.cpuid(INTEL, 45, vmx=True)
    told = watch.reload()
    assert told.changed[PATH].keys() == {"CpuPhysicalBits", "Digest", "Generation"} and told.changed[PATH]["CpuPhysicalBits"] == 45
    assert told.invalidated[PATH] == {"Findings"}
    assert told.changed.keys() == {PATH} and "widths" in watch.names(told)


def test_a_number_becomes_unknown(serve, client):
    service = serve(hosts_intel.client_46_39)
    watch = Watch(service, client)
    (service.tree.root / "proc/iomem").unlink()
    shutil.rmtree(service.tree.root / "sys/firmware/memmap")
    told = watch.reload()
    assert told.changed[PATH]["RamTop"] == 0 and {"Unknown", "Provenance"} <= told.invalidated[PATH]
    assert watch.now["Unknown"] == {"RamTop": "absent"} and watch.names(told) >= {"memory"}


def test_a_unit_goes(serve, client):
    """Its group is behind no unit any more. The other groups keep theirs, though it is another in the list now."""
    service = serve(hosts_intel.client_46_39)
    watch, unit = Watch(service, client), f"{PATH}/iommu/dmar0"
    kept = service.tree.root / "kept"
    os.rename(service.tree.root / "sys/class/iommu/dmar0", kept)
    told = watch.reload()
    assert told.removed == {unit: [IOMMU]} and not told.added
    assert told.changed.keys() == {PATH, f"{PATH}/group/0"}
    assert told.changed[f"{PATH}/group/0"].items() >= {"Iommu": "", "IovaBits": 0, "Unknown": {"IovaBits": "absent"}}.items()
    # The narrowest unit has the same width as the one before, and is another.
    assert told.changed[PATH].keys() == {"Digest", "Generation"} and "Provenance" in told.invalidated[PATH]
    assert watch.names(told) >= {"iommus", "iommus/dmar0", "groups", "groups/0"} and "groups/1" not in watch.names(told)
    for number, name in enumerate(("", "dmar1", "dmar1")):
        assert client.get("Iommu", f"{PATH}/group/{number}", GROUP) == name
    os.rename(kept, service.tree.root / "sys/class/iommu/dmar0")
    told = watch.reload()
    assert told.added.keys() == {unit} and told.changed[f"{PATH}/group/0"]["Iommu"] == "dmar0"
    assert client.get("Iommu", f"{PATH}/group/0", GROUP) == "dmar0"


def test_the_name_of_the_host(serve, client):
    """It is no part of the digest, and a change all the same."""
    service = serve(hosts_intel.client_46_39)
    watch = Watch(service, client)
    digest = watch.now["Digest"]
    service.tree.write("proc/sys/kernel/hostname", "other\n")
    told = watch.reload()
    assert told.changed[PATH] == {"Hostname": "other", "Generation": 2} and watch.now["Digest"] == digest
    assert '"hostname":"other"' in client.describe().replace(" ", "")


def test_many_at_once(serve, client):
    """Of names of elements there are 512 at most; the members are named always."""
    service = serve(hosts_intel.client_46_39)
    watch, tree = Watch(service, client), service.tree
    for number in range(100, 400):
        address = f"{number:04x}:00:00.0"
        tree.pci(address, endpoint())
        tree.group(number, [address])
    told = watch.reload()
    assert len(told.added) == 300
    names = [name for name in told.profile[0][1] if "/" in name]
    assert len(names) == 512 and {"groups", "devices"} <= watch.names(told)
