/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/layout/layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/layout/space.h"
#include "probe/grow.h"

static const char *const layout_kind_table[_LAYOUT_KIND_MAX] = {
        [LAYOUT_RAM] = "ram",
        [LAYOUT_HOTPLUG] = "hotplug",
        [LAYOUT_SGX] = "sgx",
        [LAYOUT_CXL] = "cxl",
        [LAYOUT_HOLE64] = "hole64",
        [LAYOUT_WINDOW64] = "window64",
        [LAYOUT_WINDOW32] = "window32",
        [LAYOUT_BAR] = "bar",
        [LAYOUT_ECAM] = "ecam",
        [LAYOUT_MSI] = "msi",
        [LAYOUT_RESERVED] = "reserved",
        [LAYOUT_PMEM] = "pmem",
};
WORDS_DEFINE(LayoutKind, layout_kind);

void layout_done(Layout *layout) {
        free(layout->ranges);
        *layout = (Layout){};
}

static LayoutRange *append(Space *space, LayoutKind kind, uint64_t start, uint64_t end) {
        Layout *layout = space->layout;
        LayoutRange *ranges;

        if (start >= end)
                return NULL;
        ranges = grow(layout->ranges, layout->n, sizeof(*ranges));
        if (!ranges) {
                space->error = -ENOMEM;
                return NULL;
        }
        layout->ranges = ranges;
        ranges[layout->n] = (LayoutRange){ kind, start, end - 1, -1, -1, "" };
        return &ranges[layout->n++];
}

void layout_add(Space *space, LayoutKind kind, uint64_t start, uint64_t end, const char *label) {
        LayoutRange *range = append(space, kind, start, end);

        if (range)
                snprintf(range->label, sizeof(range->label), "%s", label);
}

void layout_add_bar(Space *space, int device, int bar, uint64_t start, uint64_t end) {
        const GuestDevice *owner = &space->guest->devices[device];
        LayoutRange *range = append(space, LAYOUT_BAR, start, end);

        if (!range)
                return;
        range->device = device;
        range->bar = bar;
        snprintf(range->label, sizeof(range->label), "%.40s, BAR %u", owner->name, owner->bars[bar].index);
}

void layout_reserve(Space *space, uint64_t start, uint64_t end) {
        if (start < end && space->n_reserved < RESERVED_MAX) {
                space->reserved[space->n_reserved].start = start;
                space->reserved[space->n_reserved++].end = end;
        }
}

size_t layout_reserved(const Space *space, uint64_t start, uint64_t end) {
        size_t i = 0;

        while (i < space->n_reserved && (start >= space->reserved[i].end || end <= space->reserved[i].start))
                i++;
        return i;
}

void layout_unknown(Space *space, Reason reason, const char *missing) {
        if (space->layout->unknown != REASON_NONE)
                return;
        space->layout->unknown = reason;
        snprintf(space->layout->missing, sizeof(space->layout->missing), "%s", missing);
}

void layout_ask(Space *space, LayoutQuestion question) {
        space->layout->asked |= 1U << question;
        /* How it was built is between what is known of its version; a CPU's feature is just not there. */
        layout_unknown(space, question >= LAYOUT_ASKS_FIVE_LEVEL ? REASON_AMBIGUOUS : REASON_ABSENT,
                        layout_question_missing(question));
}

void layout_refuse(Space *space, StartCauseKind kind, uint64_t value, uint64_t min, uint64_t max) {
        Layout *layout = space->layout;

        layout->starts = false;
        if (layout->n_causes < START_CAUSES_MAX)
                layout->causes[layout->n_causes++] = (StartCause){ kind, value, min, max };
}

bool layout_width_trusted(Space *space, unsigned bits) {
        if (bits >= 41)
                return true;
        if (space->cpu.vendor == CPU_VENDOR_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_VENDOR);
        return (space->cpu.vendor == CPU_VENDOR_INTEL && (bits == 36 || bits == 39)) ||
                        (space->cpu.vendor == CPU_VENDOR_AMD && bits == 40);
}

static int by_start(const void *p, const void *q) {
        const LayoutRange *a = p, *b = q;

        if (a->start != b->start)
                return a->start < b->start ? -1 : 1;
        /* A window stands before the BARs in it. */
        return a->end == b->end ? (a->kind > b->kind) - (a->kind < b->kind) : a->end > b->end ? -1 : 1;
}

static void place_windows(Space *space) {
        const GuestFirmware *firmware = &space->guest->firmware;

        if (!space->layout->phys_bits)
                return;
        switch (firmware->kind) {
        case FIRMWARE_OVMF:
                window_ovmf(space);
                return;
        case FIRMWARE_SEABIOS:
                window_seabios(space);
                return;
        case FIRMWARE_NONE:
                layout_add(space, LAYOUT_WINDOW64, space->hole64_start,
                                sum_of(space->hole64_start, space->hole64_size),
                                "64-bit window that the kernel is told of");
                snprintf(space->layout->rule, sizeof(space->layout->rule),
                                "no firmware: the kernel uses the VMM's 64-bit hole");
                layout_unknown(space, REASON_ABSENT, "where the kernel places BARs");
                return;
        default:
                layout_unknown(space, REASON_ABSENT, "the firmware");
        }
}

int layout_derive(const Guest *guest, const LayoutHost *host, Layout *ret) {
        Layout layout = { .starts = true, .bars_fit_32 = true, .bars_fit_64 = true };
        Space space = { .guest = guest, .host = host, .layout = &layout };

        layout_cpu(&space);
        if (!guest->memory.ram)
                layout_unknown(&space, REASON_ABSENT, "memory");
        if (guest->vmm == VMM_CLOUD_HYPERVISOR) {
                layout_cloud_hypervisor(&space);
                layout.beyond = !layout.starts && layout.phys_bits &&
                                layout.top > space_of(layout.phys_bits) - 1;
        } else {
                layout_qemu(&space);
                /* QEMU itself says where microvm's windows are, to whatever starts there. */
                if (guest->machine != MACHINE_MICROVM)
                        place_windows(&space);
        }
        layout_add(&space, LAYOUT_MSI, 0xFEE00000, 0xFEF00000, "message-signalled interrupts");
        if (space.error) {
                layout_done(&layout);
                return space.error;
        }
        qsort(layout.ranges, layout.n, sizeof(*layout.ranges), by_start);
        *ret = layout;
        return 0;
}
