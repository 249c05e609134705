"""QEMU's options, one by one: what each becomes is said by QEMU's own documentation and sources."""
import os
import re
import shutil
import subprocess

import pytest

from forms import assumed, at, ignored, read, refused, run

# Those whose value would be refused, being no value of theirs; and those of which nothing is made.
PARSED = {"accel", "device", "drive", "fw_cfg", "global", "object", "blockdev", "netdev", "readconfig", "set"}
NOT_FOLLOWED = {"xen-domid", "xen-attach", "xen-domid-restrict"}
MIB, GIB = 1 << 20, 1 << 30

OPTIONS = [
    ("-machine q35", {"machine": "q35"}),
    ("-M pc-i440fx-6.2", {"machine": "pc-i440fx-6.2"}),
    ("-M pc-1.0", {"machine": "pc-1.0"}),
    # As the QEMU that the release came with: Ubuntu 16.04's 2.5, 18.10's 2.12, 24.10's 9.0.
    ("-M pc-q35-xenial", {"machine": "pc-q35-xenial"}),
    ("-M pc-i440fx-cosmic", {"machine": "pc-i440fx-cosmic"}),
    ("-M pc-q35-oracular-hpb", {"machine": "pc-q35-oracular-hpb", "cpu.physBits": "host"}),
    ("-machine type=pc-q35-7.1,accel=kvm:tcg", {"machine": "pc-q35-7.1", "accelerator": "kvm"}),
    ("--machine microvm,pcie=on", {"machine": "microvm", "pcie": True}),
    ("-M microvm,pcie=auto", {"machine": "microvm", "pcie": False}),
    ("-M microvm", {"machine": "microvm", "pcie": False}),
    ("-M q35 -machine accel=tcg", {"machine": "q35", "accelerator": "tcg"}),
    ("-accel kvm,kernel-irqchip=split", {"accelerator": "kvm"}),
    ("-accel tcg -accel kvm", {"accelerator": "tcg"}),
    ("-enable-kvm", {"accelerator": "kvm"}),
    ("-S", {"machine": "pc", "accelerator": "tcg", "memory.ram": 128 * MIB}),
    ("-m 512", {"memory.ram": 512 * MIB}),
    ("-m 1.5G", {"memory.ram": 1536 * MIB}),
    ("-m size=4G,slots=8,maxmem=64G", {"memory.ram": 4 * GIB, "memory.max": 64 * GIB, "memory.slots": 8}),
    ("-m 4G -m slots=2,maxmem=8G", {"memory.ram": 4 * GIB, "memory.max": 8 * GIB}),
    ("-m 1G,maxmem=1G", {"memory.ram": GIB, "memory.max": None}),
    ("-machine q35,memory-backend=m -object memory-backend-ram,id=m,size=3G", {"memory.ram": 3 * GIB}),
    ("-machine q35,max-ram-below-4g=1G", {"memory.below4gMax": GIB}),
    ("-machine q35,memory.size=2G,memory.max-size=4G,memory.slots=3", {"memory.ram": 2 * GIB, "memory.max": 4 * GIB, "memory.slots": 3}),
    ("-machine q35,cxl=on,cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=4G,cxl-fmw.0.interleave-granularity=8k", {"memory.cxlWindows": [4 * GIB]}),
    ("-machine q35,cxl=on", {"memory.cxlWindows": []}),
    ("-machine q35,sgx-epc.0.memdev=e,sgx-epc.1.memdev=f,sgx-epc.0.node=0 -object memory-backend-epc,id=e,size=64M,prealloc=on "
     "-object memory-backend-epc,id=f,size=28M", {"memory.sgxEpc": 92 * MIB}),
    ("-enable-kvm -cpu host", {"cpu.model": "host", "cpu.physBits": "host"}),
    ("-enable-kvm -cpu max,host-phys-bits=off", {"cpu.model": "max", "cpu.physBits": None}),
    ("-cpu EPYC,phys-bits=48", {"cpu.model": "EPYC", "cpu.physBits": 48}),
    ("-cpu EPYC,phys-bits=0x30", {"cpu.physBits": 48}),
    ("-cpu EPYC,phys-bits=0", {"cpu.physBits": None}),
    ("-enable-kvm -cpu EPYC,host-phys-bits=on,host-phys-bits-limit=0x27", {"cpu.physBits": "host", "cpu.hostPhysBitsLimit": 39}),
    ("-enable-kvm -cpu EPYC,host_phys_bits,host_phys_bits_limit=39", {"cpu.physBits": "host", "cpu.hostPhysBitsLimit": 39}),
    ("-enable-kvm -cpu host,guest-phys-bits=40", {"cpu.guestPhysBits": 40}),
    ("-cpu host,guest-phys-bits=4294967295", {"cpu.guestPhysBits": None}),
    ("-cpu Haswell,+la57,-pdpe1gb,pae=off,lm=on", {"cpu.la57": True, "cpu.pdpe1gb": False, "cpu.pae": False, "cpu.longMode": True}),
    ("-cpu Haswell,-la57,la57=on", {"cpu.la57": False}),
    ("-cpu Haswell,-la57,+la57", {"cpu.la57": False}),
    ("-cpu qemu64,vendor=GenuineIntel", {"cpu.vendor": "intel"}),
    ("-cpu EPYC,phys-bits=48 -cpu Haswell", {"cpu.model": "Haswell", "cpu.physBits": None}),
    # Under KVM the host's width wins (host_cpu_adjust_phys_bits), under TCG there is none.
    ("-enable-kvm -cpu host,phys-bits=42", {"cpu.physBits": "host"}),
    ("-enable-kvm -cpu host,phys-bits=42,host-phys-bits=off", {"cpu.physBits": 42}),
    ("-cpu max,phys-bits=42", {"cpu.physBits": 42}),
    ("-global q35-pcihost.pci-hole64-size=64G", {"pciHole64Size": 64 * GIB}),
    ("-global i440FX-pcihost.pci-hole64-size=1048576K", {"pciHole64Size": GIB}),
    ("-global driver=q35-pcihost,property=pci-hole64-size,value=8G", {"pciHole64Size": 8 * GIB}),
    ("-device intel-iommu -global intel-iommu.aw-bits=48", {"viommu.kind": "intel", "viommu.awBits": 48}),
    ("-global intel-iommu.aw-bits=48 -device intel-iommu,aw-bits=39", {"viommu.awBits": 39}),
    ("-cpu EPYC -global EPYC-x86_64-cpu.phys-bits=44", {"cpu.physBits": 44}),
    ("-device intel-iommu,intremap=on,x-aw-bits=48,dma-translation=off", {"viommu.awBits": 48, "viommu.dmaTranslation": False}),
    ("-device amd-iommu", {"viommu.kind": "amd", "viommu.awBits": None}),
    ("-device virtio-iommu-pci,aw-bits=57", {"viommu.kind": "virtio", "viommu.awBits": 57}),
    ("-device pcie-root-port,id=rp1,chassis=1 -device vfio-pci,host=01:00.0,bus=rp1 -device vfio-pci,host=02:00.0,bus=pcie.0",
     {"devices.0.ownPort": True, "devices.1.ownPort": None}),
    ('-device {"driver":"xio3130-downstream","id":"d"} -object memory-backend-ram,id=d,size=1G -device {"driver":"vfio-pci","host":"0000:01:00.0","bus":"d"}',
     {"devices.0.ownPort": True}),
    ("-device pci-bridge,id=b,chassis_nr=1 -device vfio-pci,host=01:00.0,bus=b", {"devices.0.ownPort": None}),
    ("-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=65536", {"firmware.pciMmio64Mb": 65536}),
    ("-fw_cfg opt/org.tianocore/PagingLevel,string=5", {"firmware.pagingLevel": 5}),
    ("-fw_cfg opt/org.seabios/pci64,string=1", {"firmware.seabiosPci64": True}),
    ("-fw_cfg name=opt/com.example/thing,string=x", {"firmware": None}),
    ("-bios /usr/share/seabios/bios-256k.bin", {"firmware.kind": "seabios", "firmware.path": "/usr/share/seabios/bios-256k.bin"}),
    ("-bios /usr/share/ovmf/OVMF.fd", {"firmware.kind": "ovmf"}),
    ("-pflash /usr/share/edk2/x64/code.fd -pflash vars.fd", {"firmware.path": "/usr/share/edk2/x64/code.fd"}),
    ("-drive if=pflash,format=raw,unit=1,file=vars.fd -drive if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
     {"firmware.kind": "ovmf", "firmware.path": "/usr/share/OVMF/OVMF_CODE_4M.fd"}),
    ("-drive if=pflash,file=/x/OVMF_CODE,,1.fd", {"firmware.path": "/x/OVMF_CODE,1.fd"}),
    ("-drive if=virtio,file=/x/OVMF.qcow2", {"firmware": None}),
    ('-machine q35,pflash0=fmt -blockdev {"node-name":"fmt","driver":"raw","file":"sto"} '
     '-blockdev {"driver":"file","filename":"/usr/share/OVMF/OVMF_CODE.fd","node-name":"sto"}', {"firmware.path": "/usr/share/OVMF/OVMF_CODE.fd"}),
    ('-machine q35,pflash0=fmt -blockdev {"node-name":"fmt","driver":"raw","file":{"driver":"file","filename":"/a/OVMF.fd"}}',
     {"firmware.path": "/a/OVMF.fd"}),
    ("-machine q35,confidential-guest-support=s -object sev-guest,id=s,cbitpos=47,reduced-phys-bits=1,policy=0x3",
     {"confidential": "sev", "reducedPhysBits": 1}),
    ("-machine q35,confidential-guest-support=s -object sev-guest,id=s,cbitpos=51,reduced-phys-bits=5,policy=0x5",
     {"confidential": "sev-es", "reducedPhysBits": 5}),
    ("-machine q35,memory-encryption=s -object sev-snp-guest,id=s,reduced-phys-bits=1,policy=0x30000", {"confidential": "sev-snp"}),
    ('-machine q35,confidential-guest-support=s -object {"qom-type":"tdx-guest","id":"s"}', {"confidential": "tdx"}),
    ("-object sev-guest,id=s,reduced-phys-bits=1", {"confidential": None}),
    ("-name guest=one,debug-threads=on", {"name": "one"}),
    ("-name two", {"name": "two"}),
    ("disk.img -m 1G", {"memory.ram": GIB}),
    # Gone since 3.0 and before: -localtime and -no-kvm-irqchip stand alone, -redir and -bt have a value.
    ("-localtime -no-kvm-irqchip -redir tcp:2222::22 -bt hci -m 1G", {"memory.ram": GIB}),
]

