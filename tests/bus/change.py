"""What tests change in a tree, and what comes of it by another way than the bus."""
import json
import os
import shutil
import subprocess

from tree import MEMORY64, MSI, endpoint

NEW = "0000:03:00.0"


def card(tree, number=9, regions=(MSI,)):
    """A device behind dmar1 of client_46_39, in a group of its own."""
    tree.pci(NEW, endpoint(), driver="ice", bars=[(0, 0x90000000, 1 << 20, MEMORY64)])
    tree.link(f"sys/devices/virtual/iommu/dmar1/devices/{NEW}", f"../../../../pci0000:00/{NEW}")
    tree.group(number, [NEW], regions)


def no_card(tree, number=9):
    shutil.rmtree(tree.root / f"sys/kernel/iommu_groups/{number}")
    shutil.rmtree(tree.root / f"sys/devices/pci0000:00/{NEW}")
    (tree.root / f"sys/bus/pci/devices/{NEW}").unlink()
    (tree.root / f"sys/devices/virtual/iommu/dmar1/devices/{NEW}").unlink()


def replace(tree, path, content):
    """At once, so that no reading finds half of it."""
    tree.write("new", content)
    os.replace(tree.root / "new", tree.root / path)


def digest_of(tree):
    """As hawctl has it, which reads the tree once and knows no former boots."""
    done = subprocess.run([os.environ["HAWCTL"], f"--root={tree.root}", "describe", "--json=short"], capture_output=True, check=True)
    return json.loads(done.stdout)["digest"]
