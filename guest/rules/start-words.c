/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/rules/start-words.h"

#include <stdio.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/machine.h"
#include "guest/vmm/qemu/machine-types.h"

#define SAY(member, ...) snprintf(words->member, sizeof(words->member), __VA_ARGS__)

static GuestVersion unpacked(uint64_t version) {
        return (GuestVersion){ (uint32_t) (version >> 16), (uint32_t) (version & 0xffff), 0 };
}

static const char *model(const Guest *guest) {
        return *guest->cpu.model ? guest->cpu.model : GUEST_CPU_MODEL_DEFAULT;
}

void start_program(const Guest *guest, char ret[48]) {
        char text[40] = "";

        if (guest_version_known(&guest->vmm_version) && !guest->vmm_guessed)
                guest_version_to_text(&guest->vmm_version, text, sizeof(text));
        snprintf(ret, 48, "QEMU%s%s", *text ? " " : "", text);
}

static void say_machine(const Guest *guest, const StartCause *cause, StartWords *words) {
        const GuestVersion newest = policy_newest_machine(guest->vmm_version), oldest = unpacked(cause->min);
        char asked[64], other[64], program[48], since[40];

        start_program(guest, program);
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

        start_program(guest, program);
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

        start_program(guest, program);
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

void start_words(const CheckRun *run, const StartCause *cause, StartWords *ret) {
        const Guest *guest = run->guest;

        *ret = (StartWords){};
        if (cause->kind <= START_MACHINE_OTHERS)
                say_machine(guest, cause, ret);
        else if (cause->kind <= START_LIMIT)
                say_width(run, cause, ret);
        else if (cause->kind <= START_HINT)
                say_hint(guest, cause, ret);
        else if (cause->kind <= START_NO_HOLE)
                say_memory(guest, cause, ret);
        else
                say_devices(guest, cause, ret);
}
