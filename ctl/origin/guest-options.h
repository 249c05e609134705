/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Options of a verb that accepts a guest. */

#include "ctl/command/verb.h"

typedef struct GuestOptions {
        const char *pid;      /* --pid: running guest */
        const char *firmware; /* --firmware: firmware of the guest */
        const char *qemu;     /* --qemu: version of QEMU */
        const char *xen;      /* --xen: version of Xen */
        const char *defaults; /* --defaults: administrator's file */
} GuestOptions;

/* Rows for the verb's table; `field` is a const char * in the verb's struct. */
#define GUEST_DEFAULTS_OPTION(own, field)                                     \
        {                                                                     \
                "defaults", "=FILE", option_text, offsetof(own, field),       \
                                "Use FILE, not /etc/hawd/guest-defaults.json" \
        }

/* `field` is a GuestOptions. */
#define GUEST_OPTIONS(own, field)                                                                        \
        { "pid", "=PID", option_text, offsetof(own, field.pid), "The guest that runs as this process" }, \
                        { "firmware", "=KIND[:VERSION]", option_text, offsetof(own, field.firmware),     \
                                "The guest's firmware, such as ovmf:202411 or\nseabios:1.16.3" },        \
                        { "qemu", "=VERSION", option_text, offsetof(own, field.qemu),                    \
                                "The version of QEMU, such as 9.2" },                                    \
                        { "xen", "=VERSION", option_text, offsetof(own, field.xen),                      \
                                "The version of Xen, such as 4.17" },                                    \
                        GUEST_DEFAULTS_OPTION(own, field.defaults)
