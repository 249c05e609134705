/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Features of a guest's CPU: from its description, else from its model, and what KVM adds from the host or
 * removes. */

#include "guest/cpu-model.h"
#include "guest/layout/space.h"
#include "guest/vmm/vmm.h"

static void set_unknown(Tristate *state, Tristate value) {
        if (*state == TRISTATE_UNKNOWN)
                *state = value;
}

bool cpu_fill(GuestCpu *cpu, bool kvm) {
        const char *name = *cpu->model ? cpu->model : GUEST_CPU_MODEL_DEFAULT;
        const bool of_host = guest_cpu_model_is_host(name), vendor_open = cpu->vendor == CPU_VENDOR_UNKNOWN;
        const GuestCpuModel *model;

        if (vendor_open && kvm)
                cpu->vendor_is_host = true;
        if (of_host && kvm)
                return true;
        model = guest_cpu_model_find(of_host ? "max" : name);
        if (!model)
                return false;
        if (vendor_open && !kvm)
                cpu->vendor = model->vendor;
        set_unknown(&cpu->long_mode, model->long_mode);
        set_unknown(&cpu->la57, model->la57);
        set_unknown(&cpu->pdpe1gb, model->pdpe1gb);
        set_unknown(&cpu->pae, model->pae);
        set_unknown(&cpu->pse36, model->pse36);
        return true;
}

/* KVM removes what the host lacks, even if the model has it or it was requested. */
static Tristate under_kvm(Tristate said, bool as_host, Tristate of_host) {
        return of_host == TRISTATE_NO || (as_host && said == TRISTATE_UNKNOWN) ? of_host : said;
}

void cpu_features(Space *space) {
        const Guest *guest = space->guest;
        const LayoutHost *host = space->host;
        /* host-model copies the host's features; libvirt uses the model as the minimum. */
        const bool as_host = guest->kvm && guest_cpu_model_is_host(guest->cpu.model);
        GuestCpu cpu = guest->cpu;
        const bool known = cpu_fill(&cpu, guest->kvm);

        /* A host with KVM has long mode and everything older. */
        if (as_host) {
                set_unknown(&cpu.long_mode, TRISTATE_YES);
                set_unknown(&cpu.pae, TRISTATE_YES);
                set_unknown(&cpu.pse36, TRISTATE_YES);
        }
        /* Unknown model: OVMF for X64 needs a 64-bit CPU, and QEMU accepts a width for no other. */
        if (!known && (guest->firmware.kind == FIRMWARE_OVMF || cpu.width_mode != WIDTH_DEFAULT))
                set_unknown(&cpu.long_mode, TRISTATE_YES);
        if (guest->kvm) {
                cpu.pdpe1gb = under_kvm(cpu.pdpe1gb, as_host, host->pdpe1gb);
                cpu.la57 = under_kvm(cpu.la57, as_host, host->la57);
        }
        space->cpu = (LayoutCpu){
                .vendor = cpu.vendor_is_host ? host->vendor : cpu.vendor,
                .long_mode = cpu.long_mode,
                .pae = cpu.pae,
                .pse36 = cpu.pse36,
                .pdpe1gb = cpu.pdpe1gb,
                .la57 = cpu.la57,
        };
}

bool cpu_bits_plausible(uint64_t bits) {
        return bits >= CPU_BITS_MIN && bits <= CPU_BITS_MAX;
}

uint8_t cpu_host_bits(Space *space) {
        uint8_t bits = space->host->cpu_physical_bits;

        if (!bits)
                layout_unknown(space, REASON_ABSENT, "the host's physical address width");
        else if (!cpu_bits_plausible(bits))
                layout_unknown(space, REASON_MALFORMED, "the host's physical address width");
        return cpu_bits_plausible(bits) ? bits : 0;
}
