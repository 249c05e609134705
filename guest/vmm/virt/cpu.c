/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The width in the rule that places memory: KVM's limit on the host, whatever -cpu says; without KVM, the CPU
 * model's (target/arm/ptw.c: arm_pamax()). */

#include <stdio.h>
#include <string.h>

#include "guest/layout/space.h"
#include "guest/machine.h"
#include "guest/vmm/virt/virt.h"
#include "probe/cleanup.h"

#define HIGHMEM_OFF_BITS 32

uint8_t virt_model_bits(const char *model, const VirtPolicy *policy, bool *ret_64bit) {
        static const struct {
                const char *name;
                uint8_t bits;
                bool is_32bit;
        } models[] = {
                { "a64fx", 40, false },
                { "cortex-a15", 40, true }, /* LPAE */
                { "cortex-a35", 40, false },
                { "cortex-a53", 40, false },
                { "cortex-a55", 40, false },
                { "cortex-a57", 44, false },
                { "cortex-a7", 40, true }, /* LPAE */
                { "cortex-a710", 40, false },
                { "cortex-a72", 44, false },
                { "cortex-a76", 40, false },
                { "max", 0, false },
                { "neoverse-n1", 48, false },
                { "neoverse-n2", 48, false },
                { "neoverse-v1", 48, false },
        };

        *ret_64bit = true;
        for (size_t i = 0; i < ELEMENTS(models); i++)
                if (strcmp(model, models[i].name) == 0) {
                        *ret_64bit = !models[i].is_32bit;
                        return models[i].bits ? models[i].bits : policy->bits_of_max;
                }
        return 0;
}

static uint8_t bits_of_cpu(Space *space, const VirtPolicy *policy) {
        const Guest *guest = space->guest;
        const char *model = *guest->cpu.model ? guest->cpu.model : VIRT_CPU_DEFAULT;
        char missing[96];
        bool is_64bit;
        uint8_t bits;

        if (guest->kvm) {
                bits = space->host->is_arm64 ? space->host->ipa_bits : 0;
                if (!bits)
                        layout_unknown(space, REASON_ABSENT,
                                        "the host's limit of a guest's address bits (KVM)");
                return bits;
        }
        bits = virt_model_bits(model, policy, &is_64bit);
        if (!bits) {
                snprintf(missing, sizeof(missing), "the address bits of CPU model %.40s", model);
                layout_unknown(space, REASON_ABSENT, missing);
        }
        return bits;
}

/* From 7.0 on highmem=off is a width. */
void virt_width(Space *space) {
        const VirtPolicy policy = policy_virt_of(space->guest);

        if (policy.drops && space->guest->virt.highmem == TRISTATE_NO)
                space->layout->phys_bits = HIGHMEM_OFF_BITS;
        else
                space->layout->phys_bits = bits_of_cpu(space, &policy);
}
