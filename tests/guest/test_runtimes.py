"""Guests of Kata Containers and KubeVirt, reduced to what matters: Kata's QEMU command line (src/runtime/pkg/govmm: sizes end with B, ports
keep windows free for what is plugged in), and the domain that KubeVirt's virt-launcher defines (pkg/virt-launcher/virtwrap)."""
from forms import at, ignored, read

GIB = 1 << 30
KATA = """/opt/kata/bin/qemu-system-x86_64 -name sandbox-1,debug-threads=on -uuid 42 -machine q35,accel=kvm,nvdimm=on -cpu host,pmu=off
 -qmp unix:fd=3,server=on,wait=off -m 2048M,slots=10,maxmem=257000M -device pci-bridge,bus=pcie.0,id=pci-bridge-0,chassis_nr=1,shpc=off,addr=2,io-reserve=4k,mem-reserve=1m,pref64-reserve=1m
 -device virtio-serial-pci,disable-modern=true,id=serial0 -object memory-backend-file,id=dimm1,size=2048M,mem-path=/dev/shm,share=on -numa node,memdev=dimm1
 -device pcie-root-port,id=rp0,bus=pcie.0,chassis=0,slot=0,multifunction=off,pref64-reserve=137438953472B,mem-reserve=2097152B,bus-reserve=1
 -device vfio-pci,host=0000:41:00.0,x-pci-vendor-id=0x10de,bus=rp0 -global kvm-pit.lost_tick_policy=discard -vga none -no-user-config -nodefaults -nographic --no-reboot -daemonize
 -kernel /opt/kata/share/kata-containers/vmlinux.container -append "console=hvc0 quiet" -smp 1,cores=1,threads=1,sockets=64,maxcpus=64"""
KUBEVIRT = """<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>default_vm</name><memory unit='b'>8589934592</memory>
 <maxMemory unit='b' slots='16'>34359738368</maxMemory><vcpu placement='static'>4</vcpu><os><type arch='x86_64' machine='pc-q35-rhel9.4.0'>hvm</type>
 <loader readonly='yes' secure='no' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader><nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/var/run/kubevirt-private/x</nvram></os>
 <features><acpi/><smm state='off'/></features><cpu mode='host-passthrough' check='none' migratable='on'><numa><cell id='0' cpus='0-3' memory='8388608' unit='KiB'/></numa></cpu>
 <metadata><kubevirt xmlns='http://kubevirt.io'><uid>42</uid></kubevirt></metadata>
 <devices><controller type='pci' index='0' model='pcie-root'/><controller type='pci' index='1' model='pcie-root-port'/><interface type='ethernet'><model type='virtio-non-transitional'/></interface>
 <hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0x0000' bus='0x41' slot='0x00' function='0x0'/></source><alias name='ua-gpu-gpu1'/>
 <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></hostdev></devices></domain>"""


def test_kata():
    document = read("-", text=KATA.replace("\n", ""))
    assert ignored(document) == []
    assert document["memory"].items() >= {"ram": 2 * GIB, "max": 257000 << 20, "slots": 10}.items()
    assert document["cpu"]["model"] == "host" and document["machine"] == "q35"
    assert at(document, "devices.0.address") == "0000:41:00.0" and at(document, "devices.0.ownPort") is True
    assert at(document, "devices.0.port.pref64Reserve") == 128 * GIB


def test_kubevirt():
    document = read("-", text=KUBEVIRT)
    assert document["memory"]["ram"] == 8 * GIB and document["memory"]["max"] == 32 * GIB
    assert at(document, "devices.0.address") == "0000:41:00.0" and at(document, "devices.0.ownPort") is True
    assert at(document, "firmware.kind") == "ovmf" and at(document, "cpu.physBits") == "host"
    assert [what for what in ignored(document) if what != "machine"] == []