DEVICES = [
    ("-device vfio-pci,host=01:00.0", {"name": "01:00.0", "assigned": True, "address": "0000:01:00.0"}),
    ("-device vfio-pci,host=0000:C1:00.1,id=gpu", {"name": "gpu", "assigned": True, "address": "0000:c1:00.1"}),
    ("-device vfio-pci-nohotplug,sysfsdev=/sys/bus/pci/devices/10000:01:00.0,id=n", {"name": "n", "assigned": True, "address": "10000:01:00.0"}),
    ('-object iommufd,id=i -device {"driver":"vfio-pci","host":"0000:01:00.0","id":"h","iommufd":"i"}',
     {"name": "h", "assigned": True, "iommufd": True, "address": "0000:01:00.0"}),
    ("-object memory-backend-ram,id=m,size=1G,share=on -device ivshmem-plain,memdev=m,id=s",
     {"name": "s", "assigned": False, "bars": [{"index": 2, "size": GIB, "is64bit": True, "prefetchable": True, "ram": True}]}),
    ("-device pci-testdev,membar=4G",
     {"name": "pci-testdev", "assigned": False, "bars": [{"index": 2, "size": 4 * GIB, "is64bit": True, "prefetchable": True}]}),
    ("-device virtio-vga-gl,hostmem=8G,id=v",
     {"name": "v", "assigned": False, "bars": [{"index": 4, "size": 8 * GIB, "is64bit": True, "prefetchable": True, "ram": True}]}),
    ("-device nvme,serial=1,cmb_size_mb=64,id=n",
     {"name": "n", "assigned": False, "bars": [{"index": 2, "size": 64 * MIB, "is64bit": True, "prefetchable": True}]}),
]

