/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an administrator says of a host's QEMU and firmware, for guests whose description does not
 * (guest-defaults.schema.json). Pure. */

#include "guest/vmm/defaults.h"
#include "profile/document/json-parse.h"
#include "profile/field/field.h"

#define SITE_DEFAULTS_MAX ((size_t) 64 << 10)
#define SITE_IMAGES_MAX 64
#define SITE_DEVICES_MAX 64

typedef struct SiteImage {
        char path[256]; /* a pattern of fnmatch(3); "*" matches no slash */
        FirmwareKind kind;
        GuestVersion version;
} SiteImage;

/* BARs that the host does not tell. */
typedef struct SiteDevice {
        char device[64];  /* a pattern of fnmatch(3): of a mediated device's UUID, or a function's address */
        GuestDevice bars; /* and of it the BARs alone */
} SiteDevice;

typedef struct SiteDefaults {
        GuestVersion qemu, ovmf, seabios; /* all zero: not given */
        size_t n_images;
        SiteImage images[SITE_IMAGES_MAX];
        size_t n_devices;
        SiteDevice devices[SITE_DEVICES_MAX];
} SiteDefaults;

extern const FieldTable site_defaults_table; /* SiteDefaults */

/* -EINVAL with the error filled, -ENOMEM. */
int site_defaults_parse(const char *text, size_t n, SiteDefaults *ret, JsonError *reterr);

/* Before guest_defaults(): the guest's image and BARs where an entry names them, and what is used where no package tells. -ENOMEM,
 * -E2BIG. */
int site_defaults_apply(const SiteDefaults *site, Guest *guest, GuestInstalled *installed);
