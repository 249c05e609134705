/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/cpu-model.h"

#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/model/cpu-widths.h"

#define NO TRISTATE_NO
#define YES TRISTATE_YES

/* From query-cpu-model-expansion of QEMU 5.2 to 11.1, which agree; "max" as under TCG. Sorted by
 * strcmp(). */
static const GuestCpuModel models[] = {
        { "486", CPU_VENDOR_INTEL, NO, NO, NO, NO, NO },
        { "Broadwell", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "Cascadelake-Server", CPU_VENDOR_INTEL, YES, NO, YES, YES, YES },
        { "ClearwaterForest", CPU_VENDOR_INTEL, YES, NO, YES, YES, YES },
        { "Conroe", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "Cooperlake", CPU_VENDOR_INTEL, YES, NO, YES, YES, YES },
        { "Denverton", CPU_VENDOR_INTEL, YES, NO, YES, YES, YES },
        { "Dhyana", CPU_VENDOR_HYGON, YES, NO, YES, YES, YES },
        { "DiamondRapids", CPU_VENDOR_INTEL, YES, YES, YES, YES, YES },
        { "EPYC", CPU_VENDOR_AMD, YES, NO, YES, YES, YES },
        { "EPYC-Genoa", CPU_VENDOR_AMD, YES, YES, YES, YES, YES },
        { "EPYC-Milan", CPU_VENDOR_AMD, YES, NO, YES, YES, YES },
        { "EPYC-Rome", CPU_VENDOR_AMD, YES, NO, YES, YES, YES },
        { "EPYC-Turin", CPU_VENDOR_AMD, YES, YES, YES, YES, YES },
        { "GraniteRapids", CPU_VENDOR_INTEL, YES, YES, YES, YES, YES },
        { "Haswell", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "Icelake-Client", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "Icelake-Server", CPU_VENDOR_INTEL, YES, YES, YES, YES, YES },
        { "IvyBridge", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "KnightsMill", CPU_VENDOR_INTEL, YES, NO, YES, YES, YES },
        { "Nehalem", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "Opteron_G1", CPU_VENDOR_AMD, YES, NO, NO, YES, YES },
        { "Opteron_G2", CPU_VENDOR_AMD, YES, NO, NO, YES, YES },
        { "Opteron_G3", CPU_VENDOR_AMD, YES, NO, NO, YES, YES },
        { "Opteron_G4", CPU_VENDOR_AMD, YES, NO, YES, YES, YES },
        { "Opteron_G5", CPU_VENDOR_AMD, YES, NO, YES, YES, YES },
        { "Penryn", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "SandyBridge", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "SapphireRapids", CPU_VENDOR_INTEL, YES, YES, YES, YES, YES },
        { "SierraForest", CPU_VENDOR_INTEL, YES, NO, YES, YES, YES },
        { "Skylake-Client", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "Skylake-Server", CPU_VENDOR_INTEL, YES, NO, YES, YES, YES },
        { "Snowridge", CPU_VENDOR_INTEL, YES, NO, YES, YES, YES },
        { "Westmere", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "YongFeng", CPU_VENDOR_CENTAUR, YES, NO, YES, YES, YES },
        { "athlon", CPU_VENDOR_AMD, NO, NO, NO, YES, YES },
        { "core2duo", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "coreduo", CPU_VENDOR_INTEL, NO, NO, NO, YES, NO },
        { "kvm32", CPU_VENDOR_INTEL, NO, NO, NO, YES, YES },
        { "kvm64", CPU_VENDOR_INTEL, YES, NO, NO, YES, YES },
        { "max", CPU_VENDOR_AMD, YES, YES, YES, YES, YES },
        { "n270", CPU_VENDOR_INTEL, NO, NO, NO, YES, NO },
        { "pentium", CPU_VENDOR_INTEL, NO, NO, NO, NO, NO },
        { "pentium2", CPU_VENDOR_INTEL, NO, NO, NO, YES, YES },
        { "pentium3", CPU_VENDOR_INTEL, NO, NO, NO, YES, YES },
        { "phenom", CPU_VENDOR_AMD, YES, NO, YES, YES, YES },
        { "qemu32", CPU_VENDOR_INTEL, NO, NO, NO, YES, NO },
        { "qemu64", CPU_VENDOR_AMD, YES, NO, NO, YES, YES },
};

static int compare(const void *key, const void *element) {
        return strcmp(key, ((const GuestCpuModel *) element)->name);
}

const GuestCpuModel *guest_cpu_model_find(const char *name) {
        char base[64];
        size_t n = cpu_name_length(name);

        if (n >= sizeof(base))
                return NULL;
        memcpy(base, name, n);
        base[n] = 0;
        return bsearch(base, models, ELEMENTS(models), sizeof(models[0]), compare);
}

const GuestCpuModel *guest_cpu_models(size_t *ret_n) {
        *ret_n = ELEMENTS(models);
        return models;
}

bool guest_cpu_model_is_host(const char *name) {
        return strcmp(name, "host") == 0 || strcmp(name, "max") == 0 || strcmp(name, "host-model") == 0;
}
