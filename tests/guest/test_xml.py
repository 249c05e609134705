"""libvirt's elements, one by one: what each becomes is said by docs/formatdomain of libvirt."""
import pytest

from forms import assumed, at, ignored, read, refused

MIB, GIB = 1 << 20, 1 << 30


def domain(inside="", memory="<memory unit='GiB'>4</memory>", os="", devices="", kind="kvm", machine="q35", top=""):
    return (f"<domain type='{kind}'{top}>\n<name>t</name>\n{memory}\n<os{os if os.startswith(' ') else ''}><type arch='x86_64' machine='{machine}'>hvm"
            f"</type>{'' if os.startswith(' ') else os}</os>\n{inside}\n<devices>\n{devices}\n</devices>\n</domain>\n")


HOSTDEV = "<hostdev mode='subsystem' type='pci' managed='yes'>{}<source><address domain='0x0000' bus='0xc1' slot='0x00' function='0x1'/></source>{}</hostdev>"

ELEMENTS = [
    ({"memory": "<memory>4194304</memory>"}, {"memory.ram": 4 * GIB}),
    ({"memory": "<memory unit='b'>4294967297</memory>"}, {"memory.ram": 4 * GIB + MIB}),
    ({"memory": "<memory unit='GB'>4</memory>"}, {"memory.ram": 3815 * MIB}),
    ({"memory": "<memory unit='TiB'>1</memory><currentMemory unit='GiB'>1</currentMemory>"}, {"memory.ram": 1 << 40}),
    ({"memory": "<maxMemory slots='16' unit='GiB'>64</maxMemory><memory unit='GiB'> 4\n</memory>"},
     {"memory.ram": 4 * GIB, "memory.max": 64 * GIB, "memory.slots": 16}),
    # virtio-mem and virtio-pmem take no slot (11.3: memory-hotplug-virtio-mem).
    ({"memory": "<maxMemory unit='GiB'>64</maxMemory><memory unit='GiB'>4</memory>"}, {"memory.max": 64 * GIB, "memory.slots": None}),
    ({"machine": "pc-q35-8.1"}, {"machine": "pc-q35-8.1", "accelerator": "kvm", "name": "t"}),
    ({"machine": "pc-i440fx-6.2", "kind": "qemu"}, {"machine": "pc-i440fx-6.2", "accelerator": "tcg"}),
    ({"os": " firmware='efi'"}, {"firmware.kind": "ovmf", "firmware.path": None}),
    ({"os": " firmware='bios'"}, {"firmware.kind": "seabios"}),
    ({"os": "<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader><nvram>/v</nvram>"},
     {"firmware.kind": "ovmf", "firmware.path": "/usr/share/OVMF/OVMF_CODE_4M.fd"}),
    ({"os": "<loader type='rom'>/usr/share/seabios/bios.bin</loader>"}, {"firmware.kind": "seabios"}),
    ({"inside": "<cpu mode='host-passthrough' check='none' migratable='on'/>"}, {"cpu.model": "host", "cpu.physBits": "host"}),
    ({"inside": "<cpu mode='maximum'/>"}, {"cpu.model": "max", "cpu.physBits": "host"}),
    ({"inside": "<cpu mode='host-model'/>"}, {"cpu.model": "host-model", "cpu.physBits": None}),
    # What domcapabilities prints may be pasted into a domain.
    ({"inside": "<cpu mode='host-model'><maxphysaddr mode='passthrough' limit='46'/></cpu>"}, {"cpu.physBits": "host", "cpu.hostPhysBitsLimit": 46}),
    # At least that: libvirt takes the host's model, and leaves out what is disabled.
    ({"inside": "<cpu match='minimum'><model>486</model><feature policy='disable' name='la57'/></cpu>"},
     {"cpu.model": "host-model", "cpu.la57": False, "cpu.physBits": None}),
    ({"devices": "<emulator>/usr/bin/qemu-system-i386</emulator>"}, {"cpu.model": "qemu32", "cpu.longMode": False}),
    ({"devices": "<emulator>/usr/bin/qemu-system-x86_64</emulator>"}, {"cpu": None}),
    ({"inside": "<cpu mode='custom' match='exact'><model fallback='forbid'>EPYC-Milan</model><vendor>AMD</vendor></cpu>"},
     {"cpu.model": "EPYC-Milan", "cpu.vendor": None}),
    ({"inside": "<cpu mode='custom'><model vendor_id='GenuineIntel'>qemu64</model></cpu>"}, {"cpu.vendor": "intel"}),
    ({"inside": "<cpu mode='custom'><model>EPYC</model><maxphysaddr mode='emulate' bits='46'/></cpu>"}, {"cpu.physBits": 46}),
    ({"inside": "<cpu mode='host-passthrough'><maxphysaddr mode='emulate'/></cpu>"}, {"cpu.model": "host", "cpu.physBits": None}),
    ({"inside": "<cpu mode='custom'><model>EPYC</model><maxphysaddr mode='passthrough' limit='39'/></cpu>"},
     {"cpu.physBits": "host", "cpu.hostPhysBitsLimit": 39}),
    ({"inside": "<cpu mode='host-passthrough'><maxphysaddr mode='passthrough'/><feature policy='disable' name='la57'/>"
                "<feature policy='require' name='pdpe1gb'/><feature policy='forbid' name='pae'/><feature name='lm'/></cpu>"},
     {"cpu.physBits": "host", "cpu.la57": False, "cpu.pdpe1gb": True, "cpu.pae": False, "cpu.longMode": True}),
    ({"inside": "<cpu><topology sockets='1' cores='4' threads='1'/><numa><cell id='0' memory='2' unit='GiB'/><cell id='1' memory='1048577'/></numa></cpu>"},
     {"cpu": None, "memory.ram": 3 * GIB + MIB}),
    ({"devices": "<memory model='dimm'><target><size unit='MiB'>512</size><node>0</node></target></memory>",
      "memory": "<maxMemory slots='1' unit='GiB'>8</maxMemory><memory unit='GiB'>4</memory>"}, {"memory.ram": 3584 * MIB}),
    ({"devices": "<memory model='sgx-epc'><target><size unit='MiB'>16</size></target></memory>"}, {"memory.sgxEpc": 16 * MIB}),
    ({"devices": "<controller type='pci' index='0' model='pcie-root'><pcihole64 unit='GiB'>64</pcihole64></controller>"}, {"pciHole64Size": 64 * GIB}),
    ({"devices": "<controller type='pci' model='pci-root'><pcihole64>1048576</pcihole64></controller>"}, {"pciHole64Size": GIB}),
    ({"devices": "<iommu model='intel'><driver intremap='on' caching_mode='on' aw_bits='48' dma_translation='off'/></iommu>"},
     {"viommu.kind": "intel", "viommu.awBits": 48, "viommu.dmaTranslation": False}),
    ({"devices": "<iommu model='amd'><driver intremap='on' xtsup='on' pt='on'/></iommu>"}, {"viommu.kind": "amd"}),
    ({"devices": "<iommu model='virtio'/>"}, {"viommu.kind": "virtio"}),
    ({"inside": "<launchSecurity type='sev'><cbitpos>47</cbitpos><reducedPhysBits>1</reducedPhysBits><policy>0x0003</policy></launchSecurity>"},
     {"confidential": "sev", "reducedPhysBits": 1}),
    ({"inside": "<launchSecurity type='sev'><reducedPhysBits>1</reducedPhysBits><policy>0x0007</policy></launchSecurity>"}, {"confidential": "sev-es"}),
    ({"inside": "<launchSecurity type='sev-snp'><reducedPhysBits>1</reducedPhysBits><policy>0x00030000</policy></launchSecurity>"},
     {"confidential": "sev-snp", "reducedPhysBits": 1}),
    # Where it is missing libvirt asks QEMU, which says 1 (target/i386/sev.c).
    ({"inside": "<launchSecurity type='sev'><policy>0x0003</policy></launchSecurity>"}, {"confidential": "sev", "reducedPhysBits": 1}),
    ({"inside": "<launchSecurity type='tdx'><policy>0x10000001</policy></launchSecurity>"}, {"confidential": "tdx"}),
    ({"devices": HOSTDEV.format("", "")}, {"devices": [{"name": "0000:c1:00.1", "assigned": True, "address": "0000:c1:00.1", "ownPort": True}]}),
    ({"devices": HOSTDEV.format("<driver name='vfio'/>", "<alias name='ua-gpu'/><rom bar='off'/><address type='pci' domain='0x0000' bus='0x05' slot='0' function='0'/>")},
     {"devices": [{"name": "ua-gpu", "assigned": True, "address": "0000:c1:00.1", "ownPort": True}]}),
    ({"devices": HOSTDEV.format("", "<address type='pci' domain='0' bus='0x0a' slot='0' function='0'/>") + "<controller type='usb' index='10'/>"
      "<controller type='pci' index='10' model='pcie-root-port'/><controller type='pci' index='0' model='pcie-root'/>"}, {"devices.0.ownPort": True}),
    ({"devices": HOSTDEV.format("", "<address type='pci' domain='0' bus='0x0a' slot='1' function='0'/>") +
      "<controller type='pci' index='10' model='pcie-to-pci-bridge'/>"}, {"devices.0.ownPort": None}),
    ({"devices": HOSTDEV.format("<driver name='vfio' iommufd='yes'/>", "")},
     {"devices": [{"name": "0000:c1:00.1", "assigned": True, "iommufd": True, "address": "0000:c1:00.1", "ownPort": True}]}),
    # Since 12.2 for all of them, unless one says otherwise.
    ({"inside": "<iommufd enabled='yes' fdgroup='iommu'/>", "devices": HOSTDEV.format("", "")}, {"devices.0.iommufd": True}),
    ({"inside": "<iommufd enabled='yes'/>", "devices": HOSTDEV.format("<driver iommufd='no'/>", "")}, {"devices.0.iommufd": None}),
    # Its functions are kept together, the guest does not get this one.
    ({"devices": HOSTDEV.format("", "<address type='unassigned'/>")}, {"devices": None}),
    # Identities, ROMs and displays move nothing.
    ({"top": " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'", "devices": HOSTDEV.format("", "<alias name='hostdev0'/>"),
      "inside": "<qemu:override><qemu:device alias='hostdev0'><qemu:frontend><qemu:property name='x-pci-sub-device-id' type='unsigned' value='4242'/>"
      "</qemu:frontend></qemu:device></qemu:override>"}, {"devices.0.assigned": True, "ignored": None}),
    ({"devices": "<interface type='hostdev' managed='yes'><source><address type='pci' domain='0' bus='4' slot='16' function='0'/></source><mac address='x'/></interface>"},
     {"devices": [{"name": "0000:04:10.0", "assigned": True, "address": "0000:04:10.0", "ownPort": True}]}),
    ({"devices": "<interface type='network'><source network='default'/></interface><hostdev type='usb'/><disk/><graphics/><memballoon/>"}, {"devices": None}),
    ({"devices": "<shmem name='lg'><model type='ivshmem-plain'/><size unit='M'>64</size></shmem>"},
     {"devices": [{"name": "lg", "assigned": False, "bars": [{"index": 2, "size": 64 * MIB, "is64bit": True, "prefetchable": True, "ram": True}]}]}),
    ({"devices": "<video><model type='qxl' ram='65536' vram='65536' vram64='8388608'/></video><video><model type='virtio' heads='1'/></video>"},
     {"devices.0.bars.0.size": 8 * GIB, "devices.1": None}),
    ({"top": " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'", "inside":
      "<qemu:commandline><qemu:arg value='-fw_cfg'/><qemu:arg value='name=opt/ovmf/X-PciMmio64Mb,string=131072'/>"
      "<qemu:arg value='-global'/><qemu:arg value='q35-pcihost.pci-hole64-size=128G'/><qemu:arg value='-cpu'/><qemu:arg value='EPYC,phys-bits=47'/>"
      "<qemu:env name='A' value='b'/></qemu:commandline>"},
     {"firmware.pciMmio64Mb": 131072, "pciHole64Size": 128 * GIB, "cpu.model": "EPYC", "cpu.physBits": 47}),
    ({"inside": "<sysinfo type='fwcfg'><entry name='opt/com.example/x'>y</entry><entry name='opt/ovmf/X-PciMmio64Mb'> 65536 </entry>"
                "<entry name='opt/org.tianocore/PagingLevel'>4</entry></sysinfo><sysinfo type='smbios'><bios><entry name='vendor'>x</entry></bios></sysinfo>"},
     {"firmware.pciMmio64Mb": 65536, "firmware.pagingLevel": 4}),
    ({"top": " xmlns:other='urn:other'", "inside": "<other:memory>x</other:memory><metadata><a/></metadata>"}, {"memory.ram": 4 * GIB}),
]

