"""Domains that programs make: oVirt, OpenStack, KubeVirt, Vagrant, kcli; confidential guests; and templates of such programs."""
from field.real import GIB, KIB, MIB
from field.virt_manager import UUID, desktop as domain

OVIRT = """<domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>console</name>
  <metadata xmlns:ns1="http://ovirt.org/vm/tune/1.0" xmlns:ovirt-vm="http://ovirt.org/vm/1.0">
    <ns1:qos/>
    <ovirt-vm:vm xmlns:ovirt-vm="http://ovirt.org/vm/1.0">
    <ovirt-vm:memGuaranteedSize type="int">2048</ovirt-vm:memGuaranteedSize>
    <ovirt-vm:device devtype="disk" name="sda"><ovirt-vm:managed type="bool">False</ovirt-vm:managed></ovirt-vm:device>
</ovirt-vm:vm>
  </metadata>
  <maxMemory slots='16' unit='KiB'>8388608</maxMemory>
  <memory unit='KiB'>2097152</memory>
  <currentMemory unit='KiB'>2097152</currentMemory>
  <vcpu placement='static' current='2'>16</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-4.1'>hvm</type>
    <smbios mode='sysinfo'/>
  </os>
  <features><acpi/><vmcoreinfo state='on'/></features>
  <cpu mode='custom' match='exact' check='full'>
    <model fallback='forbid'>Icelake-Server-noTSX</model>
    <feature policy='disable' name='mpx'/>
    <numa>
      <cell id='0' cpus='0-15' memory='2097152' unit='KiB'/>
    </numa>
  </cpu>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='pci' index='1' model='pcie-root-port'><model name='pcie-root-port'/><alias name='pci.1'/></controller>
    <controller type='pci' index='0' model='pcie-root'><alias name='pcie.0'/></controller>
    <video><model type='qxl' ram='65536' vram='32768' vgamem='16384' heads='1' primary='yes'/></video>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
  <seclabel type='dynamic' model='dac' relabel='yes'><label>+107:+107</label></seclabel>
  <qemu:capabilities>
    <qemu:add capability='blockdev'/>
  </qemu:capabilities>
</domain>
"""

NOVA = """<domain type='kvm' id='552'>
  <name>instance-0000fa38</name>
  <metadata>
    <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1">
      <nova:flavor name="gpu.10c54g"><nova:memory>55296</nova:memory><nova:vcpus>10</nova:vcpus></nova:flavor>
    </nova:instance>
  </metadata>
  <memory unit='KiB'>56623104</memory>
  <currentMemory unit='KiB'>56623104</currentMemory>
  <vcpu placement='static'>10</vcpu>
  <sysinfo type='smbios'><system><entry name='product'>OpenStack Nova</entry></system></sysinfo>
  <os>
    <type arch='x86_64' machine='pc-i440fx-4.2'>hvm</type>
    <boot dev='hd'/>
    <smbios mode='sysinfo'/>
  </os>
  <cpu mode='host-passthrough' check='none' migratable='on'>
    <topology sockets='10' dies='1' cores='1' threads='1'/>
    <numa>
      <cell id='0' cpus='0-9' memory='56623104' unit='KiB' memAccess='shared'/>
    </numa>
  </cpu>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='pci' index='0' model='pci-root'><alias name='pci.0'/></controller>
    <interface type='hostdev' managed='yes'>
      <mac address='fa:16:3e:00:00:01'/>
      <source>
        <address type='pci' domain='0x0000' bus='0x3b' slot='0x02' function='0x1'/>
      </source>
      <vlan><tag id='100'/></vlan>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>
    </interface>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <driver name='vfio'/>
      <source>
        <address domain='0x0000' bus='0xaf' slot='0x00' function='0x0'/>
      </source>
      <alias name='hostdev0'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x06' function='0x0'/>
    </hostdev>
  </devices>
</domain>
"""

