"""Scripts with no machine that can be told: one that the caller chooses, another language, a part of something."""
from field.scripts_plain import script

GUESTS = [
    script("cxl-window", "moking/tools-and-scripts run-volatile-rp1.sh", """QEMU=${1}
QEMU_IMG=${3}

QEMU=/root/CXL/qemu-2022-11-17/build/qemu-system-x86_64
QEMU=/root/CXL/qemu/build/qemu-system-x86_64
KERNEL_PATH=/root/CXL/linux/arch/x86/boot/bzImage
#KERNEL_PATH=/root/CXL/cxl/arch/x86/boot/bzImage
QEMU_IMG=qemu-image-latest.qcow2


KERNEL_CMD="root=/dev/sda rw console=tty0 console=ttyS0,115200 ignore_loglevel nokaslr"
#SHARED_CFG="-net nic -net user,smb=/home/me/shared"

rm -f /tmp/cxl*.raw

#gdb --args \\
${QEMU} -s \\
	-kernel ${KERNEL_PATH} \\
	-append "${KERNEL_CMD}" \\
	${SHARED_CFG} \\
	-netdev "user,id=network0,hostfwd=tcp::2024-:22" \\
	-drive file=${QEMU_IMG},index=0,media=disk,format=qcow2 \\
	-machine q35,cxl=on -m 8G,maxmem=32G,slots=8 \\
	-object memory-backend-ram,id=vmem0,share=on,size=512M \\
	-object memory-backend-file,id=cxl-lsa0,share=on,mem-path=/tmp/lsa.raw,size=512M \\
	-device pxb-cxl,bus_nr=12,bus=pcie.0,id=cxl.1 \\
	-device cxl-rp,port=0,bus=cxl.1,id=root_port13,chassis=0,slot=2 \\
	-device cxl-type3,bus=root_port13,volatile-memdev=vmem0,lsa=cxl-lsa0,id=cxl-vmem0 \\
	-M cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=4G


	#-M cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=8G
""", refused="options that nobody wrote down"),
    script("mediated-by-listing", "sjtu-tcloud/MEGATRON optimus-host-module/restartvm.sh", """export VAI_UUID=`ls /sys/bus/mdev/devices/`
sudo numactl -N 0 -m 0 /home/img/qemu-system-x86_64 \\
    -enable-kvm \\
    -smp 4 \\
    -m 20000 \\
    -mem-path /dev/hugepages \\
    -mem-prealloc \\
    -hda /home/me/img/vm0.qcow2 \\
    -device vfio-pci,sysfsdev=/sys/bus/mdev/devices/$VAI_UUID \\
    -serial stdio


""", refused="which device it is, the host decides"),
    script("kvm-if-there", "chun-awa/tinylinux start.sh", """#!/bin/sh
qemu-system-x86_64 $(test -e /dev/kvm&&echo -enable-kvm) -kernel vmlinuz-*[0] -initrd rootfs.bz2 -m 256 -append "quiet vga=836" -smp 4
""", refused="options that a program prints"),
    # The firmware is a parameter: which window there is hangs on it.
    script("memory-parameter", "AxolotlHere/archpass scripts/boot-img.sh", """echo "Hello"
echo /usr/archpass/img/$1.qcow2
sudo qemu-system-x86_64 \\
  -enable-kvm \\
  -m $2 \\
  -drive file=/usr/archpass/img/$1.qcow2,format=qcow2,if=virtio \\
  -nographic \\
  -serial mon:stdio

""", refused="the memory is the script's second argument"),
    # Part of a script: what is set here another file starts.
    script("sourced-options", "cHolzberger/kvm-osx kvm/common-mac-i440.sh", """#+aes,+xsave,+avx,+xsaveopt

QEMU_OPTS=(\t
 -device intel-iommu
 -enable-kvm \n -m $MEM \n -machine pc,accel=kvm,usb=off
 -name "$MACHINE"
 -device "isa-applesmc,osk=\\"the key (c) of it\\""
 -nographic
)

if [ "x$UUID" != "x" ]; then
	QEMU_OPTS+=(
		-uuid $UUID
	)
fi
MACHINE_OS=mac
""", refused="no command in it"),
    script("own-launcher", "MintArchit/os conf/server.sh", """#!/bin/bash

args=(
	/home/me/os/vm/server.qcow2 \n	-device usb-ehci,id=ehci \n	-name server \n	-sandbox on
)

cmd="/home/me/os/scripts/qemu.sh "${args[@]}""

eval $cmd $@
""", refused="another script starts it"),
    script("python", "JonathonReinhart/slimboot start.py", """#!/usr/bin/env python3
import platform
from subprocess import Popen

kernel_bzimage = "/boot/vmlinuz-" + platform.release()
VM_CID = 7

qemu_opts = [
    '-machine', 'accel=kvm',
    '-nographic',
    '-kernel', kernel_bzimage,
    '-device', f'vhost-vsock-pci,id=vhost-vsock-pci0,guest-cid={VM_CID}',
]

p = Popen(['qemu-system-x86_64'] + qemu_opts)
p.wait()
""", refused="Python"),
    script("wrapper-in-a-note", "adamxiao/adamxiao.github.io tricks/qemu-kvm-wrapper.md", """```python
#!/usr/bin/env python

import sys
import os

for i in range(len(sys.argv)):
    if 'virtio-blk-pci,drive=hd2,bus=pci.0' == sys.argv[i]:
        sys.argv[i] = 'virtio-blk-pci,drive=hd2,bus=pcie.0'

sys.argv[0] = '/usr/libexec/qemu-kvm.1127'
os.execv(sys.argv[0], sys.argv)
```
""", refused="Python"),
    script("firmware-parameter", "TUM-DSE/research-work-archive-artifacts archive/2025/summer/bsc_jaecklein/qemu-run.sh", """# QEMU main branch
./qemu/build/qemu-system-x86_64 \\
	-m 8G \\
	-object memory-backend-memfd,id=sysmem-file,size=8G \\
	-numa node,memdev=sysmem-file \\
	-kernel $1/arch/x86/boot/bzImage \\
	-append "console=ttyS0 root=/dev/sda rw nokaslr" \\
	-drive file=$2,format=raw \\
	-enable-kvm \\
	-cpu EPYC-v4,+vpclmulqdq \\
	-machine q35,confidential-guest-support=sev0 \\
	-bios $3 \\
	-object sev-snp-guest,id=sev0,cbitpos=51,reduced-phys-bits=1,policy=0x30000 \\
	2>&1 | tee vm.log

""", refused="the firmware is an argument of the script"),
    script("virt-install", "ctjon/scripts kvm/OLD/import-win11.sh", """export LIBVIRT_DEFAULT_URI=qemu:///system
sudo virt-install --name Win11x64kvm \\
--ram 4096 \\
--vcpus 4 \\
--os-variant win10 \\
--boot uefi \\
--import --noautoconsole

""", refused="virt-install, which makes a domain of it"),
]
