/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R1: does the VMM start the guest? A finding for each setting that it ends on, with what is possible instead. */

#include <stdio.h>
#include <string.h>

#include "profile/guest/check-run.h"
#include "profile/guest/guest-cpu-model.h"
#include "profile/guest/guest-machine.h"
#include "profile/guest/policy-machine.h"

typedef struct StartWords {
        char summary[160], numbers[192], advice[192];
} StartWords;

#define SAY(member, ...) snprintf(words->member, sizeof(words->member), __VA_ARGS__)

static GuestVersion unpacked(uint64_t version) {
        return (GuestVersion){ (uint32_t) (version >> 16), (uint32_t) (version & 0xffff), 0 };
}

static const char *model(const Guest *guest) {
        return *guest->cpu.model ? guest->cpu.model : GUEST_CPU_MODEL_DEFAULT;
}

/* "QEMU 7.2" */
static void program_name(const Guest *guest, char ret[48]) {
        char text[40] = "";

        if (guest_version_known(&guest->vmm_version) && !guest->vmm_guessed)
                guest_version_to_text(&guest->vmm_version, text, sizeof(text));
        snprintf(ret, 48, "QEMU%s%s", *text ? " " : "", text);
}

static void say_machine(const Guest *guest, const StartCause *cause, StartWords *words) {
        const GuestVersion newest = policy_newest_machine(guest->vmm_version), oldest = unpacked(cause->min);
        char asked[64], other[64], program[48], since[40];

        program_name(guest, program);
        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, asked, sizeof(asked));
        machine_to_name(guest->machine, cause->kind == START_MACHINE_GONE ? &oldest : &newest, "", other,
                        sizeof(other));
        guest_version_to_text(&guest->machine_version, since, sizeof(since));
        switch (cause->kind) {
        case START_MACHINE_NEWER:
                SAY(summary, "%s does not have the machine type %s yet", program, asked);
                SAY(numbers, "it came with QEMU %s; the newest of %s is %s", since, program, other);
                SAY(advice, "use machine type %s, or QEMU %s or newer", other, since);
                break;
        case START_MACHINE_GONE:
                SAY(summary, "%s no longer has the machine type %s", program, asked);
                SAY(numbers, "its oldest is %s", other);
                SAY(advice, "use machine type %s or newer", other);
                break;
        case START_MACHINE_OTHERS:
                SAY(summary, "%s does not have the machine type %s", program, asked);
                SAY(numbers, "it is in the QEMU of another distribution (%s), and this one is of %s",
                                policy_machine_of(guest->machine_own), guest->vmm_build);
                SAY(advice, "use a machine type of QEMU's own; %s follows version %s", asked, since);
                break;
        default:
                SAY(summary, "no QEMU has the machine type %s", asked);
                SAY(numbers, "QEMU %s was never released", since);
        }
}

static void say_width(const CheckRun *run, const StartCause *cause, StartWords *words) {
        const Guest *guest = run->guest;
        const char *name = model(guest);
        char program[48];

        program_name(guest, program);
        switch (cause->kind) {
        case START_WIDTH:
                SAY(summary, "QEMU does not support this address width");
                SAY(numbers, "phys-bits is %" PRIu64 ", supported are %" PRIu64 " to %" PRIu64, cause->value,
                                cause->min, cause->max);
                break;
        case START_WIDTH_SHORT:
                SAY(summary, "the address width of a 32-bit CPU cannot be set");
                SAY(numbers, "phys-bits is %" PRIu64 "; the CPU (%s) has no long mode, and %u bits",
                                cause->value, name, run->layout->phys_bits);
                SAY(advice, "leave phys-bits out, or use a 64-bit CPU model");
                break;
        case START_WIDTH_TCG:
                SAY(summary, "without KVM %s has one address width", program);
                SAY(numbers, "phys-bits is %" PRIu64 ", supported is %" PRIu64 "; others since QEMU 6.0",
                                cause->value, cause->max);
                SAY(advice, "leave phys-bits out, or use QEMU 6.0 or newer");
                break;
        default:
                SAY(summary, "the limit of the address width is too low");
                SAY(numbers, "host-phys-bits-limit is %" PRIu64 ", the minimum is %" PRIu64, cause->value,
                                cause->min);
                SAY(advice, "leave the limit out, or raise it");
        }
}

