"""One description, two forms: a domain, and the command line that libvirt makes of it, become the same guest as far as it
moves addresses. What libvirt makes of the domain when it is defined is understood too."""
import os

import pytest

from forms import ignored, read
from guests import intel
from place import Place, rules
from virsh import Unavailable, Virsh


@pytest.fixture(scope="module", name="virsh", params=["installed", "trixie"])
def fixture_virsh(request, tmp_path_factory):
    try:
        return Virsh(tmp_path_factory.mktemp("libvirt"), None if request.param == "installed" else request.param)
    except Unavailable as why:
        pytest.skip(str(why))


def domain(name, inside="", memory="<memory unit='GiB'>4</memory>", os_inside="", devices="", kind="qemu", machine="q35", os_attributes="", top="",
           features="<acpi/><apic/>"):
    return (f"<domain type='{kind}'{top}><name>hawd-{name}</name>{memory}<vcpu>2</vcpu><os{os_attributes}><type arch='x86_64' machine='{machine}'>hvm</type>"
            f"{os_inside}</os><features>{features}</features>{inside}<devices>{devices}</devices></domain>")


def numa(size):
    return f"<numa><cell id='0' cpus='0-1' memory='{size}' unit='MiB'/></numa>"


HOTPLUG = "<maxMemory slots='8' unit='GiB'>64</maxMemory><memory unit='GiB'>4</memory>"
DIMM = "<memory model='dimm'><target><size unit='MiB'>512</size><node>0</node></target></memory>"
OVMF = "<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>"
SPLIT = "<acpi/><apic/><ioapic driver='qemu'/>"
QEMU = " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"

DOMAINS = {
    "plain": domain("plain"),
    "pc": domain("pc", machine="pc", memory="<memory unit='MB'>1234</memory>"),
    "old": domain("old", machine="pc-q35-6.2", memory="<memory unit='b'>3221225473</memory>"),
    "kvm-host": domain("kvm-host", "<cpu mode='host-passthrough'/>", kind="kvm"),
    "kvm-limit": domain("kvm-limit", "<cpu mode='host-passthrough'><maxphysaddr mode='passthrough' limit='39'/></cpu>", kind="kvm"),
    "kvm-width": domain("kvm-width", "<cpu mode='host-passthrough'><maxphysaddr mode='passthrough'/></cpu>", kind="kvm"),
    "kvm-emulate": domain("kvm-emulate", "<cpu mode='host-passthrough'><maxphysaddr mode='emulate' bits='42'/></cpu>", kind="kvm"),
    "maximum": domain("maximum", "<cpu mode='maximum'><maxphysaddr mode='emulate' bits='46'/><feature policy='disable' name='la57'/></cpu>"),
    "custom": domain("custom", "<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>Skylake-Server</model>"
                     "<maxphysaddr mode='emulate' bits='46'/><feature policy='disable' name='pdpe1gb'/><feature policy='require' name='la57'/></cpu>"),
    "vendor": domain("vendor", "<cpu mode='custom' match='exact' check='none'><model fallback='forbid' vendor_id='GenuineIntel'>EPYC</model></cpu>"),
    "hotplug": domain("hotplug", f"<cpu mode='maximum'>{numa(4096)}</cpu>", HOTPLUG, devices=DIMM),
    "odd-sizes": domain("odd-sizes", f"<cpu mode='maximum'>{numa(3001)}</cpu>", "<maxMemory slots='3' unit='KiB'>16777217</maxMemory><memory>3000001</memory>"),
    "two-cells": domain("two-cells", "<cpu mode='maximum'><numa><cell id='0' cpus='0' memory='1048577'/><cell id='1' cpus='1' memory='2' unit='GiB'/></numa></cpu>"),
    "nvdimm": domain("nvdimm", f"<cpu mode='maximum'>{numa(4096)}</cpu>", HOTPLUG, devices="<memory model='nvdimm'><source><path>/tmp/nv</path></source>"
                     "<target><size unit='MiB'>512</size><node>0</node><label><size unit='KiB'>128</size></label></target></memory>"),
    "virtio-mem": domain("virtio-mem", f"<cpu mode='maximum'>{numa(4096)}</cpu>", HOTPLUG, devices="<memory model='virtio-mem'><target><size unit='GiB'>8</size>"
                         "<node>0</node><block unit='KiB'>2048</block><requested unit='GiB'>1</requested></target></memory>"),
    "hole": domain("hole", devices="<controller type='pci' index='0' model='pcie-root'><pcihole64 unit='GiB'>64</pcihole64></controller>"),
    "pc-hole": domain("pc-hole", machine="pc", devices="<controller type='pci' index='0' model='pci-root'><pcihole64>1048576</pcihole64></controller>"),
    "intel-iommu": domain("intel-iommu", features=SPLIT, devices="<iommu model='intel'><driver intremap='on' caching_mode='on' aw_bits='48'/></iommu>"),
    "virtio-iommu": domain("virtio-iommu", devices="<iommu model='virtio'/>"),
    "ovmf": domain("ovmf", os_inside=OVMF),
    "efi": domain("efi", os_attributes=" firmware='efi'"),
    "shmem": domain("shmem", devices="<shmem name='one'><model type='ivshmem-plain'/><size unit='M'>64</size></shmem>"),
    "qxl": domain("qxl", devices="<video><model type='qxl' ram='65536' vram='65536' vgamem='16384' vram64='8388608'/></video>"),
    "assigned": domain("assigned", kind="kvm", devices="<hostdev mode='subsystem' type='pci' managed='no'><driver name='vfio'/><source>"
                       "<address domain='0x0000' bus='0x00' slot='0x00' function='0x0'/></source></hostdev>"),
    "arguments": domain("arguments", top=QEMU, inside="<qemu:commandline><qemu:arg value='-fw_cfg'/><qemu:arg value='name=opt/ovmf/X-PciMmio64Mb,string=131072'/>"
                        "<qemu:arg value='-global'/><qemu:arg value='q35-pcihost.pci-hole64-size=128G'/><qemu:arg value='-cpu'/>"
                        "<qemu:arg value='EPYC,phys-bits=47,host-phys-bits-limit=0x2a'/></qemu:commandline>"),
}


