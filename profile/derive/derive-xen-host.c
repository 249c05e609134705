/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-xen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "profile/derive/facts-architecture.h"

/* Page tables of Xen for guests (EPT, NPT) and for itself have four levels, of any CPU (xen/arch/x86/mm/p2m-ept.c,
 * p2m-pt.c; xen/arch/x86/include/asm/paging.h, paging_max_paddr_bits()). */
#define XEN_LEVELS 4
#define XEN_LEVELS_BITS 48
/* Shadow page tables of a Xen that was built without BIGMEM keep page numbers in 32 bits (same function). */
#define XEN_SHADOW_BITS 44
/* PADDR_BITS of Xen. */
#define XEN_PADDR_BITS 52

/* Neither the limit to four levels nor the subtraction of encryption bits is in these (by the tags of Xen). */
static bool is_old(const ProfileXen *xen) {
        unsigned major = 0, minor = 0, point = 0;

        if (sscanf(xen->version, "%u.%u.%u", &major, &minor, &point) < 2 || major != 4)
                return false;
        return minor < 14 || (minor == 14 && point < 4) || (minor == 15 && point < 2);
}

static uint64_t lower(uint64_t a, uint64_t b) {
        return a < b ? a : b;
}

static bool is_yes(const Fact *fact) {
        return fact_known(fact) && fact->value;
}

static bool is_no(const Fact *fact) {
        return fact_known(fact) && !fact->value;
}

/* ── the host ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Whether Xen itself runs in a virtual machine. Xen's answers name Xen; the hardware's, or those of the hypervisor
 * below Xen, come from CPUID instructions that Xen does not intercept, and from its raw policy. */
static void derive_outer(const Facts *facts, const CpuFacts *view, ProfileHost *ret) {
        const CpuidFeature *raw = &view->feature, *own = &facts->cpu.feature;
        const char *name = "";

        *ret->virtualised = 0;
        if (view->cpuid_reason != REASON_NONE || !raw->leaf_1_known)
                return;
        if (facts->cpu.cpuid_reason == REASON_NONE && !facts->xen.cpuid.found && own->hypervisor)
                name = own->hypervisor_name;
        snprintf(ret->virtualised, sizeof(ret->virtualised), "%s",
                        !raw->hypervisor        ? "none"
                                        : *name ? name
                                                : "unnamed");
}

static void derive_names(const Facts *facts, const CpuFacts *view, Profile *profile) {
        ProfileHost *host = &profile->host;

        derive_outer(facts, view, host);
        host->cpus = fact_unknown(REASON_XEN, "/proc/cpuinfo has the CPUs of this domain");
        host->unsafe_type1 = host->unsafe_iommufd = host->dma_entry_limit =
                        fact_unknown(REASON_XEN, "VFIO does not run below Xen");
}

/* ── widths of the CPU ─────────────────────────────────────────────────────────────────────────────────── */

/* What Xen gives dom0 of the leaf: to a PV domain its own width, which on AMD's CPUs is the hardware's less what
 * encryption may take; to a PVH domain the hardware's up to 48 bits, with shadow
 * paging 44 (xen/arch/x86/cpu-policy.c). */
static Fact intercepted_bits(const Facts *facts, const ProfileXen *xen) {
        const CpuFacts *cpu = &facts->cpu;
        unsigned bits = cpu->width.physical_bits;
        bool passed = xen->domain_type == XEN_DOMAIN_PV
                        ? cpu->feature.vendor == CPU_VENDOR_INTEL
                        : xen->domain_type == XEN_DOMAIN_PVH && bits < XEN_SHADOW_BITS;

        if (cpu->cpuid_reason == REASON_NONE && cpu->width.rule == CPUID_WIDTH_LEAF && passed)
                return fact_derived(bits, "CPUID 0x80000008 EAX[7:0], as Xen passes it on to dom0");
        return fact_unknown(derive_xen_reason(facts), "CPUID 0x80000008, which Xen intercepts");
}