static void say_hint(const Guest *guest, const StartCause *cause, StartWords *words) {
        char program[48];

        program_name(guest, program);
        SAY(advice, "leave guest-phys-bits out");
        if (cause->kind == START_HINT_ABSENT) {
                SAY(summary, "%s does not have guest-phys-bits", program);
                SAY(numbers, "guest-phys-bits is %" PRIu64 "; it came with QEMU 9.1", cause->value);
                SAY(advice, "leave guest-phys-bits out, or use QEMU 9.1 or newer");
        } else if (cause->kind == START_HINT_SHORT) {
                SAY(summary, "guest-phys-bits of a 32-bit CPU cannot be set");
                SAY(numbers, "guest-phys-bits is %" PRIu64 "; the CPU (%s) has no long mode", cause->value,
                                model(guest));
        } else {
                SAY(summary, "guest-phys-bits is outside the range that QEMU supports");
                SAY(numbers,
                                "guest-phys-bits is %" PRIu64 ", supported are %" PRIu64 " to %" PRIu64
                                ", the guest's width",
                                cause->value, cause->min, cause->max);
                SAY(advice, "leave guest-phys-bits out, or set it to %" PRIu64 " at most", cause->max);
        }
}

/* -m */
static void say_memory(const Guest *guest, const StartCause *cause, StartWords *words) {
        char value[CHECK_BYTES_MAX], ram[CHECK_BYTES_MAX], name[64];

        check_bytes(cause->value, value);
        check_bytes(guest->memory.ram, ram);
        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, name, sizeof(name));
        switch (cause->kind) {
        case START_MAX_SMALL:
                SAY(summary, "the maximum memory is below the memory at boot");
                SAY(numbers, "maxmem is %s, the memory at boot %s", value, ram);
                SAY(advice, "raise maxmem, or leave it out");
                break;
        case START_MAX_ODD:
                SAY(summary, "the maximum memory is not a multiple of a page");
                SAY(numbers, "maxmem is 0x%" PRIx64 ", a page is %" PRIu64 " bytes", cause->value,
                                cause->min);
                SAY(advice, "make maxmem a multiple of 4 KiB");
                break;
        case START_NO_REGION:
                SAY(summary, "the machine type %s does not have memory hot-plug", name);
                SAY(numbers, "%" PRIu32 " slots, maxmem %s; hot-plug came with machine version 2.1",
                                guest->memory.slots, value);
                SAY(advice, "leave slots and maxmem out, or use machine version 2.1 or newer");
                break;
        case START_SLOTS:
                SAY(summary, "there are too many memory slots");
                SAY(numbers, "%" PRIu64 " slots, the maximum is %" PRIu64, cause->value, cause->max);
                SAY(advice, "use at most %" PRIu64 " slots", cause->max);
                break;
        case START_SLOTS_ALONE:
                SAY(summary, "there are memory slots and no memory to plug into them");
                SAY(numbers, "%" PRIu64 " slots; maxmem is not above the %s at boot", cause->value, ram);
                SAY(advice, "raise maxmem above the memory at boot, or leave the slots out");
                break;
        default:
                SAY(summary, "memory below 4 GiB leaves no room for the 32-bit PCI hole");
                SAY(numbers, "it ends at 0x%" PRIx64 ", the I/O APIC is at 0x%" PRIx64, cause->value,
                                cause->max);
                SAY(advice, "lower max-ram-below-4g to 3 GiB");
        }
}

/* What memory is made of. */
static void say_devices(const Guest *guest, const StartCause *cause, StartWords *words) {
        char value[CHECK_BYTES_MAX], possible[CHECK_BYTES_MAX];

        check_bytes(cause->value, value);
        check_bytes(cause->max, possible);
        switch (cause->kind) {
        case START_NUMA:
                SAY(summary, "the NUMA nodes do not have the memory of the machine");
                SAY(numbers, "the nodes have %s (0x%" PRIx64 "), the machine has %s (0x%" PRIx64 ")", value,
                                cause->value, possible, cause->max);
                SAY(advice, "make -m size= the sum of the nodes' memory");
                break;
        case START_NUMA_MEM:
                SAY(summary, "this machine type does not have mem= of -numa");
                SAY(numbers, "machine types had it until 5.0");
                SAY(advice, "use memdev= and a memory backend for each node");
                break;
        case START_DIMMS:
                SAY(summary, "there are fewer memory slots than DIMMs");
                SAY(numbers, "%" PRIu64 " DIMMs, %" PRIu64 " slots", cause->value, cause->max);
                SAY(advice, "give the machine at least %" PRIu64 " slots", cause->value);
                break;
        case START_NO_MEMORY_DEVICES:
                SAY(summary, "there are memory devices and no region for them");
                SAY(numbers, "they have %s; maxmem is not above the memory at boot", value);
                check_bytes(guest->memory.ram + cause->value, possible);
                SAY(advice, "set maxmem to at least %s", possible);
                break;
        case START_FRAGMENTED:
                SAY(summary, "the memory devices find no place in their region");
                SAY(numbers, "they have %s, the region %s, and each begins at a multiple of its alignment",
                                value, possible);
                SAY(advice, "raise maxmem, or use smaller blocks");
                break;
        default:
                SAY(summary, "the memory devices do not fit their region");
                SAY(numbers, "they have %s; between the memory at boot and maxmem there are %s", value,
                                possible);
                check_bytes(guest->memory.ram + cause->value, possible);
                SAY(advice, "raise maxmem to at least %s", possible);
        }
}

