/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-xen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/decode/amdvi/amdvi-efr.h"
#include "probe/decode/vtd/vtd-width.h"
#include "profile/derive/derive-unit.h"

/* The unit's tables have three or four levels by SAGAW, never five (xen/drivers/passthrough/vtd/iommu.c,
 * iommu_alloc()); those of AMD-Vi four for HVM guests (amd/pci_amd_iommu.c, amd_iommu_domain_init()). */
#define LEVELS_3_BITS 39
#define LEVELS_4_BITS 48
#define SAGAW_39 0x02
#define SAGAW_48 0x04

/* One unit, by the log and the firmware's table, either of which may be missing. */
typedef struct XenUnit {
        uint32_t number;
        const XenLogUnit *logged;
        const DmarUnit *dmar;
        const IvrsBlock *ivrs;
} XenUnit;

typedef struct XenUnits {
        XenIommuKind kind;
        size_t n;
        XenUnit units[XEN_LOG_UNITS_MAX];
} XenUnits;

static bool has_log(const Facts *facts) {
        return facts->xen.log_reason == REASON_NONE;
}

static XenUnit *unit_at(XenUnits *units, uint32_t number) {
        for (size_t i = 0; i < units->n; i++)
                if (units->units[i].number == number)
                        return &units->units[i];
        if (units->n == XEN_LOG_UNITS_MAX)
                return NULL;
        units->units[units->n] = (XenUnit){ .number = number };
        return &units->units[units->n++];
}

/* Addresses are numbered by their order. If the log has lost its first lines, the first address left may be that of a
 * later unit: then there are more units, of which it says page sizes later and with their number. */
static bool in_order(const XenLog *log) {
        for (size_t i = 0; i < log->n_units && !log->begins; i++)
                if (!log->units[i].address_known)
                        return false;
        return true;
}

static void add_log(const XenLog *log, XenUnits *ret) {
        const bool ordered = in_order(log);

        ret->kind = log->iommu;
        for (size_t i = 0; i < log->n_units; i++) {
                XenUnit *unit = unit_at(ret, log->units[i].number);

                if (unit && (ordered || !log->units[i].address_known))
                        unit->logged = &log->units[i];
        }
}

static const XenLogUnit *logged_at(const XenLog *log, uint64_t address) {
        for (size_t i = 0; i < log->n_units; i++)
                if (log->units[i].address_known && log->units[i].address == address)
                        return &log->units[i];
        return NULL;
}

/* Xen numbers its units in the order of the tables. */
static void add_dmar(const Dmar *dmar, const XenLog *log, XenUnits *ret) {
        ret->kind = XEN_IOMMU_VTD;
        for (size_t i = 0; i < dmar->n_units && i <= UINT32_MAX; i++) {
                XenUnit *unit = unit_at(ret, (uint32_t) i);

                if (!unit)
                        continue;
                unit->dmar = &dmar->units[i];
                unit->logged = log ? logged_at(log, unit->dmar->base) : NULL;
        }
}

static void add_ivrs(const Ivrs *ivrs, XenUnits *ret) {
        uint32_t number = 0;

        ret->kind = XEN_IOMMU_AMDVI;
        for (size_t i = 0; i < ivrs->n_blocks; i++) {
                XenUnit *unit = ivrs->blocks[i].used ? unit_at(ret, number) : NULL;

                if (!unit)
                        continue;
                unit->ivrs = &ivrs->blocks[i];
                number++;
        }
}

static void collect(const Facts *facts, XenUnits *ret) {
        const FirmwareTables *firmware = &facts->acpi;
        const XenIommuKind kind = has_log(facts) ? facts->xen.log.iommu : XEN_IOMMU_UNKNOWN;

        ret->kind = XEN_IOMMU_UNKNOWN;
        ret->n = 0;
        if (has_log(facts))
                add_log(&facts->xen.log, ret);
        if (kind != XEN_IOMMU_AMDVI && firmware->dmar_reason == REASON_NONE)
                add_dmar(&firmware->dmar, has_log(facts) ? &facts->xen.log : NULL, ret);
        else if (kind != XEN_IOMMU_VTD && firmware->ivrs_reason == REASON_NONE)
                add_ivrs(&firmware->ivrs, ret);
}

/* ── one unit ──────────────────────────────────────────────────────────────────────────────────────────── */

static Fact no_register(const char *what) {
        return fact_unknown(REASON_XEN, "Xen does not log it without iommu=verbose: %s", what);
}

static void vtd_bits(const VtdCap *cap, ProfileIommu *ret) {
        unsigned mgaw = vtd_mgaw_bits(cap),
                 tables = cap->sagaw & SAGAW_48 ? LEVELS_4_BITS
                        : cap->sagaw & SAGAW_39 ? LEVELS_3_BITS
                                                : 0;

        if (tables == 0)
                ret->second_stage_bits = fact_unknown(REASON_MALFORMED,
                                "CAP.SAGAW 0x%x has neither three nor four levels", (unsigned) cap->sagaw);
        else
                ret->second_stage_bits = fact_derived(mgaw < tables ? mgaw : tables,
                                "min(MGAW %u, %u): Xen's tables have %u levels", mgaw, tables,
                                tables == LEVELS_4_BITS ? 4U : 3U);
}