IGNORED = [
    ({"inside": "<future/>"}, "<future>"),
    ({"devices": "<teleporter/>"}, "<teleporter>"),
    ({"inside": "<cpu><wings/></cpu>"}, "<wings>"),
    ({"devices": "<iommu model='smmuv3'/>"}, "<iommu>"),
    ({"devices": "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>"}, "<interface type='vdpa'>"),
    ({"inside": "<sysinfo type='fwcfg'><entry name='opt/ovmf/X-PciMmio64Mb' file='/x'/></sysinfo>"}, "opt/ovmf/X-PciMmio64Mb"),
    ({"devices": "<shmem name='lg'><model type='ivshmem-doorbell'/><server path='/tmp/lg'/></shmem>"}, "lg"),
    ({"inside": "<launchSecurity type='s390-pv'/>"}, "<launchSecurity>"),
    ({"top": " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'", "inside": "<qemu:override><qemu:device alias='video0'><qemu:frontend>"
      "<qemu:property name='hostmem' type='unsigned' value='4294967296'/></qemu:frontend></qemu:device></qemu:override>"}, "<qemu:override>"),
    ({"top": " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'", "inside": "<qemu:commandline><qemu:arg value='-set'/>"
      "<qemu:arg value='device.hostdev0.host=02:00.0'/></qemu:commandline>"}, "-set device.hostdev0.host=02:00.0"),
    ({"devices": "<disk type='vhostvdpa' device='disk'><source dev='/dev/vhost-vdpa-0'/><target dev='vda' bus='virtio'/></disk>"}, "<disk type='vhostvdpa'>"),
    ({"devices": "<interface type='network'><source network='passthrough'/><teaming type='transient' persistent='ua-b'/></interface>"}, "<interface>"),
]

