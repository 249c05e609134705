/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Features of QEMU's CPU models that affect addresses. */

#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/fact.h"

/* QEMU's default, all versions. */
#define GUEST_CPU_MODEL_DEFAULT "qemu64"

typedef struct GuestCpuModel {
        const char *name; /* without version and "-IBRS", "-noTSX" */
        CpuVendor vendor; /* under TCG; KVM uses the host's */
        Tristate long_mode, la57, pdpe1gb, pae, pse36;
} GuestCpuModel;

/* NULL: unknown model. */
const GuestCpuModel *guest_cpu_model_find(const char *name);

/* All of them, by name. */
const GuestCpuModel *guest_cpu_models(size_t *ret_n);

/* Whether the model copies the host's CPU. */
bool guest_cpu_model_is_host(const char *name);
