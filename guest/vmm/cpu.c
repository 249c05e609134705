/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/layout/space.h"
#include "probe/cleanup.h"

#define QEMU_DEFAULT_BITS 40
#define QEMU_BITS_MIN 32
#define QEMU_BITS_MAX 52 /* architectural; QEMU 11 takes more of who asks for it, without KVM */
#define CLOUD_HYPERVISOR_MAX_BITS 46

static Tristate first_known(Tristate said, Tristate otherwise) {
        return said != TRISTATE_UNKNOWN ? said : otherwise;
}

/* KVM takes away what the host lacks, whether the model has it or somebody asks for it. */
static Tristate feature(const Space *space, Tristate said, Tristate has, Tristate of_host) {
        return space->guest->kvm && of_host == TRISTATE_NO ? TRISTATE_NO : first_known(said, has);
}

/* A host that runs guests with KVM has long mode and what came before. */
static Tristate old_feature(Tristate said, bool as_host, Tristate has) {
        return first_known(said, as_host ? TRISTATE_YES : has);
}

/* host-model copies the host's features, as libvirt does for a model that is only the least. */
static bool is_as_host(const Guest *guest) {
        return guest->kvm && guest_cpu_model_is_host(guest->cpu.model);
}

/* Of a model that is not known here: OVMF for X64 runs on 64-bit CPUs only, and QEMU takes a width for no other. */
static bool needs_long_mode(const Guest *guest) {
        return guest->firmware.kind == FIRMWARE_OVMF || guest->cpu.width_mode != WIDTH_DEFAULT;
}

static void derive_features(Space *space) {
        const GuestCpu *cpu = &space->guest->cpu;
        bool as_host = is_as_host(space->guest);
        const GuestCpuModel *model = as_host
                        ? NULL
                        : guest_cpu_model_find(cpu->model[0] ? cpu->model : GUEST_CPU_MODEL_DEFAULT);
        static const GuestCpuModel none = {};
        const GuestCpuModel *has = model ? model : &none;

        if (cpu->vendor_is_host || (cpu->vendor == CPU_VENDOR_UNKNOWN && space->guest->kvm))
                space->cpu.vendor = space->host->vendor;
        else if (cpu->vendor == CPU_VENDOR_UNKNOWN)
                space->cpu.vendor = has->vendor;
        else
                space->cpu.vendor = cpu->vendor;
        space->cpu.long_mode = old_feature(cpu->long_mode, as_host, has->long_mode);
        if (!model && needs_long_mode(space->guest))
                space->cpu.long_mode = first_known(space->cpu.long_mode, TRISTATE_YES);
        space->cpu.pae = old_feature(cpu->pae, as_host, has->pae);
        space->cpu.pse36 = old_feature(cpu->pse36, as_host, has->pse36);
        space->cpu.pdpe1gb = feature(space, cpu->pdpe1gb, as_host ? space->host->pdpe1gb : has->pdpe1gb,
                        space->host->pdpe1gb);
        space->cpu.la57 = feature(
                        space, cpu->la57, as_host ? space->host->la57 : has->la57, space->host->la57);
}

static bool plausible(unsigned bits) {
        return bits >= QEMU_BITS_MIN && bits <= QEMU_BITS_MAX;
}

/* The host's raw width, or 0 and why not. */
static uint8_t host_bits(Space *space) {
        uint8_t bits = space->host->cpu_physical_bits;

        if (!bits)
                layout_unknown(space, REASON_ABSENT, "the host's physical address width");
        else if (!plausible(bits))
                layout_unknown(space, REASON_MALFORMED, "the host's physical address width");
        return plausible(bits) ? bits : 0;
}

/* Without long mode: 36 bits where the CPU can page that much. */
static uint8_t short_width(Space *space) {
        if (space->cpu.pse36 == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_PSE36);
        if (space->cpu.pse36 == TRISTATE_YES || !space->qemu.pae_gives_36)
                return space->cpu.pse36 == TRISTATE_YES ? 36 : 32;
        if (space->cpu.pae == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_PAE);
        return space->cpu.pae == TRISTATE_YES ? 36 : 32;
}