REFUSED = [
    (domain(memory="<memory unit='GiB'>-4</memory>"), "line 3: <memory>: expected a size such as unit='GiB' and 4, not '-4' with unit 'GiB'"),
    (domain(memory="\n<memory unit='furlong'>4</memory>"), "line 4: <memory>: expected a size such as unit='GiB' and 4, not '4' with unit 'furlong'"),
    (domain(memory="<memory unit='EiB'>17</memory>"), "line 3: <memory>: 17 EiB is larger than 4 PiB, the maximum on x86"),
    (domain(memory="<memory>99999999999999999999999</memory>"), "line 3: <memory>: 99999999999999999999999 KiB is larger than 4 PiB, the maximum on x86"),
    (domain(memory=""), "line 1: <memory>: missing"),
    (domain(memory="<maxMemory unit='GiB' slots='1'>2</maxMemory><memory unit='GiB'>4</memory>"), "maximum memory: expected at least the 4096 MiB at boot"),
    (domain(devices="<memory model='dimm'><target><size unit='GiB'>4</size></target></memory>"), "line 1: <memory>: expected more than the size of the memory modules"),
    (domain(kind="lxc"), "line 1: <domain type='lxc'>: expected kvm, qemu or xen"),
    (domain().replace("x86_64", "riscv64"), "line 4: <type arch='riscv64'>: expected x86_64, i686 or aarch64"),
    (domain().replace("x86_64", "aarch64"), "line 4: <type machine='q35'>: expected virt or one of its versions"),
    (domain(machine="virt"), "line 4: <type machine='virt'>: expected pc, q35, microvm or one of their versions"),
    (domain(inside="<cpu mode='custom'>\n<maxphysaddr mode='emulate' bits='60'/></cpu>"), "line 6: phys-bits: expected a number from 0 to 52, not '60'"),
    (domain(inside="<cpu>\n<maxphysaddr/></cpu>"), "line 6: <maxphysaddr mode=''>: expected passthrough or emulate"),
    (domain(inside="<sysinfo type='fwcfg'>\n<entry name='opt/ovmf/X-PciMmio64Mb'>64G</entry></sysinfo>"),
     "line 6: -fw_cfg opt/ovmf/X-PciMmio64Mb: the firmware does not read '64G'"),
    (domain(devices="<hostdev type='pci'/>"), "line 7: <hostdev>: expected <source><address .../></source>"),
    (domain(devices="<hostdev type='pci'><source>\n<address bus='0x100'/></source></hostdev>"), "line 8: bus: expected a number from 0 to 255, not '0x100'"),
    (domain(devices="<iommu model='intel'>\n<driver aw_bits='many'/></iommu>"), "line 7: aw-bits: expected a number from 0 to 64, not 'many'"),
    ("<network/>", "line 1: <network>: expected <domain>"),
    ("<domain type='kvm'>\n<name>t</name>\n</domian>", "line 3: expected XML: Opening and ending tag mismatch: domain line 1 and domian"),
    ("<domain type='kvm'>\n<name>&x;</name></domain>", "line 2: expected XML: Entity 'x' not defined"),
    ("<?xml version='1.0'?>\n<!DOCTYPE domain>\n<domain/>", "line 2: expected no document type: a domain has no entities"),
    ("<!DOCTYPE d [\n" + "".join(f"<!ENTITY a{i + 1} '{('&a%d;' % i) * 10}'>\n" for i in range(12)) + "]>\n<domain>&a12;</domain>",
     "line 1: expected no document type: a domain has no entities"),
    ("<!DOCTYPE d SYSTEM 'file:///etc/passwd'><domain/>", "line 1: expected no document type: a domain has no entities"),
]


