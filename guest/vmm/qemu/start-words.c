/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages on settings with which QEMU exits. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/machine.h"
#include "guest/size.h"
#include "guest/vmm/qemu/qemu.h"

#define SAY(member, ...) snprintf(words->member, sizeof(words->member), __VA_ARGS__)

static GuestVersion unpacked(uint64_t version) {
        return (GuestVersion){ (uint32_t) (version >> 16), (uint32_t) (version & 0xffff), 0 };
}

static const char *model(const Guest *guest) {
        return *guest->cpu.model ? guest->cpu.model : GUEST_CPU_MODEL_DEFAULT;
}

static void say_machine(const Guest *guest, const StartCause *cause, StartWords *words) {
        const GuestVersion nearest = unpacked(cause->kind == START_MACHINE_GONE ? cause->min : cause->max);
        char asked[64], other[64], program[48], since[40];

        vmm_program_text(guest, program);
        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, asked, sizeof(asked));
        machine_to_name(guest->machine, &nearest, "", other, sizeof(other));
        guest_version_to_text(&guest->machine_version, since, sizeof(since));
        switch (cause->kind) {
        case START_MACHINE_NEWER:
                SAY(summary, "%s does not support machine type %s yet", program, asked);
                SAY(numbers, "supported since QEMU %s; the newest of %s is %s", since, program, other);
                SAY(advice, "use machine type %s, or QEMU %s or later", other, since);
                break;
        case START_MACHINE_GONE:
                SAY(summary, "%s no longer supports machine type %s", program, asked);
                SAY(numbers, "its oldest type is %s", other);
                SAY(advice, "use machine type %s or later", other);
                break;
        case START_MACHINE_OTHERS:
                SAY(summary, "%s does not support machine type %s", program, asked);
                SAY(numbers, "the type belongs to the QEMU of %s; this QEMU is from %s",
                                policy_machine_of(guest->machine_own), guest->vmm_build);
                SAY(advice, "use a machine type of upstream QEMU; %s follows version %s", asked, since);
                break;
        default:
                SAY(summary, "no QEMU supports machine type %s", asked);
                SAY(numbers, "QEMU %s was never released", since);
        }
}

static void say_width(const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *words) {
        const char *name = model(guest);
        char program[48];

        vmm_program_text(guest, program);
        switch (cause->kind) {
        case START_WIDTH:
                SAY(summary, "QEMU does not support this address width");
                SAY(numbers, "phys-bits is %" PRIu64 "; supported: %" PRIu64 " to %" PRIu64, cause->value,
                                cause->min, cause->max);
                break;
        case START_WIDTH_SHORT:
                SAY(summary, "the address width of a 32-bit CPU cannot be set");
                SAY(numbers, "phys-bits is %" PRIu64 "; the CPU (%s) has no long mode and %u address bits",
                                cause->value, name, layout->phys_bits);
                SAY(advice, "remove phys-bits, or use a 64-bit CPU model");
                break;
        case START_WIDTH_TCG:
                SAY(summary, "without KVM, %s supports only one address width", program);
                SAY(numbers, "phys-bits is %" PRIu64 "; supported: %" PRIu64 " (others since QEMU 6.0)",
                                cause->value, cause->max);
                SAY(advice, "remove phys-bits, or use QEMU 6.0 or later");
                break;
        default:
                SAY(summary, "the limit of the address width is too low");
                SAY(numbers, "host-phys-bits-limit is %" PRIu64 "; the minimum is %" PRIu64, cause->value,
                                cause->min);
                SAY(advice, "remove the limit, or increase it");
        }
}

static void say_hint(const Guest *guest, const StartCause *cause, StartWords *words) {
        char program[48];

        vmm_program_text(guest, program);
        SAY(advice, "remove guest-phys-bits");
        if (cause->kind == START_HINT_ABSENT) {
                SAY(summary, "guest-phys-bits is not supported by %s", program);
                SAY(numbers, "guest-phys-bits is %" PRIu64 "; supported since QEMU 9.1", cause->value);
                SAY(advice, "remove guest-phys-bits, or use QEMU 9.1 or later");
        } else if (cause->kind == START_HINT_SHORT) {
                SAY(summary, "guest-phys-bits of a 32-bit CPU cannot be set");
                SAY(numbers, "guest-phys-bits is %" PRIu64 "; the CPU (%s) has no long mode", cause->value,
                                model(guest));
        } else {
                SAY(summary, "guest-phys-bits is outside the supported range");
                SAY(numbers,
                                "guest-phys-bits is %" PRIu64 "; supported: %" PRIu64 " to %" PRIu64
                                " (the guest's width)",
                                cause->value, cause->min, cause->max);
                SAY(advice, "remove guest-phys-bits, or set it to at most %" PRIu64, cause->max);
        }
}

