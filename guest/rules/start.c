/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R1: does the VMM start the guest? One finding for each setting with which it exits, with supported
 * values. */

#include "guest/machine.h"
#include "guest/rules/run.h"

static void put_cause(CheckRun *run, const StartCause *cause) {
        StartWords words;
        CheckFinding *f;

        vmm_of(run->guest)->start_words(run->guest, run->layout, cause, &words);
        f = check_find(run, RULE_START, VERDICT_UNSAFE, "guest", "the guest does not start: %s",
                        words.summary);
        check_numbers(run, f, "%s", words.numbers);
        check_advice(run, f, "%s", words.advice);
}

/* A microvm starts with any memory; with PCI Express, its PCI window covers the topmost quarter. */
static void put_hidden(CheckRun *run) {
        const Layout *layout = run->layout;
        uint64_t end = width_end(layout->phys_bits), window = end - end / 4;
        bool beyond = layout->top > end;
        CheckFinding *f;

        if (run->guest->machine != MACHINE_MICROVM || run->guest->pcie == TRISTATE_NO ||
                        layout->phys_bits == 0 || layout->top < window)
                return;
        f = check_find(run, RULE_START,
                        beyond || run->guest->n_devices > 0 ? VERDICT_UNSAFE : VERDICT_WARNING, "guest",
                        beyond ? "memory lies above the guest's address width, and QEMU starts the guest "
                                 "anyway"
                               : "memory overlaps the PCI window of the microvm");
        check_numbers(run, f,
                        "memory ends at 0x%" PRIx64 ", %u bits end at 0x%" PRIx64
                        ", the window starts at 0x%" PRIx64,
                        layout->top, layout->phys_bits, end, window);
        f->start = window;
        f->end = layout->top;
}

/* QEMU starts with memory above the width if it does not compare: always before 7.1, later for CPUs without
 * long mode. An empty hot-plug region is harmless until used. */
static void put_unchecked(CheckRun *run) {
        const Layout *layout = run->layout;
        const uint64_t end = width_end(layout->phys_bits);

        if (run->guest->machine == MACHINE_MICROVM || layout->phys_bits == 0)
                return;
        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];
                const bool later = range->kind == LAYOUT_CXL ||
                                (range->kind == LAYOUT_HOTPLUG && guest_plugged(&run->guest->memory) == 0);
                CheckFinding *f;

                if ((range->kind != LAYOUT_RAM && range->kind != LAYOUT_SGX &&
                                    range->kind != LAYOUT_HOTPLUG && range->kind != LAYOUT_CXL) ||
                                range->end <= end)
                        continue;
                f = check_find(run, RULE_START, later ? VERDICT_WARNING : VERDICT_UNSAFE, "guest",
                                "memory lies above the guest's address width, and %s starts the guest "
                                "anyway",
                                vmm_of(run->guest)->name);
                check_numbers(run, f, "%s ends at 0x%" PRIx64 ", %u bits end at 0x%" PRIx64, range->label,
                                range->end, layout->phys_bits, end);
                f->start = end + 1;
                f->end = range->end;
                return;
        }
}

/* A distribution's own type, but its QEMU is not known. */
static void miss_machine(CheckRun *run) {
        const Guest *guest = run->guest;
        char name[64], program[48];

        vmm_program_text(guest, program);
        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, name, sizeof(name));
        check_missing(run, "whether %s supports machine type %s", program, name);
}

/* Unknown inputs move windows, or memory further up: a guest that does not start stays so. */
static void rule_start(CheckRun *run) {
        const Layout *layout = run->layout;
        const Guest *guest = run->guest;
        CheckFinding *f;

        if (layout->starts)
                put_hidden(run);
        if (layout->starts)
                put_unchecked(run);
        if (*guest->machine_own && !*guest->vmm_build)
                miss_machine(run);
        for (size_t i = 0; i < layout->n_causes; i++)
                put_cause(run, &layout->causes[i]);
        for (size_t i = 0; i < guest->n_refused; i++) {
                f = check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                                "the guest does not start: %s rejects %s", vmm_of(guest)->name,
                                guest->refused[i].what);
                check_numbers(run, f, "%s", guest->refused[i].text);
        }
        if (layout->beyond) {
                f = check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                                "the guest does not start: its address space is too small for its memory");
                check_numbers(run, f, "the last address is 0x%" PRIx64 ", %u bits end at 0x%" PRIx64,
                                layout->top, layout->phys_bits, width_end(layout->phys_bits));
                f->start = width_end(layout->phys_bits) + 1;
                f->end = layout->top;
        } else if (!layout->starts && layout->n_causes == 0 && guest->n_refused == 0) {
                f = check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                                "the guest does not start: no room for devices above its memory");
                check_numbers(run, f, "memory ends at 0x%" PRIx64 ", %u bits end at 0x%" PRIx64, layout->top,
                                layout->phys_bits, width_end(layout->phys_bits));
        }
}

/* Cloud Hypervisor places it like BARs and exits if there is no room. */
static void rule_pmem(CheckRun *run) {
        const Guest *guest = run->guest;
        const Layout *layout = run->layout;
        size_t n = 0, placed = 0;

        for (uint8_t i = 0; i < guest->n_pmem; i++)
                n += guest->pmem[i].size > 0;
        for (size_t i = 0; i < layout->n; i++)
                placed += layout->ranges[i].kind == LAYOUT_PMEM;
        if (!layout->starts || !layout->phys_bits || placed >= n)
                return;
        check_numbers(run,
                        check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                                        "the guest does not start: its address space has no room for "
                                        "persistent memory above its memory"),
                        "%zu of %zu fit; memory ends at 0x%" PRIx64 ", %u bits end at 0x%" PRIx64, placed, n,
                        layout->top, layout->phys_bits, width_end(layout->phys_bits));
}

const CheckRule rules_start[] = { rule_start, rule_pmem, NULL };
