/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Properties of arm64 CPUs: those that QEMU 5.2 to 11.1 list for the models of the virt machine
 * (qom-list-properties). One that the model does not have is rejected on any host. */

#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/qemu.h"
#include "probe/cleanup.h"

/* Of each model; those of KVM are in all under KVM. */
static const char *const common[] = { "cfgend", "cntfrq", "core-count", "has-el2", "has-el3", "has-gcie",
        "kvm-no-adjvtime", "kvm-steal-time", "midr", "mp-affinity", "neon", "node-id", "pmu", "psci-conduit",
        "reset-cbar", "reset-hivecs", "rvbar", "start-powered-off", "vfp" };

/* The beginning of the name, and the models that have it beside host and max. */
static const struct {
        const char *name, *models[6];
} features[] = {
        { "backcompat-", { "" } },
        { "lpa2", {} },
        { "pauth", { "cortex-a710", "neoverse-n2", "neoverse-v1" } },
        { "sme", {} },
        { "sve", { "a64fx", "cortex-a710", "neoverse-n2", "neoverse-v1" } },
        { "SYSREG", {} }, /* of host, in a later QEMU */
        { "vfp-d32", { "cortex-a15", "cortex-a7" } },
        { "x-", { "" } },
};

static bool has_feature(const char *model, const char *name) {
        for (size_t i = 0; i < ELEMENTS(features); i++) {
                if (strncmp(name, features[i].name, strlen(features[i].name)) != 0)
                        continue;
                if (strcmp(model, "host") == 0 || strcmp(model, "max") == 0)
                        return true;
                for (size_t k = 0; k < ELEMENTS(features[i].models) && features[i].models[k]; k++)
                        if (!*features[i].models[k] || strcmp(model, features[i].models[k]) == 0)
                                return true;
        }
        return false;
}

int vm_virt_cpu_property(Vm *vm, const char *name, const char *value) {
        const char *model = *vm->guest->cpu.model ? vm->guest->cpu.model : "cortex-a15";
        char what[96], text[160];
        bool on;
        int r;

        if (strcmp(name, "aarch64") == 0) {
                r = vm_boolean(vm, "-cpu aarch64", value, &on);
                if (r >= 0)
                        vm->guest->cpu.long_mode = tristate(on);
                return r;
        }
        if (VM_ONE_OF(name, common) || has_feature(model, name))
                return 0;
        snprintf(what, sizeof(what), "-cpu %.60s=", name);
        snprintf(text, sizeof(text), "Property '%.60s-arm-cpu.%.40s' not found", model, name);
        return vm_refuse(vm, what, text);
}
