/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>

#include "profile/architecture.h"
#include "profile/findings/findings.h"

static bool is(const Fact *state, bool value) {
        return fact_known(state) && !!state->value == value;
}

/* KVM is part of most arm64 kernels; it does not start without EL2, or if it must not. */
static void explain_arm64(const Profile *profile, Finding *f) {
        const char *source = profile->paging.kvm_loaded.source;

        if (strncmp(source, "/sys/module/kvm ", 16) == 0) {
                finding_detail(f, "%s. The guest widths are unknown until KVM runs.", source);
                finding_remedy(f, "Run a kernel that is built with CONFIG_KVM.");
        } else if (profile->host.cmdline_reason == REASON_NONE && profile->host.cmdline.kvm_arm_none) {
                finding_detail(f,
                                "%s: kvm-arm.mode=none on the kernel command line disables KVM. The guest widths "
                                "are unknown until KVM runs.",
                                source);
                finding_remedy(f, "Remove kvm-arm.mode=none from the kernel command line.");
        } else {
                finding_detail(f, "%s: %s. The guest widths are unknown until KVM runs.", source,
                                is(&profile->paging.virtualisation_enabled, false)
                                                ? "the kernel was not started at EL2 (HYP mode not available)"
                                                : "KVM has not started, mostly for lack of EL2");
                finding_remedy(f,
                                "Use firmware that starts the kernel at EL2; in a virtual machine, enable nested "
                                "virtualisation on the outer host (QEMU -machine virt,virtualization=on). "
                                "'journalctl -k -b --grep=kvm' shows what KVM said.");
        }
}

static void find_kvm_absent(const Profile *profile, FindingList *list) {
        if (!is(&profile->paging.kvm_loaded, false))
                return;
        Finding *f = finding_add(list, FINDING_KVM_ABSENT, SEVERITY_WARNING, "host");
        finding_summary(f, "KVM is not running: guests have no hardware acceleration");
        if (profile_is_arm64(profile)) {
                explain_arm64(profile, f);
                return;
        }
        finding_detail(f, "%s. The guest widths are unknown until KVM runs.",
                        strcmp(profile->paging.kvm_loaded.source, "/sys/module/kvm") == 0
                                        ? "/sys/module/kvm does not exist"
                                        : profile->paging.kvm_loaded.source);
        if (is(&profile->paging.virtualisation_capable, false))
                finding_remedy(f, "%s",
                                profile->xen.role == XEN_ROLE_GUEST
                                                ? "Xen gives this domain neither VMX nor SVM. An HVM guest has it "
                                                  "with nestedhvm=1 in its configuration."
                                                : "The CPU supports neither VMX nor SVM. In a virtual machine, "
                                                  "enable nested virtualisation on the outer host.");
        else if (!profile_is_x86(profile))
                finding_remedy(f, "Run a kernel with KVM.");
        else
                finding_remedy(f, "Run 'modprobe %s'. If that fails, %s.",
                                profile->host.vendor == CPU_VENDOR_AMD ||
                                                                profile->host.vendor == CPU_VENDOR_HYGON
                                                ? "kvm_amd"
                                                : "kvm_intel",
                                profile->xen.role == XEN_ROLE_GUEST
                                                ? "look at nestedhvm= in the configuration of this guest of Xen"
                                                : "enable VT-x or SVM in firmware setup");
}

static void find_virtualisation_disabled(const Profile *profile, FindingList *list) {
        bool amd = profile->host.vendor == CPU_VENDOR_AMD || profile->host.vendor == CPU_VENDOR_HYGON;

        if (!is(&profile->paging.virtualisation_capable, true) ||
                        !is(&profile->paging.virtualisation_enabled, false) ||
                        profile->xen.role != XEN_ROLE_NONE) /* xen-hvm-off; of guests, Xen decides */
                return;
        Finding *f = finding_add(list,
                        amd ? FINDING_SVM_DISABLED_BY_FIRMWARE : FINDING_VMX_LOCKED_BY_FIRMWARE,
                        SEVERITY_WARNING, "host");
        finding_summary(f, "The CPU supports %s, but firmware disabled it", amd ? "SVM" : "VMX");
        if (strncmp(profile->paging.virtualisation_enabled.source, "MSR ", 4) == 0)
                finding_detail(f, "CPUID reports it; firmware disabled it in %s.",
                                profile->paging.virtualisation_enabled.source);
        else
                finding_detail(f, "CPUID reports it; the kernel removed it from /proc/cpuinfo.");
        finding_remedy(f, "Enable %s in firmware setup.",
                        amd ? "SVM" : "Intel virtualisation technology (VT-x)");
}

