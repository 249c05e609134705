"""Scripts of one command: nothing but words, quotes and joined lines. Kernel hackers, writers of systems, people with a card."""
from field.real import GIB, MIB, Machine, Real, addresses


def script(name, source, text, **machine):
    more = {key: machine.pop(key) for key in ("refused", "missing", "given", "arguments") if key in machine}
    return Real(name, source, "script", text, None if "refused" in more else Machine(**machine), **more)


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
    # A blank behind "#!/bin/bash", a copy before, and the program of Red Hat's.
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
    # A mediated device by its parent's path, and the machine in two options.
    script("gvt-by-parent", "oowibowo/kvm-target var/vm/scripts/start-vm.sh", """#!/bin/bash

/usr/bin/qemu-system-x86_64 -enable-kvm -m 4096 -smp 2 -M pc -name Guest -hda /var/vm/disk/1.qcow2 -snapshot -net nic,model=virtio,macaddr=00:DE:AD:BE:EF:F1 -net user -display egl-headless -k en-us -vnc :1 -machine kernel_irqchip=on -global PIIX4_PM.disable_s3=1 -cpu host -usb -device usb-tablet -device vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:00:02.0/f50aab10-7cc8-11e9-a94b-6b9d8245bfc1,rombar=0,display=on,x-igd-opregion=off

""", ram=4 * GIB, cpu="host", bits="host", mediated=1, missing=("f50aab10-7cc8-11e9-a94b-6b9d8245bfc1",)),
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
    # JSON with blanks in it, in single quotes.
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
    # Two functions in the slots of one port, and a program of one's own before.
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
    # The last line is joined to an empty one.
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
    script("nano-linux", "Nitram1195/Nano-Linux run-qemu.sh", """#!/bin/bash

qemu-system-x86_64 \\
    -kernel build/linux-5.15.20/arch/x86/boot/bzImage \\
    -nographic -append "earlyprintk=serial,ttyS0 console=ttyS0" \\
    -m 512M""", ram=512 * MIB, kvm=False),
]
