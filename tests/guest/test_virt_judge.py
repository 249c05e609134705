"""QEMU and libvirt of other releases on guests of virt: what hawd says QEMU rejects is rejected, and nothing else; a domain and the command line that libvirt makes
of it are the same guest. Nothing here needs KVM."""
import os
import re
import subprocess

import pytest

import release
from forms import ignored, read
from test_virt_domains import domain
from test_virt_forms import OPTIONS, REFUSED
from virsh import Unavailable, Virsh

ALL = bool(os.environ.get("HAWD_TEST_ALL"))
QEMUS = os.environ.get("HAWD_VIRT_RELEASES", "bookworm trixie sid" if ALL else "trixie").split()
LIBVIRTS = os.environ.get("HAWD_VIRT_LIBVIRTS", "bookworm trixie" if ALL else "trixie").split()
# What this machine may not have: KVM, a device, files.
NEEDS = re.compile(r"kvm|vfio|host|hvf|-bios|pflash|-kernel|\+pve")


@pytest.fixture(name="qemu", scope="module", params=QEMUS)
def found_qemu(request):
    try:
        words = release.qemu(release.tree(request.param, release.QEMU_ARM), "qemu-system-aarch64")
    except release.Missing as error:
        pytest.skip(f"{request.param}: {error}")

    def start(line):
        done = subprocess.run([*words, "-display", "none", "-S", "-no-user-config", "-qmp", "stdio", *line.split()], capture_output=True, text=True, check=False,
                              input='{"execute":"qmp_capabilities"}{"execute":"quit"}', timeout=120)
        return done.returncode == 0, done.stderr
    return start


def test_what_it_rejects(qemu):
    """The machine types and properties that a release does not have are told from those that none has."""
    for line, text in REFUSED:
        if NEEDS.search(line) or "arm-smmuv3" in line or "msi=" in line:
            continue
        started, said = qemu(line)
        # Releases before 8.0 warn of a topology of 0.
        assert not started or "-smp 0" in line, (line, text)
        part = text.split(":")[0].split("virt-")[0] if "Property" in text else text.split(":")[0]
        # QEMU has other words for these, or other ones in each release.
        if "memory slots" in text:
            part = "memory slots"
        if not text.startswith(("slot", "bus ", "the expander", "dies", "gic-version=4")) and "4294967295" not in line and not started:
            assert part in said, (line, said)


def test_json_is_not_for_the_machine(qemu):
    for option in ('{"type":"virt","highmem":false}', '{"type":"virt"}'):
        started, said = qemu(f"-M {option} -m 1G")
        assert not started and ("Invalid parameter" in said or "unsupported machine type" in said), said


@pytest.mark.parametrize("accelerator,falls_back", [("-M virt,accel=kvm:tcg", True), ("-M virt -accel kvm -accel tcg", True), ("-M virt,accel=kvm", False)])
def test_accelerator_of_another_host(qemu, accelerator, falls_back):
    if os.uname().machine != "x86_64":
        pytest.skip("an x86 host is needed, whose QEMU for arm64 has no KVM")
    started, said = qemu(f"{accelerator} -cpu max -m 1G")
    assert started == falls_back == ("falling back to tcg" in said), said


def test_what_it_accepts(qemu):
    for line, _ in OPTIONS:
        if NEEDS.search(line) or "iommu=smmuv3 -device virtio-iommu" in line or "pc-dimm" in line or "nvdimm" in line:
            continue
        started, said = qemu(line)
        # Of another release.
        if not started and re.search(r"Property '\S+' not found|invalid option|unsupported machine|expects a pluggable|not a valid device", said):
            continue
        assert started, (line, said)


# ── libvirt ──────────────────────────────────────────────────────────────────────────────────────────────

@pytest.fixture(name="virsh", scope="module", params=LIBVIRTS)
def found_virsh(request, tmp_path_factory):
    try:
        return Virsh(tmp_path_factory.mktemp("libvirt"), request.param, arm64=True)
    except Unavailable as why:
        pytest.skip(str(why))


