"""Proxmox VE's own files for -readconfig: qemu-server's src/usr/pve-q35.cfg, pve-q35-4.0.cfg and pve-usb.cfg, which are the same in
every release since 2019 (the two older ones since 2018 and 2011). Where they are not on the host their ports are known. The expected
values are counted by hand in those files; the command lines are reduced from qemu-server's own test cases."""
import json
import os
import shutil
import subprocess

import pytest

from forms import assumed, at, ignored, read

DIRECTORY = "/usr/share/qemu-server/"
Q35 = ["ich9-pcie-port-1", "ich9-pcie-port-2", "ich9-pcie-port-3", "ich9-pcie-port-4"]


def proxmox(config, *more):
    if os.path.exists(DIRECTORY + config):
        pytest.skip("this is a host of Proxmox's: its own file is read")
    return read("--", "/usr/bin/kvm", "-id", "100", "-cpu", "host,+kvm_pv_eoi", "-m", "16384", "-readconfig", DIRECTORY + config,
                *more, "-machine", "type=q35+pve0")


@pytest.mark.parametrize("config", ["pve-q35-4.0.cfg", "pve-q35.cfg", "pve-usb.cfg"])
def test_nothing_is_missing(config):
    document = proxmox(config)
    assert ignored(document) == []
    assert assumed(document)["-readconfig " + DIRECTORY + config] == "the file that Proxmox VE installs (here: No such file or directory)"


@pytest.mark.parametrize("config", ["pve-q35-4.0.cfg", "pve-q35.cfg"])
@pytest.mark.parametrize("bus, own", [(port, True) for port in Q35] + [("pci.0", False), ("pcie.0", False), ("ich9-pcie-port-5", False)])
def test_ports(config, bus, own):
    """Ports 1 to 4 are of the file; the fifth a command line names itself, or there is none."""
    document = proxmox(config, "-device", f"vfio-pci,host=0000:01:00.0,id=hostpci0,bus={bus},addr=0x0")
    assert at(document, "devices.0.address") == "0000:01:00.0"
    assert bool(at(document, "devices.0.ownPort")) is own


def test_fifth_port():
    document = proxmox("pve-q35-4.0.cfg", "-device", "pcie-root-port,id=ich9-pcie-port-5,bus=pcie.0,addr=10.0,port=5,chassis=5", "-device",
                       "vfio-pci,host=0000:d0:17.0,id=hostpci4,bus=ich9-pcie-port-5,addr=0x0")
    assert at(document, "devices.0.ownPort") is True


def test_other_files():
    """Of that name elsewhere, or of another name there."""
    for path in ("/etc/pve-q35.cfg", DIRECTORY + "pve-q35-9.0.cfg", DIRECTORY + "../pve-usb.cfg", "pve-q35.cfg"):
        document = read("--", "kvm", "-m", "1G", "-readconfig", path)
        assert ignored(document) == ["-readconfig " + path[:80]], path


def test_set():
    """-set names what such a file has."""
    document = proxmox("pve-q35-4.0.cfg", "-set", "device.ich9-pcie-port-1.bus=pci.9")
    assert ignored(document) == []


def test_qemu_starts_it(tmp_path):
    """QEMU knows every driver, bus and address of the table: the same, written as a file, is a machine that starts."""
    if not shutil.which("qemu-system-x86_64"):
        pytest.skip("no qemu-system-x86_64 here")
    groups = [(port, "pcie-root-port", "pcie.0", f"1c.{i}") for i, port in enumerate(Q35)] + [("pcidmi", "i82801b11-bridge", "pcie.0", "1e.0")] + \
        [(f"pci.{i}", "pci-bridge", "pcidmi", f"{i + 1}.0") for i in range(4)]
    path = tmp_path / "q35.cfg"
    path.write_text("".join(f'[device "{name}"]\ndriver = "{driver}"\nbus = "{bus}"\naddr = "{address}"\nmultifunction = "on"\n' +
                            (f'chassis = "{i + 1}"\n' if "port" in driver else f'chassis_nr = "{i + 1}"\n' if driver == "pci-bridge" else "") + "\n"
                            for i, (name, driver, bus, address) in enumerate(groups)))
    asked = [{"execute": "qmp_capabilities"}, {"execute": "query-pci"}, {"execute": "quit"}]
    done = subprocess.run(["qemu-system-x86_64", "-M", "q35", "-S", "-display", "none", "-nodefaults", "-qmp", "stdio", "-readconfig", path],
                          input="".join(json.dumps(one) + "\n" for one in asked), text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    buses = next(answer["return"] for answer in map(json.loads, done.stdout.splitlines()) if answer.get("return"))
    bridges = [device for device in buses[0]["devices"] if "pci_bridge" in device]
    assert [device["qdev_id"] for device in bridges] == Q35 + ["pcidmi"]
