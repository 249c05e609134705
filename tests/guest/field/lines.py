"""Command lines that programs make, and what is left of them in logs, lists of processes and reports: Proxmox, libvirt, KubeVirt, Kata;
and Cloud Hypervisor's."""
from field.real import GIB, MIB, Machine, Real, addresses


def line(name, source, form, text, **machine):
    more = {key: machine.pop(key) for key in ("refused", "missing", "given", "arguments") if key in machine}
    return Real(name, source, form, text, None if "refused" in more else Machine(**machine), **more)


def qm(*options, number=8006):
    """As `qm showcmd --pretty` prints it."""
    always = [f"-id {number}", "-name 'vm,debug-threads=on'", "-no-shutdown", f"-chardev 'socket,id=qmp,path=/var/run/qemu-server/{number}.qmp,server=on,wait=off'",
              "-mon 'chardev=qmp,mode=control'", "-daemonize", "-smp '2,sockets=2,cores=1,maxcpus=2'", "-nodefaults",
              "-boot 'menu=on,strict=on,reboot-timeout=1000,splash=/usr/share/qemu-server/bootsplash.jpg'"]
    return " \\\n  ".join(["/usr/bin/kvm", *always, *options]) + "\n"


CPU = "-cpu kvm64,enforce,+kvm_pv_eoi,+kvm_pv_unhalt,+lahf_lm,+sep"
NODES = ["-object 'memory-backend-ram,id=ram-node0,size=256M'", "-numa 'node,nodeid=0,cpus=0,memdev=ram-node0'",
         "-object 'memory-backend-ram,id=ram-node1,size=256M'", "-numa 'node,nodeid=1,cpus=1,memdev=ram-node1'"]
Q35 = "-readconfig /usr/share/qemu-server/pve-q35-4.0.cfg"
BRIDGES = ["-device 'pci-bridge,id=pci.1,chassis_nr=1,bus=pci.0,addr=0x1e'", "-device 'pci-bridge,id=pci.2,chassis_nr=2,bus=pci.0,addr=0x1f'"]
MDEV = "00000001-0000-0000-0000-000000008006"
PVE = "proxmox/qemu-server test/cfg2cmd/"


def flash(name):
    return [f"-drive 'if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/pve-edk2-firmware//{name}'",
            "-drive 'if=pflash,unit=1,id=drive-efidisk0,format=raw,file=/var/lib/vz/images/100/vm-disk-100-0.raw,size=540672'"]


LOG = """2020-11-24 13:07:47.148+0000: starting up libvirt version: 4.5.0, package: 36.el7_9.3 (CentOS BuildSystem <http://bugs.centos.org>, 2020-11-16-16:25:20, x86-01.bsys.centos.org), qemu version: 2.12.0qemu-kvm-ev-2.12.0-44.1.el7_8.1, kernel: 3.10.0-1160.6.1.el7.x86_64, hostname: node.example
LC_ALL=C \\
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \\
QEMU_AUDIO_DRV=none \\
/usr/libexec/qemu-kvm \\
-name guest=crc,debug-threads=on \\
-S \\
-object secret,id=masterKey0,format=raw,file=/var/lib/libvirt/qemu/domain-21-crc/master-key.aes \\
-machine pc-q35-rhel7.6.0,accel=kvm,usb=off,dump-guest-core=off \\
-cpu host,rdrand=off \\
-m {} \\
-realtime mlock=off \\
-smp 4,sockets=4,cores=1,threads=1 \\
-no-user-config \\
-nodefaults \\
-rtc base=utc \\
-device pcie-root-port,port=0x10,chassis=1,id=pci.1,bus=pcie.0,multifunction=on,addr=0x2 \\
-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny \\
-msg timestamp=on
2020-11-24T13:07:47.219456Z qemu-kvm: -chardev pty,id=charserial0: char device redirected to /dev/pts/1 (label charserial0)
2020-11-24 13:09:12.000+0000: shutting down, reason=failed
"""