SEV = """<domain type='kvm'>
  <name>sev-dummy</name>
  <memory unit='KiB'>4194304</memory>
  <currentMemory unit='KiB'>4194304</currentMemory>
  <memoryBacking><locked/></memoryBacking>
  <vcpu placement='static'>4</vcpu>
  <os>
    <type arch='x86_64' machine='{}'>hvm</type>
    <loader readonly='yes' type='pflash'>/usr/share/edk2/ovmf/OVMF_CODE.fd</loader>
    <nvram>/var/lib/libvirt/qemu/nvram/sev-dummy_VARS.fd</nvram>
  </os>
  <features><acpi/><apic/><vmport state='off'/></features>
  <cpu mode='host-model' check='partial'>
    <model fallback='allow'/>
  </cpu>
  <devices>
    <emulator>/usr/bin/qemu-kvm</emulator>
    <controller type='scsi' index='0' model='virtio-scsi'><driver iommu='on'/></controller>
    <memballoon model='virtio'><driver iommu='on'/></memballoon>
  </devices>
  <launchSecurity type='sev'>
    <cbitpos>47</cbitpos>
    <reducedPhysBits>1</reducedPhysBits>
    <policy>{}</policy>
  </launchSecurity>
</domain>
"""

SMALL = """<domain type='kvm'>
  <name>small</name>
  <memory{unit}>{memory}</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='{machine}'>hvm</type>{loader}<boot dev='hd'/></os>
  <features><acpi/><apic/>{features}</features>
  {cpu}
  <devices>
    <emulator>{emulator}</emulator>
    {devices}
  </devices>
</domain>
"""


def small(memory, machine, cpu="", devices="", unit=" unit='KiB'", loader="", features="", emulator="/usr/bin/qemu-system-x86_64"):
    return SMALL.format(memory=memory, machine=machine, cpu=cpu, devices=devices, unit=unit, loader=loader, features=features, emulator=emulator)


