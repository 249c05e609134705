"""Domains of people at home: graphics cards, Windows, macOS. Found by the name of their file in public repositories."""
from field.real import GIB, KIB, MIB, addresses
from field.virt_manager import (ARCH, DRIVER_FIRST, EFI, FEATURES, GPU4, PASS, ROOT, SECURE, UUID, desktop, glass, hostdevs, loader, ports,
                                win)

GUESTS = [
    # Double quotes as virt-manager's editor writes them.
    desktop("2080-super", "46620/kvm-passthrough win10.xml",
            win("win10", "pc-q35-6.0", 30720000, PASS, ROOT + ports(1, 9) + hostdevs(*GPU4), os=loader(ARCH)).replace("'", '"'),
            ram=30720000 * KIB, machine="pc-q35-6.0", cpu="host", bits="host", firmware="ovmf", own=4,
            assigned=addresses("05:00.0", "05:00.1", "05:00.2", "05:00.3")),
    # The -cpu behind it replaces the domain's: host-model has 40 bits, host the host's.
    desktop("cpu-behind-host-model", "JustArchi/VFIO win10.xml",
            win("win10", "pc-i440fx-3.1", 8388608, "<cpu mode='host-model' check='none'><model fallback='allow'/></cpu>",
                "<controller type='pci' index='0' model='pci-root'/>" + hostdevs(("01:00.0", "00", "07"), ("01:00.1", "00", "08")),
                os=loader("/usr/share/OVMF/OVMF_CODE.fd"), qemu=True,
                behind="""  <qemu:commandline>
    <qemu:arg value='-cpu'/>
    <qemu:arg value='host,kvm=off'/>
    <qemu:arg value='-object'/>
    <qemu:arg value='input-linux,id=kbd1,evdev=/dev/input/by-id/kbd,grab_all=on,repeat=on'/>
    <qemu:env name='QEMU_AUDIO_DRV' value='pa'/>
  </qemu:commandline>
"""), ram=8 * GIB, machine="pc-i440fx-3.1", cpu="host", bits="host", firmware="ovmf", assigned=addresses("01:00.0", "01:00.1")),
    # A mediated device behind the 43rd port.
    desktop("vgpu-unlock", "LATINO-BICEPS/vgpu_unlock_5.12 win10.xml",
            win("win10", "pc-q35-5.2", 8388608, PASS, ROOT + ports(1, 44) + f"""
    <controller type='pci' index='45' model='pcie-to-pci-bridge'><model name='pcie-pci-bridge'/></controller>
    <video><model type='qxl' ram='65536' vram='65536' vgamem='16384' heads='1' primary='yes'/></video>
    <hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci' display='on'>
      <source><address uuid='{UUID}'/></source>
      <address type='pci' domain='0x0000' bus='0x2b' slot='0x00' function='0x0'/>
    </hostdev>""" + glass(32, "<address type='pci' domain='0x0000' bus='0x2d' slot='0x01' function='0x0'/>")),
            ram=8 * GIB, machine="pc-q35-5.2", cpu="host", bits="host", mediated=1, shared=(32 * MIB,)),
    desktop("laptop-acpi-table", "CappyT/G14-VFIO win10.xml",
            win("win10", "pc-q35-5.1", 16777216, PASS, ROOT + ports(1, 11) +
                hostdevs(("01:00.0", "06", "00"), ("01:00.1", "07", "00"), ("01:00.2", "08", "00"), ("01:00.3", "09", "00")) + glass(32),
                os=loader(ARCH), qemu=True, behind="""  <qemu:commandline>
    <qemu:arg value='-acpitable'/>
    <qemu:arg value='file=/var/lib/libvirt/images/SSDT.bin'/>
  </qemu:commandline>
"""), ram=16 * GIB, machine="pc-q35-5.1", cpu="host", bits="host", firmware="ovmf", own=4, shared=(32 * MIB,),
            assigned=addresses("01:00.0", "01:00.1", "01:00.2", "01:00.3")),
    # A machine type of Ubuntu 18.10's, which came with QEMU 2.12.
    desktop("ubuntu-cosmic", "nickbreen/egpu win10.xml",
            win("win10", "pc-i440fx-cosmic", 12582912, "<cpu mode='host-model' check='partial'><model fallback='allow'/></cpu>",
                "<controller type='pci' index='0' model='pci-root'/>" + hostdevs(("09:00.0", "00", "04"), ("09:00.1", "00", "05")) + glass(128),
                os=loader("/usr/share/OVMF/OVMF_CODE.fd")).replace("/usr/bin/qemu-system-x86_64", "/usr/bin/kvm-spice"),
            ram=12 * GIB, machine="pc-i440fx-2.12", cpu="host-model", firmware="ovmf", shared=(128 * MIB,), assigned=addresses("09:00.0", "09:00.1")),
    # A file from /etc/libvirt/qemu: a comment stands before the domain.
    desktop("big-sur-host", "hthmkhlf/BigSur-single-gpu-passthrough win10.xml",
            "<!--\nWARNING: THIS IS AN AUTO-GENERATED FILE.\n  virsh edit win10\n-->\n\n" +
            win("win10", "pc-q35-6.0", 44193792, PASS, ROOT + ports(1, 11) + hostdevs(
                ("2f:00.0", "05", "00"), ("2f:00.1", "06", "00"), ("2f:00.2", "07", "00"), ("2f:00.3", "08", "00"), ("2c:00.0", "0a", "00")) +
                "<hostdev mode='subsystem' type='usb' managed='yes'><source><vendor id='0x05ac'/><product id='0x0267'/></source></hostdev>",
                os=loader(ARCH), backing="<memoryBacking><hugepages/></memoryBacking>"),
            ram=44193792 * KIB, machine="pc-q35-6.0", cpu="host", bits="host", firmware="ovmf", own=5,
            assigned=addresses("2f:00.0", "2f:00.1", "2f:00.2", "2f:00.3", "2c:00.0")),
    desktop("secure-boot-itco", "alyssadev/vfio-configs win10.xml",
            win("win10", "pc-q35-8.2", 12582912, PASS, ROOT + ports(1, 15) + hostdevs(("01:00.0", "05", "00")) +
                "<watchdog model='itco' action='reset'/>" + glass(32, "<address type='pci' domain='0x0000' bus='0x10' slot='0x01' function='0x0'/>"),
                os=FEATURES + loader("/usr/share/edk2/x64/OVMF_CODE.secboot.4m.fd", SECURE), firmware=EFI, features="<smm state='on'/>",
                backing="<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"),
            ram=12 * GIB, machine="pc-q35-8.2", cpu="host", bits="host", firmware="ovmf", own=1, shared=(32 * MIB,), assigned=addresses("01:00.0")),
    # Bridges of conventional PCI, and OVMF as one image.
    desktop("conventional-bridges", "brenix/virtualization win10.xml",
            win("win10", "pc-i440fx-5.1", 20971520, "<cpu mode='host-passthrough' check='none' migratable='off'><feature policy='require' name='invtsc'/></cpu>",
                "<controller type='pci' index='0' model='pci-root'/>" +
                "".join(f"<controller type='pci' index='{n}' model='pci-bridge'><model name='pci-bridge'/><target chassisNr='{n}'/></controller>" for n in range(1, 15)) +
                hostdevs(("00:19.0", "00", "04"), ("02:00.0", "00", "02"), ("02:00.1", "00", "03")),
                os="<loader readonly='yes' type='pflash'>/usr/share/edk2-ovmf/x64/OVMF.fd</loader>", qemu=True,
                backing="<memoryBacking><hugepages/><locked/></memoryBacking>",
                behind="""  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:arg value='ich9-intel-hda,bus=pci.0,addr=0x1b'/>
    <qemu:arg value='-audiodev'/>
    <qemu:arg value='pa,id=hda,server=unix:/run/user/1000/pulse/native,out.frequency=44100'/>
  </qemu:commandline>
"""), ram=20 * GIB, machine="pc-i440fx-5.1", cpu="host", bits="host", firmware="ovmf", assigned=addresses("00:19.0", "02:00.0", "02:00.1")),
    # JSON in single quotes, which QEMU's parser takes, behind the entities of XML.
    desktop("kvmfr-json", "SchnozzleCat/Nix win11.xml",
            win("win11", "pc-q35-11.0", 8388608, "<cpu mode='host-passthrough' check='none' migratable='on'/>",
                ROOT + ports(1, 14) + hostdevs(("06:00.0", "04", "00")),
                os=FEATURES + loader("/run/libvirt/nix-ovmf/edk2-x86_64-secure-code.fd", SECURE + " format='raw'"), firmware=EFI, features="<smm state='on'/>", qemu=True,
                behind="""  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:arg value='{&apos;driver&apos;:&apos;ivshmem-plain&apos;,&apos;id&apos;:&apos;shmem0&apos;,&apos;memdev&apos;:&apos;glass&apos;}'/>
    <qemu:arg value='-object'/>
    <qemu:arg value='{&apos;qom-type&apos;:&apos;memory-backend-file&apos;,&apos;id&apos;:&apos;glass&apos;,&apos;mem-path&apos;:&apos;/dev/kvmfr0&apos;,&apos;size&apos;:67108864,&apos;share&apos;:true}'/>
  </qemu:commandline>
""").replace("/usr/bin/", "/run/libvirt/nix-emulators/"),
            ram=8 * GIB, machine="pc-q35-11.0", cpu="host", bits="host", firmware="ovmf", own=1, shared=(64 * MIB,), assigned=addresses("06:00.0")),
    desktop("no-addresses", "YellowWhiteBlackCat/headless-win11-sriov-streaming win11.xml",
            win("win11", "pc-q35-11.1", 8388608, "<!-- adjust the pinning -->\n  " + PASS, ROOT + ports(1, 14),
                os=FEATURES + loader("/usr/share/edk2/x64/OVMF_CODE.secboot.4m.fd", SECURE + " format='raw'"), firmware=EFI, features="<smm state='on'/>"),
            ram=8 * GIB, machine="pc-q35-11.1", cpu="host", bits="host", firmware="ovmf"),
    # fw_cfg without name=: the first value of -fw_cfg is the name.
    desktop("rx-9070", "Snekutaren/9070xt-passthrough win11.xml",
            win("win11", "pc-q35-10.1", 33554432, PASS, ROOT + ports(1, 14) + hostdevs(("03:00.0", "06", "00"), ("03:00.1", "07", "00")),
                os=FEATURES + loader("/run/libvirt/nix-ovmf/edk2-x86_64-secure-code.fd", SECURE + " format='raw'"), firmware=EFI, features="<smm state='on'/>", qemu=True,
                behind="""  <qemu:commandline>
    <qemu:arg value='-fw_cfg'/>
    <qemu:arg value='opt/ovmf/X-PciMmio64Mb,string=65536'/>
  </qemu:commandline>
"""), ram=32 * GIB, machine="pc-q35-10.1", cpu="host", bits="host", firmware="ovmf", mmio64=65536, own=2, assigned=addresses("03:00.0", "03:00.1")),
    desktop("gvt-g-without-device", "zhanglei1172/KVM_GVTg_VM win11.xml",
            win("win11", "pc-q35-6.2", 8388608, PASS, ROOT + ports(1, 6) +
                "<video><model type='virtio' heads='1' primary='yes'><acceleration accel3d='yes'/></model></video>",
                os=loader("/usr/share/edk2-ovmf/x64/OVMF_CODE.secboot.fd")).replace("'", '"'),
            ram=8 * GIB, machine="pc-q35-6.2", cpu="host", bits="host", firmware="ovmf"),
    desktop("nixos-scream", "Madouura/config win11.xml",
            win("win11", "pc-q35-6.1", 16777216, PASS, ROOT + ports(1, 16) + hostdevs(
                ("0d:00.0", "05", "00"), ("0d:00.1", "06", "00"), ("0d:00.2", "07", "00"), ("0d:00.3", "08", "00"), ("12:00.3", "09", "00")) +
                "<shmem name='scream-ivshmem'><model type='ivshmem-plain'/><size unit='M'>16</size></shmem><vsock model='virtio'><cid auto='yes' address='3'/></vsock>",
                os=loader("/run/libvirt/nix-ovmf/OVMF_CODE.fd")),
            ram=16 * GIB, machine="pc-q35-6.1", cpu="host", bits="host", firmware="ovmf", own=5, shared=(16 * MIB,),
            assigned=addresses("0d:00.0", "0d:00.1", "0d:00.2", "0d:00.3", "12:00.3")),
    # A domain without <cpu>, and devices in comments, which count for nothing.
    desktop("macos-catalina", "kholia/OSX-KVM macOS-libvirt-Catalina.xml",
            """<?xml version='1.0' encoding='UTF-8'?>
<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
<!--
	Replace CHANGEME with your own.
-->
  <name>macOS</name>
  <title>macOS</title>
  <memory unit='KiB'>4194304</memory>
  <vcpu placement='static'>4</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-4.2'>hvm</type>
    <!-- the stock one is okay -->
    <loader readonly='yes' type='pflash'>/home/CHANGEME/OSX-KVM/OVMF_CODE.fd</loader>
    <nvram>/home/CHANGEME/OSX-KVM/OVMF_VARS-1024x768.fd</nvram>
  </os>
  <features><acpi/><apic/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='pci' index='0' model='pcie-root'/>
    <!-- <hostdev mode='subsystem' type='pci' managed='yes'>
      <source><address domain='0x0000' bus='0x2d' slot='0x00' function='0x0'/></source>
    </hostdev> -->
    <memballoon model='none'/>
  </devices>
  <!-- seclabel type='dynamic' model='selinux' relabel='yes'/> -->
  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:arg value='isa-applesmc,osk=the key (c) of it'/>
    <qemu:arg value='-smbios'/>
    <qemu:arg value='type=2'/>
    <qemu:arg value='-cpu'/>
    <qemu:arg value='Penryn,kvm=on,vendor=GenuineIntel,+invtsc,vmware-cpuid-freq=on,+ssse3,+sse4.2,+popcnt,+avx,+aes,check'/>
    <!-- <qemu:arg value='host,vendor=GenuineIntel'/> -->
  </qemu:commandline>
</domain>
""", ram=4 * GIB, machine="pc-q35-4.2", cpu="Penryn", firmware="ovmf"),
    # A card whose two functions share a port: it is alone behind none.
    desktop("threadripper-numa", "MingyaoLiu/Threadripper-KVM-guide win10.xml",
            win("win10", "pc-q35-3.1", 15360000, """<cpu mode='host-passthrough' check='full'>
    <cache level='3' mode='emulate'/>
    <numa>
      <cell id='0' cpus='0-15' memory='15360000' unit='KiB'/>
    </numa>
  </cpu>""", ROOT + ports(1, 6) + "<controller type='pci' index='8' model='pcie-root-port'><model name='ioh3420'/><target chassis='8' port='0x16'/></controller>" +
                hostdevs(("0b:00.0", "08", "00"), ("08:00.0", "01", "00")), os=loader("/usr/share/OVMF/OVMF_CODE.fd"),
                backing="<numatune><memory mode='strict' nodeset='0'/></numatune>"),
            ram=15360000 * KIB, machine="pc-q35-3.1", cpu="host", bits="host", firmware="ovmf", own=2, assigned=addresses("0b:00.0", "08:00.0")),
    # Written by hand: GiB, "q35" without a version, and another order.
    desktop("by-hand", "phoebuss/vm win10.xml", """<domain type='kvm'>
    <name>Windows10</name>

    <!-- CPU: 4 vCPU -->
    <vcpu>4</vcpu>
    <cpu mode="host-passthrough">
        <topology sockets="1" cores="2" threads="2"/>
    </cpu>

    <memory unit='GiB'>8</memory>
    <os>
        <type arch="x86_64" machine="q35">hvm</type>
        <loader type="pflash" readonly="yes">/usr/share/OVMF/OVMF_CODE.fd</loader>
        <nvram>/home/me/vm/OVMF_WIN10.fd</nvram>
        <bootmenu enable="yes" />
    </os>
    <devices>
        <emulator>/usr/bin/kvm-spice</emulator>
        <video>
            <model type='qxl' ram='262144' vram='262144' vgamem='65536' heads='1' primary='yes'/>
        </video>
    </devices>
    <features>
        <acpi/>
    </features>
</domain>
""", ram=8 * GIB, machine="q35", cpu="host", bits="host", firmware="ovmf"),
    # A running domain, with aliases and labels.
    desktop("running", "aos/vfio-utils win10.xml",
            win("win10", "pc-q35-6.2", 16777216, PASS, ROOT.replace("/>", "><alias name='pcie.0'/></controller>") + ports(1, 15) +
                "".join(DRIVER_FIRST % ("04", f, f, bus) for f, bus in zip("0123", ("0c", "0d", "05", "06"))) + glass(32, "<alias name='shmem0'/>"),
                behind="  <seclabel type='dynamic' model='apparmor' relabel='yes'><label>libvirt-x</label></seclabel>\n").replace("type='kvm'", "type='kvm' id='1'"),
            ram=16 * GIB, machine="pc-q35-6.2", cpu="host", bits="host", own=4, shared=(32 * MIB,),
            assigned=addresses("04:00.0", "04:00.1", "04:00.2", "04:00.3")),
    desktop("doorbell", "jack-karamanian/vms win10.xml",
            win("win10", "pc-i440fx-2.10", 16777216, "<cpu mode='host-passthrough' check='none'/>", "<controller type='pci' index='0' model='pci-root'/>" +
                hostdevs(("01:00.0", "00", "07"), ("01:00.1", "00", "08")), os=loader("/usr/share/edk2/ovmf/OVMF_CODE.fd"), qemu=True,
                behind="""  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:arg value='ivshmem-doorbell,chardev=ivshmem,vectors=1'/>
    <qemu:arg value='-chardev'/>
    <qemu:arg value='socket,path=/tmp/ivshmem_socket,id=ivshmem'/>
  </qemu:commandline>
""").replace("/usr/bin/", "/home/me/qemu-3.0.0/build/x86_64-softmmu/"),
            ram=16 * GIB, machine="pc-i440fx-2.10", cpu="host", bits="host", firmware="ovmf", assigned=addresses("01:00.0", "01:00.1"),
            missing=("ivshmem-doorbell",)),
    # A USB controller of the host behind a bridge of conventional PCI.
    desktop("behind-a-bridge", "dillonjason/virt-gaming win10.xml",
            win("win10", "pc-q35-5.0", 16777216, PASS, ROOT + ports(1, 6) +
                "<controller type='pci' index='7' model='pcie-to-pci-bridge'><model name='pcie-pci-bridge'/></controller>" +
                hostdevs(("01:00.0", "05", "00"), ("00:14.0", "07", "01")) + glass(64),
                os=loader("/usr/share/edk2-ovmf/x64/OVMF_CODE.secboot.fd", SECURE), features="<smm state='on'/><ioapic driver='kvm'/>", qemu=True,
                behind="  <qemu:commandline>\n    <qemu:arg value='-device'/>\n    <qemu:arg value='ich9-intel-hda,bus=pcie.0,addr=0x1b'/>\n  </qemu:commandline>\n"),
            ram=16 * GIB, machine="pc-q35-5.0", cpu="host", bits="host", firmware="ovmf", own=1, shared=(64 * MIB,), assigned=addresses("01:00.0", "00:14.0")),
    desktop("four-cards", "tuneduptechie/KVM-Win11 win11.xml",
            win("win11", "pc-q35-9.2", 33554432, PASS, ROOT + ports(1, 15) + DRIVER_FIRST % ("01", 0, 0, "05") + DRIVER_FIRST % ("09", 0, 1, "01") +
                DRIVER_FIRST % ("06", 0, 2, "04") + DRIVER_FIRST % ("06", 1, 3, "07") + glass(64),
                os=FEATURES + loader("/usr/share/edk2/x64/OVMF_CODE.secboot.4m.fd", SECURE + " format='raw'"), firmware=EFI, features="<smm state='on'/>",
                backing="<sysinfo type='smbios'><system><entry name='vendor'>X, LLC.</entry></system></sysinfo>"),
            ram=32 * GIB, machine="pc-q35-9.2", cpu="host", bits="host", firmware="ovmf", own=4, shared=(64 * MIB,),
            assigned=addresses("01:00.0", "09:00.0", "06:00.0", "06:00.1")),
    desktop("win11-990", "kvong/gpu-passthrough-windows win11.xml",
            win("win11", "pc-q35-8.2", 32768000, PASS, ROOT + ports(1, 15) + hostdevs(("01:00.0", "05", "00"), ("01:00.1", "06", "00")) + glass(64),
                os=FEATURES + loader("/usr/share/edk2/x64/OVMF_CODE.secboot.4m.fd", SECURE), firmware=EFI, features="<smm state='on'/>").replace("'", '"'),
            ram=32768000 * KIB, machine="pc-q35-8.2", cpu="host", bits="host", firmware="ovmf", own=2, shared=(64 * MIB,), assigned=addresses("01:00.0", "01:00.1")),
    # The integrated card, first among the devices and without an address in the guest.
    desktop("igd", "HouQiming/i915ovmfPkg vm.xml",
            win("vm1", "pc-i440fx-4.2", 1048576, "<cpu mode='host-model' check='partial'/>", """<hostdev mode='subsystem' type='pci' managed='yes'>
    <source>
      <address domain='0x0000' bus='0x00' slot='0x02' function='0x0'/>
    </source>

    <rom bar='on' file='/home/me/i915ovmf.rom'/>
  </hostdev>
    <controller type='pci' index='0' model='pci-root'/>""", os=loader("/usr/share/edk2/ovmf/OVMF_CODE.fd"), qemu=True),
            ram=1 * GIB, machine="pc-i440fx-4.2", cpu="host-model", firmware="ovmf", assigned=addresses("00:02.0")),
    desktop("vega", "rmbl/vfio vm.xml",
            win("gaming", "pc-i440fx-2.10", 8388608, "<cpu mode='host-passthrough' check='none'><topology sockets='1' cores='4' threads='2' /></cpu>",
                "<controller type='pci' index='0' model='pci-root'/>" + hostdevs(("2b:00.0", "00", "02")), os=loader("/usr/share/ovmf/x64/OVMF_CODE.fd"), qemu=True,
                behind="  <qemu:commandline>\n    <qemu:env name='QEMU_AUDIO_DRV' value='pa'/>\n  </qemu:commandline>\n"),
            ram=8 * GIB, machine="pc-i440fx-2.10", cpu="host", bits="host", firmware="ovmf", assigned=addresses("2b:00.0")),
    # Memory in GB of a thousand, of which libvirt makes whole MiB: 1907.3 are 1908; the command line has the last word on the accelerator.
    desktop("on-a-mac", "yoonsikp/vm_configs ubuntu.xml", """<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
    <name>ubuntu</name>
    <memory unit='GB'>2</memory>
    <cpu mode='custom'>
        <model>Westmere</model>
    </cpu>
    <vcpu>2</vcpu>
    <os>
        <type arch='x86_64' machine='q35'>hvm</type>
        <bootmenu enable='yes'/>
    </os>
    <devices>
        <emulator>/usr/local/bin/qemu-system-x86_64</emulator>
        <controller type='usb' model='ehci'/>
        <video>
            <model type='virtio' vram='16384'/>
        </video>
    </devices>
    <seclabel type='none'/>
    <qemu:commandline>
        <qemu:arg value='-machine'/>
        <qemu:arg value='type=q35,accel=hvf'/>
    </qemu:commandline>
</domain>
""", ram=1908 * MIB, machine="q35", kvm=False, cpu="Westmere", missing=("accelerator",)),
    # A mediated device by another path than /sys/bus/mdev.
    desktop("kvmgt", "TobleMiner/KVMGT domain.xml",
            win("arch", "pc-i440fx-2.10", 4194304, "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>Skylake-Client</model></cpu>",
                "<controller type='pci' index='0' model='pci-root'><alias name='pci.0'/></controller>", qemu=True, backing="<memoryBacking><locked/></memoryBacking>",
                behind=f"""  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:arg value='vfio-pci,sysfsdev=/sys/class/mdev_bus/0000:00:02.0/{UUID},rombar=0'/>
    <qemu:arg value='-nographic'/>
  </qemu:commandline>
"""), ram=4 * GIB, machine="pc-i440fx-2.10", cpu="Skylake-Client", mediated=1),
    desktop("detection", "github.com/zhaodice/qemu-anti-detection/issues/90",
            win("win10-test", "pc-q35-8.2", 16777216, PASS, ROOT + ports(1, 8) + hostdevs(("01:00.0", "05", "00"), ("01:00.1", "06", "00")),
                os=loader("/usr/share/OVMF/OVMF_CODE_4M.fd"), qemu=True, backing="<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>",
                behind="""  <qemu:commandline>
    <qemu:arg value='-smbios'/>
    <qemu:arg value='type=0,uefi=true'/>
  </qemu:commandline>
""").replace("'", '"'),
            ram=16 * GIB, machine="pc-q35-8.2", cpu="host", bits="host", firmware="ovmf", own=2, assigned=addresses("01:00.0", "01:00.1")),
    desktop("unraid", "github.com/stl88083365/unraid-nvidia-vgpu-driver/issues/38",
            "<?xml version='1.0' encoding='UTF-8'?>\n" + win("W11", "pc-q35-5.1", 33554432, PASS, ROOT + ports(1, 4) + hostdevs(("03:00.0", "04", "00")),
                os=loader("/usr/share/qemu/ovmf-x64/OVMF_CODE-pure-efi-tpm.fd"), backing="<memoryBacking><nosharepages/></memoryBacking>").replace(
                    "</metadata>", '<vmtemplate xmlns="unraid" name="Windows 11" icon="windows11.png" os="windowstpm"/></metadata>'),
            ram=32 * GIB, machine="pc-q35-5.1", cpu="host", bits="host", firmware="ovmf", own=1, assigned=addresses("03:00.0")),
    # Two functions of one card in one slot of the guest.
    desktop("macinabox", "github.com/thenickdude/KVM-Opencore/issues/60",
            win("Macinabox Monterey", "pc-q35-6.2", 8388608, "<cpu mode='host-passthrough' check='none' migratable='on'/>", ROOT + ports(1, 4) +
                DRIVER_FIRST % ("03", 0, 0, "04") + DRIVER_FIRST % ("0a", 0, 1, "02"), os=loader("/mnt/user/system/custom_ovmf/Macinabox_CODE-pure-efi.fd"), qemu=True,
                behind="""  <qemu:commandline>
    <qemu:arg value='-usb'/>
    <qemu:arg value='-device'/>
    <qemu:arg value='usb-kbd,bus=usb-bus.0'/>
    <qemu:arg value='-cpu'/>
    <qemu:arg value='Penryn,kvm=on,vendor=GenuineIntel,+invtsc,+avx2,check'/>
  </qemu:commandline>
"""), ram=8 * GIB, machine="pc-q35-6.2", cpu="Penryn", firmware="ovmf", own=2, assigned=addresses("03:00.0", "0a:00.0")),
    desktop("igd-by-argument", "github.com/LongQT-sea/intel-igpu-passthru/issues/27",
            win("win11", "pc-i440fx-9.2", 8388608, PASS, "<controller type='pci' index='0' model='pci-root'/>", os=loader("/usr/share/OVMF/OVMF_CODE_4M.fd"), qemu=True,
                behind="""<qemu:commandline>
  <qemu:arg value='-device'/>
  <qemu:arg value='vfio-pci,host=0000:00:02.0,id=hostpci0,bus=pci.0,addr=2.0,x-igd-lpc=on,romfile=/usr/share/kvm/igd.rom'/>
</qemu:commandline>
"""), ram=8 * GIB, machine="pc-i440fx-9.2", cpu="host", bits="host", firmware="ovmf", assigned=addresses("00:02.0")),
    # Pieces and templates: no machine is in them.
    desktop("a-piece", "zfshaiman/unraid-vm-xml vm.xml", "    " + hostdevs(("01:00.0", "04", "00")) + "\n    " + hostdevs(("01:00.1", "04", "00")) + "\n",
            refused="not a whole domain"),
    desktop("nothing-but-a-comment", "bluskript/nix-config win11.xml", "<!-- File auto-generated -->\n", refused="no domain"),
    desktop("nix-template", "Lillecarl/nixos resources/gamingvm.xml.nix", """{
  name,
  memory,
  ...
}:
let
  memoryKiB = builtins.mul memory 1024;
in
''
  <domain type='kvm'>
    <name>${toString name}</name>
    <memory unit='KiB'>${toString memoryKiB}</memory>
    <os><type arch='x86_64' machine='pc-q35-9.1'>hvm</type></os>
  </domain>
''
""", refused="another language"),
]
