/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/facts-architecture.h"

#include <string.h>

bool facts_are_arm64(const Facts *facts) {
        const char *architecture = facts->host.identity.architecture;
        const CpuFacts *cpu = &facts->cpu;

        if (*architecture)
                return strcmp(architecture, "aarch64") == 0;
        return cpu->cpuid_reason != REASON_NONE && cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.arm;
}