/* Xen subtracts the bits that encryption may take, whether or not it is on (xen/arch/x86/cpu/common.c). */
static Fact taken_bits(const Facts *facts, const CpuFacts *view, const ProfileXen *xen) {
        if (view->cpuid_reason != REASON_NONE)
                return fact_unknown(derive_xen_reason(facts), "CPUID 0x8000001f, which Xen intercepts");
        if (!view->encryption.known)
                return fact_unknown(REASON_XEN, "CPUID 0x8000001f: not in Xen's policy");
        if (!view->encryption.present)
                return fact_derived(0, "CPUID has no leaf 0x8000001f");
        if (is_old(xen))
                return fact_derived(0, "Xen %.32s subtracts no bits for encryption", xen->version);
        return fact_derived(view->encryption.pa_reduction,
                        "CPUID 0x8000001f EBX[11:6], which Xen subtracts in any case");
}

/* /proc/cpuinfo of a PV dom0 has the width that Xen itself uses. */
static Fact host_bits(const Facts *facts, const ProfileXen *xen, const Fact *cpu, const Fact *taken) {
        if (fact_known(cpu) && fact_known(taken) && taken->value < cpu->value)
                return fact_derived(lower(cpu->value, XEN_PADDR_BITS) - taken->value,
                                "cpuPhysicalBits %" PRIu64 " - bitsTaken %" PRIu64 ", Xen's rule",
                                cpu->value, taken->value);
        if (xen->domain_type == XEN_DOMAIN_PV && facts->cpu.cpuinfo_reason == REASON_NONE &&
                        facts->cpu.cpuinfo.has_address_sizes)
                return fact_measured(facts->cpu.cpuinfo.min_physical_bits,
                                "/proc/cpuinfo address sizes: a PV dom0 has Xen's own width");
        return fact_unknown(derive_xen_reason(facts), "the width that Xen uses");
}

static bool by_policy(const Facts *facts) {
        return facts->xen.answers_reason == REASON_NONE &&
                        facts->xen.answers.policies[XEN_POLICY_RAW].reason == REASON_NONE;
}

static void name_policy(const char *bits, Fact *fact) {
        if (fact->provenance == PROVENANCE_MEASURED)
                *fact = fact_measured(fact->value, "Xen's raw CPU policy: CPUID 0x80000008 %s", bits);
}

static void derive_cpu(const Facts *facts, const CpuFacts *view, Profile *profile) {
        ProfileWidths *widths = &profile->widths;
        ProfileEncryption *encryption = &profile->encryption;

        if (by_policy(facts)) {
                name_policy("EAX[7:0]", &widths->cpu_physical_bits);
                name_policy("EAX[15:8]", &widths->linear_bits);
        }
        if (!fact_known(&widths->cpu_physical_bits))
                widths->cpu_physical_bits = intercepted_bits(facts, &profile->xen);
        encryption->bits_taken = taken_bits(facts, view, &profile->xen);
        widths->host_physical_bits =
                        host_bits(facts, &profile->xen, &widths->cpu_physical_bits, &encryption->bits_taken);
}

/* ── page tables ───────────────────────────────────────────────────────────────────────────────────────── */

static Fact levels(const Facts *facts, const Fact *used) {
        if (is_yes(used))
                return fact_derived(XEN_LEVELS, "Xen's tables of guests have four levels");
        return fact_unknown(
                        is_no(used) ? REASON_NOT_APPLICABLE : derive_xen_reason(facts), "%s", used->source);
}

static Fact page_size(const Facts *facts, const Fact *used, Tristate state, const char *line) {
        if (is_yes(used) && facts->xen.log_reason == REASON_NONE && state != TRISTATE_UNKNOWN)
                return fact_measured(state == TRISTATE_YES, "Xen's boot log: %s", line);
        return fact_unknown(is_no(used) ? REASON_NOT_APPLICABLE : derive_xen_reason(facts),
                        "Xen's boot log: %s", line);
}

static SecondLevelKind second_level(CpuVendor vendor) {
        switch (vendor) {
        case CPU_VENDOR_INTEL:
        case CPU_VENDOR_CENTAUR:
        case CPU_VENDOR_ZHAOXIN:
                return SECOND_LEVEL_EPT;
        case CPU_VENDOR_AMD:
        case CPU_VENDOR_HYGON:
                return SECOND_LEVEL_NPT;
        default:
                return SECOND_LEVEL_NONE;
        }
}

