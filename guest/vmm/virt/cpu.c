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

/* `since`: later than 5.2, by QEMU's history; all of them are in 10.0, and those before 8.0 in 7.2. */
static const struct Model {
        const char *name;
        uint8_t bits;
        bool is_32bit, tags;
        GuestVersion since;
} models[] = {
        { "a64fx", 40, .since = { 6, 2 } },
        { "cortex-a15", 40, .is_32bit = true }, /* LPAE */
        { "cortex-a35", 40, .since = { 7, 2 } },
        { "cortex-a53", 40 },
        { "cortex-a55", 40, .since = { 8, 0 } },
        { "cortex-a57", 44 },
        { "cortex-a7", 40, .is_32bit = true }, /* LPAE */
        { "cortex-a710", 40, .tags = true, .since = { 8, 2 } },
        { "cortex-a72", 44 },
        { "cortex-a76", 40, .since = { 7, 1 } },
        { "max", 0, .tags = true },
        { "neoverse-n1", 48, .since = { 7, 1 } },
        { "neoverse-n2", 48, .tags = true, .since = { 8, 2 } },
        { "neoverse-v1", 48, .since = { 8, 1 } },
};

static const struct Model *find_model(const char *name) {
        for (size_t i = 0; i < ELEMENTS(models); i++)
                if (strcmp(name, models[i].name) == 0)
                        return &models[i];
        return NULL;
}

uint8_t virt_model_bits(const char *model, const VirtPolicy *policy, bool *ret_64bit) {
        const struct Model *found = find_model(model);

        *ret_64bit = !found || !found->is_32bit;
        if (!found)
                return 0;
        return found->bits ? found->bits : policy->bits_of_max;
}

GuestVersion virt_model_since(const char *model) {
        const struct Model *found = find_model(model);

        return found ? found->since : (GuestVersion){};
}

bool virt_model_tags(const char *model) {
        const struct Model *found = find_model(model);

        return !found || found->tags;
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