def members(document, chosen=False):
    """What moves addresses: names are libvirt's to choose, so is the version behind "q35" and the image behind "efi", which may be one with
    System Management Mode."""
    kept = {key: value for key, value in document.items() if key not in ("name", "machine", "form", "system", "assumed", "devices", "cpu", "firmware")}
    if chosen:
        kept.pop("smm", None)
    kept["machine"] = "q35" if "q35" in document["machine"] else "pc"
    # Without <cpu> libvirt names QEMU's default, with vendor and features of the model either way once filled in.
    kept["cpu"] = {key: value for key, value in document["cpu"].items() if key != "pastLibvirt"}
    kept["firmware"] = {key: value for key, value in document["firmware"].items() if key != "path" and not (chosen and key == "smm")}
    # In which order libvirt writes devices is its affair too.
    devices = [{key: value for key, value in device.items() if key != "name"} for device in document.get("devices", [])]
    kept["devices"] = sorted(devices, key=repr)
    return kept


def no_fault_of_ours(text):
    """What this QEMU, kernel or host does not have; a domain that is wrong would be a fault."""
    reason = text.strip().splitlines()[-1]
    parts = ("not supported", "unsupported", "t support", "not support", "not available", "Unable to find", "could not find")
    assert any(part in reason for part in parts), text
    pytest.skip(reason)


@pytest.mark.parametrize("name", DOMAINS)
def test_two_forms(virsh, name, tmp_path):
    path = tmp_path / "domain.xml"
    path.write_text(DOMAINS[name])
    native = virsh.of(DOMAINS[name], "domxml-to-native", "qemu-argv")
    if native.returncode != 0:
        no_fault_of_ours(native.stderr)
    if "limit=" in DOMAINS[name] and "host-phys-bits-limit" not in native.stdout:
        pytest.skip("this libvirt knows no limit= (9.3)")
    command = tmp_path / "command"
    command.write_text(native.stdout)
    one = read(f"--defaults={virsh.qemu},202211,1.16.2", str(path))
    two = read(f"--defaults={virsh.qemu},202211,1.16.2", str(command))
    assert members(one, name == "efi") == members(two, name == "efi")
    assert ignored(one) == [] and ignored(two) == []


@pytest.mark.parametrize("name", DOMAINS)
def test_as_libvirt_keeps_it(virsh, name, tmp_path):
    """Defined and printed again, with all that libvirt adds."""
    path, again = tmp_path / "domain.xml", tmp_path / "again.xml"
    path.write_text(DOMAINS[name])
    # Each virsh starts the whole driver.
    kept = virsh.of(DOMAINS[name], f"dumpxml hawd-{name}", before="define")
    if kept.returncode != 0:
        no_fault_of_ours(kept.stderr.split("error: failed to get domain")[0])
    again.write_text(kept.stdout[kept.stdout.index("<domain"):])
    if "limit=" in DOMAINS[name] and "limit=" not in again.read_text():
        pytest.skip("this libvirt knows no limit= (9.3)")
    one, two = (read(f"--defaults={virsh.qemu},202211,1.16.2", str(form)) for form in (again, path))
    assert members(one, name == "efi") == members(two, name == "efi")


# libvirt's own word on widths, whatever /proc/cpuinfo says: faked here, in a mount namespace.
CPUINFO = """set -e
mount --make-rprivate /
sed 's/^address sizes.*/address sizes : 42 bits physical, 48 bits virtual/' /proc/cpuinfo > "$0/cpuinfo"
mount --bind "$0/cpuinfo" /proc/cpuinfo
exec "$@"
"""


@pytest.mark.parametrize("kind", ["qemu", "kvm"])
@pytest.mark.parametrize("bits", [41, 42, 43, 46])
def test_width_above_cpuinfo(tmp_path, kind, bits):
    """What it does not define is unsafe here. It looks once it knows its host: `capabilities` before."""
    if os.geteuid() != 0:
        pytest.skip("another /proc/cpuinfo wants root")
    try:
        judge = Virsh(tmp_path)
    except Unavailable as why:
        pytest.skip(str(why))
    judge.start = ["unshare", "--mount", "sh", "-c", CPUINFO, tmp_path, *judge.start]
    text = domain("width", f"<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>EPYC</model><maxphysaddr mode='emulate' bits='{bits}'/></cpu>",
                  kind=kind)
    (tmp_path / "domain.xml").write_text(text, encoding="utf-8")
    done = judge(f"capabilities; define {tmp_path}/domain.xml")
    if "<maxphysaddr mode='emulate' bits='42'/>" not in done.stdout:
        pytest.skip("libvirt knows nothing of this host's CPU")
    if done.returncode != 0 and "virtual CPU address bits" not in done.stderr:
        pytest.skip("libvirt does not define such a domain here: " + done.stderr.strip().splitlines()[-1])
    (tmp_path / "host").mkdir()
    answer = Place(tmp_path / "host").check(intel(46, 48, cpuinfo=42), read("--defaults=7.2,202211,1.16.2", "-", text=text))
    assert ("R13" in rules(answer, "unsafe")) == (done.returncode != 0) == (bits > 42)
