"""What the soak does to a host tree, and what it looks at: the groups as a listener knows them, memory, descriptors, timers."""
import collections
import json
import os
import re
import shutil

from bus import GROUP, MANAGER, PATH, BusError, Client, wait_for
from tree import MEMORY64, MSI, endpoint

SLOTS = 24
DRIVERS = (None, "vfio-pci", "ice", "nvme")


class Slots:
    """What is plugged in, in the tree and as this test knows it: address → driver."""

    def __init__(self, tree, tell):
        self.tree, self.tell, self.here, self.changes = tree, tell, {}, 0

    @staticmethod
    def address(slot):
        return f"0000:{0x10 + slot:02x}:00.0"

    def event(self, action, address):
        self.changes += 1
        self.tell(action, "pci", f"/devices/pci0000:00/{address}")

    def driver(self, address, name):
        """The link that the kernel makes, and the line in uevent."""
        directory = self.tree.root / f"sys/devices/pci0000:00/{address}"
        lines = [line for line in (directory / "uevent").read_text(encoding="ascii").splitlines(True) if not line.startswith("DRIVER=")]
        (directory / "uevent").write_text("".join(([f"DRIVER={name}\n"] if name else []) + lines), encoding="ascii")
        link = directory / "driver"
        if link.is_symlink():
            link.unlink()
        if name:
            link.symlink_to(f"../../../bus/pci/drivers/{name}")

    def plug(self, slot, driver):
        address = self.address(slot)
        self.tree.pci(address, endpoint(), driver=driver, bars=[(0, 0x100000000 + slot * (1 << 20), 1 << 20, MEMORY64)])
        self.driver(address, driver)
        self.tree.link(f"sys/devices/virtual/iommu/dmar1/devices/{address}", f"../../../../pci0000:00/{address}")
        self.tree.link(f"sys/devices/pci0000:00/{address}/iommu", "../../virtual/iommu/dmar1")
        self.tree.group(100 + slot, [address], (MSI,))
        self.tree.link(f"sys/devices/pci0000:00/{address}/iommu_group", f"../../../kernel/iommu_groups/{100 + slot}")
        self.here[address] = driver
        self.event("add", address)

    def unplug(self, slot):
        address = self.address(slot)
        root = self.tree.root
        (root / f"sys/bus/pci/devices/{address}").unlink()
        shutil.rmtree(root / f"sys/kernel/iommu_groups/{100 + slot}")
        (root / f"sys/devices/virtual/iommu/dmar1/devices/{address}").unlink()
        shutil.rmtree(root / f"sys/devices/pci0000:00/{address}")
        del self.here[address]
        self.event("remove", address)

    def rebind(self, slot, name):
        address = self.address(slot)
        self.driver(address, name)
        self.here[address] = name
        self.event("bind" if name else "unbind", address)

    def change(self, dice):
        slot = dice.randrange(SLOTS)
        address = self.address(slot)
        if address not in self.here:
            self.plug(slot, dice.choice(DRIVERS))
        elif dice.randrange(2):
            self.unplug(slot)
        else:
            self.rebind(slot, dice.choice([name for name in DRIVERS if name != self.here[address]]))

    def canonical(self):
        """The same half of the slots, for measuring."""
        for slot in range(SLOTS):
            there = self.address(slot) in self.here
            if there and slot % 2:
                self.unplug(slot)
            elif not there and not slot % 2:
                self.plug(slot, "vfio-pci")
            elif there and self.here[self.address(slot)] != "vfio-pci":
                self.rebind(slot, "vfio-pci")


class Mirror:
    """The groups as one knows them who read them once and then only listened."""

    def __init__(self, address):
        self.client = wait_for(lambda: self.connect(address), "the service on the new bus")

    def connect(self, address):
        try:
            client = Client(address)
        except OSError:
            return None
        try:
            client.subscribe()
            objects, = client.call(PATH, MANAGER, "GetManagedObjects")
        except (BusError, OSError):
            client.close()
            return None
        self.groups = {path for path, interfaces in objects.items() if GROUP in interfaces}
        return client

    def listen(self):
        for member, _, body in self.client.signals():
            if member == "InterfacesAdded" and GROUP in body[1]:
                self.groups.add(body[0])
            elif member == "InterfacesRemoved" and GROUP in body[1]:
                self.groups.discard(body[0])

    def listed(self):
        objects, = self.client.call(PATH, MANAGER, "GetManagedObjects")
        return {path for path, interfaces in objects.items() if GROUP in interfaces}


def descriptors(service):
    """How many of which kind; the numbers of sockets and generations are left out."""
    directory = f"/proc/{service.process.pid}/fd"
    names = [os.readlink(f"{directory}/{fd}") for fd in os.listdir(directory)]
    return dict(collections.Counter(re.sub(r"(?<=:)\[\d+\]|(?<=generation-)\d+", "", name) for name in names))


def timers(service):
    """(timers, those that are armed), of the kernel's view."""
    directory = f"/proc/{service.process.pid}/fdinfo"
    texts = [open(f"{directory}/{fd}", encoding="ascii").read() for fd in os.listdir(directory)]
    values = [text for text in texts if "it_value" in text]
    return len(values), sum("it_value: (0, 0)" not in text for text in values)


def lost_events(service):
    """Messages that the kernel dropped because the service's netlink sockets were full."""
    with open(f"/proc/{service.process.pid}/net/netlink", encoding="ascii") as table:
        head, *rows = (line.split() for line in table)
    return sum(int(row[head.index("Drops")]) for row in rows)


def wakeups(service):
    with open(f"/proc/{service.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read(), re.M)[1])


def published(client):
    document = json.loads(client.describe())
    return {device["address"]: device["driver"] for device in document["devices"] if device["address"] >= "0000:10"}


def differences(one, other, path=""):
    """Where two answers differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [found for key in one.keys() | other.keys() for found in differences(one.get(key), other.get(key), f"{path}.{key}")]
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)) and len(one) == len(other):
        return [found for n, pair in enumerate(zip(one, other)) for found in differences(*pair, f"{path}[{n}]")]
    return [] if one == other else [(path, one, other)]
