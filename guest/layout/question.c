/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/layout/question.h"

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
        [LAYOUT_ASKS_GUEST_BITS] = { "whether the host's KVM tells guests GuestPhysBits (/dev/kvm was not read)",
                        2,
                        { "KVM tells GuestPhysBits (Linux 6.10 and newer)",
                                        "KVM does not tell GuestPhysBits" } },
        [LAYOUT_ASKS_FIVE_LEVEL] = { "whether this build of OVMF has 5-level paging, and a higher window", 2,
                        { "a build with 5-level paging", "a build without 5-level paging" } },
        [LAYOUT_ASKS_MMIO64_EXACT] = { "whether this build of OVMF lets X-PciMmio64Mb shrink its window", 2,
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
