"""Scripts of one command: nothing but words, quotes and joined lines. Kernel hackers and writers of systems."""
from field.real import GIB, MIB, Machine, Real


def script(name, source, text, **machine):
    more = {key: machine.pop(key) for key in ("refused", "missing", "given", "arguments") if key in machine}
    return Real(name, source, "script", text, None if "refused" in more else Machine(**machine), **more)


GUESTS = [
    # A blank behind "#!/bin/bash", a copy before, and the program of Red Hat's.
    # A mediated device by its parent's path, and the machine in two options.
    script("ctf-64m", "sajjadium/ctf-archives ctfs/UTCTF/2020/SimplicioJail/cmd.sh", """#!/bin/sh \nqemu-system-x86_64 \\
    -m 64M \\
    -kernel bzImage \\
    -initrd ramfs.cpio \\
    -nographic \\
    -append "console=ttyS0 quiet nokaslr" \\
    -monitor /dev/null
""", ram=64 * MIB, kvm=False),
    # The last line ends with a backslash.
    script("edu-device", "loresuso/kernel-modules kernel-development/run.sh", """#!/bin/sh
qemu-system-x86_64 \\
    -device edu \\
    -enable-kvm \\
    -kernel ./bzImage \\
    -boot c \\
    -m 1024M \\
    -hda ./rootfs.ext2 \\
    -k it \\
    -append "root=/dev/sda rw acpi=off nokaslr" \\
""", ram=GIB),
    script("ctf-stopped", "Low-LevelDev-ID/kernel-pwn Cheminventory/run.sh", """#!/bin/sh
qemu-system-x86_64 \\
    -s \\
    -S  \\
    -kernel ./bzImage \\
    -cpu qemu64,+smep,+smap \\
    -m 4G \\
    -initrd initramfs.cpio.gz \\
    -append "console=ttyS0 quiet loglevel=3 nokaslr kpti=1" \\
    -monitor /dev/null \\
    -no-reboot \\
""", ram=4 * GIB, kvm=False, cpu="qemu64"),
    script("ctf-host", "sajjadium/ctf-archives ctfs/corCTF/2023/pwn/sysruption/run.sh", """#!/bin/sh
qemu-system-x86_64 \\
    -m 4096M \\
    -nographic \\
    -kernel "./bzImage" \\
    -append "console=ttyS0 loglevel=3 panic=-1 pti=off kaslr" \\
    -cpu host \\
    -netdev user,id=net \\
    -device e1000,netdev=net \\
    -initrd "./initramfs.cpio.gz" \\
    -enable-kvm

""", ram=4 * GIB, cpu="host", bits="host"),
    # Tabs, a key with brackets in quotes, a path half in quotes, comments behind the command.
    # JSON with blanks in it, in single quotes.
    # Five DIMMs' room and NVDIMMs in it.
    script("nvdimms", "wvanbreukelen/PMicroProfile fedora/run2.sh", """sudo qemu-system-x86_64 -drive file=fedora27.raw,format=raw,index=0,media=disk \\
  -m 4G,slots=4,maxmem=16G \\
  -smp 4 \\
  -cpu host \\
  -machine pc,accel=kvm,nvdimm=on \\
  -enable-kvm \\
  -vnc :0 \\
  -object memory-backend-file,id=mem1,share=on,mem-path=./nvdimm0,size=4G \\
  -device nvdimm,memdev=mem1,id=nv1,label-size=2M \\
  -object memory-backend-file,id=mem2,share=on,mem-path=./nvdimm1,size=4G \\
  -device nvdimm,memdev=mem2,id=nv2,label-size=2M

""", ram=4 * GIB, max=16 * GIB, slots=4, cpu="host", bits="host"),
    script("splitfs", "wvanbreukelen/PMicroProfile ubuntu_splitfs/run.sh", """qemu-system-x86_64 \\
	-cpu Cascadelake-Server\\
	-smp cores=4 \\
	-drive file=ubuntu.img.qcow2,format=qcow2 \\
    -cdrom "ubuntu.iso" \\
	-machine pc,accel=kvm,nvdimm=on,nvdimm-persistence=cpu \\
	-m 16G,slots=2,maxmem=32G \\
	-object memory-backend-file,id=mem1,mem-path=f27nvdimm0,share=off,size=16G,align=2M \\
	-device nvdimm,memdev=mem1,id=nv1,label-size=256K \\
    -vga virtio \\
	-pidfile vm.pid
	# -device nvdimm,memdev=mem2,id=nv2,label-size=2M \\
    \n""", ram=16 * GIB, max=32 * GIB, slots=2, cpu="Cascadelake-Server"),
    script("cxl-and-shared-memory", "Clussys/nupa vms/pcie/node2.sh", """sudo /opt/qemu/bin/qemu-system-x86_64 \\
	-drive file=./node2.qcow2,format=qcow2,index=0,media=disk,id=hd \\
	-m 4G,slots=4,maxmem=8G \\
	-smp 4 \\
	-machine type=q35,cxl=on \\
	-nographic \\
	-object memory-backend-file,id=shmmem-shmem0,mem-path=/dev/shm/my_shmem0,size=256M,share=yes \\
	-device ivshmem-plain,id=shmem0,memdev=shmmem-shmem0,addr=0xb,master=on
""", ram=4 * GIB, max=8 * GIB, slots=4, machine="q35", kvm=False, shared=(256 * MIB,)),
    # A port that is named as the root is.
    # Two functions in the slots of one port, and a program of one's own before.
    script("microvm", "aconz2/program-explorer bootfedora2.sh", """
qemu-system-x86_64 \\
    -M microvm,x-option-roms=off,pit=off,pic=off,isa-serial=off,rtc=off \\
    -nodefaults -no-user-config -nographic \\
    -enable-kvm \\
    -cpu host -smp 1 -m 1G \\
    -kernel vmlinuz-6.8.5-301.fc40.x86_64 -append "root=/dev/vda4 console=hvc0 rootflags=subvol=root" \\
    -device virtio-blk-device,drive=test \\
    -drive id=test,file=fedora-cloud-base.raw,format=raw,if=none
""", ram=GIB, machine="microvm", cpu="host", bits="host"),
    script("kvm64-without-kvm", "okinrev/tp-secu-kernel-linux env/run.sh", """#!/bin/sh
qemu-system-x86_64 \\
    -m 128M \\
    -cpu kvm64 \\
    -kernel bzImage \\
    -snapshot \\
    -append "console=ttyS0 nosmep nosmap nopti nokaslr quiet panic=1" \\
    -s
""", ram=128 * MIB, kvm=False, cpu="kvm64"),
    script("to-tee", "JayJayJay1/BIC-Tracker runners/start_vm.sh", """qemu-system-x86_64 \\
	-m 2G \\
	-smp 2 \\
	-kernel linux/arch/x86_64/boot/bzImage \\
	-append "earlyprintk=serial net.ifnames=0 nf-conntrack-ftp.ports=20000 root=/dev/sda console=ttyS0 vivid.multiplanar=1,2,1,2" \\
	-drive file=image/stretch.img,format=raw \\
	-net user,host=10.0.2.10,hostfwd=tcp:127.0.0.1:10021-:22 \\
	-enable-kvm \\
	-pidfile vm.pid \\
	2>&1 | tee logs/run_single/vm.log
""", ram=2 * GIB),
    # Comments in a command's place behind it, and "read-only" for "readonly".
    # Lines of nothing but a backslash; a tilde with a name.
    script("empty-joined-lines", "devdtc/.dotfiles .scripts/qemu/run_qemu_nopci.sh", """#!/bin/bash

vfio-bind 0000:07:00.0 0000:07:00.1

qemu-system-x86_64 \\
    -enable-kvm -m 4096 -cpu host,kvm=off \\
    -smp 4,sockets=1,cores=2,threads=2 \\
 \\
    -display gtk \\
 \\
    -drive file=~root/IOMMU.img,id=hd,format=raw,if=none \\
    -device ide-hd,bus=ide.1,drive=hd \\
    -boot order=dc
""", ram=4 * GIB, cpu="host", bits="host"),
    # "&" behind the last option.
    script("in-the-background", "brian-bai/dev_tips start_headless_ubuntu.sh", """qemu-system-x86_64 -machine type=q35,accel=hvf \\
  	-smp 2 -hda ubuntu.qcow2 \\
  	-m 8G \\
       	-vga std \\
 	-usb -device usb-tablet \\
       	-display default,show-cursor=on -cpu Nehalem \\
        -net user,hostfwd=tcp::3333-:22 -net nic \\
	-nographic &
""", ram=8 * GIB, machine="q35", kvm=False, cpu="Nehalem", missing=("accelerator",)),
    # The last line is joined to an empty one.
    script("comment-with-kvm", "joehattori/linux boot.sh", """set -eu
# kvm \\
qemu-system-x86_64 \\
  -kernel arch/x86_64/boot/bzImage \\
  -append "root=/dev/sda rw console=ttyS0,115200 cgroup_no_v1=all kgdboc=ttyS0,115200 nokaslr" \\
  -nographic \\
  -enable-kvm \\
  -cpu host \\
  -smp $1 \\
  -s \\
  -m 1024M
""", ram=GIB, cpu="host", bits="host", arguments=("4",)),
    script("aligned", "runtimejs/runtime qemu-kvm.sh", """#!/bin/bash

qemu-system-x86_64                                          \\
    -m 512                                                  \\
    -smp 1                                                  \\
    -enable-kvm                                             \\
    -no-kvm-irqchip                                         \\
    -kernel disk/boot/runtime                               \\
    -serial stdio
""", ram=512 * MIB),
    script("no-memory", "smallkirby/pwn-writeups midnightsun2018/flitbip/work/run.sh", """#!/bin/bash
qemu-system-x86_64 \\
    -m 128M \\
    -kernel ./bzImage \\
    -monitor /dev/null \\
    -append "nokaslr root=/dev/ram rw console=ttyS0 oops=panic paneic=1 quiet" 2>/dev/null
""", ram=128 * MIB, kvm=False),
    script("yak", "jo-vandamme/yak tools/qemu.sh", """#!/bin/bash

sudo qemu-system-x86_64 \\
    -hda disk.img \\
    -m 10G \\
    -vga std \\
    -enable-kvm \\
    -cpu host \\
""", ram=10 * GIB, cpu="host", bits="host"),
    script("variocube", "variocube/image boot_amd64.sh", """#!/usr/bin/env bash

sudo qemu-system-x86_64 -smp 2 -enable-kvm -m 1024 \\
  -drive file=build/amd64.img,format=raw,index=0,media=disk \\
  -boot once=c,menu=off -net user -name variocube-amd64""", ram=GIB),
    script("nano-linux", "Nitram1195/Nano-Linux run-qemu.sh", """#!/bin/bash

qemu-system-x86_64 \\
    -kernel build/linux-5.15.20/arch/x86/boot/bzImage \\
    -nographic -append "earlyprintk=serial,ttyS0 console=ttyS0" \\
    -m 512M""", ram=512 * MIB, kvm=False),
]
