"""Domains of libvirt with arch='aarch64'."""
import pytest

from forms import assumed, at, ignored, read, refused

GIB, TIB = 1 << 30, 1 << 40


def domain(inside="<cpu mode='host-passthrough'/>", machine="virt", devices="", kind="kvm", features="<acpi/><gic version='3'/>", os="", top="", vcpu="<vcpu>2</vcpu>",
           memory="<memory unit='GiB'>4</memory>"):
    return (f"<domain type='{kind}'{top}>\n<name>t</name>\n{memory}{vcpu}\n<os{os if os.startswith(' ') else ''}><type arch='aarch64' machine='{machine}'>hvm</type>"
            f"{'' if os.startswith(' ') else os}</os>\n<features>{features}</features>\n{inside}\n<devices>\n{devices}\n</devices>\n</domain>\n")


QEMU = " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
HOSTDEV = "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0005' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>"
EXPANDED = "<controller type='pci' index='2' model='pcie-root-port'><address type='pci' domain='0' bus='0x01' slot='0' function='0'/></controller>"
HOLE = "<controller type='pci' index='0' model='pcie-root'><pcihole64 unit='GiB'>1024</pcihole64></controller>"

ELEMENTS = [
    (domain(), {"machine": "virt", "architecture": "aarch64", "accelerator": "kvm", "cpu.model": "host", "cpu.physBits": None, "virt.gicVersion": 3,
                "virt.acpi": True, "virt.cpus": 2, "virt.maxCpus": None}),
    # fr33m0nk/libvirt-nix domain.xml
    (domain(memory="<memory unit=\"GiB\">12</memory>", inside="<cpu mode=\"host-passthrough\" check=\"none\"/>", features="<acpi/>"),
     {"memory.ram": 12 * GIB, "cpu.model": "host", "virt.gicVersion": "host"}),
    (domain(machine="virt-9.2", features="<gic version='host'/>"), {"machine": "virt-9.2", "virt.gicVersion": "host", "virt.acpi": False}),
    (domain(features="<gic version='2'/>"), {"virt.gicVersion": 2}),
    (domain(features="<acpi/>"), {"virt.gicVersion": "host"}),
    (domain(vcpu="<vcpu placement='static' current='2'>8</vcpu>"), {"virt.cpus": 2, "virt.maxCpus": 8}),
    (domain(kind="qemu", inside="<cpu mode='custom'><model>cortex-a57</model></cpu>"), {"cpu.model": "cortex-a57", "accelerator": "tcg"}),
    (domain(kind="qemu", inside="<cpu mode='maximum'/>"), {"cpu.model": "max"}),
    (domain(kind="qemu", inside=""), {"cpu": None}),
    (domain(os=" firmware='efi'"), {"firmware.kind": "aavmf"}),
    (domain(os="<loader readonly='yes' type='pflash'>/usr/share/AAVMF/AAVMF_CODE.fd</loader>"), {"firmware.kind": "aavmf"}),
    (domain(memory="<maxMemory slots='4' unit='GiB'>64</maxMemory><memory unit='GiB'>8</memory>"),
     {"memory.ram": 8 * GIB, "memory.max": 64 * GIB, "memory.slots": 4}),
    (domain(devices="<iommu model='smmuv3'/>"), {"viommu.kind": "smmuv3", "viommu.accel": None}),
    (domain(devices="<controller type='pci' index='1' model='pcie-root-port'/><iommu model='smmuv3'><driver pciBus='1' accel='on' ats='on'/></iommu>"),
     {"viommu.kind": "smmuv3", "viommu.accel": True, "viommu.ofBus": True}),
    # libvirt, tests/qemuxml2argvdata/pcie-expander-bus-aarch64: 254 is the first that it gives.
    (domain(devices=f"<controller type='pci' index='1' model='pcie-expander-bus'/>{EXPANDED}"), {"virt.expanders": True, "virt.lastBus": 255}),
    (domain(devices="<controller type='pci' index='1' model='pcie-expander-bus'><target><busNr>32</busNr></target></controller>" + EXPANDED),
     {"virt.lastBus": 33}),
    (domain(), {"virt.expanders": None, "virt.lastBus": None}),
    (domain(devices="<iommu model='virtio'><driver aw_bits='48'/></iommu>"), {"viommu.kind": "virtio", "viommu.awBits": 48}),
    (domain(devices=HOLE), {"virt.highmemMmioSize": TIB, "pciHole64Size": None}),
    (domain(devices=HOSTDEV), {"devices.0.address": "0005:01:00.0", "devices.0.ownPort": True}),
    (domain(top=QEMU, inside="<cpu mode='host-passthrough'/><qemu:commandline><qemu:arg value='-machine'/><qemu:arg value='highmem-mmio-size=2T,highmem-ecam=off'/>"
            "</qemu:commandline>"), {"virt.highmemMmioSize": 2 * TIB, "virt.highmemEcam": False, "virt.gicVersion": 3}),
]


