"""Domains as virt-manager leaves them, from what is special about each."""
from field.real import Machine, Real

UUID = "5d3bd0f0-6a7b-4c0e-9d1a-0123456789ab"

# A port of q35 as libvirt writes it, and a device of the host's behind one.
PORT = """<controller type='pci' index='%d' model='pcie-root-port'><model name='pcie-root-port'/><target chassis='%d' port='0x%x'/></controller>"""
HOSTDEV = """<hostdev mode='subsystem' type='pci' managed='yes'>
      <source>
        <address domain='0x0000' bus='0x%s' slot='0x%s' function='0x%s'/>
      </source>
      <address type='pci' domain='0x0000' bus='0x%s' slot='0x%s' function='0x0'/>
    </hostdev>"""


def ports(first, last):
    return "\n    ".join(PORT % (n, n, 15 + n) for n in range(first, last + 1))


def hostdevs(*pairs):
    """(address on the host, bus, slot in the guest)"""
    return "\n    ".join(HOSTDEV % (host[0:2], host[3:5], host[6], bus, slot) for host, bus, slot in pairs)


def win(name, machine, memory, cpu, devices, os="", features="", behind="", qemu=False, firmware="", backing=""):
    """As virt-manager leaves it."""
    space = " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'" if qemu else ""
    return f"""<domain type='kvm'{space}>
  <name>{name}</name>
  <uuid>{UUID}</uuid>
  <metadata>
    <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
      <libosinfo:os id="http://microsoft.com/win/10"/>
    </libosinfo:libosinfo>
  </metadata>
  <memory unit='KiB'>{memory}</memory>
  <currentMemory unit='KiB'>{memory}</currentMemory>
  {backing}
  <vcpu placement='static'>8</vcpu>
  <os{firmware}>
    <type arch='x86_64' machine='{machine}'>hvm</type>
    {os}
    <boot dev='hd'/>
  </os>
  <features><acpi/><apic/><hyperv><relaxed state='on'/></hyperv><kvm><hidden state='on'/></kvm>{features}</features>
  {cpu}
  <clock offset='localtime'><timer name='hpet' present='no'/></clock>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/var/lib/libvirt/images/{name}.qcow2'/><target dev='vda' bus='virtio'/></disk>
    {devices}
    <memballoon model='none'/>
  </devices>
{behind}</domain>
"""


def loader(path, more=""):
    return f"<loader readonly='yes'{more} type='pflash'>{path}</loader><nvram>/var/lib/libvirt/qemu/nvram/VARS.fd</nvram>"


def glass(size, address=""):
    return f"<shmem name='looking-glass'><model type='ivshmem-plain'/><size unit='M'>{size}</size>{address}</shmem>"


PASS = "<cpu mode='host-passthrough' check='none' migratable='on'><topology sockets='1' dies='1' cores='4' threads='2'/></cpu>"
ARCH = "/usr/share/edk2-ovmf/x64/OVMF_CODE.fd"
SECURE = " secure='yes'"
EFI = " firmware='efi'"
FEATURES = "<firmware><feature enabled='no' name='enrolled-keys'/><feature enabled='yes' name='secure-boot'/></firmware>"
ROOT = "<controller type='pci' index='0' model='pcie-root'/>"
GPU4 = (("05:00.0", "05", "00"), ("05:00.1", "06", "00"), ("05:00.2", "07", "00"), ("05:00.3", "08", "00"))
DRIVER_FIRST = """<hostdev mode='subsystem' type='pci' managed='yes'>
      <driver name='vfio'/>
      <source><address domain='0x0000' bus='0x%s' slot='0x00' function='0x%s'/></source>
      <alias name='hostdev%s'/>
      <address type='pci' domain='0x0000' bus='0x%s' slot='0x00' function='0x0'/>
    </hostdev>"""


def desktop(name, source, text, **machine):
    more = {key: machine.pop(key) for key in ("refused", "missing") if key in machine}
    return Real(name, source, "domain", text, None if "refused" in more else Machine(**machine), **more)