static void derive_tables(const Facts *facts, const CpuFacts *view, Profile *profile) {
        const ProfileXen *xen = &profile->xen;
        const XenLog *log = &facts->xen.log;
        ProfilePaging *paging = &profile->paging;
        const bool by_cpuid = view->cpuid_reason == REASON_NONE;

        if (!fact_known(&paging->virtualisation_capable) || !by_cpuid)
                paging->virtualisation_capable = is_yes(&xen->hvm)
                                ? xen->hvm
                                : fact_unknown(derive_xen_reason(facts),
                                                  "CPUID VMX or SVM, which Xen masks");
        paging->virtualisation_enabled = xen->hvm;
        paging->la57_enabled = fact_derived(0, "Xen's own page tables have four levels");
        paging->host_levels = fact_derived(XEN_LEVELS, "Xen's own page tables have four levels");
        paging->second_level = second_level(profile->host.vendor);
        if (is_yes(&xen->hap))
                paging->second_level_capable = xen->hap;
        else if (facts->xen.log_reason == REASON_NONE && log->hap_present != TRISTATE_UNKNOWN)
                paging->second_level_capable = fact_measured(log->hap_present == TRISTATE_YES,
                                "Xen's boot log: Hardware Assisted Paging");
        else
                paging->second_level_capable = fact_unknown(
                                derive_xen_reason(facts), "Xen's boot log: Hardware Assisted Paging");
        paging->second_level_enabled = xen->hap;
        paging->second_level_levels = levels(facts, &xen->hap);
        paging->second_level_page_2m = page_size(facts, &xen->hap, log->hap_2m, "HAP page sizes");
        paging->second_level_page_1g = page_size(facts, &xen->hap, log->hap_1g, "HAP page sizes");
        paging->second_level_accessed_dirty = fact_unknown(
                        is_no(&xen->hap) ? REASON_NOT_APPLICABLE : REASON_XEN, "not reported by Xen");
        paging->kvm_loaded = paging->kvm_guest_phys_bits_offered = paging->smaller_maxphyaddr =
                        fact_unknown(REASON_XEN, "KVM does not run below Xen");
        *paging->kvm_backend = 0;
}

/* ── what guests get ───────────────────────────────────────────────────────────────────────────────────── */

/* The width in the policy that Xen offers to HVM guests; 0 unknown. */
static unsigned policy_bits(const XenFacts *xen) {
        const CpuidLeaf *leaf;

        if (xen->answers_reason != REASON_NONE ||
                        xen->answers.policies[XEN_POLICY_HVM_MAX].reason != REASON_NONE)
                return 0;
        leaf = cpuid_table_find(&xen->answers.policies[XEN_POLICY_HVM_MAX].leaves, 0x80000008, 0);
        return leaf ? bits(leaf->eax, 7, 0) : 0;
}

static Fact guest_physical(const Facts *facts, const CpuFacts *view, const Profile *profile) {
        const ProfileXen *xen = &profile->xen;
        const Fact *cpu = &profile->widths.cpu_physical_bits, *host = &profile->widths.host_physical_bits;
        unsigned nested = view->cpuid_reason == REASON_NONE ? view->width.guest_phys_addr_size : 0,
                 offered = policy_bits(&facts->xen);
        uint64_t value;

        if (is_no(&xen->hvm))
                return fact_unknown(REASON_NOT_APPLICABLE, "Xen runs no HVM and PVH guests");
        if (!fact_known(&xen->hap))
                return fact_unknown(xen->hap.reason, "%s", xen->hap.source);
        if (!xen->hap.value && is_no(&xen->shadow))
                return fact_unknown(REASON_NOT_APPLICABLE, "Xen has neither HAP nor shadow paging");
        const Fact *from = xen->hap.value ? cpu : host;
        if (!fact_known(from))
                return fact_unknown(from->reason, "%s", from->source);
        value = lower(from->value, XEN_PADDR_BITS);
        if (xen->hap.value && nested > 0)
                value = lower(nested, XEN_PADDR_BITS);
        if (offered >= 32)
                value = lower(value, offered);
        if (!xen->hap.value)
                return fact_assumed(lower(value, XEN_SHADOW_BITS),
                                "min(hostPhysicalBits %" PRIu64
                                ", 44): shadow paging of a Xen without BIGMEM",
                                from->value);
        if (is_old(xen))
                return fact_derived(value, "%s %" PRIu64 ": Xen %.32s limits no guest to its tables",
                                value == from->value ? "cpuPhysicalBits" : "Xen's policy", value,
                                xen->version);
        return fact_derived(lower(value, XEN_LEVELS_BITS),
                        "min(%s %" PRIu64 ", 48): Xen's rule for HVM and PVH guests with HAP",
                        value == from->value ? "cpuPhysicalBits" : "Xen's policy", value);
}