static void derive_vtd_unit(const XenUnit *unit, ProfileIommu *ret) {
        const XenLogUnit *logged = unit->logged;
        VtdEcap ecap;
        VtdCap cap;

        ret->kind = IOMMU_INTEL_VTD;
        if (logged && logged->address_known)
                ret->address = fact_measured(logged->address, "Xen's boot log: drhd->address");
        else if (unit->dmar)
                ret->address = fact_measured(unit->dmar->base, "ACPI DMAR, which Xen renames RMAD");
        else
                ret->address = no_register("address");
        ret->version_major = ret->version_minor = fact_unknown(REASON_XEN, "not reported by Xen");
        if (!logged || !logged->registers_known) {
                ret->cap = ret->ecap = no_register("CAP, ECAP");
                ret->caching_mode = ret->second_stage_bits = ret->interrupt_remapping_capable = ret->cap;
                return;
        }
        ret->cap = fact_measured(logged->cap, "Xen's boot log: cap");
        ret->ecap = fact_measured(logged->ecap, "Xen's boot log: ecap");
        vtd_cap_decode(logged->cap, &cap);
        vtd_ecap_decode(logged->ecap, &ecap);
        ret->caching_mode = fact_measured(cap.cm, "CAP.CM");
        ret->interrupt_remapping_capable = fact_measured(ecap.ir, "ECAP.IR");
        vtd_bits(&cap, ret);
}

static void derive_amd_unit(const XenUnit *unit, ProfileIommu *ret) {
        ret->kind = IOMMU_AMD_VI;
        ret->address = unit->ivrs ? fact_measured(unit->ivrs->base, "ACPI IVRS")
                                  : fact_unknown(REASON_XEN, "not reported by Xen");
        ret->efr = unit->ivrs && unit->ivrs->has_efr ? fact_measured(unit->ivrs->efr, "ACPI IVRS")
                                                     : fact_unknown(REASON_XEN, "not reported by Xen");
        ret->efr2 = unit->ivrs && unit->ivrs->has_efr ? fact_measured(unit->ivrs->efr2, "ACPI IVRS")
                                                      : fact_unknown(REASON_XEN, "not reported by Xen");
        ret->capability = ret->caching_mode = fact_unknown(REASON_XEN, "not reported by Xen");
        ret->second_stage_bits =
                        fact_derived(LEVELS_4_BITS, "AMD-Vi tables of HVM guests have up to four levels");
        ret->interrupt_remapping_capable = fact_assumed(1, "all AMD-Vi units support interrupt remapping");
}

static Fact remapping(const Facts *facts) {
        if (has_log(facts) && facts->xen.log.interrupt_remapping != TRISTATE_UNKNOWN)
                return fact_measured(facts->xen.log.interrupt_remapping == TRISTATE_YES,
                                "Xen's boot log: Interrupt remapping");
        return fact_unknown(derive_xen_reason(facts), "Xen's boot log: Interrupt remapping");
}

static void derive_unit(const Facts *facts, const XenUnits *units, const XenUnit *unit, ProfileIommu *ret) {
        Fact none = unit_not_applicable("not a register of this kind of unit");

        ret->address = ret->version_major = ret->version_minor = none;
        ret->cap = ret->ecap = ret->capability = ret->efr = ret->efr2 = none;
        ret->features = ret->oas = ret->bits_at_least = none;
        ret->first_stage_bits = unit_not_applicable("Xen uses second-stage tables only");
        ret->devices_reason = REASON_XEN;
        ret->firmware_unit = -1;
        snprintf(ret->name, sizeof(ret->name), "%s%u", units->kind == XEN_IOMMU_VTD ? "vtd" : "amdvi",
                        unit->number);
        if (units->kind == XEN_IOMMU_VTD)
                derive_vtd_unit(unit, ret);
        else
                derive_amd_unit(unit, ret);
        ret->bits = ret->second_stage_bits;
        ret->interrupt_remapping_enabled = remapping(facts);
        if (unit->dmar)
                ret->firmware_unit = (int) (unit->dmar - facts->acpi.dmar.units);
}

/* Xen may use none, or not tell. */
static Tristate iommu_used(const Facts *facts) {
        const XenFacts *xen = &facts->xen;

        if (xen->answers_reason == REASON_NONE && xen->answers.physinfo_reason == REASON_NONE)
                return tristate(xen_answers_has(&xen->answers, XEN_CAPABILITY_DIRECTIO));
        return has_log(facts) ? xen->log.iommu_enabled : TRISTATE_UNKNOWN;
}

int derive_xen_iommus(const Facts *facts, Profile *profile) {
        Tristate used = iommu_used(facts);
        XenUnits units;

        if (profile->xen.role != XEN_ROLE_CONTROL || profile->n_iommus > 0)
                return 0;
        profile->iommus_reason = used == TRISTATE_NO ? REASON_NONE : derive_xen_reason(facts);
        if (used != TRISTATE_YES)
                return 0;
        collect(facts, &units);
        if (units.n == 0)
                return 0;
        profile->iommus = calloc(units.n, sizeof(ProfileIommu));
        if (!profile->iommus)
                return -ENOMEM;
        profile->iommus_reason = REASON_NONE;
        for (size_t i = 0; i < units.n; i++)
                derive_unit(facts, &units, &units.units[i], &profile->iommus[profile->n_iommus++]);
        return 0;
}

/* As outside of Xen, but for what Xen says where there is none. */
void derive_xen_iova(const Facts *facts, Profile *profile) {
        Fact *iova = &profile->widths.iova_bits;

        if (profile->xen.role != XEN_ROLE_CONTROL || profile->n_iommus > 0)
                return;
        if (profile->iommus_reason == REASON_NONE)
                *iova = fact_unknown(REASON_ABSENT, "Xen uses no IOMMU");
        else
                *iova = fact_unknown(profile->iommus_reason, "the IOMMUs are Xen's");
}