static void find_second_level_off(const Profile *profile, FindingList *list) {
        const ProfilePaging *paging = &profile->paging;
        bool capable = is(&paging->second_level_capable, true);

        if (!is(&paging->kvm_loaded, true) || !is(&paging->second_level_enabled, false))
                return;
        Finding *f = finding_add(list, FINDING_SECOND_LEVEL_PAGING_OFF,
                        capable ? SEVERITY_WARNING : SEVERITY_INFO, "host");
        finding_summary(f, "KVM uses shadow page tables, not EPT or NPT");
        finding_detail(f, "%s. Guests are limited to the host's own address width, and run slower.",
                        paging->second_level_enabled.source);
        if (capable)
                finding_remedy(f, "Remove kvm_intel.ept=0 or kvm_amd.npt=0, then reload the module.");
        else
                finding_remedy(f, "None: the CPU does not report second-level paging to this kernel.");
}

static void find_mappable_below_physical(const Profile *profile, FindingList *list) {
        const Fact *physical = &profile->widths.guest_physical_bits;
        const Fact *mappable = &profile->widths.guest_mappable_bits;

        if (!fact_known(physical) || !fact_known(mappable) || mappable->value >= physical->value)
                return;
        Finding *f = finding_add(list, FINDING_GUEST_MAPPABLE_BELOW_PHYSICAL, SEVERITY_WARNING, "host");
        finding_summary(f,
                        "Guests may be configured with %" PRIu64
                        " address bits, but second-level page tables map only %" PRIu64,
                        physical->value, mappable->value);
        finding_detail(f,
                        "If firmware places memory or a BAR above %" PRIu64
                        " bits, each access faults endlessly (%s).",
                        mappable->value, mappable->source);
        if (profile->xen.role == XEN_ROLE_CONTROL) {
                finding_remedy(f,
                                "Update Xen: releases from 4.14.4, 4.15.2 and 4.16 on limit guests themselves. Until "
                                "then, give no guest a BAR or memory that does not fit below ('hawctl check').");
                return;
        }
        finding_remedy(f,
                        "Limit guests: libvirt <maxphysaddr mode='passthrough' limit='%" PRIu64
                        "'/>, QEMU -cpu host,host-phys-bits-limit=%" PRIu64 "%s.",
                        mappable->value, mappable->value,
                        is(&profile->paging.la57_capable, true) && is(&profile->paging.la57_enabled, false)
                                        ? "; or boot without no5lvl"
                                        : "");
}

static void find_five_level_off(const Profile *profile, FindingList *list) {
        /* Xen has four levels, whatever Linux was built with. */
        if (!is(&profile->paging.la57_capable, true) || !is(&profile->paging.la57_enabled, false) ||
                        profile->xen.role == XEN_ROLE_CONTROL)
                return;
        Finding *f = finding_add(list, FINDING_FIVE_LEVEL_CAPABLE_BUT_OFF, SEVERITY_INFO, "host");
        finding_summary(f, "The CPU supports five page-table levels; the kernel uses four");
        finding_detail(f,
                        "Linear addresses are limited to 48 bits. On AMD, nested page tables have the "
                        "host's depth.");
        if (profile->host.cmdline_reason == REASON_NONE && profile->host.cmdline.no5lvl)
                finding_remedy(f, "Remove no5lvl from the kernel command line if five levels are needed.");
        else
                finding_remedy(f, "Use a kernel that is built with CONFIG_X86_5LEVEL.");
}

static void find_old_kernel(const Profile *profile, FindingList *list) {
        if (!is(&profile->paging.kvm_guest_phys_bits_offered, false) ||
                        !is(&profile->paging.second_level_enabled, true))
                return;
        Finding *f = finding_add(list, FINDING_OLD_KERNEL_NO_GUEST_PHYS_BITS, SEVERITY_INFO, "host");
        finding_summary(f, "KVM of this kernel does not report how many bits second-level page tables map");
        finding_detail(f,
                        "KVM_GET_SUPPORTED_CPUID leaf 0x80000008 has no GuestPhysAddrSize (since Linux "
                        "6.10), so guests and VMMs cannot read the limit either.");
        finding_remedy(f,
                        "Use Linux 6.10 or later. Until then, keep guests at or below the mappable width "
                        "shown here.");
}

void find_guest_paging(const Profile *profile, FindingList *list) {
        find_kvm_absent(profile, list);
        find_virtualisation_disabled(profile, list);
        find_second_level_off(profile, list);
        find_mappable_below_physical(profile, list);
        find_five_level_off(profile, list);
        find_old_kernel(profile, list);
}