static void derive_guests(const Facts *facts, const CpuFacts *view, Profile *profile) {
        ProfileWidths *widths = &profile->widths;
        const Fact *physical = &widths->guest_physical_bits;

        widths->guest_physical_bits = guest_physical(facts, view, profile);
        if (fact_known(physical) && physical->value > XEN_LEVELS_BITS)
                widths->guest_mappable_bits =
                                fact_derived(XEN_LEVELS_BITS, "Xen's tables of guests have four levels");
        else
                widths->guest_mappable_bits = fact_known(physical)
                                ? fact_derived(physical->value,
                                                  "guestPhysicalBits, which Xen limits to what its tables map")
                                : *physical;
        if (physical->provenance == PROVENANCE_ASSUMED)
                widths->guest_mappable_bits.provenance = PROVENANCE_ASSUMED;
}

/* ── all of it ─────────────────────────────────────────────────────────────────────────────────────────── */

/* A PV domain without privilege: a virtual machine whose CPUID instructions may name the hardware. */
static void derive_pv_guest(Profile *profile) {
        ProfilePaging *paging = &profile->paging;

        paging->virtualisation_capable = paging->virtualisation_enabled =
                        fact_unknown(REASON_XEN, "a PV domain has neither VMX nor SVM");
        paging->second_level = SECOND_LEVEL_NONE;
        paging->second_level_capable = paging->second_level_enabled = paging->second_level_levels =
                        fact_unknown(REASON_XEN, "a PV domain has neither EPT nor NPT");
        paging->second_level_page_2m = paging->second_level_page_1g = paging->second_level_accessed_dirty =
                        paging->second_level_levels;
        paging->la57_capable =
                        fact_unknown(REASON_XEN, "CPUID 0x7 ECX[16], of which a PV domain cannot make use");
        paging->page_1g = fact_unknown(
                        REASON_XEN, "CPUID 0x80000001 EDX[26], of which a PV domain cannot make use");
        paging->kvm_loaded = paging->kvm_guest_phys_bits_offered = paging->smaller_maxphyaddr =
                        fact_unknown(REASON_XEN, "KVM does not run in a PV domain");
        profile->encryption.bits_taken = fact_unknown(REASON_XEN, "Xen sets the width of a PV domain");
        profile->widths.guest_physical_bits = profile->widths.guest_mappable_bits =
                        fact_unknown(REASON_XEN, "a PV domain runs no guests");
}

void derive_xen_host(const Facts *facts, Profile *profile) {
        Facts view;

        if (profile->xen.role == XEN_ROLE_GUEST)
                snprintf(profile->host.virtualised, sizeof(profile->host.virtualised), "xen");
        else if (profile->xen.role == XEN_ROLE_NONE && derive_xen_is_kvm(facts))
                snprintf(profile->host.virtualised, sizeof(profile->host.virtualised), "kvm");
        if (!derive_xen_view(facts, &profile->xen, &view))
                return;
        if (profile->xen.role == XEN_ROLE_GUEST) {
                derive_pv_guest(profile);
                return;
        }
        derive_names(facts, &view.cpu, profile);
        if (!facts_are_arm64(facts)) {
                derive_cpu(facts, &view.cpu, profile);
                derive_tables(facts, &view.cpu, profile);
                derive_guests(facts, &view.cpu, profile);
                return;
        }
        profile->widths.guest_physical_bits = profile->widths.guest_mappable_bits =
                        fact_unknown(REASON_XEN, "Xen on arm64");
        profile->paging.virtualisation_enabled = profile->paging.virtualisation_capable = profile->xen.hvm;
        profile->paging.second_level_capable = profile->paging.second_level_enabled = profile->xen.hap;
        profile->paging.kvm_loaded = fact_unknown(REASON_XEN, "KVM does not run below Xen");
        profile->paging.kvm_mode = KVM_MODE_UNKNOWN;
}
