/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why QEMU does not start a guest, setting by setting: each with what was asked for and what is possible. Where memory would
 * come to lie is another question (Layout.beyond). */

#include <stdint.h>

typedef enum StartCauseKind {
        START_MACHINE_NEVER = 0, /* no QEMU has this machine type */
        START_MACHINE_NEWER,     /* this QEMU has it not yet, */
        START_MACHINE_GONE,      /* or no longer; min: its oldest, major << 16 | minor */
        START_MACHINE_OTHERS,    /* it is a distribution's own, and the QEMU is not of that */
        START_WIDTH,             /* phys-bits outside min to max */
        START_WIDTH_SHORT,       /* phys-bits of a CPU without long mode */
        START_WIDTH_TCG,         /* before 6.0 QEMU has one width without KVM: max */
        START_LIMIT,             /* host-phys-bits-limit below min */
        START_HINT_ABSENT,       /* guest-phys-bits before 9.1 */
        START_HINT_SHORT,        /* guest-phys-bits of a CPU without long mode */
        START_HINT,              /* guest-phys-bits outside min to max */
        START_MAX_SMALL,         /* maxmem below RAM, which is min */
        START_MAX_ODD,           /* maxmem is no multiple of min */
        START_NO_REGION,         /* maxmem or slots, and the machine type has no hot-plug */
        START_SLOTS,             /* more than max */
        START_SLOTS_ALONE,       /* and no maxmem beyond RAM */
        START_NO_HOLE,           /* RAM below 4 GiB reaches max, where the I/O APIC is */
        START_NUMA,              /* the nodes' memory is not RAM's, which is min */
        START_NUMA_MEM,          /* mem= of a machine type since 5.1 */
        START_DIMMS,             /* more of them than slots: max */
        START_NO_MEMORY_DEVICES, /* memory devices, and no maxmem beyond RAM */
        START_PLUGGED,           /* memory devices larger than maxmem leaves: max */
        START_FRAGMENTED,        /* they fit, and not at the places that they may have; max: the region */
        _START_CAUSE_MAX,
} StartCauseKind;

typedef struct StartCause {
        StartCauseKind kind;
        uint64_t value;    /* asked for: bits, bytes or a count */
        uint64_t min, max; /* possible; 0 where it has no such end */
} StartCause;

#define START_CAUSES_MAX 16
