/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/decode/cpu/midr.h"
#include "profile/derive/derive-steps.h"
#include "profile/model/arm-parts.h"

#define CHIPS "/sys/kernel/irq/*/chip_name"
#define MIDR_FILE "/sys/devices/system/cpu/cpu0/regs/identification/midr_el1"

/* The file, else the four numbers that /proc/cpuinfo has of the first CPU. */
static Fact derive_midr(const CpuFacts *cpu) {
        const Cpuinfo *info = &cpu->cpuinfo;

        if (cpu->midr_reason == REASON_NONE)
                return fact_measured(cpu->midr, MIDR_FILE);
        if (cpu->cpuinfo_reason == REASON_NONE && info->n_kinds > 0)
                return fact_derived(info->kinds[0].midr,
                                "/proc/cpuinfo CPU implementer, variant, part, revision");
        return fact_unknown(cpu->midr_reason, MIDR_FILE);
}

static Fact field_of(const Fact *midr, uint64_t value, const char *bits) {
        Fact fact = *midr;

        if (!fact_known(midr))
                return fact;
        fact.value = value;
        snprintf(fact.source, sizeof(fact.source), "MIDR_EL1[%s]", bits);
        return fact;
}

static bool same_part(uint32_t a, uint32_t b) {
        Midr x, y;

        midr_decode(a, &x);
        midr_decode(b, &y);
        return x.implementer == y.implementer && x.part == y.part;
}

/* Whether no CPU before this kind is of its part. */
static bool is_first(const Cpuinfo *info, size_t kind) {
        for (size_t i = 0; i < kind; i++)
                if (same_part(info->kinds[i].midr, info->kinds[kind].midr))
                        return false;
        return true;
}

/* Parts, not revisions of one. Unknown where one CPU is. */
static Fact count_parts(const CpuFacts *cpu) {
        const Cpuinfo *info = &cpu->cpuinfo;
        uint64_t n = 0;

        if (cpu->cpuinfo_reason != REASON_NONE)
                return fact_unknown(cpu->cpuinfo_reason, "/proc/cpuinfo");
        if (info->n_kinds == 0 || info->kinds_partial)
                return fact_unknown(
                                info->n_kinds == 0 && cpu->faults.n == 0 ? REASON_ABSENT : REASON_MALFORMED,
                                "/proc/cpuinfo CPU implementer, part of all CPUs");
        for (size_t i = 0; i < info->n_kinds; i++)
                n += is_first(info, i);
        return fact_measured(n, "/proc/cpuinfo CPU implementer, part of all CPUs");
}

/* Appends a name; of a part that is not known, only where another part is named. */
static void append_name(uint32_t value, bool alone, char *text, size_t size) {
        size_t n = strlen(text);
        const char *name;
        Midr midr;

        midr_decode(value, &midr);
        name = arm_part_name(midr.implementer, midr.part);
        if (name)
                snprintf(text + n, size - n, "%s%s", n > 0 ? ", " : "", name);
        else if (!alone)
                snprintf(text + n, size - n, "%spart 0x%03x", n > 0 ? ", " : "", midr.part);
}

static void name_parts(const CpuFacts *cpu, const Fact *midr, const Fact *kinds, char *ret, size_t size) {
        const Cpuinfo *info = &cpu->cpuinfo;

        if (!fact_known(kinds) || kinds->value == 1) {
                if (fact_known(midr))
                        append_name((uint32_t) midr->value, true, ret, size);
                return;
        }
        for (size_t i = 0; i < info->n_kinds; i++)
                if (is_first(info, i))
                        append_name(info->kinds[i].midr, false, ret, size);
}

/* KVM emulates this one for guests. */
static Fact gic_version(const Facts *facts) {
        const IommuFacts *chips = &facts->iommu;
        const FirmwareTables *tables = &facts->acpi;

        if (chips->gic_version > 0)
                return fact_measured(chips->gic_version, CHIPS " %s", chips->gic_chip);
        if (tables->device_tree_reason == REASON_NONE && tables->device_tree.gic_version > 0)
                return fact_measured(tables->device_tree.gic_version, "device tree, interrupt controller");
        return fact_unknown(chips->gic_reason, CHIPS);
}

void derive_arm_cpu(const Facts *facts, ProfileHost *ret) {
        const CpuFacts *cpu = &facts->cpu;
        uint64_t page_size = facts->host.identity.page_size;
        const char *vendor = NULL;
        Midr midr = {};

        ret->family = ret->model = ret->stepping =
                        fact_unknown(REASON_NOT_APPLICABLE, "arm64 has MIDR_EL1 instead");
        ret->midr = derive_midr(cpu);
        if (fact_known(&ret->midr)) {
                midr_decode(ret->midr.value, &midr);
                vendor = arm_implementer_name(midr.implementer);
        }
        ret->implementer = field_of(&ret->midr, midr.implementer, "31:24");
        ret->variant = field_of(&ret->midr, midr.variant, "23:20");
        ret->part = field_of(&ret->midr, midr.part, "15:4");
        ret->revision = field_of(&ret->midr, midr.revision, "3:0");
        ret->cpu_kinds = count_parts(cpu);
        if (vendor) {
                ret->vendor = CPU_VENDOR_OTHER;
                snprintf(ret->vendor_name, sizeof(ret->vendor_name), "%s", vendor);
        }
        name_parts(cpu, &ret->midr, &ret->cpu_kinds, ret->model_name, sizeof(ret->model_name));
        ret->page_size = page_size > 0 ? fact_measured(page_size, "sysconf(_SC_PAGESIZE)")
                                       : fact_unknown(REASON_ABSENT, "sysconf(_SC_PAGESIZE)");
        ret->gic_version = gic_version(facts);
}
