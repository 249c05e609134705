"""Where QEMU and OVMF put things, by a second arithmetic: ends are exclusive."""
GIB, TIB = 1 << 30, 1 << 40
HT = (0xFD00000000, 0x10000000000)


def up(value, to):
    return (value + to - 1) // to * to


def qemu_addresses(q35, version, ram, room, slots, bits, is_amd):
    """pc_memory_init() and pc_max_used_gpa() of hw/i386/pc.c, for 64-bit CPUs since 7.1."""
    if q35:
        low = 2 * GIB if ram >= 0xB0000000 else 0xB0000000
    else:
        low = 3 * GIB if ram >= 0xE0000000 else 0xE0000000
    below = min(ram, low)

    def place(start):
        end = start + ram - below
        region = up(end, GIB) + room + slots * GIB if room else None
        return end, region, up(region or end, GIB) + (32 if q35 else 2) * GIB

    end, region, top = place(4 * GIB)
    if is_amd and version >= (7, 1) and top > HT[0]:
        end, region, top = place(HT[1])
    return {"ram": end if ram > below else 4 * GIB, "region": region, "starts": top <= 1 << bits,
            "reserved": HT if is_amd and version >= (7, 1) and bits >= 40 else None}


def ovmf_window(addresses, tag, bits, told, vendor):
    """PlatformDynamicMmioWindow() of OvmfPkg/Library/PlatformInitLib/MemDetect.c, without 5-level paging: start, size."""
    used = max(addresses["ram"], up(addresses["region"] or 0, GIB))
    classic = up(up(used, GIB), 32 * GIB), 32 * GIB
    told = told if tag >= 202408 else 0
    trusted = told or bits >= 41 or (vendor, bits) in (("intel", 36), ("intel", 39), ("amd", 40))
    if tag < 202211 or not trusted:
        return classic
    width = min(bits, told or bits, 46 if tag >= 202308 else 47)
    size = 1 << width - (2 if tag >= 202611 else 3)
    if not (classic[1] < size and classic[0] + size < 1 << width):
        return classic
    start, reserved = (1 << width) - size, addresses["reserved"]
    if tag >= 202302 and reserved and start < reserved[1] and start + size > reserved[0]:
        start = (reserved[0] - size) // size * size
    return start, size