@pytest.mark.parametrize("text,expected", ELEMENTS)
def test_element(text, expected):
    document = read("-", text=text)
    assert {path: at(document, path) for path in expected} == expected
    assert ignored(document) == [] and "refused" not in document


def test_what_depends_on_the_release_of_libvirt_is_assumed():
    assert assumed(read("-", text=domain(devices=HOLE)))["<pcihole64>"].startswith("libvirt 12.8")


@pytest.mark.parametrize("text,what,message", [
    (domain("<cpu mode='host-passthrough'><maxphysaddr mode='passthrough' limit='40'/></cpu>"), "<maxphysaddr>",
     "line 6: CPU maximum physical address bits specification is not supported for 'aarch64' architecture"),
    (domain(devices="<iommu model='intel'/>"), "-device intel-iommu", "line 8: 'intel-iommu' is not a valid device model name"),
    (domain(os="<loader readonly='yes' secure='yes' type='pflash'>/usr/share/AAVMF/AAVMF_CODE.fd</loader>"), "<loader secure='yes'>",
     "line 4: Secure boot is supported with q35 machine types only"),
    (domain(features="<acpi/><smm state='on'/>"), "<smm>", "line 5: libvirt adds smm= to -machine, which virt does not have"),
    (domain(features="<acpi/><smm state='off'/>"), "<smm>", "line 5: libvirt adds smm= to -machine, which virt does not have"),
])
def test_what_libvirt_refuses(text, what, message):
    assert read("-", text=text)["refused"] == [{"what": what, "text": message}]


@pytest.mark.parametrize("text,model,what", [
    (domain("<cpu mode='host-model'/>"), "host-model", ["<cpu mode='host-model'>"]),
    (domain("<cpu match='minimum'><model>cortex-a57</model></cpu>"), "host-model", ["<cpu match='minimum'>"]),
    (domain("<cpu match='minimum'><model>cortex-a57</model></cpu>", kind="qemu"), "cortex-a57", []),
    # libvirt accepts these: they choose an image, and add nothing.
    (domain(os=" firmware='efi'", features="<acpi/><smm/>"), "host", []),
    (domain(os="<firmware><feature enabled='yes' name='secure-boot'/></firmware>"), "host", []),
])
def test_what_libvirt_was_not_asked(text, model, what):
    """Its answer about the CPU of an arm64 host needs one."""
    document = read("-", text=text)
    assert at(document, "cpu.model") == model and ignored(document) == what
    assert "refused" not in document and at(document, "firmware.smm") is None and at(document, "smm") is None


@pytest.mark.parametrize("text,message", [
    (domain(machine="pc-q35-9.2"), "line 4: <type machine='pc-q35-9.2'>: expected virt or one of its versions"),
    (domain(machine="sbsa-ref"), "line 4: <type machine='sbsa-ref'>: expected virt or one of its versions"),
    (domain().replace("aarch64", "x86_64"), "line 4: <type machine='virt'>: expected pc, q35, microvm or one of their versions"),
    (domain().replace("aarch64", "armv7l"), "line 4: <type arch='armv7l'>: expected x86_64, i686 or aarch64"),
    (domain(vcpu="<vcpu>x</vcpu>"), "line 3: <vcpu> maxcpus: expected a number from 0 to 4294967295, not 'x'"),
])
def test_wrong_domains(text, message):
    assert refused("-", text=text) == f"standard input: {message}"


def test_a_domain_without_an_architecture_has_that_of_its_machine():
    text = domain().replace(" arch='aarch64'", "")
    assert read("-", text=text)["architecture"] == "aarch64"

