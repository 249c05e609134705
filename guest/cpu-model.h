/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What QEMU's CPU models have of what moves addresses. */

#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/fact.h"

/* Of QEMU without -cpu, at every version. */
#define GUEST_CPU_MODEL_DEFAULT "qemu64"

typedef struct GuestCpuModel {
        const char *name; /* without version and "-IBRS", "-noTSX" */
        CpuVendor vendor; /* under TCG; under KVM the host's goes into CPUID */
        Tristate long_mode, la57, pdpe1gb, pae, pse36;
} GuestCpuModel;

/* NULL when the model is none of those known. */
const GuestCpuModel *guest_cpu_model_find(const char *name);

/* The host's own under KVM, or what copies it. */
bool guest_cpu_model_is_host(const char *name);
