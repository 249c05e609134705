"""Which firmware starts a guest, and which version of it: by option, by the image's path, by what is on this host."""
import json
import pathlib
import subprocess

import pytest

from forms import assumed, at, read
from guests import GIB, device, guest, intel
from place import HAWCTL, run
from test_virt_check import host

DESCRIPTORS = sorted(pathlib.Path("/usr/share/qemu/firmware").glob("*.json"))


def told(answer):
    return {note["what"]: note["text"] for note in answer["assumed"]}


@pytest.mark.parametrize("option,verdict", [
    (None, "warning"), ("ovmf:202411", "safe"), ("ovmf:2024.11", "safe"), ("ovmf:202208", "unsafe"), ("ovmf", "warning"), ("seabios:1.17.0", "safe"),
    ("seabios:1.16.2", "safe"),
])
def test_option(place, option, verdict):
    """64 GiB fit 1/8 of 46 bits, not the 32 GiB of OVMF before 202211; SeaBIOS makes room for its BARs."""
    answer = place.check(intel(46, 48), guest(bits="host", firmware={"kind": "ovmf"}, devs=[device(64 * GIB)]), *([f"--firmware={option}"] if option else []))
    assert answer["verdict"] == verdict and ("the firmware's version" in answer["missing"]) is (verdict == "warning")
    assert ("by --firmware" in told(answer).get("firmware", "")) is bool(option)


def test_option_of_qemu(place):
    """GuestPhysBits is told since 9.1, where the machine type has it too."""
    document = guest(bits="host", firmware={"kind": "ovmf", "version": "202505"}, machine="pc-q35-9.1")
    host = intel(52, 52, mappable=48)
    answer = place.check(host, document)
    assert answer["layout"]["guestPhysBits"] == 48
    done = run("check", place.guest(document), f"--root={place.path}/host", "-j", "--qemu=9.0")
    assert json.loads(done.stdout)["layout"]["guestPhysBits"] is None and "QEMU 9.0, by --qemu" in done.stdout


QEMU, CLOUD_HYPERVISOR, XEN = "qemu-system-x86_64 -m 1G\n", "cloud-hypervisor --memory size=1G --kernel k\n", 'name = "a"\ntype = "hvm"\nmemory = 1024\n'


@pytest.mark.parametrize("text, option, vmm", [
    (XEN, "--qemu=9.2", "Xen"), (CLOUD_HYPERVISOR, "--qemu=9.2", "Cloud Hypervisor"), (QEMU, "--xen=4.17", "QEMU"), (CLOUD_HYPERVISOR, "--xen=4.17", "Cloud Hypervisor"),
    (QEMU, "--qemu=9.2", None), (XEN, "--xen=4.17", None),
])
def test_option_of_another_vmm(place, tmp_path, text, option, vmm):
    """One line each, and the answer is that without the option."""
    path, host = tmp_path / "guest", place.host(intel(46, 48))
    path.write_text(text, encoding="utf-8")
    for words in (["check", f"--root={host}", "-j", path], ["place", "-j", path, host]):
        done = run(*words, option)
        assert done.stderr == (f"hawctl: {option} is ignored: the guest's VMM is {vmm}\n" if vmm else "")
        if vmm:
            plain = run(*words)
            assert (done.returncode, done.stdout, plain.stderr) == (plain.returncode, plain.stdout, "")


@pytest.mark.parametrize("option", ["--firmware=", "--firmware=ovmf:", "--firmware=ovmf:9", "--firmware=ovmf:x", "--firmware=uefi", "--firmware=none:1",
                                    "--firmware=seabios:202411", "--firmware=aavmf:1.16", "--firmware=unknown", "--qemu=", "--qemu=0", "--qemu=9.x", "--qemu=202411"])
def test_option_refused(place, option):
    place.guest(guest())
    done = run("check", place.path / "guest.json", option)
    assert done.returncode == 2 and not done.stdout and option in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["aavmf", "aavmf:202411", "aavmf:2024.11"])
def test_option_of_virt(place, option):
    done = run("check", f"--root={place.host(host(48))}", "-j", "--qemu=10.0", f"--firmware={option}", "--", *"qemu-system-aarch64 -M virt -accel kvm -cpu host -m 4G".split())
    answer = json.loads(done.stdout)
    assert answer["verdict"] == "safe" and answer["missing"] == [], answer


@pytest.mark.parametrize("path", DESCRIPTORS or [None], ids=lambda p: p.name if p else "none")
def test_descriptors(path):
    """libvirt's own descriptors say what each image is."""
    if not path:
        pytest.skip("no firmware descriptors in /usr/share/qemu/firmware")
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    if not any(target["architecture"] == "x86_64" for target in descriptor["targets"]):
        return
    image = descriptor["mapping"].get("executable", descriptor["mapping"])["filename"]
    expected = {"uefi": "ovmf", "bios": "seabios"}[descriptor["interface-types"][0]]
    assert at(read("--", "qemu-system-x86_64", "-bios", image), "firmware.kind") == expected


def here(*words):
    done = subprocess.run([HAWCTL, "check", "--local", "-j", "--", "qemu-system-x86_64", "-M", "q35", *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 3), done.stderr
    return told(json.loads(done.stdout))["firmware.version"]


def test_image_not_here(tmp_path):
    """A package's version is not that of an image that is not on this host."""
    assert "not on this host" in here("-bios", "/usr/share/edk2/nonesuch/OVMF_CODE.4m.fd")
    assert "not on this host" in here("-bios", str(tmp_path / "OVMF.fd"))
    (tmp_path / "OVMF.fd").write_text("")
    assert "not on this host" not in here("-bios", str(tmp_path / "OVMF.fd"))


def test_link_into_a_store(tmp_path):
    """As /run/libvirt/nix-ovmf has them on NixOS."""
    store = tmp_path / "hash-OVMF-202308-fd/FV"
    store.mkdir(parents=True)
    (store / "OVMF_CODE.fd").write_text("")
    (tmp_path / "OVMF_CODE.fd").symlink_to(store / "OVMF_CODE.fd")
    assert "202308" in here("-bios", str(tmp_path / "OVMF_CODE.fd"))


def test_version_in_a_path():
    document = read("--defaults=7.2,202211,1.16.2", "--", "qemu-system-x86_64", "-bios", "/nix/store/x-OVMF-202411-fd/FV/OVMF_CODE.fd")
    assert document["firmware"]["version"] == "202411" and "path" in assumed(document)["firmware.version"]
