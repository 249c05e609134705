/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which firmware a guest starts, what is handed to it through fw_cfg, what it does at which version, and what it needs for
 * BARs. */

#include "guest/layout/layout.h"

/* Notes the image's path, and its kind by the name; a name that says nothing leaves the kind unknown. */
void guest_firmware_set_path(GuestFirmware *firmware, const char *path);

/* A fw_cfg file: 1 when it is none that moves a window, 0 when taken, or when it is called nearly as one that a firmware
 * reads and noted as unread, -EINVAL when its text is not what the firmware reads. text NULL: it comes from a file, and
 * which it is is all that is known. */
int guest_firmware_set_option(Guest *guest, const char *name, const char *text);

/* What was meant by a fw_cfg file that no firmware reads, and which firmware reads that; NULL: nothing of that kind. */
const char *guest_firmware_right_name(const char *name, FirmwareKind *ret_kind);

/* Does it keep its variables in System Management Mode? What nobody said is told by the names that such images have. */
Tristate guest_firmware_smm(const GuestFirmware *firmware);

/* ── image ─────────────────────────────────────────────────────────────────────────────────────────────── */

typedef enum FirmwarePackage {
        FIRMWARE_PACKAGE_NONE = 0, /* nobody's that is known, or a package without a version of its own */
        FIRMWARE_PACKAGE_OVMF,     /* the distribution's: ovmf, edk2-ovmf */
        FIRMWARE_PACKAGE_PVE_OVMF, /* Proxmox: pve-edk2-firmware */
        FIRMWARE_PACKAGE_SEABIOS,
} FirmwarePackage;

/* By the file's name, then by its directory's; unknown where neither tells. */
FirmwareKind firmware_image_kind(const char *path);

/* Of the image of that kind; an empty path or a bare name is looked for by QEMU in its own directory. */
FirmwarePackage firmware_image_package(FirmwareKind kind, const char *path);

/* A version that the path names: /nix/store/…-OVMF-202411-fd/FV/OVMF_CODE.fd, seabios-1.16.3.bin. All zero: none. */
GuestVersion firmware_image_version(FirmwareKind kind, const char *path);

/* The tag of OVMF that a package's version names: "2025.02-8", Proxmox's "4.2025.02-4" and "3.20230228-4". All zero: none. */
GuestVersion firmware_package_tag(const char *version);

/* ── versions ──────────────────────────────────────────────────────────────────────────────────────────── */

/* What firmware does at which version, as tables: ovmf.c and seabios.c read these and hold no version number besides. */
typedef struct OvmfPolicy {
        bool dynamic;               /* a window by width, at the top of the address space */
        bool avoids_reserved;       /* moves it below an entry of the e820 table */
        bool la57;                  /* knows 5-level paging, where it was built with it */
        bool la57_by_memory;        /* goes back to 4 levels below 1 TiB of RAM */
        bool reads_guest_bits;      /* GuestPhysBits of CPUID */
        Tristate override_is_exact; /* X-PciMmio64Mb makes the window smaller as well as larger */
        bool cloud_hypervisor;      /* there: from the end of RAM to the end of the width */
        uint8_t cap;                /* widest with 4-level paging */
        uint8_t smm_cap;            /* widest that System Management Mode maps with 4 levels */
        uint8_t share_shift;        /* window = address space >> this */
        uint8_t port_shift; /* a hot-plug port of a window beyond the classic size has window >> this; 0 no such */
        uint32_t ecam; /* where it puts q35's configuration space */
} OvmfPolicy;

typedef struct SeabiosPolicy {
        bool top;           /* places the window at the top of the address space */
        bool pci64;         /* reads opt/org.seabios/pci64; RAM above 4 GiB alone asks for a window */
        bool ports_aligned; /* a hot-plug port's window is aligned to its largest BAR too, not to its share alone */
        uint8_t port_shift;     /* a hot-plug port has address space >> this, where a window was asked for */
        uint8_t cap;            /* widest used */
        uint64_t uncapped_from; /* RAM above 4 GiB that lifts the cap; 0 never */
} SeabiosPolicy;

/* What a tag leaves to who builds it. */
typedef struct OvmfBuild {
        Tristate five_level;   /* 5-level paging */
        Tristate mmio64_exact; /* the exact override, before its tag; unknown: as the tag has it */
} OvmfBuild;

OvmfPolicy policy_ovmf(GuestVersion version);
OvmfBuild policy_ovmf_of_debian(GuestVersion version);
SeabiosPolicy policy_seabios(GuestVersion version);

/* One version for each set of rules that a firmware has had, from 0 on. False: there are no more. */
bool firmware_version(FirmwareKind kind, size_t i, GuestVersion *ret);

/* "OVMF", "SeaBIOS"; "firmware" where it is neither. */
const char *firmware_name(FirmwareKind kind);

/* ── BARs ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* What 64-bit BARs take of the firmware's window. The window of a port is aligned to the largest BAR behind it and as long
 * as a multiple of that: a card with one large BAR and some small ones there costs twice its size. */
typedef struct BarNeed {
        uint64_t bytes;   /* all devices and ports */
        uint64_t largest; /* BAR */
        size_t n_devices; /* with a 64-bit BAR */
        size_t n_largest; /* of them with one as large as the largest */
        size_t n_ports;   /* besides, which take something with none of the devices behind them */
} BarNeed;

/* Size of a device's BAR i, by which the sum is made: as it is, or as it may become. */
typedef uint64_t (*BarSize)(const GuestDevice *device, unsigned bar, const void *userdata);

/* port_share: that of the layout, or another. */
void bar_need(const Guest *guest, const Layout *layout, uint64_t port_share, BarSize size,
                const void *userdata, BarNeed *ret);

/* Bytes that 64-bit BARs have; 0 without a window. */
uint64_t bar_room(const Guest *guest, const Layout *layout);
