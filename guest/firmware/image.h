/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the path of a firmware image tells: which firmware it is, which package installed it, which version it is. */

#include "guest/guest.h"

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