GUESTS = [
    domain("ovirt", "vaishutin/libvirt-exporter vm.xml", OVIRT, ram=2 * GIB, max=8 * GIB, slots=16, machine="pc-q35-4.1", cpu="Icelake-Server-noTSX"),
    # On one line, as vdsm hands it on; the whole domain by its program.
    domain("hosted-engine", "github.com/oVirt/ovirt-engine/issues/331",
           '<?xml version="1.0" encoding="UTF-8"?><domain type="kvm" xmlns:ovirt-tune="http://ovirt.org/vm/tune/1.0" xmlns:ovirt-vm="http://ovirt.org/vm/1.0">'
           '<name>HostedEngine</name><memory>16777216</memory><currentMemory>16777216</currentMemory><iothreads>1</iothreads>'
           '<maxMemory slots="16">67108864</maxMemory><vcpu current="4">64</vcpu><clock adjustment="0" offset="variable"/>'
           '<cpu match="exact"><model>Cascadelake-Server-noTSX</model><feature name="pcid" policy="require"/>'
           '<numa><cell cpus="0-63" id="0" memory="16777216"/></numa></cpu><devices><hostdev managed="no" mode="subsystem" type="mdev" model="vfio-pci">'
           f'<source><address uuid="{UUID}"/></source></hostdev></devices>'
           '<os><type arch="x86_64" machine="pc-q35-rhel8.4.0">hvm</type><smbios mode="sysinfo"/><bios useserial="yes"/></os>'
           '<metadata><ovirt-tune:qos/><ovirt-vm:vm/></metadata></domain>',
           ram=16 * GIB, max=64 * GIB, slots=16, machine="pc-q35-5.2", cpu="Cascadelake-Server-noTSX", mediated=1, missing=("machine",)),
    domain("nova-4090", "github.com/kubevirt/kubevirt/issues/13926", NOVA, ram=54 * GIB, machine="pc-i440fx-4.2", cpu="host", bits="host",
           assigned=("0000:3b:02.1", "0000:af:00.0")),
    domain("nova-old", "github.com/RedHatInsights/insights-core/issues/1717",
           "<!--\nWARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE\n  virsh edit instance-000008d6\n-->\n\n" +
           small(8290304, "pc-i440fx-rhel7.3.0", "<cpu mode='host-model'><model fallback='allow'/></cpu>",
                 "<controller type='pci' index='0' model='pci-root'/>", emulator="/usr/libexec/qemu-kvm"),
           ram=8290304 * KIB, machine="pc-i440fx-2.6", cpu="host-model", missing=("machine",)),
    domain("kubevirt-gpu", "github.com/kubevirt/kubevirt/issues/8232",
           """<domain type='kvm' id='1'>
  <name>default_centos-gpu</name>
  <metadata>
    <kubevirt xmlns="http://kubevirt.io"><graceperiod><deletionGracePeriodSeconds>30</deletionGracePeriodSeconds></graceperiod></kubevirt>
  </metadata>
  <memory unit='KiB'>3906560</memory>
  <currentMemory unit='KiB'>3906560</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-rhel8.6.0'>hvm</type>
    <boot dev='hd'/>
    <smbios mode='sysinfo'/>
  </os>
  <cpu mode='custom' match='exact' check='full'>
    <model fallback='forbid'>Skylake-Server-IBRS</model>
    <vendor>Intel</vendor>
    <feature policy='require' name='pdpe1gb'/>
  </cpu>
  <devices>
    <emulator>/usr/libexec/qemu-kvm</emulator>
    <controller type='pci' index='0' model='pcie-root'><alias name='pcie.0'/></controller>
    <controller type='pci' index='1' model='pcie-root-port'><target chassis='1' port='0x10'/></controller>
    <hostdev mode='subsystem' type='pci' managed='no'>
      <driver name='vfio'/>
      <source>
        <address domain='0x0000' bus='0x3b' slot='0x00' function='0x0'/>
      </source>
      <alias name='ua-gpu-gpu1'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </hostdev>
  </devices>
</domain>
""", ram=3815 * MIB, machine="pc-q35-6.2", cpu="Skylake-Server-IBRS", own=1, assigned=("0000:3b:00.0",), missing=("machine",)),
    # What virt-launcher hands to libvirt: no blank space saved, empty elements written out, bytes.
    domain("kubevirt-before", "github.com/kubevirt/kubevirt/issues/9593", """<domain type="kvm" xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">
	<name>vms_vgpu</name>
	<memory unit="b">8589934592</memory>
	<os>
		<type arch="x86_64" machine="q35">hvm</type>
		<loader readonly="yes" secure="no" type="pflash">/usr/share/OVMF/OVMF_CODE.fd</loader>
		<nvram template="/usr/share/OVMF/OVMF_VARS.fd">/tmp/vms_vgpu</nvram>
	</os>
	<devices>
		<controller type="usb" index="0" model="none"></controller>
		<hostdev type="mdev" managed="no" mode="subsystem" model="vfio-pci" display="on" ramfb="on">
			<source>
				<address uuid="%s"></address>
			</source>
			<alias name="ua-gpu-gpu1"></alias>
		</hostdev>
	</devices>
	<qemu:commandline>
		<qemu:arg value="-chardev"></qemu:arg>
		<qemu:arg value="file,id=firmwarelog,path=/var/run/QEMUSeaBiosDebugPipe"></qemu:arg>
		<qemu:arg value="-device"></qemu:arg>
		<qemu:arg value="isa-debugcon,iobase=0x402,chardev=firmwarelog"></qemu:arg>
	</qemu:commandline>
	<cpu mode="host-model">
		<topology sockets="1" cores="4" threads="1"></topology>
	</cpu>
	<vcpu placement="static">4</vcpu>
</domain>
""" % UUID, ram=8 * GIB, machine="q35", cpu="host-model", firmware="ovmf", mediated=1),
    domain("kubevirt-efi", "github.com/kubevirt/kubevirt/pull/1814",
           small(63488, "pc-q35-3.0", "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>Broadwell-IBRS</model></cpu>",
                 loader="<loader readonly='yes' secure='no' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>"
                        "<nvram template='/tmp/default_vmi-ephemeral'>/usr/share/OVMF/OVMF_VARS.fd</nvram>", features="<smm state='on'/>"),
           ram=62 * MIB, machine="pc-q35-3.0", cpu="Broadwell-IBRS", firmware="ovmf"),
    domain("coco-sev", "github.com/confidential-containers/cloud-api-adaptor/pull/1397", SEV.format("pc-q35-6.1", "0x0003").replace("<cbitpos>47", "<cbitpos>51")
           .replace("<cpu mode='host-model' check='partial'>\n    <model fallback='allow'/>",
                    "<cpu mode='custom' match='exact' check='full'>\n    <model fallback='forbid'>EPYC-Milan</model>\n    <vendor>AMD</vendor>"),
           ram=4 * GIB, machine="pc-q35-6.1", cpu="EPYC-Milan", firmware="ovmf", confidential="sev", reduced=1),
    domain("sev-q35", "libvirt/libvirt docs/kbase/launch_security_sev.rst", SEV.format("pc-q35-3.0", "0x0003"),
           ram=4 * GIB, machine="pc-q35-3.0", cpu="host-model", firmware="ovmf", confidential="sev", reduced=1),
    # Bit 2 of the policy is SEV-ES.
    domain("sev-es-i440fx", "libvirt/libvirt docs/kbase/launch_security_sev.rst, with SEV-ES's policy", SEV.format("pc-i440fx-3.0", "0x0037"),
           ram=4 * GIB, machine="pc-i440fx-3.0", cpu="host-model", firmware="ovmf", confidential="sev-es", reduced=1),
    domain("vagrant", "github.com/vagrant-libvirt/vagrant-libvirt/issues/864",
           small(524288, "pc", "<cpu mode='custom' match='exact'><model fallback='forbid'>SandyBridge</model></cpu>", unit="",
                 features="<pae/>", emulator="/usr/libexec/qemu-kvm"), ram=512 * MIB, machine="pc", cpu="SandyBridge"),
    domain("vagrant-without-model", "github.com/vagrant-libvirt/vagrant-libvirt/issues/1673",
           small(2097152, "pc-i440fx-focal", "<cpu mode='host-model' check='partial'><model fallback='allow'/><feature policy='disable' name='vmx'/></cpu>"),
           ram=2 * GIB, machine="pc-i440fx-4.2", cpu="host-model"),
    domain("terraform", "github.com/dmacvicar/terraform-provider-libvirt/issues/1344",
           small(4, "pc-q35-9.2", "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>qemu64</model>"
                 "<feature policy='require' name='x2apic'/></cpu>", unit=' unit="GiB"'), ram=4 * GIB, machine="pc-q35-9.2", cpu="qemu64"),
    domain("kcli-appliance", "openshift-examples/openshift-appliance vm.xml",
           small(64, "q35", "<cpu mode='host-passthrough'></cpu>", '<controller type="pci" index="0" model="pcie-root"/>', unit=" unit='GiB'",
                 features="<pae/>", emulator="/usr/libexec/qemu-kvm").replace("<os>", '<os firmware="efi">'),
           ram=64 * GIB, machine="q35", cpu="host", bits="host", firmware="ovmf"),
    # The namespace stands at the element itself.
    domain("flightctl", "flightctl/flightctl vm.xml",
           small(4194304, "pc-q35-8.2", "<cpu mode='host-passthrough' check='none' migratable='on'/>").replace("</domain>",
                 "  <qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n    <qemu:arg value='-netdev'/>\n"
                 "    <qemu:arg value='user,id=n0'/>\n  </qemu:commandline>\n</domain>"),
           ram=4 * GIB, machine="pc-q35-8.2", cpu="host", bits="host"),
    # NUMA's memory is the machine's, whatever <memory> says; "G" is GiB.
    domain("numa-in-g", "yaoxin1995/useful_script vm.xml",
           small(2, "pc", "<cpu mode='host-model'><numa><cell id='0' cpus='0-1' memory='2' unit='G'/></numa></cpu>", unit=' unit="G"'),
           ram=2 * GIB, machine="pc", cpu="host-model"),
    domain("two-cells", "github.com/autotest/tp-libvirt/pull/498",
           small(1024000, "pc-q35-5.2", "<cpu><topology sockets='1' cores='8' threads='1'/><numa><cell id='0' cpus='0-3' memory='512000' unit='KiB'/>"
                 "<cell id='1' cpus='4-7' memory='512000' unit='KiB' memAccess='shared'/></numa></cpu>"),
           ram=1024000 * KIB, machine="pc-q35-5.2"),
    domain("limit-36", "github.com/avocado-framework/avocado-vt/pull/3692",
           small(1048576, "pc-q35-rhel9.2.0", "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>Cascadelake-Server</model>"
                 "<vendor>Intel</vendor><maxphysaddr mode='passthrough' limit='36'/></cpu>"),
           ram=1 * GIB, machine="pc-q35-7.2", cpu="Cascadelake-Server", bits="host", limit=36),
    domain("emulated-46", "SUSE/doc-sle xml/libvirt_configuration_virsh.xml (pull/1443)",
           small(6442450944, "pc-q35-7.1", "<cpu mode='custom' match='exact'><model>Icelake-Server</model><maxphysaddr mode='emulate' bits='46'/></cpu>"),
           ram=6442450944 * KIB, machine="pc-q35-7.1", cpu="Icelake-Server", bits=46),
    domain("limit-39", "github.com/AshleyYakeley/NixVirt/pull/104",
           small(16, "pc-q35-10.0", "<cpu mode='host-passthrough' check='none' migratable='off'><cache mode='passthrough'/>"
                 "<maxphysaddr mode='passthrough' limit='39'/></cpu>", "<controller type='pci' index='0' model='pcie-root'><pcihole64 unit='GiB'>64</pcihole64></controller>"
                 "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>",
                 unit=" unit='GiB'"),
           ram=16 * GIB, machine="pc-q35-10.0", cpu="host", bits="host", limit=39, hole=64 * GIB, own=1, assigned=("0000:01:00.0",)),
    domain("viommu", "github.com/autotest/tp-libvirt/pull/5412",
           small(2097152, "pc-q35-rhel9.4.0", "<cpu mode='host-model'/>", "<iommu model='intel'><driver intremap='on' caching_mode='on' iotlb='on'/></iommu>"
                 "<hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/><source><address domain='0x0000' bus='0x17' slot='0x00' function='0x2'/></source></hostdev>",
                 features="<ioapic driver='qemu'/>"),
           ram=2 * GIB, machine="pc-q35-8.2", cpu="host-model", viommu="intel", own=1, assigned=("0000:17:00.2",), missing=("machine",)),
    # 14885.6 MiB are 14886.
    domain("dimms", "libvirt/libvirt docs/kbase/memorydevices.rst", """<domain type='kvm'>
  <name>hotplug</name>
  <maxMemory slots='16' unit='KiB'>15242880</maxMemory>
  <memory unit='KiB'>3145728</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='pc-i440fx-4.1'>hvm</type></os>
  <cpu><numa><cell id='0' cpus='0-1' memory='1048576' unit='KiB'/></numa></cpu>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <memory model='virtio-mem'>
      <target>
        <size unit='KiB'>1048576</size>
        <node>0</node>
        <block unit='KiB'>2048</block>
        <requested unit='KiB'>524288</requested>
      </target>
    </memory>
    <memory model='dimm'>
      <target><size unit='KiB'>1048576</size><node>0</node></target>
      <address type='dimm' slot='0'/>
    </memory>
  </devices>
</domain>
""", ram=1 * GIB, max=14886 * MIB, slots=16, machine="pc-i440fx-4.1"),
    domain("dpdk", "apache/cloudstack-documentation source/plugins/ovs-plugin.rst (pull/6)",
           small(9437184, "pc", "<cpu mode=\"host-passthrough\"><numa><cell id=\"0\" cpus=\"0\" memory=\"9437184\" unit=\"KiB\" memAccess=\"shared\"/></numa></cpu>"),
           ram=9 * GIB, machine="pc", cpu="host", bits="host"),
    # What is no domain of an x86 machine with all that libvirt asks for.
    domain("memory-to-be-filled-in", "OSWatcher/osw-builder domain.xml", small("", "pc-q35-4.0", "<cpu mode='host-model' check='partial'/>", unit=" unit='MiB'"),
           refused="no memory"),
    domain("jinja", "Tehsmash/libvirt-baremetal-simulation vm.xml", """<domain type='{{ engine }}'>
  <name>{{ name }}</name>
  <memory unit='KiB'>{{ memory }}</memory>
  <vcpu>{{ cpus }}</vcpu>
  <os>
    <type arch='{{ arch }}' machine='pc-1.0'>hvm</type>
    {% if uefi_loader %}
        <loader readonly='yes' type='pflash'>{{ uefi_loader }}</loader>
    {% endif %}
  </os>
  <devices>
    <emulator>{{ emulator }}</emulator>
  </devices>
</domain>
""", refused="a template"),
    domain("no-memory-at-all", "koder-ua/tiny_cloud vm.xml", """<?xml version="1.0" encoding="utf-8" ?>
<domain type="kvm">
    <uuid />
    <os>
        <type>hvm</type>
        <boot dev="hd" />
    </os>
    <clock sync="localtime" />
    <devices>
        <emulator>/usr/bin/kvm</emulator>
    </devices>
</domain>\t
""", refused="no memory"),
]
