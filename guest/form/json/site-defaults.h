/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The administrator's defaults for a host's QEMU, firmware and BARs (guest-defaults.schema.json). No I/O. */

#include "guest/vmm/defaults.h"
#include "profile/document/field.h"
#include "profile/document/json-parse.h"

#define SITE_DEFAULTS_MAX ((size_t) 64 << 10)
#define SITE_IMAGES_MAX 64
#define SITE_DEVICES_MAX 64

typedef struct SiteImage {
        char path[256]; /* fnmatch(3) pattern; "*" does not match "/" */
        FirmwareKind kind;
        GuestVersion version;
} SiteImage;

/* BARs that the host does not report. */
typedef struct SiteDevice {
        char device[64];  /* a pattern of fnmatch(3) for a mediated device's UUID or a PCI address */
        GuestDevice bars; /* only its BARs are used */
} SiteDevice;

typedef struct SiteDefaults {
        GuestVersion qemu, ovmf, seabios; /* all zero: not set */
        uint64_t mmio_size;               /* of virt machines, bytes; 0: QEMU's */
        size_t n_images;
        SiteImage images[SITE_IMAGES_MAX];
        size_t n_devices;
        SiteDevice devices[SITE_DEVICES_MAX];
} SiteDefaults;

extern const FieldTable site_defaults_table; /* SiteDefaults */

/* 0, -EINVAL with the error filled, -ENOMEM. */
int site_defaults_parse(const char *text, size_t n, SiteDefaults *ret, JsonError *reterr);

/* Call before guest_defaults(). Fills image and BARs from matching entries, and versions that no package
 * reports. -ENOMEM, -E2BIG. */
int site_defaults_apply(const SiteDefaults *site, Guest *guest, GuestInstalled *installed);