IGNORED = [
    ("-machine q35,future=1", "-machine future=1"),
    ("-readconfig /nowhere/vm.cfg", "-readconfig /nowhere/vm.cfg"),
    ("-set device.x.aw-bits=48", "-set device.x.aw-bits=48"),
    ("-global virtio-vga.hostmem=4G", "-global virtio-vga.hostmem"),
    ("-blockdev driver=virtio-blk-vhost-vdpa,node-name=d0,path=/dev/vhost-vdpa-0", "d0"),
    ("-frobnicate 7", "-frobnicate"),
    ("-accel whpx", "accelerator"),
    ("-cpu EPYC,guest-phys-bits=0", "guest-phys-bits"),
    ("-device vfio-pci,sysfsdev=/sys/bus/mdev/devices/none,id=m", "m"),
    ("-device vhost-vdpa-device-pci,vhostdev=/dev/vhost-vdpa-0,id=d", "d"),
    ("-netdev vhost-vdpa,vhostdev=/dev/vhost-vdpa-0,id=n", "-netdev vhost-vdpa"),
    ("-device ivshmem-doorbell,chardev=c,id=i", "i"),
    ("-fw_cfg name=opt/ovmf/X-PciMmio64Mb,file=/x", "opt/ovmf/X-PciMmio64Mb"),
    ("-fw_cfg name=etc/reserved-memory-end,file=/x", "etc/reserved-memory-end"),
    ("-machine pc-q35-rhel9.4.0", "machine"),
    ("-machine pc-q35-rhel10.0.0", "machine"),
    ("-machine pc-q35-nextyear", "machine"),
    ("-machine pc-i440fx-4294967299.0", "machine"),
    ("-machine q35,confidential-guest-support=s -object next-guest,id=s", "confidential-guest-support"),
]