static void put_cause(CheckRun *run, const StartCause *cause) {
        const Guest *guest = run->guest;
        StartWords words = {};
        CheckFinding *f;

        if (cause->kind <= START_MACHINE_OTHERS)
                say_machine(guest, cause, &words);
        else if (cause->kind <= START_LIMIT)
                say_width(run, cause, &words);
        else if (cause->kind <= START_HINT)
                say_hint(guest, cause, &words);
        else if (cause->kind <= START_NO_HOLE)
                say_memory(guest, cause, &words);
        else
                say_devices(guest, cause, &words);
        f = check_find(run, "R1", VERDICT_UNSAFE, "guest", "the guest does not start: %s", words.summary);
        check_numbers(run, f, "%s", words.numbers);
        check_advice(run, f, "%s", words.advice);
}

/* A microvm starts with any memory, and puts its PCI window, where it has PCI Express, over the topmost quarter. */
static void put_hidden(CheckRun *run) {
        const Layout *layout = run->layout;
        uint64_t end = width_end(layout->phys_bits), window = end - end / 4;
        bool beyond = layout->top > end;
        CheckFinding *f;

        if (run->guest->machine != MACHINE_MICROVM || run->guest->pcie == TRISTATE_NO ||
                        layout->phys_bits == 0 || layout->top < window)
                return;
        f = check_find(run, "R1", beyond || run->guest->n_devices > 0 ? VERDICT_UNSAFE : VERDICT_WARNING,
                        "guest",
                        beyond ? "memory lies where the guest's CPU has no addresses, and QEMU starts it so"
                               : "memory lies where a microvm with PCI Express has its window");
        check_numbers(run, f,
                        "it ends at 0x%" PRIx64 ", %u bits at 0x%" PRIx64
                        ", the window starts at 0x%" PRIx64,
                        layout->top, layout->phys_bits, end, window);
        f->start = window;
        f->end = layout->top;
}

/* A QEMU that does not compare starts with memory beyond the width: before 7.1 every one, later those of CPUs without long
 * mode. A region for memory that is plugged in later harms nobody before that. */
static void put_unchecked(CheckRun *run) {
        const Layout *layout = run->layout;
        const uint64_t end = width_end(layout->phys_bits);

        if (run->guest->vmm != VMM_QEMU || run->guest->machine == MACHINE_MICROVM || layout->phys_bits == 0)
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
                f = check_find(run, "R1", later ? VERDICT_WARNING : VERDICT_UNSAFE, "guest",
                                "memory lies where the guest's CPU has no addresses, and QEMU starts it so");
                check_numbers(run, f, "%s ends at 0x%" PRIx64 ", %u bits at 0x%" PRIx64, range->label,
                                range->end, layout->phys_bits, end);
                f->start = end + 1;
                f->end = range->end;
                return;
        }
}

/* Of a distribution's own type: nobody said whose QEMU it is. */
static void miss_machine(CheckRun *run) {
        const Guest *guest = run->guest;
        char name[64], program[48];

        program_name(guest, program);
        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, name, sizeof(name));
        check_missing(run, "whether %s has the machine type %s", program, name);
}

/* What is not known moves windows, or memory further up: what does not start as it is does not start at all. */
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
                f = check_find(run, "R1", VERDICT_UNSAFE, "guest",
                                "the guest does not start: QEMU refuses %s", guest->refused[i].what);
                check_numbers(run, f, "%s", guest->refused[i].text);
        }
        if (layout->beyond) {
                f = check_find(run, "R1", VERDICT_UNSAFE, "guest",
                                "the guest does not start: its address space is too small for its memory");
                check_numbers(run, f, "the last address is 0x%" PRIx64 ", %u bits end at 0x%" PRIx64,
                                layout->top, layout->phys_bits, width_end(layout->phys_bits));
                f->start = width_end(layout->phys_bits) + 1;
                f->end = layout->top;
        } else if (!layout->starts && layout->n_causes == 0 && guest->n_refused == 0) {
                f = check_find(run, "R1", VERDICT_UNSAFE, "guest",
                                "the guest does not start: above its memory no room is left for devices");
                check_numbers(run, f, "memory ends at 0x%" PRIx64 ", %u bits at 0x%" PRIx64, layout->top,
                                layout->phys_bits, width_end(layout->phys_bits));
        }
}

const CheckRule rules_start[] = { rule_start, NULL };
