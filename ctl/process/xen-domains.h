/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The guests of Xen that run beside this dom0, as libxl keeps them: /var/lib/xen/userdata-d.DOMID.UUID.libxl-json.
 * Only root reads these files. */

#include <stddef.h>
#include <time.h>

#include "guest/guest.h"

#define XEN_DOMAINS_PATH "/var/lib/xen"
#define XEN_DOMAINS_MAX 32768 /* domain numbers end there */

typedef struct XenDomain {
        unsigned domid;
        Guest guest;   /* empty if `why` is not */
        char why[320]; /* why its settings are unknown; "": they are known */
} XenDomain;

typedef struct XenDomains {
        size_t n;
        XenDomain *items; /* owned; by domid */
} XenDomains;

void xen_domains_done(XenDomains *domains);

/* 1 in a dom0, 0 elsewhere. */
int xen_domains_here(void);

/* Files that are older than `since`, the start of the host, are left from before. -errno if the directory cannot be
 * read, -ENOENT without one. */
int xen_domains_read(const char *directory, time_t since, XenDomains *ret);

/* When this host started; 0: unknown. */
time_t xen_domains_since(void);