REFUSED = [
    ("-m 4Q", "command line: -m: expected a size such as 4G, not '4Q'"),
    ("-m 8E", "command line: -m: 8E is larger than 4 PiB, the maximum on x86"),
    ("-m 4G,maxmem=2G", "command line: maximum memory: expected at least the 4096 MiB at boot"),
    ("-m 4G,slots=2", "command line: memory slots: expected a maximum memory as well"),
    ("-m 4G,slots=257,maxmem=8G", "command line: -m slots: expected a number from 0 to 256, not '257'"),
    ("-m", "command line: -m: expected a value"),
    ("-machine pc,max-ram-below-4g=8G", "command line: -machine max-ram-below-4g: expected at most 4G, not '8G'"),
    ("-machine pc-x1.0", "command line: -machine: expected pc, q35, microvm or one of their versions, not 'pc-x1.0'"),
    ("-machine virt", "command line: -machine: expected pc, q35, microvm or one of their versions, not 'virt'"),
    ("-cpu EPYC,phys-bits=31", "command line: phys-bits: expected 32 to 52, not 31"),
    ("-cpu EPYC,phys-bits=53", "command line: phys-bits: expected a number from 0 to 52, not '53'"),
    ("-cpu EPYC,host-phys-bits=maybe", "command line: host-phys-bits: expected on or off, not 'maybe'"),
    ("-cpu =x", "command line: -cpu: expected MODEL,PROPERTY=VALUE,..., not '=x'"),
    ("-device vfio-pci,host=1:2", "command line: expected a PCI address such as 0000:01:00.0, not '1:2'"),
    ("-device ivshmem-plain,memdev=none,id=s", "command line: s: memory backend 'none' not found"),
    ('-device {"driver":', "command line: -device: expected KEY=VALUE,..., not '{\"driver\":'"),
    ("-fw_cfg opt/org.tianocore/PagingLevel,string=6", "command line: -fw_cfg opt/org.tianocore/PagingLevel: the firmware does not read '6'"),
]


