/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Address width of a QEMU guest (target/i386/cpu.c, host-cpu.c). */

#include "guest/layout/space.h"
#include "guest/vmm/qemu/qemu.h"

#define DEFAULT_BITS 40

/* Without long mode: 36 bits if the CPU can page that much. */
static uint8_t short_width(Space *space, const QemuPolicy *qemu) {
        if (space->cpu.pse36 == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_PSE36);
        if (space->cpu.pse36 == TRISTATE_YES || !qemu->pae_gives_36)
                return space->cpu.pse36 == TRISTATE_YES ? 36 : 32;
        if (space->cpu.pae == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_PAE);
        return space->cpu.pae == TRISTATE_YES ? 36 : 32;
}

static void derive_width(Space *space, const QemuPolicy *qemu) {
        const GuestCpu *cpu = &space->guest->cpu;
        Layout *layout = space->layout;
        /* microvm needs the real width. Without KVM there is no host to copy from; the default stays. */
        bool from_host = space->guest->kvm &&
                        (cpu->width_mode == WIDTH_HOST ||
                                        (cpu->width_mode == WIDTH_DEFAULT &&
                                                        space->guest->machine == MACHINE_MICROVM));

        if (space->cpu.long_mode == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_LONG_MODE);
        if (space->cpu.long_mode == TRISTATE_NO) {
                layout->phys_bits = short_width(space, qemu);
                /* "phys-bits is not user-configurable in 32 bit"; host-phys-bits is ignored. */
                if (cpu->width_mode == WIDTH_EXPLICIT)
                        layout_refuse(space, START_WIDTH_SHORT, cpu->phys_bits, 0, 0);
                return;
        }
        if (cpu->width_mode == WIDTH_EXPLICIT) {
                layout->phys_bits = cpu_bits_plausible(cpu->phys_bits) ? cpu->phys_bits : 0;
                if (!layout->phys_bits) {
                        layout_refuse(space, START_WIDTH, cpu->phys_bits, CPU_BITS_MIN, CPU_BITS_MAX);
                        layout_unknown(space, REASON_MALFORMED, "cpu: phys-bits outside 32 to 52");
                } else if (qemu->tcg_width_fixed && !space->guest->kvm && cpu->phys_bits != DEFAULT_BITS) {
                        layout_refuse(space, START_WIDTH_TCG, cpu->phys_bits, 0, DEFAULT_BITS);
                }
                return;
        }
        layout->phys_bits = from_host ? cpu_host_bits(space) : DEFAULT_BITS;
        if (from_host && layout->phys_bits && cpu->limit && cpu->limit < layout->phys_bits)
                layout->phys_bits = cpu->limit;
        if (layout->phys_bits && !cpu_bits_plausible(layout->phys_bits)) {
                layout_refuse(space, START_LIMIT, cpu->limit, CPU_BITS_MIN, 0);
                layout->phys_bits = 0;
                layout_unknown(space, REASON_MALFORMED, "cpu: host-phys-bits-limit below 32");
        }
}

static void derive_guest_phys_bits(Space *space, const QemuPolicy *qemu) {
        uint8_t said = space->guest->cpu.guest_phys_bits, mappable = space->host->guest_mappable_bits;
        Layout *layout = space->layout;

        if (said && !qemu->guest_phys_bits) {
                layout_refuse(space, START_HINT_ABSENT, said, 0, 0);
        } else if (said && space->cpu.long_mode == TRISTATE_NO) {
                layout_refuse(space, START_HINT_SHORT, said, 0, 0);
        } else if (said && layout->phys_bits) {
                layout->guest_phys_bits = said;
                if (said < CPU_BITS_MIN || said > layout->phys_bits) {
                        layout->guest_phys_bits = 0;
                        layout_refuse(space, START_HINT, said, CPU_BITS_MIN, layout->phys_bits);
                }
        } else if (qemu->guest_phys_bits_auto && layout->phys_bits && space->guest->kvm && mappable &&
                        space->cpu.long_mode != TRISTATE_NO) {
                Tristate tells = space->host->tells_guest_bits;

                if (tells == TRISTATE_UNKNOWN)
                        tells = space->guest->cpu.told_guest_bits;
                space->guest_bits_open = tells == TRISTATE_UNKNOWN;
                if (tells == TRISTATE_YES)
                        layout->guest_phys_bits =
                                        mappable < layout->phys_bits ? mappable : layout->phys_bits;
        }
}

void qemu_width(Space *space) {
        const QemuPolicy qemu = policy_qemu_of(space->guest);

        derive_width(space, &qemu);
        derive_guest_phys_bits(space, &qemu);
}
