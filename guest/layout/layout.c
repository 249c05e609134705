/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/layout/space.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
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
        [LAYOUT_REDIST] = "redistributors",
        [LAYOUT_DEVICES] = "devices",
        [LAYOUT_RDM] = "rdm",
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
        char label[sizeof(range->label)];

        if (!range)
                return;
        range->device = device;
        range->bar = bar;
        snprintf(label, sizeof(label), "%.40s, BAR %u", owner->name, owner->bars[bar].index);
        text_shown(label, range->label, sizeof(range->label));
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
        /* Build options are ambiguous within a known version; a CPU feature is just missing. */
        layout_unknown(space, question >= LAYOUT_ASKS_FIVE_LEVEL ? REASON_AMBIGUOUS : REASON_ABSENT,
                        layout_question_missing(question));
}

void layout_refuse(Space *space, StartCauseKind kind, uint64_t value, uint64_t min, uint64_t max) {
        Layout *layout = space->layout;

        layout->starts = false;
        if (layout->n_causes < START_CAUSES_MAX)
                layout->causes[layout->n_causes++] = (StartCause){ kind, value, min, max };
}

void layout_lose_region(Space *space, uint64_t start, uint64_t end, int device) {
        Layout *layout = space->layout;

        if (layout->n_lost < LAYOUT_LOST_MAX)
                layout->lost[layout->n_lost++] = (LayoutLost){ start, end, device };
}

bool layout_width_trusted(Space *space, unsigned bits) {
        if (bits >= 41)
                return true;
        if (space->cpu.vendor == CPU_VENDOR_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_VENDOR);
        return (space->cpu.vendor == CPU_VENDOR_INTEL && (bits == 36 || bits == 39)) ||
                        (space->cpu.vendor == CPU_VENDOR_AMD && bits == 40);
}

/* ── questions ─────────────────────────────────────────────────────────────────────────────────────────── */

#define ANSWERS_MAX 3

static const struct {
        const char *missing;
        unsigned n;
        const char *words[ANSWERS_MAX];
} questions[_LAYOUT_QUESTION_MAX] = {
        [LAYOUT_ASKS_LONG_MODE] = { "cpu: lm", 2, { "a 64-bit CPU (lm)", "a 32-bit CPU (no lm)" } },
        [LAYOUT_ASKS_PAE] = { "cpu: pae", 2, { "a CPU with pae", "a CPU without pae" } },
        [LAYOUT_ASKS_PSE36] = { "cpu: pse36", 2, { "a CPU with pse36", "a CPU without pse36" } },
        [LAYOUT_ASKS_VENDOR] = { "the virtual CPU's vendor", 3,
                        { "an Intel CPU", "an AMD CPU", "a CPU of another vendor" } },
        [LAYOUT_ASKS_PDPE1GB] = { "cpu: pdpe1gb", 2,
                        { "a CPU with 1 GiB pages (pdpe1gb)", "a CPU without 1 GiB pages (pdpe1gb)" } },
        [LAYOUT_ASKS_LA57] = { "cpu: la57", 2,
                        { "a CPU with 5-level paging (la57)", "a CPU without 5-level paging (la57)" } },
        [LAYOUT_ASKS_GUEST_BITS] = { "whether KVM on the host reports GuestPhysBits (/dev/kvm was not read)",
                        2,
                        { "KVM reports GuestPhysBits (Linux 6.10 or later)",
                                        "KVM does not report GuestPhysBits" } },
        [LAYOUT_ASKS_FIVE_LEVEL] = { "whether this OVMF build supports 5-level paging and a higher window",
                        2, { "a build with 5-level paging", "a build without 5-level paging" } },
        [LAYOUT_ASKS_MMIO64_EXACT] = { "whether X-PciMmio64Mb can shrink the window of this OVMF build", 2,
                        { "a build where X-PciMmio64Mb shrinks the window",
                                        "a build where X-PciMmio64Mb does not shrink the window" } },
};

const char *layout_question_missing(LayoutQuestion question) {
        return questions[question].missing;
}

unsigned layout_question_answers(LayoutQuestion question) {
        return questions[question].n;
}

const char *layout_question_words(LayoutQuestion question, unsigned answer) {
        return questions[question].words[answer];
}

void layout_question_answer(LayoutQuestion question, unsigned answer, Guest *guest) {
        static const CpuVendor vendors[ANSWERS_MAX] = { CPU_VENDOR_INTEL, CPU_VENDOR_AMD, CPU_VENDOR_OTHER };
        const Tristate state = tristate(answer == 0);
        GuestCpu *cpu = &guest->cpu;

        switch (question) {
        case LAYOUT_ASKS_LONG_MODE:
                cpu->long_mode = state;
                return;
        case LAYOUT_ASKS_PAE:
                cpu->pae = state;
                return;
        case LAYOUT_ASKS_PSE36:
                cpu->pse36 = state;
                return;
        case LAYOUT_ASKS_VENDOR:
                cpu->vendor = vendors[answer];
                cpu->vendor_is_host = false;
                return;
        case LAYOUT_ASKS_PDPE1GB:
                cpu->pdpe1gb = state;
                return;
        case LAYOUT_ASKS_LA57:
                cpu->la57 = state;
                return;
        case LAYOUT_ASKS_GUEST_BITS:
                cpu->told_guest_bits = state;
                return;
        case LAYOUT_ASKS_FIVE_LEVEL:
                guest->firmware.five_level = state;
                return;
        default:
                guest->firmware.mmio64_exact = state;
        }
}