/* -m */
static void say_memory(const Guest *guest, const StartCause *cause, StartWords *words) {
        char value[SIZE_TEXT_MAX], ram[SIZE_TEXT_MAX], name[64];

        size_text(cause->value, value);
        size_text(guest->memory.ram, ram);
        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, name, sizeof(name));
        switch (cause->kind) {
        case START_MAX_SMALL:
                SAY(summary, "the maximum memory is below the memory at boot");
                SAY(numbers, "maxmem is %s; the memory at boot is %s", value, ram);
                SAY(advice, "increase maxmem, or remove it");
                break;
        case START_MAX_ODD:
                SAY(summary, "the maximum memory is not a multiple of the page size");
                SAY(numbers, "maxmem is 0x%" PRIx64 "; a page has %" PRIu64 " bytes", cause->value,
                                cause->min);
                SAY(advice, "set maxmem to a multiple of 4 KiB");
                break;
        case START_NO_REGION:
                SAY(summary, "machine type %s does not support memory hot-plug", name);
                SAY(numbers, "%" PRIu32 " slots, maxmem %s; supported since machine version 2.1",
                                guest->memory.slots, value);
                SAY(advice, "remove slots and maxmem, or use machine version 2.1 or later");
                break;
        case START_SLOTS:
                SAY(summary, "too many memory slots");
                SAY(numbers, "%" PRIu64 " slots; the maximum is %" PRIu64, cause->value, cause->max);
                SAY(advice, "use at most %" PRIu64 " slots", cause->max);
                break;
        case START_SLOTS_ALONE:
                SAY(summary, "memory slots are set, but maxmem leaves no memory to plug in");
                SAY(numbers, "%" PRIu64 " slots; maxmem is not above the %s at boot", cause->value, ram);
                SAY(advice, "increase maxmem above the memory at boot, or remove the slots");
                break;
        default:
                SAY(summary, "memory below 4 GiB leaves no room for the 32-bit PCI hole");
                SAY(numbers, "it ends at 0x%" PRIx64 "; the I/O APIC is at 0x%" PRIx64, cause->value,
                                cause->max);
                SAY(advice, "reduce max-ram-below-4g to 3 GiB");
        }
}

/* Memory devices. */
static void say_devices(const Guest *guest, const StartCause *cause, StartWords *words) {
        char value[SIZE_TEXT_MAX], possible[SIZE_TEXT_MAX];

        size_text(cause->value, value);
        size_text(cause->max, possible);
        switch (cause->kind) {
        case START_NUMA:
                SAY(summary, "the memory of the NUMA nodes does not match the machine's memory");
                SAY(numbers, "the nodes have %s (0x%" PRIx64 "), the machine has %s (0x%" PRIx64 ")", value,
                                cause->value, possible, cause->max);
                SAY(advice, "set -m size= to the sum of the nodes' memory");
                break;
        case START_NUMA_MEM:
                SAY(summary, "mem= of -numa is not supported by this machine type");
                SAY(numbers, "supported by machine types up to version 5.0");
                SAY(advice, "use memdev= and a memory backend for each node");
                break;
        case START_DIMMS:
                SAY(summary, "fewer memory slots than DIMMs");
                SAY(numbers, "%" PRIu64 " DIMMs, %" PRIu64 " slots", cause->value, cause->max);
                SAY(advice, "set at least %" PRIu64 " slots", cause->value);
                break;
        case START_NO_MEMORY_DEVICES:
                SAY(summary, "there is no region for the memory devices");
                SAY(numbers, "they need %s; maxmem is not above the memory at boot", value);
                size_text(guest->memory.ram + cause->value, possible);
                SAY(advice, "set maxmem to at least %s", possible);
                break;
        case START_FRAGMENTED:
                SAY(summary, "the memory devices do not fit into their region because of their alignment");
                SAY(numbers,
                                "they need %s, the region has %s; each device starts at a multiple of its "
                                "alignment",
                                value, possible);
                SAY(advice, "increase maxmem, or use smaller blocks");
                break;
        default:
                SAY(summary, "the memory devices do not fit into their region");
                SAY(numbers, "they need %s; maxmem leaves %s above the memory at boot", value, possible);
                size_text(guest->memory.ram + cause->value, possible);
                SAY(advice, "increase maxmem to at least %s", possible);
        }
}

void qemu_start_words(const Guest *guest, const Layout *layout, const StartCause *cause, StartWords *ret) {
        *ret = (StartWords){};
        if (cause->kind <= START_MACHINE_OTHERS)
                say_machine(guest, cause, ret);
        else if (cause->kind <= START_LIMIT)
                say_width(guest, layout, cause, ret);
        else if (cause->kind <= START_HINT)
                say_hint(guest, cause, ret);
        else if (cause->kind <= START_NO_HOLE)
                say_memory(guest, cause, ret);
        else
                say_devices(guest, cause, ret);
}