@pytest.mark.parametrize("line, expected", OPTIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_options(line, expected):
    document = read("--", "qemu-system-x86_64", *line.split(" "))
    assert {path: at(document, path) for path in expected} == expected
    assert ignored(document) == []


@pytest.mark.parametrize("line, device", DEVICES, ids=lambda value: value if isinstance(value, str) else "")
def test_devices(line, device):
    document = read("--", "qemu-system-x86_64", *line.split(" "))
    assert document["devices"] == [device]
    assert ignored(document) == []


@pytest.mark.parametrize("line, what", IGNORED)
def test_ignored(line, what):
    assert ignored(read("--", "-m", "1G", *line.split(" "))) == [what]


@pytest.mark.parametrize("line, text", REFUSED)
def test_refused(line, text):
    assert refused("--", "qemu-system-x86_64", *line.split(" ")) == text


@pytest.mark.skipif(not shutil.which("qemu-system-x86_64"), reason="no qemu-system-x86_64 here")
def test_what_the_options_of_this_qemu_take():
    """Every option of the QEMU here is known, and whether a value follows: what it complains of first says so."""
    text = subprocess.run(["qemu-system-x86_64", "-help"], capture_output=True, text=True, timeout=30, check=True).stdout
    names = sorted(set(re.findall(r"^-([A-Za-z_][\w-]*)", text, re.M)) - {"machine", "m", "cpu", "h", "version", "help", "audio-help"})
    assert len(names) > 90
    for name in names:
        said = subprocess.run(["qemu-system-x86_64", "-" + name, "-no-such-option", "-m"], capture_output=True, text=True, timeout=30, check=False).stderr
        value = "-m: requires an argument" in said
        assert value or "-no-such-option: invalid option" in said, said
        document = read("--", "-m", "1G", "-" + name, "-no-such-option", "-S") if value and name not in PARSED else {}
        assert "-no-such-option" not in ignored(document), name
        if not value:
            assert ignored(read("--", "-m", "1G", "-" + name, "-no-such-option")) == ["-" + name] * (name in NOT_FOLLOWED) + ["-no-such-option"], name
        elif document:
            assert ignored(document) == ["-" + name] * (name in NOT_FOLLOWED), name


def test_file(tmp_path):
    """As domxml-to-native and people write it."""
    path = tmp_path / "vm.sh"
    path.write_text("#!/bin/sh\n# my machine\nLC_ALL=C PATH=/bin:'/x y' \\\n  taskset -c 0-3 /usr/bin/qemu-system-x86_64 \\\n -name 'a \"b\"' \\\n"
                    "-m size=2097152k \\\n-cpu \"EPYC,phys\\-bits=48\" -object '{\"qom-type\":\"memory-backend-ram\",\"id\":\"m\",\"size\":1}' # end\n")
    document = read(str(path))
    assert document["name"] == 'a "b"' and at(document, "memory.ram") == 2 << 30
    path.write_text("qemu-system-x86_64 \\\n -m 1G \\\n -cpu EPYC,phys-bits=99\n")
    assert refused(str(path)) == f"{path}: line 3: phys-bits: expected a number from 0 to 52, not '99'"
    path.write_text("qemu-system-x86_64 \\\n -m $MEM\n")
    assert refused(str(path)) == f"{path}: line 2: $MEM is not set in this text, and -m needs it: replace it with its value"
    path.write_text("qemu-system-x86_64\n -name 'x\n")
    assert refused(str(path)) == f"{path}: line 2: this quote is not closed"
    path.write_text("")
    assert refused(str(path)).endswith("empty: expected a JSON document, a libvirt domain, an xl.cfg or a command line")
    assert refused("-", text="qemu-system-riscv64 -M virt") == "standard input: line 1: expected an x86 or arm64 machine, not qemu-system-riscv64"


def test_process():
    """A process whose command line is QEMU's, as far as the kernel knows."""
    with subprocess.Popen(["qemu-system-x86_64", "10"], executable="/bin/sleep") as process:
        try:
            assert read(f"--pid={process.pid}")["machine"] == "pc"
        finally:
            process.kill()
    assert "qemu-system-x86_64 not found in it" in refused(f"--pid={os.getpid()}")
    assert refused("--pid=self") == "--pid=self: expected a process ID"
    assert refused("--pid=1", "file") == "--pid=1 and 'file' cannot be combined"
    gone = run("--pid=4194304999")
    assert gone.returncode == 1 and b"No such file" in gone.stderr


def test_kvm_by_name():
    assert read("--", "/usr/libexec/qemu-kvm", "-m", "1G")["accelerator"] == "kvm"
    assert read("--", "kvm", "-accel", "tcg")["accelerator"] == "tcg"


def test_notes():
    document = read("--", "kvm", "-cpu", "host,phys-bits=42")
    assert "phys-bits=42 is ignored" in assumed(document)["cpu.physBits"]
    many = [word for i in range(300) for word in ("-machine", f"q35,x{i}=1")]
    assert "expected at most 1024 devices and 256 things" in refused("--", "-m", "1G", *many)
