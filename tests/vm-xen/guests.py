"""HVM guests for Xen's word on them: xl.cfg lines by name, for the host that they are created on. Memory that is never touched costs
nothing (populate on demand: memory= below maxmem=), except where devices are assigned, which Xen refuses together with it."""


def testdevs(*sizes):
    words = ",".join(f'"-device","pci-testdev,membar={size}"' for size in sizes)
    return f"device_model_args_hvm=[{words}]"


SMALL, PLAIN = "memory=256", 'vga="none"'

# Created on hosts without reserved memory: a BAR each from 16 MiB to 64 GiB and beyond, several together, more RAM, holes, firmware.
BARS = {f"bar-{size}": (SMALL, PLAIN, testdevs(size))
        for size in ("16M", "64M", "128M", "256M", "512M", "1G", "2G", "4G", "16G", "64G", "256G")}
SEVERAL = {
        "bars-128M-64M-16M": (SMALL, "maxmem=4096", PLAIN, testdevs("128M", "64M", "16M")),
        "bars-256M-256M": (SMALL, PLAIN, testdevs("256M", "256M")),
        "bars-512M-256M-128M": (SMALL, PLAIN, testdevs("512M", "256M", "128M")),
        "bars-1G-1G-1G": (SMALL, PLAIN, testdevs("1G", "1G", "1G")),
        "bars-1G-512M-256M": (SMALL, PLAIN, testdevs("1G", "512M", "256M")),
        "bars-16G-64G-8G": (SMALL, PLAIN, testdevs("16G", "64G", "8G")),
        "bars-256G-512G-128G": (SMALL, PLAIN, testdevs("256G", "512G", "128G")),
        "bars-64M-16G": (SMALL, PLAIN, testdevs("64M", "16G")),
}
MEMORY = {
        "ram-3584-256M": (SMALL, "maxmem=3584", PLAIN, testdevs("256M")),
        "ram-3840-128M": (SMALL, "maxmem=3840", PLAIN, testdevs("128M")),
        "ram-4096-256M": (SMALL, "maxmem=4096", PLAIN, testdevs("256M")),
        "ram-4096-512M-64M": (SMALL, "maxmem=4096", PLAIN, testdevs("512M", "64M")),
        "ram-3072-1G": (SMALL, "maxmem=3072", PLAIN, testdevs("1G")),
        "ram-2048-1G-512M": (SMALL, "maxmem=2048", PLAIN, testdevs("1G", "512M")),
        "ram-6000-2G": (SMALL, "maxmem=6000", PLAIN, testdevs("2G")),
        "ram-16384-8G": (SMALL, "maxmem=16384", "shadow_memory=64", PLAIN, testdevs("8G")),
        "ram-5001": (SMALL, "maxmem=5001", PLAIN),
}
HOLES = {
        "hole-256-256M": (SMALL, "maxmem=4096", "mmio_hole=256", PLAIN, testdevs("256M")),
        "hole-512-256M": (SMALL, "maxmem=4096", "mmio_hole=512", PLAIN, testdevs("256M")),
        "hole-1024-512M": (SMALL, "maxmem=4096", "mmio_hole=1024", PLAIN, testdevs("512M")),
        "hole-2048-1G": (SMALL, "maxmem=4096", "mmio_hole=2048", PLAIN, testdevs("1G")),
        "hole-3072-1G": (SMALL, "maxmem=2048", "mmio_hole=3072", PLAIN, testdevs("1G", "512M")),
        "hole-3840-256M": (SMALL, "maxmem=512", "mmio_hole=3840", PLAIN, testdevs("256M")),
        "hole-300": (SMALL, "maxmem=4096", "mmio_hole=300", PLAIN, testdevs("16M")),
        "hole-100": (SMALL, "mmio_hole=100", PLAIN),
        "hole-4000": (SMALL, "mmio_hole=4000", PLAIN),
}
MACHINES = {
        "plain": (SMALL,),
        "stdvga-64": (SMALL, 'vga="stdvga"', "videoram=64", testdevs("128M")),
        "stdvga-256": (SMALL, 'vga="stdvga"', "videoram=256", testdevs("16M")),
        "cirrus": (SMALL, 'vga="cirrus"', testdevs("256M")),
        "no-platform": (SMALL, "xen_platform_pci=0", PLAIN, testdevs("64M")),
        "ovmf-64G": (SMALL, 'bios="ovmf"', PLAIN, testdevs("64G")),
        "ovmf-256M": (SMALL, "maxmem=4096", 'bios="ovmf"', PLAIN, testdevs("256M")),
        "usb-3": (SMALL, "usb=1", "usbversion=3", testdevs("1G")),
        "hap-0": (SMALL, "hap=0", PLAIN, testdevs("64G")),
        "cpuid-width-40": (SMALL, PLAIN, 'cpuid=["0x80000008:eax=xxxxxxxxxxxxxxxxxxxxxxxx00101000"]', testdevs("512G")),
        "nomigrate": (SMALL, PLAIN, "nomigrate=1", testdevs("16G")),
}
ASSIGNED = {
        "pci-2G": (SMALL, PLAIN, 'pci=["00:05.0"]'),
        "pci-256M": (SMALL, PLAIN, 'pci=["00:06.0"]'),
        "pci-4G": ("memory=512", PLAIN, 'pci=["00:08.0"]'),
        "pci-nic": (SMALL, PLAIN, 'pci=["00:07.0"]'),
        "pci-all": ("memory=512", PLAIN, 'pci=["00:05.0","00:06.0","00:08.0"]'),
        "pci-pod": (SMALL, "maxmem=512", PLAIN, 'pci=["00:08.0"]'),
        "pci-absent": (SMALL, PLAIN, 'pci=["00:1f.0"]'),
        "pci-rdm": ("memory=512", PLAIN, 'rdm="strategy=host"', 'pci=["00:05.0"]'),
}
# On the host whose Xen is told of memory at 0x60000000 for 00:05.0 and at 0x70000000 for 00:06.0 and 00:07.0.
RESERVED = {
        "rdm-above": ("memory=512", PLAIN, 'pci=["00:05.0"]'),
        "rdm-strict": ("memory=2048", PLAIN, 'pci=["00:05.0"]'),
        "rdm-strict-word": ("memory=2048", PLAIN, 'pci=["00:05.0,rdm_policy=strict"]'),
        "rdm-relaxed": ("memory=2048", PLAIN, 'pci=["00:05.0,rdm_policy=relaxed"]'),
        "rdm-boundary": ("memory=2048", PLAIN, "rdm_mem_boundary=1024", 'pci=["00:05.0"]'),
        "rdm-boundary-at": ("memory=2048", PLAIN, "rdm_mem_boundary=1536", 'pci=["00:05.0"]'),
        "rdm-host": ("memory=2048", PLAIN, 'rdm="strategy=host"'),
        "rdm-host-strict": ("memory=2048", PLAIN, 'rdm="strategy=host,policy=strict"'),
        "rdm-host-relaxed": ("memory=2048", PLAIN, 'rdm="strategy=host,policy=relaxed"'),
        "rdm-host-boundary": ("memory=2048", PLAIN, 'rdm="strategy=host"', "rdm_mem_boundary=1024"),
        "rdm-host-device": ("memory=512", PLAIN, 'rdm="strategy=host"', 'pci=["00:05.0"]'),
        "rdm-shared": ("memory=512", PLAIN, 'pci=["00:06.0"]'),
        "rdm-shared-relaxed": ("memory=512", PLAIN, 'pci=["00:06.0,rdm_policy=relaxed"]'),
        "rdm-other-device": ("memory=2048", PLAIN, 'pci=["00:08.0"]'),
        "rdm-just-below": ("memory=1536", PLAIN, 'pci=["00:05.0"]'),
        "rdm-one-over": ("memory=1544", PLAIN, 'pci=["00:05.0"]'),
        "rdm-hole": ("memory=1024", PLAIN, "mmio_hole=2816", 'pci=["00:05.0"]'),
}
# On the host whose firmware has memory at 0x7fffe000 for 00:05.0 and at 0xb8000000 for 00:06.0, below and above the default boundary.
DMAR = {
        "dmar-above": (SMALL, "maxmem=3500", PLAIN, 'rdm="strategy=host"'),
        "dmar-above-edge": (SMALL, "maxmem=2944", PLAIN, 'rdm="strategy=host"'),
        "dmar-above-hole": (SMALL, "maxmem=3500", "mmio_hole=1280", PLAIN, 'rdm="strategy=host"'),
        "dmar-none": (SMALL, "maxmem=3500", PLAIN),
        "dmar-device": ("memory=512", PLAIN, 'pci=["00:06.0"]'),
        "dmar-below": ("memory=2048", PLAIN, 'pci=["00:05.0"]'),
        "dmar-below-boundary": ("memory=2048", PLAIN, "rdm_mem_boundary=2000", 'pci=["00:05.0"]'),
        "dmar-bars": (SMALL, "maxmem=2900", PLAIN, 'rdm="strategy=host"', testdevs("256M", "1G")),
        "dmar-ram-5000": (SMALL, "maxmem=5000", PLAIN, 'rdm="strategy=host"', testdevs("512M")),
}
# Of the other widths: what fits and what does not.
NARROW = {
        "bar-64G": BARS["bar-64G"], "bar-256G": BARS["bar-256G"],
        "bar-512G": (SMALL, PLAIN, testdevs("512G")),
        "bars-512G-512G": (SMALL, PLAIN, testdevs("512G", "512G")),
        "bars-512G-256G-256G": (SMALL, PLAIN, testdevs("512G", "256G", "256G")),
        "bar-1024G": (SMALL, PLAIN, testdevs("1024G")),
        "ram-16384-512G": (SMALL, "maxmem=16384", "shadow_memory=64", PLAIN, testdevs("512G")),
}
WIDE = BARS | SEVERAL | MEMORY | HOLES | MACHINES | ASSIGNED


def text(name, lines, kind="hvm"):
    """The whole xl.cfg."""
    return "\n".join([f'name="{name}"', f'type="{kind}"', "vcpus=1", 'on_reboot="destroy"', *lines]) + "\n"