@pytest.mark.parametrize("given, expected", ELEMENTS)
def test_elements(given, expected):
    document = read("-", text=domain(**given))
    assert {path: at(document, path) for path in expected} == expected
    assert ignored(document) == []


@pytest.mark.parametrize("given, what", IGNORED)
def test_ignored(given, what):
    document = read("-", text=domain(**given))
    assert ignored(document) == [what]


@pytest.mark.parametrize("text, message", REFUSED)
def test_refused(text, message):
    assert refused("-", text=text) == "standard input: " + message


def test_emulated_beside_passthrough():
    """libvirt hands QEMU "-cpu host,phys-bits=42": the host's width is what the guest then has."""
    document = read("-", text=domain("<cpu mode='host-passthrough'><maxphysaddr mode='emulate' bits='42'/></cpu>"))
    assert document["cpu"]["physBits"] == "host"
    assert "phys-bits=42 is ignored" in assumed(document)["cpu.physBits"]


def test_line_beyond_two_bytes():
    assert refused("-", text=domain(memory="\n" * 70000 + "<memory>x</memory>")).startswith("standard input: line 70003: <memory>: expected a size")


def test_size():
    big = domain(inside="<metadata>" + "x" * (16 << 20) + "</metadata>").encode()
    from forms import run
    done = run("-", text=big)
    assert done.returncode == 1 and b"larger than the maximum of 16777216 bytes" in done.stderr
    deep = "<domain type='kvm'>" + "<a>" * 100000 + "</a>" * 100000 + "</domain>"
    assert "expected XML: Excessive depth" in refused("-", text=deep)


def test_the_order_of_elements_is_free():
    """As in libvirt's schema (interleave): where a device without an address lies depends on the machine, which may come after it."""
    text = domain(devices=HOSTDEV.format("", ""))
    head, tail = text.index("<os>"), text.index("</os>\n") + 6
    turned = text[:head] + text[tail:].replace("</devices>\n", "</devices>\n" + text[head:tail])
    assert turned.index("<devices>") < turned.index("<os>") and read("-", text=turned) == read("-", text=text)
    assert "<os>: missing" in refused("-", text=text[:head] + text[tail:])
