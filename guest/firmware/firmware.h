/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which firmware a guest starts, its fw_cfg items, what each version does, and what it needs for BARs. */

#include "guest/layout/layout.h"

/* Stores the image's path, and the kind if the name indicates it; otherwise the kind is unknown. */
void guest_firmware_set_path(GuestFirmware *firmware, const char *path);

/* Reads a fw_cfg file. Returns 1 if it does not affect windows; 0 if read, or if noted as unread because its
 * name is close to one that firmware reads; -EINVAL if the text is invalid. text NULL: the value comes from
 * a file and is unknown. */
int guest_firmware_set_option(Guest *guest, const char *name, const char *text);

/* The item meant by a fw_cfg name that no firmware reads, and the firmware that reads it; NULL: none. */
const char *guest_firmware_right_name(const char *name, FirmwareKind *ret_kind);

/* Whether variables are kept in System Management Mode. If not set, derived from the image's name. */
Tristate guest_firmware_smm(const GuestFirmware *firmware);

/* ── image ─────────────────────────────────────────────────────────────────────────────────────────────── */

typedef enum FirmwarePackage {
        FIRMWARE_PACKAGE_NONE = 0, /* unknown package, or one without a version of its own */
        FIRMWARE_PACKAGE_OVMF,     /* the distribution's: ovmf, edk2-ovmf */
        FIRMWARE_PACKAGE_PVE_OVMF, /* Proxmox: pve-edk2-firmware */
        FIRMWARE_PACKAGE_AAVMF,    /* the distribution's: qemu-efi-aarch64, edk2-aarch64 */
        FIRMWARE_PACKAGE_SEABIOS,
} FirmwarePackage;

/* Derived from the file's name, then from its directory's; else unknown. */
FirmwareKind firmware_image_kind(const char *path);

/* The image's package. QEMU looks for an empty path or a bare name in its own directory. */
FirmwarePackage firmware_image_package(FirmwareKind kind, const char *path);

/* The version in the path: /nix/store/…-OVMF-202411-fd/FV/OVMF_CODE.fd, seabios-1.16.3.bin. All zero:
 * none. */
GuestVersion firmware_image_version(FirmwareKind kind, const char *path);

/* The OVMF tag in a package's version: "2025.02-8", Proxmox's "4.2025.02-4" and "3.20230228-4". All zero:
 * none. */
GuestVersion firmware_package_tag(const char *version);

/* ── versions ──────────────────────────────────────────────────────────────────────────────────────────── */

/* What each version of a firmware does, as tables. ovmf.c and seabios.c contain no other version numbers. */
typedef struct OvmfPolicy {
        bool dynamic;               /* window by width, at the top of the address space */
        bool avoids_reserved;       /* moves it below reserved e820 entries */
        bool la57;                  /* supports 5-level paging, if built with it */
        bool la57_by_memory;        /* uses 4 levels below 1 TiB of RAM */
        bool reads_guest_bits;      /* GuestPhysBits of CPUID */
        Tristate override_is_exact; /* X-PciMmio64Mb can also shrink the window */
        bool cloud_hypervisor;      /* window from the end of RAM to the end of the width */
        uint8_t cap;                /* limit with 4-level paging */
        uint8_t smm_cap;            /* limit of System Management Mode with 4 levels */
        uint8_t share_shift;        /* window = address space >> this */
        uint8_t port_shift; /* port share = window >> this, in windows above the classic size; 0 none */
        uint32_t ecam;      /* address of q35's configuration space */
} OvmfPolicy;

typedef struct SeabiosPolicy {
        bool top;           /* places the window at the top of the address space */
        bool pci64;         /* reads opt/org.seabios/pci64; RAM above 4 GiB alone asks for a window */
        bool ports_aligned; /* a hot-plug port's window is also aligned to its largest BAR, not only to its
                             * share */
        uint8_t port_shift; /* port share = address space >> this, if a window was requested */
        uint8_t cap;        /* limit */
        uint64_t uncapped_from; /* RAM above 4 GiB that lifts the cap; 0 never */
} SeabiosPolicy;

/* Options chosen by who builds a tag. */
typedef struct OvmfBuild {
        Tristate five_level;   /* 5-level paging */
        Tristate mmio64_exact; /* exact override before its tag; unknown: as in the tag */
} OvmfBuild;

OvmfPolicy policy_ovmf(GuestVersion version);
OvmfBuild policy_ovmf_of_debian(GuestVersion version);
SeabiosPolicy policy_seabios(GuestVersion version);

/* Returns version i of those that differ in rules, from 0 on. False: no more. */
bool firmware_version(FirmwareKind kind, size_t i, GuestVersion *ret);

/* "OVMF", "SeaBIOS" or "firmware". */
const char *firmware_name(FirmwareKind kind);

/* ── BARs ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* What 64-bit BARs take of the firmware's window. A port's window is aligned to the largest BAR behind it,
 * and its size is a multiple of that: one large BAR with some small ones takes twice its size. */
typedef struct BarNeed {
        uint64_t bytes;   /* all devices and ports */
        uint64_t largest; /* BAR */
        size_t n_devices; /* with a 64-bit BAR */
        size_t n_largest; /* of these, with a BAR of the largest size */
        size_t n_ports;   /* other ports that take space */
} BarNeed;

/* Size to count for a device's BAR i: the current or a possible one. */
typedef uint64_t (*BarSize)(const GuestDevice *device, unsigned bar, const void *userdata);

/* port_share: the layout's, or another. */
void bar_need(const Guest *guest, const Layout *layout, uint64_t port_share, BarSize size,
                const void *userdata, BarNeed *ret);

/* Bytes for 64-bit BARs; 0 without a window. */
uint64_t bar_room(const Guest *guest, const Layout *layout);