# Red Hat's machine types: rhel7.6.0 follows 2.12, rhel9.2.0 follows 7.2; what they do to the width nobody here knows.
# What ps prints: no quotes are left around the JSON.
PS = """root      3293  0.0  0.0   6432   720 pts/0    S+   10:27   0:00 grep --color=auto qemu-kvm
uuidd    24485  159 17.8 13991760 11778320 ?   SLl  Jul17 36123:46 /usr/libexec/qemu-kvm -name guest=zone_vm,debug-threads=on -S -object {"qom-type":"secret","id":"masterKey0","format":"raw","file":"/var/run/master-key.aes"} -blockdev {"driver":"file","filename":"/usr/share/OVMF/OVMF_CODE.secboot.fd","node-name":"libvirt-pflash0-storage","auto-read-only":true,"discard":"unmap"} -blockdev {"node-name":"libvirt-pflash0-format","read-only":true,"driver":"raw","file":"libvirt-pflash0-storage"} -machine pc-q35-rhel9.2.0,usb=off,dump-guest-core=off,memory-backend=pc.ram,pflash0=libvirt-pflash0-format -accel kvm -cpu host,migratable=on -m 11445 -object {"qom-type":"memory-backend-ram","id":"pc.ram","size":12000952320} -overcommit mem-lock=off -smp 8,sockets=1,dies=1,cores=8,threads=1 -no-user-config -nodefaults -device {"driver":"pcie-root-port","port":16,"chassis":1,"id":"pci.1","bus":"pcie.0","multifunction":true,"addr":"0x2"} -device {"driver":"virtio-balloon-pci-non-transitional","id":"balloon0","free-page-reporting":true,"bus":"pci.1","addr":"0x0"} -msg timestamp=on
"""

# virt-launcher's log: the ends of lines are gone, their backslashes stand before the next word.
LAUNCHER = r"""LC_ALL=C \PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \HOME=/var/lib/libvirt/qemu/domain-1-vms_ubuntu \/usr/libexec/qemu-kvm \-name guest=vms_ubuntu,debug-threads=on \-S \-object '{"qom-type":"secret","id":"masterKey0","format":"raw","file":"/var/lib/master-key.aes"}' \-machine pc-q35-rhel9.2.0,usb=off,dump-guest-core=off,memory-backend=pc.ram \-accel kvm \-cpu Cascadelake-Server,ss=on,vmx=on,pdcm=on,hypervisor=on \-m 16384 \-object '{"qom-type":"memory-backend-ram","id":"pc.ram","size":17179869184}' \-overcommit mem-lock=off \-smp 4,sockets=1,dies=1,cores=4,threads=1 \-no-user-config \-nodefaults \-device '{"driver":"pcie-root-port","port":16,"chassis":1,"id":"pci.1","bus":"pcie.0","multifunction":true,"addr":"0x2"}' \-device '{"driver":"vfio-pci","id":"ua-gpu-gpu1","sysfsdev":"/sys/bus/mdev/devices/2a2b2c2d-0001-0002-0003-0123456789ab","display":"on","ramfb":true,"bus":"pci.1","addr":"0x0"}' \-msg timestamp=on
"""