def members(document):
    """What moves addresses. The version behind "virt" is libvirt's to choose, so is the image behind "efi", the number of slots of an empty region, and the GIC
    that it names where the domain does not."""
    kept = {key: value for key, value in document.items() if key not in ("name", "machine", "form", "system", "assumed", "devices", "firmware", "cpu", "ports")}
    kept["virt"] = {key: value for key, value in kept.get("virt", {}).items() if value is not None}
    kept["cpu"] = (document.get("cpu") or {}).get("model")
    kept["kind"] = (document.get("firmware") or {}).get("kind")
    return kept


EFI = " firmware='efi'"  # which ACPI wants of libvirt
PLAIN = {
    "plain": domain(kind="qemu", inside="<cpu mode='custom'><model>cortex-a57</model></cpu>", features="<acpi/><gic version='3'/>", os=EFI),
    "gic2": domain(kind="qemu", inside="<cpu mode='maximum'/>", features="<acpi/><gic version='2'/>", os=EFI),
    "no-acpi": domain(kind="qemu", inside="<cpu mode='maximum'/>", features="<gic version='3'/>"),
    "vcpus": domain(kind="qemu", os=EFI, inside="<cpu mode='maximum'/>", vcpu="<vcpu current='2'>6</vcpu>"),
    "slots": domain(kind="qemu", os=EFI, inside="<cpu mode='maximum'><numa><cell id='0' cpus='0-1' memory='8' unit='GiB'/></numa></cpu>",
                    memory="<maxMemory slots='4' unit='GiB'>64</maxMemory><memory unit='GiB'>8</memory>"),
    "smmu": domain(kind="qemu", os=EFI, inside="<cpu mode='maximum'/>", devices="<iommu model='smmuv3'/>"),
    "arguments": domain(kind="qemu", os=EFI, inside="<cpu mode='maximum'/><qemu:commandline><qemu:arg value='-machine'/><qemu:arg value='highmem-ecam=off'/></qemu:commandline>",
                        top=" xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_two_forms(virsh, name, tmp_path):
    native = virsh.of(PLAIN[name], "domxml-to-native", "qemu-argv")
    assert native.returncode == 0, native.stderr
    path, command = tmp_path / "domain.xml", tmp_path / "command"
    path.write_text(PLAIN[name])
    command.write_text(native.stdout)
    one, two = read(str(path)), read(str(command))
    # libvirt 9.0 writes nothing where a domain has ACPI.
    if "acpi" not in two.get("virt", {}):
        one["virt"].pop("acpi", None)
    assert members(one) == members(two), native.stdout
    assert ignored(one) == [] and ignored(two) == [] and "refused" not in two, native.stdout


@pytest.mark.parametrize("text,words", [
    (domain(kind="qemu", os=EFI, inside="<cpu mode='maximum'><maxphysaddr mode='emulate' bits='40'/></cpu>"), "physical address bits specification is not supported"),
    (domain(kind="qemu", os=EFI, inside="<cpu mode='maximum'/>", devices="<iommu model='intel'/>"), "only supported"),
    (domain(kind="qemu", inside="<cpu mode='maximum'/>", os="<loader readonly='yes' secure='yes' type='pflash'>/usr/share/AAVMF/AAVMF_CODE.fd</loader>"),
     "Secure boot is supported with q35 machine types only"),
])
def test_what_libvirt_rejects(virsh, text, words):
    done = virsh.of(text, "domxml-to-native", "qemu-argv")
    assert done.returncode != 0 and words in done.stderr
    assert read("-", text=text)["refused"]


@pytest.mark.parametrize("state", ["on", "off"])
def test_smm(virsh, qemu, state):
    """libvirt takes it, QEMU does not."""
    native = virsh.of(domain(kind="qemu", os=EFI, inside="<cpu mode='maximum'/>", features=f"<acpi/><smm state='{state}'/>"), "domxml-to-native", "qemu-argv")
    assert native.returncode == 0 and f",smm={state}" in native.stdout
    started, said = qemu(f"-M virt,smm={state} -m 1G")
    assert not started and ".smm' not found" in said


def test_minimum(virsh):
    native = virsh.of(domain("<cpu match='minimum'><model>cortex-a57</model></cpu>", kind="qemu", os=EFI), "domxml-to-native", "qemu-argv")
    assert native.returncode == 0 and "-cpu cortex-a57" in native.stdout
