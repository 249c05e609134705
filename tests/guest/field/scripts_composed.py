"""Scripts that put the command together: variables, arrays, cases, programs that start programs; and what is no such script."""
from field.real import GIB, KIB, MIB, addresses
from field.scripts_plain import script

GUESTS = [
    # An array with comments in it, quotes around a part of a word.
    script("opencore", "kholia/OSX-KVM OpenCore-Boot.sh", """#!/usr/bin/env bash

# qemu-img create -f qcow2 mac_hdd_ng.img 128G

###############################################################################
MY_OPTIONS="+ssse3,+sse4.2,+popcnt,+avx,+aes,+xsave,+xsaveopt,check"

ALLOCATED_RAM="8192" # MiB
CPU_SOCKETS="1"
CPU_CORES="2"
CPU_THREADS="4"

REPO_PATH="."
OVMF_DIR="."

# shellcheck disable=SC2054
args=(
  -enable-kvm -m "$ALLOCATED_RAM" \n
  # Use Penryn for older versions
  -cpu Haswell-noTSX,kvm=on,vendor=GenuineIntel,+invtsc,vmware-cpuid-freq=on,"$MY_OPTIONS"

  -machine q35
  -device qemu-xhci,id=xhci
  -smp "$CPU_THREADS",cores="$CPU_CORES",sockets="$CPU_SOCKETS"
  # -device usb-host,vendorid=0x8086,productid=0x0808  # 2 USD Sound Card
  -device isa-applesmc,osk="the key (c) of it"
  -drive if=pflash,format=raw,readonly=on,file="$REPO_PATH/$OVMF_DIR/OVMF_CODE.fd"
  -drive if=pflash,format=raw,file="$REPO_PATH/$OVMF_DIR/OVMF_VARS-1920x1080.fd"
  -smbios type=2
  # -netdev tap,id=net0 -device virtio-net-pci,netdev=net0,mac=52:54:00:c9:18:27
  -device vmware-svga
)

qemu-system-x86_64 "${args[@]}"
""", ram=8 * GIB, machine="q35", cpu="Haswell-noTSX", firmware="ovmf"),
    script("simple-kvm", "foxlet/macOS-Simple-KVM basic.sh", """#!/bin/bash

OSK="the key (c) of it"
VMDIR=$PWD
OVMF=$VMDIR/firmware
#export QEMU_AUDIO_DRV=pa

qemu-system-x86_64 \\
    -enable-kvm \\
    -m 2G \\
    -machine q35,accel=kvm \\
    -cpu Penryn,vendor=GenuineIntel,kvm=on,+sse3,+sse4.2,+aes,+xsave,+invtsc \\
    -device isa-applesmc,osk="$OSK" \\
    -smbios type=2 \\
    -drive if=pflash,format=raw,readonly,file=$OVMF/OVMF_CODE.fd \\
    -drive if=pflash,format=raw,file=$OVMF/OVMF_VARS-1024x768.fd \\
    -vga qxl \\
    -drive id=InstallMedia,if=none,file=BaseSystem.img \\
""", ram=2 * GIB, machine="q35", cpu="Penryn", firmware="ovmf"),
    # The program is a variable, one of three.
    script("program-in-variable", "lansing/osx-kvm-igd boot-vga.sh", """MY_OPTIONS="+pcid,+ssse3,+sse4.2,+popcnt,+avx,+aes,+xsave,+xsaveopt,check"

QEMU_SYSTEM=qemu-system-x86_64
QEMU_31=/home/me/qemu-3.1/x86_64-softmmu/qemu-system-x86_64


# built with libusb v1.0.19
QEMU_LATEST=/home/me/qemu/x86_64-softmmu/qemu-system-x86_64

LD_LIBRARY_PATH=/usr/local/lib $QEMU_31 \\
    -enable-kvm -m 16384 \\
    -cpu Penryn,kvm=on,vendor=GenuineIntel,+invtsc,vmware-cpuid-freq=on,$MY_OPTIONS \\
	  -machine pc  \\
	  -device isa-applesmc,osk="the key (c) of it" \\
    -chardev file,id=seabios,path=/tmp/bios.log \\
    -device isa-debugcon,iobase=0x402,chardev=seabios \\
    -vga std

""", ram=16 * GIB, cpu="Penryn"),
    # The parameter chooses a disk alone.
    script("program-with-version", "hongyuni/tdx_guest_kernel_auto_build qemu.legacy.sh", """#!/bin/bash

SCRIPT_DIR="$( cd "$( dirname "$0" )" && pwd )"
echo $SCRIPT_DIR

KERNEL_IMAGE=$1
BIOS_IMAGE=/usr/share/qemu/OVMF.fd
QEMU_IMAGE=/home/me/qemu-tdx/build/qemu-system-x86_64.tdx-qemu-2023.9.21-v8.1.0
GUEST_IMAGE=/home/me/guest.qcow2

$QEMU_IMAGE \\
	-accel kvm \\
	-name process=legacy_vm,debug-threads=on \\
	-cpu host,host-phys-bits,pmu=off \\
	-m 4G \\
	-machine q35,kernel_irqchip=split \\
	-bios $BIOS_IMAGE \\
	-drive file=${GUEST_IMAGE},if=virtio,format=qcow2 \\
	-kernel ${KERNEL_IMAGE} \\
	-append "root=/dev/vda3 ro console=hvc0 swiotlb=force nokaslr" \\
	-no-hpet \\
	-nodefaults \\
""", ram=4 * GIB, machine="q35", cpu="host", bits="host", firmware="ovmf", arguments=("bzImage",)),
    script("pmem-parameter", "wvanbreukelen/PMicroProfile vm/run_kvm.sh", """qemu-system-x86_64\\
	-s \\
	-cpu host \\
	-enable-kvm \\
	-append "root=/dev/sda5 earlyprintk=serial net.ifnames=0 nokaslr nosmap nosmep" \\
	-kernel $1/arch/x86/boot/bzImage \\
	-machine pc,nvdimm=on \\
	-m 8G,slots=2,maxmem=36G \\
	-object memory-backend-file,id=mem1,mem-path=./nvdimm0,share=off,pmem=on,size=28G,align=2M \\
	-device nvdimm,memdev=mem1,id=nv1,label-size=256K \\
	-pidfile vm.pid
    # -cdrom "ubuntu.iso" \\
	# -device nvdimm,memdev=mem2,id=nv2,label-size=2M \\

""", ram=8 * GIB, max=36 * GIB, slots=2, cpu="host", bits="host", arguments=("/src/linux",)),
    # One name is set four times: the last counts. A variable that nobody sets.
    # Memory in KiB, of which QEMU makes whole pages of 8 KiB; a 32-bit program; a variable in a comment.
    script("gray386", "marmolak/gray386linux src/test/run.sh", """#!/bin/bash

#DEBUG="-s -S"
DEBUG=
MEM="7802k"

qemu-system-i386 -M microvm $DEBUG -cpu 486 -m "$MEM" -kernel arch/i386/boot/bzImage -nographic -append "console=ttyS0" -serial mon:stdio

""", ram=7808 * KIB, machine="microvm", kvm=False, cpu="486"),
    script("sudo-joined", "biboon/Miscellaneous Passthrough/qemu-windows.sh", """echo "Starting virtual machine"
# export QEMU_AUDIO_DRV=pa
QEMU_HDD=/dev/disk/by-id/ata-SSD9SC120GEDA

sudo \\
qemu-system-x86_64 -enable-kvm -name windows \\
-cpu host,kvm=off -smp sockets=1,cores=3,threads=2 -m 8G \\
-device vfio-pci,host=01:00.0,multifunction=on \\
-device vfio-pci,host=01:00.1 \\
-usbdevice host:2516:0011 \\
-drive if=pflash,format=raw,readonly,file=/usr/share/ovmf/ovmf_x64.bin \\
-drive file=$QEMU_HDD,format=raw,cache=none,aio=native,media=disk \\
-vga none -nographic \\
\\
-machine pc,accel=kvm,kernel_irqchip=on,mem-merge=off \\
-nodefaults -serial none -parallel none \\
-nodefconfig -no-user-config \\
-localtime -k fr

echo "Virtual machine stopped"
exit 0
""", ram=8 * GIB, cpu="host", bits="host", firmware="ovmf", assigned=addresses("01:00.0", "01:00.1")),
    # More arguments may follow, and the script waits for it.
    script("looking-glass-pinned", "eskinderg/VM Windows_11.sh", """#!/bin/bash

taskset -c 2,3 qemu-system-x86_64 \\
  -enable-kvm \\
  \\
  -m 10G \\
  -mem-path /dev/myqemuhugepages \\
  -mem-prealloc \\
  \\
  -drive if=pflash,format=raw,readonly=on,file=/usr/share/ovmf/OVMF.fd \\
  -drive if=pflash,format=raw,file=/home/me/OV.fd \\
  \\
  -machine type=q35,accel=kvm,usb=off \\
  -cpu host,+invtsc,+kvm_pv_unhalt,hv-time=on,hv-relaxed=on,hv-spinlocks=0x1fff \\
  \\
  -object memory-backend-file,id=ivshmem_mem,size=64M,share=on,mem-path=/dev/shm/looking-glass \\
  -device ivshmem-plain,memdev=ivshmem_mem \\
  \\
  -device ramfb,id=ramfb0 \\
  -device vfio-pci,host=04:00.0,multifunction=on \\
  -device vfio-pci,host=04:00.1 \\
  \\
  -object thread-context,id=tc1,cpu-affinity=2-3 \\
  \\
  "$@" &

QEMU_PID=$!

wait $QEMU_PID
""", ram=10 * GIB, machine="q35", cpu="host", bits="host", firmware="ovmf", shared=(64 * MIB,), assigned=addresses("04:00.0", "04:00.1"), missing=("$@",)),
    script("live-cd", "mssdvd/dotfiles bin/run_livecd.sh", """#! /bin/bash

exec qemu-system-x86_64 -enable-kvm -smp cores=4,threads=8 -m 3G -nic user,model=virtio -cpu host -usb -device usb-tablet -cdrom "$@"
""", ram=3 * GIB, cpu="host", bits="host", arguments=("live.iso",)),
    script("set-ue", "proxima-os/proxima support/qemu/x86_64/kvm.sh", """#!/bin/sh
set -ue
# usage: kvm.sh image qemuflags

img="$1"
shift 1
echo Starting QEMU
qemu-system-x86_64 -accel kvm -cpu host,migratable=off -m 4G -M q35 -debugcon stdio -cdrom "$img" "$@"
""", ram=4 * GIB, machine="q35", cpu="host", bits="host", arguments=("os.iso",), missing=("$@",)),
    # The image that -bios names is the flash's in the end: both are OVMF.
    script("bios-and-flash", "veith4f/pxeinstall boot/test/run.sh", """#!/bin/sh

qemu-system-x86_64 \\
    -m 1024 \\
    -bios /usr/share/ovmf/OVMF.fd \\
    -netdev user,id=net0,net=192.168.178.78/24,tftp=/tftp,bootfile=/netboot.efi.signed \\
    -machine q35,smm=on \\
    -global driver=cfi.pflash01,property=secure,value=on \\
    -drive if=pflash,format=raw,unit=0,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd,readonly=on \\
    -drive if=pflash,format=raw,unit=1,file=/secureboot/OVMF_VARS_4M.me.fd \\
    -nographic \\
    -boot n \\
    $@
""", ram=GIB, machine="q35", kvm=False, firmware="ovmf", missing=("$@",)),
    script("which", "TsingZ0/ICE6405P-260-M01 docs/Lab1/scripts/qemu-kvm-start.sh", """sudo -E $(which qemu-system-x86_64) -serial stdio \\
   -smp 2,sockets=1,cores=2,threads=1 -m 4096 \\
   -device virtio-gpu-pci \\
   -display default,show-cursor=on \\
   -drive file=disk_0.img,if=virtio,cache=writethrough \\
   -nic user,model=virtio,hostfwd=tcp::10122-:22 \\
   -enable-kvm
""", ram=4 * GIB),
    # Which mediated device it is, the host says; that it is one, the path.
    # -m twice, the program behind numactl, lines of one backslash.
    script("numactl-variable", "slankdev/libdpdk_cpp examples/vhost/startvm.sh", """#!/bin/sh

QEMU=qemu-system-x86_64
HDAPATH=/home/me/qemu/u1604.qcow2
SOCKPATH=/tmp/sock0

# HPPATH=???
HPPATH=/mnt/huge_kvm


# $QEMU \\
numactl --physcpubind=4-7 $QEMU \\
	-enable-kvm -cpu host -smp 4 \\
	-hda $HDAPATH \\
	\\
	-m 512 \\
	-object memory-backend-file,id=mem,size=512M,mem-path=$HPPATH,share=on \\
	-numa node,memdev=mem -m 512 -mem-prealloc \\
	\\
	-boot c -vnc :0,password \\
	\\
	-chardev socket,id=chr0,path=$SOCKPATH \\
	-netdev vhost-user,id=net0,chardev=chr0,vhostforce,queues=2 \\
	-device virtio-net-pci,netdev=net0

""", ram=512 * MIB, cpu="host", bits="host"),
    # One variable that grows by itself.
    script("growing-variable", "lordmikefin/kvm-gpu-guide guest/windows/windows_11_desk-init.sh", """#!/bin/bash

OVMF_CODE="/usr/share/OVMF/OVMF_CODE.fd"
#OVMF_CODE="/usr/share/OVMF/OVMF_CODE.secboot.fd"
KVM_WORKSPACE="/home/me/kvm"
OVMF_VARS_WIN11="${KVM_WORKSPACE}/vm/VARS.fd"

# -enable-kvm -> enable hardware virtualization
PAR="-enable-kvm"

# Mother board
PAR="${PAR} -M q35"
#PAR="${PAR} -M q35,smm=on,accel=kvm"

# Memory
PAR="${PAR} -m 4096"
PAR="${PAR} -cpu host,kvm=off"
PAR="${PAR} -smp 4,sockets=1,cores=4,threads=1"

# OVMF
PAR="${PAR} -drive file=${OVMF_CODE},if=pflash,format=raw,unit=0,readonly=on"
PAR="${PAR} -drive file=${OVMF_VARS_WIN11},if=pflash,format=raw,unit=1"

PAR="${PAR} -device ioh3420,bus=pcie.0,addr=1c.0,multifunction=on,port=1,chassis=1,id=root.1"

NVIDIA_GPU="01:00.0"
#NVIDIA_GPU="02:00.0"
PAR="${PAR} -device vfio-pci,host=${NVIDIA_GPU},bus=root.1,addr=00.0,multifunction=on,x-vga=on"

PAR="${PAR} -soundhw hda"

# Start the virtual machine with the parameters
qemu-system-x86_64 ${PAR}
""", ram=4 * GIB, machine="q35", cpu="host", bits="host", firmware="ovmf", own=1, assigned=addresses("01:00.0")),
    # The file that quickemu leaves beside a machine.
    script("quickemu", "quickemu-project/quickemu quickemu (the VM.sh that it writes)", """#!/usr/bin/env bash
/usr/bin/qemu-system-x86_64 \\
    -name ubuntu,process=ubuntu \\
    -machine q35,smm=off,vmport=off,hpet=off,accel=kvm \\
    -global kvm-pit.lost_tick_policy=discard \\
    -cpu host \\
    -smp cores=4,threads=2,sockets=1 \\
    -m 8G \\
    -device virtio-balloon \\
    -vga none \\
    -device virtio-vga-gl,xres=1280,yres=800 \\
    -display sdl,gl=on \\
    -device virtio-rng-pci,rng=rng0 \\
    -object rng-random,id=rng0,filename=/dev/urandom \\
    -device isa-applesmc,osk=a\\(c\\)key \\
    -drive if=pflash,format=raw,unit=0,file=/usr/share/OVMF/OVMF_CODE_4M.fd,readonly=on \\
    -drive if=pflash,format=raw,unit=1,file=ubuntu/OVMF_VARS.fd \\
    -fsdev local,id=fsdev0,path=/home/me/Public,security_model=mapped-xattr \\
    -device virtio-9p-pci,fsdev=fsdev0,mount_tag=Public-me \\
    -monitor unix:ubuntu/ubuntu-monitor.socket,server,nowait 2>/dev/null
""", ram=8 * GIB, machine="q35", cpu="host", bits="host", firmware="ovmf"),
    # A card's width against its IOMMU's, in JSON.
    script("kvmfr-script", "github.com/gnif/LookingGlass/issues/1184", """#!/bin/bash
CPU="host,level=30"
MEM=16384
GLASS='{"qom-type":"memory-backend-file","id":"shmmem-shmem0","mem-path":"/dev/kvmfr0","size":268435456,"share":true}'
qemu-system-x86_64 \\
  -machine q35,accel=kvm -cpu "$CPU" -m ${MEM} \\
  -device '{"driver":"pcie-root-port","port":16,"chassis":1,"id":"pci.1","bus":"pcie.0","multifunction":true,"addr":"0x2"}' \\
  -device '{"driver":"vfio-pci","host":"0000:01:00.0","id":"hostdev0","bus":"pci.1","addr":"0x0"}' \\
  -object "$GLASS" \\
  -device '{"driver":"ivshmem-plain","id":"shmem0","memdev":"shmmem-shmem0","bus":"pcie.0","addr":"0x10"}'
""", ram=16 * GIB, machine="q35", cpu="host", bits="host", own=1, shared=(256 * MIB,), assigned=addresses("01:00.0")),
    # What a program prints may be anything; how many processors there are moves nothing.
    script("processors-of-the-host", "XTXMarkets/ternfs, the script that boots a test machine", """#!/usr/bin/env bash

set -eu -o pipefail

SCRIPT_DIR=$( cd -- "$( dirname -- "${BASH_SOURCE[0]}" )" &> /dev/null && pwd )

qemu-system-x86_64 \\
    -machine accel=kvm,type=q35 \\
    -enable-kvm \\
    -cpu host \\
    -kernel "${SCRIPT_DIR}/linux/arch/x86/boot/bzImage" \\
    -append "root=/dev/sda1 single console=ttyS0 systemd.unit=graphical.target" \\
    -drive file="${SCRIPT_DIR}/ubuntu.img,format=qcow2",index=0,media=disk,cache=unsafe \\
    -m 128G \\
    -smp $(nproc),cores=$(nproc) \\
    -nographic
""", ram=128 * GIB, machine="q35", cpu="host", bits="host"),
    script("two-parameters", "EastAPOLO/dotfiles scripts/qemu/install-vm.sh", """#!/bin/sh

qemu-system-x86_64 \\
    -m 2G \\
    -cpu host \\
    -enable-kvm \\
    -vga virtio \\
    -boot d \\
    -cdrom "$1" \\
    -drive file="$2",if=virtio
""", ram=2 * GIB, cpu="host", bits="host", arguments=("install.iso", "disk.img")),
    script("smm-without-ovmf", "davdiv/CloverBootloader qemuManualTests/qemubios.sh", """#!/bin/bash

qemu-system-x86_64 \\
		-enable-kvm \\
		-cpu host \\
		-m 4G \\
		-machine q35,smm=on \\
		-hda disk.img
""", ram=4 * GIB, machine="q35", cpu="host", bits="host"),
    script("snp-which-disk", "rcastellotti/gr sev.sh, a later one", """#!/bin/bash

set -Eeo pipefail

if [ $# -lt 1 ]; then
    echo "usage: ./sev.sh <device_type>"
    exit 1
fi

if [ "$1" == "blk" ]; then
    device_type="virtio-blk-pci,drive=disk0,id=virtblk0,num-queues=4"
elif [ "$1" == "scsi" ]; then
    device_type="virtio-scsi-pci,id=scsi0,disable-legacy=on,iommu_platform=true"
fi

./usr/local/bin/qemu-system-x86_64 \\
    -enable-kvm \\
    -cpu EPYC-v4,host-phys-bits=true \\
    -m 16G \\
    -machine type=q35,confidential-guest-support=sev0,vmport=off \\
    -object sev-snp-guest,id=sev0,policy=0x30000,cbitpos=51,reduced-phys-bits=1 \\
    -bios OVMF_files/OVMF_CODE_sev.fd \\
    -drive file=sev.img,if=none,id=disk0,format=raw \\
    -device $device_type \\
    -nographic
""", ram=16 * GIB, machine="q35", cpu="EPYC-v4", bits="host", firmware="ovmf", confidential="sev-snp", reduced=1, arguments=("blk",),
           missing=("condition in line 12",)),
]