GUESTS = [
    # ── Proxmox ──
    line("pve-q35-hostpci", PVE + "q35-linux-hostpci.conf.cmd", "line",
         qm("-drive 'if=pflash,unit=0,format=raw,readonly,file=/usr/share/pve-edk2-firmware//OVMF_CODE.fd'", CPU, "-m 512", *NODES, Q35,
            "-device 'vfio-pci,host=00:ff.1,id=hostpci0,bus=pci.0,addr=0x10'", "-device 'vfio-pci,host=d0:13.0,id=hostpci1,bus=ich9-pcie-port-2,addr=0x0'",
            "-device 'pcie-root-port,id=ich9-pcie-port-5,addr=10.0,x-speed=16,x-width=32,multifunction=on,bus=pcie.0,port=5,chassis=5'",
            "-device 'vfio-pci,host=d0:17.0,id=hostpci4,bus=ich9-pcie-port-5,addr=0x0,rombar=0'", "-machine 'type=q35'"),
         refused="a device of the host's that PCI has not: function 1 of device 1f.. is ff.1"),
    line("pve-mapping", PVE + "q35-linux-hostpci-mapping.conf.cmd", "line",
         qm(*flash("OVMF_CODE.fd"), "-global 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off'", CPU, "-m 512", *NODES, Q35,
            "-device 'vfio-pci,host=0000:07:10.0,id=hostpci0,bus=pci.0,addr=0x10'",
            f"-device 'vfio-pci,sysfsdev=/sys/bus/mdev/devices/{MDEV},id=hostpci1,bus=pci.0,addr=0x11'",
            "-device 'vfio-pci,host=0000:07:10.4,id=hostpci2,bus=pci.0,addr=0x1b'", "-machine 'type=q35+pve0'"),
         ram=512 * MIB, machine="q35", cpu="kvm64", firmware="ovmf", mediated=1, assigned=addresses("07:10.0", "07:10.4")),
    line("pve-own-port", PVE + "q35-win10-hostpci.conf.cmd", "line",
         qm(*flash("OVMF_CODE_4M.fd"), "-cpu 'host,hv_ipi,hv_relaxed,+kvm_pv_eoi'", "-m 16384", Q35,
            "-device 'vfio-pci,host=0000:41:00.0,id=hostpci0.0,bus=ich9-pcie-port-1,addr=0x0.0,multifunction=on'",
            "-device 'vfio-pci,host=0000:41:00.1,id=hostpci0.1,bus=ich9-pcie-port-1,addr=0x0.1'", "-machine 'hpet=off,type=pc-q35-9.2+pve1'"),
         ram=16 * GIB, machine="pc-q35-9.2", cpu="host", bits="host", firmware="ovmf", own=2, assigned=addresses("41:00.0", "41:00.1")),
    line("pve-viommu-intel", PVE + "q35-viommu-intel.conf.cmd", "line",
         qm(CPU, "-m 512", "-global 'ICH9-LPC.disable_s3=1'", "-device 'intel-iommu,intremap=on,caching-mode=on'", Q35,
            "-device 'virtio-balloon-pci,id=balloon0,bus=pci.0,addr=0x3,free-page-reporting=on'", "-machine 'type=q35+pve1,kernel-irqchip=split'"),
         ram=512 * MIB, machine="q35", cpu="kvm64", viommu="intel"),
    line("pve-viommu-virtio", PVE + "q35-viommu-virtio.conf.cmd", "line",
         qm(CPU, "-m 512", Q35, "-device 'VGA,id=vga,bus=pcie.0,addr=0x1'", "-device virtio-iommu-pci", "-machine 'type=q35+pve1'"),
         ram=512 * MIB, machine="q35", cpu="kvm64", viommu="virtio"),
    line("pve-secure-boot", PVE + "efi-secboot-and-tpm-q35.conf.cmd", "line",
         qm(*flash("OVMF_CODE_4M.secboot.fd"), CPU, "-m 512", Q35, "-chardev 'socket,id=tpmchar,path=/var/run/qemu-server/8006.swtpm'",
            "-tpmdev 'emulator,id=tpmdev,chardev=tpmchar'", "-device 'tpm-tis,tpmdev=tpmdev'", "-machine 'type=q35+pve1'"),
         ram=512 * MIB, machine="q35", cpu="kvm64", firmware="ovmf"),
    line("pve-hotplug", PVE + "memory-hotplug.conf.cmd", "line",
         qm(CPU, "-m 'size=1024,slots=255,maxmem=524288M'", "-object 'memory-backend-ram,id=ram-node0,size=512M'", "-numa 'node,nodeid=0,cpus=0-1,memdev=ram-node0'",
            "-object 'memory-backend-ram,id=ram-node1,size=512M'", "-numa 'node,nodeid=1,cpus=2-3,memdev=ram-node1'",
            "-object 'memory-backend-ram,id=mem-dimm0,size=512M'", "-device 'pc-dimm,id=dimm0,memdev=mem-dimm0,node=0'", *BRIDGES, "-machine 'type=pc'"),
         ram=GIB, max=512 * GIB, slots=255, cpu="kvm64"),
    line("pve-hugepages", PVE + "memory-hugepages-1g.conf.cmd", "line",
         qm(CPU, "-m 8192", "-object 'memory-backend-file,id=ram-node0,size=4096M,mem-path=/run/hugepages/kvm/1048576kB,share=on,prealloc=yes'",
            "-numa 'node,nodeid=0,cpus=0-1,memdev=ram-node0'",
            "-object 'memory-backend-file,id=ram-node1,size=4096M,mem-path=/run/hugepages/kvm/1048576kB,share=on,prealloc=yes'",
            "-numa 'node,nodeid=1,cpus=2-3,memdev=ram-node1'", *BRIDGES, "-machine 'type=pc+pve1'"), ram=8 * GIB, cpu="kvm64"),
    line("pve-sev", PVE + "sev-std.conf.cmd", "line",
         qm(*flash("OVMF_CVM_CODE_4M.fd"), CPU, "-m 512", *BRIDGES, "-object 'sev-guest,id=sev0,cbitpos=51,reduced-phys-bits=6,policy=0x8'",
            "-machine 'type=pc+pve1,confidential-guest-support=sev0'"), ram=512 * MIB, cpu="kvm64", firmware="ovmf", confidential="sev", reduced=6),
    line("pve-snp", PVE + "sev-snp.conf.cmd", "line",
         qm("-bios /usr/share/pve-edk2-firmware//OVMF_CVM_4M.fd", CPU, "-m 512", *BRIDGES,
            "-object 'sev-snp-guest,id=sev0,cbitpos=51,reduced-phys-bits=6,policy=0xb0000'", "-machine 'type=pc+pve1,confidential-guest-support=sev0'"),
         ram=512 * MIB, cpu="kvm64", firmware="ovmf", confidential="sev-snp", reduced=6),
    line("pve-custom-cpu", PVE + "custom-cpu-model-host-phys-bits.conf.cmd", "line",
         qm("-global 'kvm-pit.lost_tick_policy=discard'", "-cpu 'athlon,+aes,+avx,enforce,hv_ipi,hv_spinlocks=0x1fff,hv_vendor_id=testvend,+kvm_pv_eoi,"
            "-kvm_pv_unhalt,vendor=AuthenticAMD,host-phys-bits=true'", "-m 512", *BRIDGES, "-machine 'hpet=off,type=pc-i440fx-5.1+pve0'"),
         ram=512 * MIB, machine="pc-i440fx-5.1", cpu="athlon", bits="host"),
    line("pve-i440fx-hostpci", PVE + "i440fx-win10-hostpci.conf.cmd, its device moved to a slot that PCI has", "line",
         qm(*flash("OVMF_CODE.fd"), CPU, "-m 512", *NODES, *BRIDGES, "-device 'vfio-pci,host=0000:0f:12.0,id=hostpci0,bus=pci.0,addr=0x10'",
            "-machine 'hpet=off,type=pc-i440fx-5.1+pve0'"),
         ram=512 * MIB, machine="pc-i440fx-5.1", cpu="kvm64", firmware="ovmf", assigned=addresses("0f:12.0")),
    line("pve-task-error", "github.com/wanghuangjie/Perfect_PVE_3455/issues/1", "task",
         "kvm: -device vfio-pci,host=00:02.0,addr=0x02,x-igd-gms=1,romfile=j3455_hd500.bin: PCI: slot 2 function 0 not available for vfio-pci, in use by VGA\n"
         "TASK ERROR: start failed: command '/usr/bin/kvm -id 100 -name dsm -chardev 'socket,id=qmp,path=/var/run/qemu-server/100.qmp,server,nowait' "
         "-mon 'chardev=qmp,mode=control' -daemonize -smp '4,sockets=1,cores=4,maxcpus=4' -nodefaults -vnc unix:/var/run/qemu-server/100.vnc,password "
         "-cpu kvm64,+lahf_lm,+sep,+kvm_pv_unhalt,+kvm_pv_eoi,enforce -m 7168 -device 'pci-bridge,id=pci.1,chassis_nr=1,bus=pci.0,addr=0x1e' "
         "-device 'VGA,id=vga,bus=pci.0,addr=0x2' -device 'vfio-pci,host=00:02.0,addr=0x02,x-igd-gms=1,romfile=j3455_hd500.bin' "
         "-machine 'type=pc'' failed: exit code 1\n",
         ram=7 * GIB, cpu="kvm64", assigned=addresses("00:02.0")),
    # A goal of make's: its name stands before the command. The file is a copy of one's own.
    line("makefile", "7imbrook/pve-usb-hotplug Makefile", "line", """
run-qemu:
	kvm \\
		-smp 4 \\
		-m 2G \\
		-cpu host \\
	 	-machine type=q35 \\
		-enable-kvm \\
		-chardev 'socket,id=qmp,path=/var/run/qemu-server/101.qmp,server=on,wait=off' \\
		-mon 'chardev=qmp,mode=control' \\
		-readconfig ./pve-q35-4.0.cfg
""", ram=2 * GIB, machine="q35", cpu="host", bits="host", missing=("-readconfig ./pve-q35-4.0.cfg",)),
    line("makefile-of-a-system", "ripSquid/os makefile", "line", """run-qemu:
	qemu-system-x86_64                             \\
  -accel tcg,thread=single                       \\
  -cpu Opteron_G5                                \\
  -m 1024                                        \\
  -no-reboot                                     \\
  -drive format=raw,media=cdrom,file=myos.iso    \\
  -vga std
""", ram=GIB, kvm=False, cpu="Opteron_G5"),
    # ── libvirt ──
    line("libvirt-log", "github.com/crc-org/crc/issues/1718", "log", LOG.format(12696), ram=12696 * MIB, machine="pc-q35-2.12", cpu="host", bits="host",
         missing=("machine",)),
    line("libvirt-log-twice", "github.com/crc-org/crc/issues/1718, started again with less", "log", LOG.format(12696) + LOG.format(9216),
         ram=9 * GIB, machine="pc-q35-2.12", cpu="host", bits="host", missing=("machine",)),
    line("domxml-to-native", "github.com/Leoyzen/KVM-Opencore/issues/11", "line", """qemu-system-x86_64 \\
-name guest=Catalina,debug-threads=on -object secret,id=masterKey0,format=raw,file=/home/me/master-key.aes \\
-blockdev '{"driver":"file","filename":"/usr/share/qemu/ovmf-x64/OVMF_CODE-pure-efi.fd","node-name":"libvirt-pflash0-storage","auto-read-only":true,"discard":"unmap"}' \\
-blockdev '{"node-name":"libvirt-pflash0-format","read-only":true,"driver":"raw","file":"libvirt-pflash0-storage"}' \\
-machine pc-q35-4.2,accel=kvm,usb=off,dump-guest-core=off,mem-merge=off,pflash0=libvirt-pflash0-format,pflash1=libvirt-pflash1-format \\
-m 8192 \\
-overcommit mem-lock=off \\
-object iothread,id=iothread1 \\
-display none \\
-no-user-config \\
-nodefaults
""", ram=8 * GIB, machine="pc-q35-4.2", firmware="ovmf"),
    line("native-groovy", "kenjasim/vngen qemu-command.md", "line", """/usr/bin/qemu-system-x86_64 \\
-name guest=master1,debug-threads=on \\
-S \\
-machine pc-i440fx-groovy,accel=kvm,usb=off,dump-guest-core=off \\
-cpu qemu64 \\
-m 1954 \\
-no-acpi \\
-boot strict=on \\
-device piix3-usb-uhci,id=usb,bus=pci.0,addr=0x1.0x2 \\
-blockdev '{"driver":"file","filename":"/var/lib/images/ubuntu.img","node-name":"libvirt-3-storage","auto-read-only":true,"discard":"unmap"}' \\
-device virtio-blk-pci,bus=pci.0,addr=0x3,drive=libvirt-2-format,id=virtio-disk0,bootindex=1 \\
-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny \\
-msg timestamp=on
""", ram=1954 * MIB, machine="pc-i440fx-5.0", cpu="qemu64"),
    # Settings of the environment's before it, a driver= behind the driver.
    line("gvt-g-native", "bung69/Fedora_35_gvt-g README.md", "line", """LC_ALL=C \\
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \\
HOME=/var/lib/libvirt/qemu/domain-5-fedora35 \\
MESA_LOADER_DRIVER_OVERRIDE=i965 \\
/usr/bin/qemu-system-x86_64 \\
-name guest=fedora35-gnome,debug-threads=on \\
-machine pc-q35-6.1,accel=kvm,usb=off,vmport=off,dump-guest-core=off,memory-backend=pc.ram \\
-cpu host,migratable=on \\
-m 12000 \\
-object '{"qom-type":"memory-backend-ram","id":"pc.ram","size":12582912000}' \\
-device virtio-serial-pci,id=virtio-serial0, \\
-device vfio-pci,id=hostdev0,sysfsdev=/sys/bus/mdev/devices/b591950a-d165-4141-9714-b380f6cd4c9d,display=on,x-igd-opregion=on,ramfb=on,driver=vfio-pci-nohotplug,xres=1440,yres=900 \\
-display gtk,gl=on \\
-vga none \\
-net none

""", ram=12000 * MIB, machine="pc-q35-6.1", cpu="host", bits="host", mediated=1),
    line("ps-of-kubevirt", "github.com/kubevirt/kubevirt/issues/10126", "list", PS, ram=12000952320, machine="pc-q35-7.2", cpu="host", bits="host", firmware="ovmf",
         missing=("machine",)),
    line("virt-launcher", "github.com/kubevirt/kubevirt/issues/9879", "line", LAUNCHER, ram=16 * GIB, machine="pc-q35-7.2", cpu="Cascadelake-Server",
         mediated=1, missing=("machine",)),
    # cat /proc/PID/cmdline | xargs -0
    line("kata", "github.com/kata-containers/kata-containers/issues/1704", "line",
         "/usr/libexec/qemu-kvm -name sandbox-24ca7557 -uuid 400612f6-6c01-4909-b5bd-886487a84a6e -machine q35,accel=kvm,kernel_irqchip -cpu host,pmu=off "
         "-qmp unix:/run/vc/vm/24ca/qmp.sock,server,nowait -m 2048M,slots=10,maxmem=192822M -device pci-bridge,bus=pcie.0,id=pci-bridge-0,chassis_nr=1,shpc=on,addr=2,romfile= "
         "-device virtio-serial-pci,disable-modern=false,id=serial0,romfile=,max_ports=2 -device pcie-root-port,id=rp0,bus=pcie.0,chassis=0,slot=0,multifunction=off "
         "-device vhost-user-fs-pci,chardev=char-1003b261f79fe136,tag=kataShared,romfile= -object memory-backend-file,id=dimm1,size=2048M,mem-path=/dev/shm,share=on "
         "-numa node,memdev=dimm1 -global kvm-pit.lost_tick_policy=discard -vga none -no-user-config -nodefaults -nographic --no-reboot -daemonize "
         "-kernel /usr/share/kata-containers/vmlinuz.container -append tsc=reliable no_timer_check console=hvc0 -smp 1,cores=1,threads=1,sockets=40,maxcpus=40\n",
         ram=2 * GIB, max=192822 * MIB, slots=10, machine="q35", cpu="host", bits="host"),
    # ── Cloud Hypervisor ──
    line("ch-firmware", "huo4444/cloud-hypervisor test_start.sh", "line", """#!/bin/bash
./target/debug/cloud-hypervisor \\
	--kernel ./hypervisor-fw \\
	--disk path=focal-server-cloudimg-amd64.raw \\
	--cpus boot=4 \\
	--memory size=1024M \\
	--net "tap=,mac=,ip=,mask=\"""", ram=GIB, machine="cloud-hypervisor"),
    line("ch-static", "aconz2/program-explorer cloudhypervisormyinit.sh", "line", """k=/home/me/linux/vmlinux

# this worked
./cloud-hypervisor-static \\
    --kernel $k \\
    --initramfs init1.initramfs \\
    --cmdline "console=hvc0" \\
    --cpus boot=1 \\
    --memory size=1024M \\
    --vsock cid=3,socket=/tmp/ch.sock
""", ram=GIB, machine="cloud-hypervisor"),
    line("ch-serial", "moturus/motor-os src/vm_scripts/run-web-chv.sh", "line", """#!/bin/sh

rm -f /tmp/chv

cloud-hypervisor-static --cpus boot=4 --memory size=256M \\
    --api-socket /tmp/chv \\
    --console off --serial tty \\
    --log-file /tmp/cloud-hypervisor.log -v \\
    --kernel kloader \\
    --initramfs initrd \\
    --net "tap=moto-tap,mac=a4:a1:c2:00:00:01,ip=192.168.4.2,mask=255.255.255.0" \\
    --disk path=motor.web.img

""", ram=256 * MIB, machine="cloud-hypervisor"),
    line("ch-shared", "threefoldtech/cloud-container test.sh", "line", """ROOT=$1

sudo virtiofsd --socket-path=/tmp/root.socket -o source=$ROOT -o cache=none &

#INIT='init=/sbin/zinit "init"'
INIT='init=/bin/sh'

exec sudo cloud-hypervisor \\
    --kernel output/vmlinuz-linux \\
    --console off \\
    --cpus boot=1 \\
    --memory size=1024M,shared=on \\
    --fs tag=/dev/root,socket=/tmp/root.socket  \\
    --cmdline "console=ttyS0 rootfstype=virtiofs root=/dev/root rw ${INIT}" \\
    --rng
""", ram=GIB, machine="cloud-hypervisor"),
]