static void derive_qemu_width(Space *space) {
        const GuestCpu *cpu = &space->guest->cpu;
        Layout *layout = space->layout;
        /* microvm needs a width that is true. Without KVM there is no host to copy from, and the default stays. */
        bool from_host = space->guest->kvm &&
                        (cpu->width_mode == WIDTH_HOST ||
                                        (cpu->width_mode == WIDTH_DEFAULT &&
                                                        space->guest->machine == MACHINE_MICROVM));

        if (space->cpu.long_mode == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_LONG_MODE);
        if (space->cpu.long_mode == TRISTATE_NO) {
                layout->phys_bits = short_width(space);
                /* "phys-bits is not user-configurable in 32 bit"; host-phys-bits is passed over there. */
                if (cpu->width_mode == WIDTH_EXPLICIT)
                        layout_refuse(space, START_WIDTH_SHORT, cpu->phys_bits, 0, 0);
                return;
        }
        if (cpu->width_mode == WIDTH_EXPLICIT) {
                layout->phys_bits = plausible(cpu->phys_bits) ? cpu->phys_bits : 0;
                if (!layout->phys_bits) {
                        layout_refuse(space, START_WIDTH, cpu->phys_bits, QEMU_BITS_MIN, QEMU_BITS_MAX);
                        layout_unknown(space, REASON_MALFORMED, "cpu: phys-bits outside 32 to 52");
                } else if (space->qemu.tcg_width_fixed && !space->guest->kvm &&
                                cpu->phys_bits != QEMU_DEFAULT_BITS) {
                        layout_refuse(space, START_WIDTH_TCG, cpu->phys_bits, 0, QEMU_DEFAULT_BITS);
                }
                return;
        }
        layout->phys_bits = from_host ? host_bits(space) : QEMU_DEFAULT_BITS;
        if (from_host && layout->phys_bits && cpu->limit && cpu->limit < layout->phys_bits)
                layout->phys_bits = cpu->limit;
        if (layout->phys_bits && !plausible(layout->phys_bits)) {
                layout_refuse(space, START_LIMIT, cpu->limit, QEMU_BITS_MIN, 0);
                layout->phys_bits = 0;
                layout_unknown(space, REASON_MALFORMED, "cpu: host-phys-bits-limit below 32");
        }
}

static void derive_guest_phys_bits(Space *space) {
        uint8_t said = space->guest->cpu.guest_phys_bits, mappable = space->host->guest_mappable_bits;
        Layout *layout = space->layout;

        if (said && !space->qemu.guest_phys_bits) {
                layout_refuse(space, START_HINT_ABSENT, said, 0, 0);
        } else if (said && space->cpu.long_mode == TRISTATE_NO) {
                layout_refuse(space, START_HINT_SHORT, said, 0, 0);
        } else if (said && layout->phys_bits) {
                layout->guest_phys_bits = said;
                if (said < QEMU_BITS_MIN || said > layout->phys_bits) {
                        layout->guest_phys_bits = 0;
                        layout_refuse(space, START_HINT, said, QEMU_BITS_MIN, layout->phys_bits);
                }
        } else if (space->qemu.guest_phys_bits_auto && layout->phys_bits && space->guest->kvm && mappable &&
                        space->cpu.long_mode != TRISTATE_NO) {
                Tristate tells = first_known(
                                space->host->tells_guest_bits, space->guest->cpu.told_guest_bits);

                space->guest_bits_open = tells == TRISTATE_UNKNOWN;
                if (tells == TRISTATE_YES)
                        layout->guest_phys_bits =
                                        mappable < layout->phys_bits ? mappable : layout->phys_bits;
        }
}

/* By CPUID alone, and of AMD's processors alone. */
static uint8_t less_encryption(Space *space, uint8_t bits) {
        const LayoutHost *host = space->host;

        if (host->vendor != CPU_VENDOR_AMD || !bits)
                return bits;
        if (host->sme == TRISTATE_UNKNOWN)
                layout_unknown(space, REASON_ABSENT, "whether the host offers memory encryption (SME)");
        return host->sme == TRISTATE_YES && host->sme_reduction < bits
                        ? (uint8_t) (bits - host->sme_reduction)
                        : bits;
}

static void derive_cloud_hypervisor_width(Space *space) {
        const CloudHypervisorPolicy policy = policy_cloud_hypervisor(space->guest->vmm_version);
        uint8_t said = space->guest->cloud_hypervisor_max_bits, of_host = host_bits(space);
        uint8_t limit = said ? said : CLOUD_HYPERVISOR_MAX_BITS;

        if (policy.subtracts_sme)
                of_host = less_encryption(space, of_host);
        space->layout->phys_bits = of_host < limit ? of_host : limit;
        if (space->layout->phys_bits && !plausible(space->layout->phys_bits)) {
                layout_unknown(space, REASON_MALFORMED, "cpus: max_phys_bits below 32");
                space->layout->phys_bits = 0;
        }
        if (policy.tells_mappable)
                space->layout->guest_phys_bits = space->layout->phys_bits;
}

void layout_cpu(Space *space) {
        const Guest *guest = space->guest;

        derive_features(space);
        if (guest->vmm == VMM_CLOUD_HYPERVISOR) {
                derive_cloud_hypervisor_width(space);
                return;
        }
        space->qemu = policy_qemu(guest->machine, guest->machine_version, guest->vmm_version);
        derive_qemu_width(space);
        derive_guest_phys_bits(space);
}
