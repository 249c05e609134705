"""Scripts of one command that give a guest a card of the host's, firmware with a window for it, or encrypted memory."""
from field.real import GIB, MIB, addresses
from field.scripts_plain import script

GUESTS = [
    script("igd-readonly", "ElTimablo/Scripts qemu.sh", """#!/bin/bash
qemu-system-x86_64 \\
-enable-kvm \\
-m 2048 \\
-cpu host,kvm=off \\
-vga none \\
-device vfio-pci,host=00:02.0,multifunction=on \\
-drive if=pflash,format=raw,readonly,file=/usr/share/ovmf/x64/ovmf_code_x64.bin
""", ram=2 * GIB, cpu="host", bits="host", firmware="ovmf", assigned=addresses("00:02.0")),
    script("rhv-two-heads", "aiminickwong/rhv-ovirt-examples qemu_start_scripts/files/win3a_gpu2b.sh", """#!/bin/bash
 \ncp /usr/share/edk2.git/ovmf-x64/OVMF_VARS-pure-efi.fd /tmp/my_vars.fd
/usr/libexec/qemu-kvm \\
-enable-kvm \\
-m 8192 \\
-cpu host,kvm=off,hv_relaxed,hv_spinlocks=0x1fff,hv_vapic,hv_time,hv_vendor_id=Nvidia43FIX \\
-nographic \\
-usb -usbdevice host:06cb:0009 \\
-device vfio-pci,host=01:00.0,multifunction=on \\
-device vfio-pci,host=01:00.1 \\
-drive if=pflash,format=raw,readonly,file=/usr/share/edk2.git/ovmf-x64/OVMF_CODE-pure-efi.fd \\
-drive if=pflash,format=raw,file=/tmp/my_vars.fd \\
-device virtio-scsi-pci,id=scsi,bus=pci.0,addr=0x6 \\
-drive file=/data/win.img,id=disk,format=qcow2,if=none,cache=writeback -device scsi-hd,drive=disk
""", ram=8 * GIB, cpu="host", bits="host", firmware="ovmf", assigned=addresses("01:00.0", "01:00.1")),
    script("gvt-by-parent", "oowibowo/kvm-target var/vm/scripts/start-vm.sh", """#!/bin/bash

/usr/bin/qemu-system-x86_64 -enable-kvm -m 4096 -smp 2 -M pc -name Guest -hda /var/vm/disk/1.qcow2 -snapshot -net nic,model=virtio,macaddr=00:DE:AD:BE:EF:F1 -net user -display egl-headless -k en-us -vnc :1 -machine kernel_irqchip=on -global PIIX4_PM.disable_s3=1 -cpu host -usb -device usb-tablet -device vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:00:02.0/f50aab10-7cc8-11e9-a94b-6b9d8245bfc1,rombar=0,display=on,x-igd-opregion=off

""", ram=4 * GIB, cpu="host", bits="host", mediated=1),
    script("clover", "valentinsiryk/OSX-KVM boot-clover.sh", """#!/bin/bash

qemu-system-x86_64 -enable-kvm -m 3072 -cpu Penryn,kvm=on,vendor=GenuineIntel,+invtsc,vmware-cpuid-freq=on \\
	  -machine pc-q35-2.4 \\
	  -smp 4,cores=2 \\
	  -usb -device usb-kbd -device usb-mouse \\
	  -device isa-applesmc,osk="the key (c) of it" \\
	  -drive if=pflash,format=raw,readonly,file=OVMF_CODE-pure-efi.fd \\
	  -drive if=pflash,format=raw,file=OVMF_VARS-pure-efi.fd \\
	  -smbios type=2 \\
	  -device ide-drive,bus=ide.0,drive=MacDVD \\
	  -drive id=MacDVD,if=none,snapshot=on,file=./'Install_macOS.iso'
	  # -vnc 0.0.0.0:0 -k en-us \\
	  # -netdev user,id=hub0port0 \\
""", ram=3 * GIB, machine="pc-q35-2.4", cpu="Penryn", firmware="ovmf"),
    script("snp-private-memory", "rcastellotti/gr sev.sh", """#!/bin/bash

./usr/local/bin/qemu-system-x86_64 \\
    -enable-kvm \\
    -cpu EPYC-v4,host-phys-bits=true \\
    -smp 16 \\
    -machine type=q35,confidential-guest-support=sev0,memory-backend=ram1,kvm-type=protected,vmport=off \\
    -object memory-backend-memfd-private,id=ram1,size=16G,share=true \\
    -object sev-snp-guest,id=sev0,policy=0x30000,cbitpos=51,reduced-phys-bits=1,init-flags=0,host-data=b2l3bmNv \\
    -drive if=pflash,format=raw,unit=0,file=/mnt/me/OVMF_files/OVMF_CODE_sev.fd,readonly=on \\
    -drive if=pflash,format=raw,unit=1,file=/mnt/me/OVMF_files/OVMF_VARS_sev.fd \\
    -nographic
""", ram=16 * GIB, machine="q35", cpu="EPYC-v4", bits="host", firmware="ovmf", confidential="sev-snp", reduced=1),
    script("tdx-json", "niteeshkd/create-vms create_vm_tdx.sh", """#!/bin/bash

#-nic user,model=e1000,hostfwd=tcp::1001-:22 \\

#Different disks
#-drive file=/var/images/disk1_ub2404.img,if=virtio \\

/usr/libexec/qemu-kvm \\
-name guest=vm1 -smp 4 \\
-nographic -vga none \\
-machine q35,accel=kvm,kernel_irqchip=split,confidential-guest-support=tdx \\
-cpu host,pmu=off \\
-object '{"qom-type":"tdx-guest","id":"tdx","quote-generation-socket":{"type": "vsock", "cid":"2","port":"4050"}}' \\
-m 16G \\
-bios /usr/share/edk2/ovmf/OVMF.inteltdx.fd \\
-serial stdio \\
-nodefaults
""", ram=16 * GIB, machine="q35", cpu="host", bits="host", firmware="ovmf", confidential="tdx"),
    script("viommu-two-ports", "KAIST-CS540-2025F-Team6/Demikernel-Junction-Evaluation Demikernel/run.sh", """#!/bin/bash
qemu-system-x86_64 \\
    -M q35,accel=kvm,kernel-irqchip=split \\
    -cpu host,+ssse3 \\
    -enable-kvm \\
    -m 32G -nographic -smp 32 \\
    -device intel-iommu,caching-mode=on,intremap=on \\
    -device ioh3420,id=pcie.0,chassis=0 \\
	-device e1000,netdev=internet,bus=pcie.0 \\
	-netdev type=user,id=internet \\
    -device ioh3420,id=pcie.1,chassis=1 \\
	-device vfio-pci,host=d8:00.1,bus=pcie.1 \\
	-device ioh3420,id=pcie.2,chassis=2 \\
	-device vfio-pci,host=af:00.1,bus=pcie.2
""", ram=32 * GIB, machine="q35", cpu="host", bits="host", viommu="intel", own=2, assigned=addresses("d8:00.1", "af:00.1")),
    script("viommu-plain", "soccertack/virt-scripts run-guest.sh", """qemu-system-x86_64 -M q35,accel=kvm,kernel-irqchip=split \\
-m 12G  -device intel-iommu,intremap=on,eim=off,caching-mode=on \\
-drive file=/mydata/guest0.img,format=raw --nographic -cpu host \\
-smp 4,sockets=4,cores=1,threads=1 \\
-device vfio-pci,host=08:00.0,id=net0
""", ram=12 * GIB, machine="q35", cpu="host", bits="host", viommu="intel", assigned=addresses("08:00.0")),
    script("homelab-seabios", "adrienkohlbecker/homelab vm.sh", """#!/bin/bash

vfio-bind 0000:01:00.0 0000:01:00.1 0000:02:00.0

qemu-system-x86_64 \\
-enable-kvm \\
-M q35 \\
-m 4G \\
-cpu host \\
-bios /usr/share/qemu/bios.bin \\
-vga none \\
-boot order=c \\
-device ioh3420,bus=pcie.0,addr=1c.0,multifunction=on,port=1,chassis=1,id=root.1 \\
-device vfio-pci,host=01:00.0,bus=root.1,addr=00.0,multifunction=on,x-vga=on \\
-device vfio-pci,host=01:00.1,bus=root.1,addr=00.1 \\
-net nic,model=virtio \\
""", ram=4 * GIB, machine="q35", cpu="host", bits="host", firmware="seabios", own=2, assigned=addresses("01:00.0", "01:00.1")),
    script("tpm-and-window", "ElizabethF2/OS-Lockdown Alt_OS_Util/dev/qemu_test.sh", """#!/bin/sh

mkdir -p /root/win_test/tpm

swtpm socket --tpmstate dir=/root/win_test/tpm --ctrl type=unixio,path=/root/win_test/tpm/sock --tpm2 --daemon

# shutdown +3
free -h

qemu-system-x86_64 \\
 -M q35 -m 32G \\
 -cpu host,hv_time,kvm=off,hv_vendor_id=AMMD,-hypervisor \\
 -enable-kvm -smp cores=15,sockets=1,threads=1 \\
 -device pcie-root-port,id=root0,bus=pcie.0,chassis=1 \\
 -device vfio-pci,host=03:00.0,addr=0.0,multifunction=on,bus=root0 \\
 -device vfio-pci,host=03:00.1,addr=0.1,bus=root0 \\
 -drive if=pflash,format=raw,file=/usr/share/edk2/x64/OVMF_CODE.4m.fd,read-only=on \\
 -drive if=pflash,format=raw,file=/root/win_test/uefi_vars.fd \\
 -fw_cfg opt/ovmf/X-PciMmio64Mb,string=65536 \\
 -no-reboot \\
 -vga std
#  -boot d \\


# -blockdev node-name=ssd1,driver=raw,file.driver=host_device,file.filename=/dev/loop0 \\

""", ram=32 * GIB, machine="q35", cpu="host", bits="host", firmware="ovmf", mmio64=65536, own=2, assigned=addresses("03:00.0", "03:00.1")),
    script("secure-flash", "sigpwny/UIUCTF-2025-Public challenges/pwn/lua_efi/challenge/chal_run.sh", """#! /bin/sh

cp OVMF_VARS.fd /tmp/OVMF_VARS_copy.fd

qemu-system-x86_64 \\
  -machine q35,smm=on \\
  -cpu max \\
  -m 256 \\
  -net none \\
  -global ICH9-LPC.disable_s3=1 \\
  -global driver=cfi.pflash01,property=secure,value=on \\
  -fw_cfg name=opt/org.tianocore/FirmwareSetupSupport,string=no \\
  -drive if=pflash,format=raw,unit=0,file=OVMF_CODE.fd,readonly=on \\
  -drive if=pflash,format=raw,unit=1,file=/tmp/OVMF_VARS_copy.fd \\
  -drive format=raw,file=fat:rw:rootfs \\
  -virtfs local,multidevs=remap,path=secret,security_model=none,mount_tag=flag,readonly=on
""", ram=256 * MIB, machine="q35", kvm=False, cpu="max", firmware="ovmf"),
    script("swtpm-behind", "monogon-dev/monogon scripts/launch.sh", """#!/bin/sh

swtpm socket --tpmstate dir=tpm --ctrl type=unixio,path=tpm-socket --tpm2 &

qemu-system-x86_64 \\
    -cpu host -smp sockets=1,cpus=1,cores=2,threads=2,maxcpus=4 -m 1024 -machine q35 -enable-kvm -nographic -nodefaults \\
    -drive if=pflash,format=raw,readonly,file=external/edk2/OVMF_CODE.fd \\
    -drive if=pflash,format=raw,snapshot=on,file=external/edk2/OVMF_VARS.fd \\
    -debugcon file:debug.log \\
    -global isa-debugcon.iobase=0x402 \\
    -device ipmi-bmc-sim,id=ipmi0 \\
    -serial mon:stdio
""", ram=GIB, machine="q35", cpu="host", bits="host", firmware="ovmf"),
    script("two-disks", "spaghetti-/vfio-scripts run.sh", """export QEMU_AUDIO_DRV=pa
qemu-system-x86_64 -enable-kvm -m 8G \\
  -cpu host,kvm=off,hv_relaxed,hv_spinlocks=0x1fff,hv_time,hv_vapic,hv_vendor_id=0xDEADBEEFFF \\
  -rtc clock=host,base=localtime \\
  -device vfio-pci,host=01:00.0,multifunction=on,x-vga=on \\
  -device vfio-pci,host=01:00.1 \\
  -drive if=pflash,format=raw,file=/usr/share/edk2-ovmf/OVMF_CODE.fd \\
  -soundhw ac97 \\
  -object input-linux,id=kbd,evdev=/dev/input/by-id/usb-kbd,grab_all=on,repeat=on \\
  -drive id=rootfs,file=/home/me/windows.img.raw,id=disk,format=raw,if=none \\
  -boot order=dc
""", ram=8 * GIB, cpu="host", bits="host", firmware="ovmf", assigned=addresses("01:00.0", "01:00.1")),
    script("nohup", "Dantali0n/OpenCSD scripts/qemu-start-real-zns.sh", """#!/bin/bash

#echo "0000:61:00.0" | sudo tee /sys/bus/pci/drivers/nvme/unbind
#sudo modprobe vfio-pci

nohup qemu-system-x86_64 -nographic -name qemucsd -m 32G --enable-kvm -cpu host -smp 8 \\
-hda ./arch-qemucsd.qcow2 \\
-net user,hostfwd=tcp:127.0.0.1:7777-:22 -net nic \\
-device vfio-pci,host=0000:61:00.0 & echo $! > qemu.pid""", ram=32 * GIB, cpu="host", bits="host", assigned=addresses("61:00.0")),
    script("buildroot", "afbjorklund/minimal-buildroot run-iso-amd64.sh", """qemu-system-x86_64 \\
	-M pc \\
        -cpu max \\
	-bios /usr/share/OVMF/OVMF_CODE.fd \\
	-smp 1 \\
	-m 512 \\
	-drive file=output/images/boot-amd64.iso,if=virtio,media=cdrom,id=cd0 \\
        -device virtio-scsi-pci,id=cd0
""", ram=512 * MIB, kvm=False, cpu="max", firmware="ovmf"),
    script("own-system", "longofrancoale/Icecube run.sh", """#!/bin/bash

qemu-system-x86_64 \\
	-d int \\
	-pflash OVMF.fd \\
	-drive file=fat:rw:sysroot/,format=raw \\
	-serial stdio \\
 	-enable-kvm -cpu host \\

""", ram=128 * MIB, cpu="host", bits="host", firmware="ovmf"),
    script("build-first", "LiliumOS/lilium-kernel debug.sh", """./build.sh || exit 1

qemu-system-x86_64 \\
    -M q35 \\
    -s -S \\
    -drive if=pflash,unit=0,format=raw,file=ovmf/ovmf-code-x86_64.fd,readonly=on \\
    -drive if=pflash,unit=1,format=raw,file=ovmf/ovmf-vars-x86_64.fd \\
    -cdrom os-for-fun.iso
""", ram=128 * MIB, machine="q35", kvm=False, firmware="ovmf"),
    script("pure-efi", "guidj/win-vm sbin/vm-test.sh", """#!/bin/bash
cp /usr/share/edk2.git/ovmf-x64/OVMF_VARS-pure-efi.fd /tmp/my_vars.fd
qemu-system-x86_64 \\
-enable-kvm \\
-m 2048 \\
-cpu host,kvm=off \\
-device vfio-pci,host=02:00.0,multifunction=on \\
-device vfio-pci,host=02:00.1 \\
-drive if=pflash,format=raw,readonly,file=/usr/share/edk2.git/ovmf-x64/OVMF_CODE-pure-efi.fd \\
-drive if=pflash,format=raw,file=/tmp/my_vars.fd
""", ram=2 * GIB, cpu="host", bits="host", firmware="ovmf", assigned=addresses("02:00.0", "02:00.1")),
]
