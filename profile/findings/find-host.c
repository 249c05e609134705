/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "profile/architecture.h"
#include "profile/findings/findings.h"

static void find_architecture(const Profile *profile, FindingList *list) {
        const char *architecture = profile->host.architecture;

        if (!*architecture || profile_is_x86(profile) || profile_is_arm64(profile))
                return;
        Finding *f = finding_add(list, FINDING_ARCHITECTURE_NOT_SUPPORTED, SEVERITY_INFO, "host");
        finding_summary(f, "%s is not supported: the CPU, guest and IOMMU widths are unknown", architecture);
        finding_detail(f,
                        "hawd reads these widths on x86_64 and arm64 only. On %s it shows what the kernel "
                        "reports of PCI devices, IOMMU groups, reserved regions and memory.",
                        architecture);
        finding_remedy(f, "Take the limits of guests from the documentation of the platform.");
}

static void find_virtualised_host(const Profile *profile, FindingList *list) {
        const char *hypervisor = profile->host.virtualised;

        if (!*hypervisor || strcmp(hypervisor, "none") == 0)
                return;
        Finding *f = finding_add(list, FINDING_VIRTUALISED_HOST, SEVERITY_INFO, "host");
        finding_summary(f, "This host is itself a virtual machine (%s)", hypervisor);
        if (profile->xen.role == XEN_ROLE_GUEST) {
                finding_detail(f,
                                "Every number here is what Xen gives this domain. Xen gives its guests no IOMMU, so "
                                "that no device can be assigned from here. The hardware may differ.");
                finding_remedy(f, "Run 'hawctl status' in dom0 for the widths of the host.");
                return;
        }
        finding_detail(f,
                        "Every number here is what the outer hypervisor reports. The hardware may differ.");
        finding_remedy(f, "Check the widths on the outer host as well.");
}

static void find_cpus_differ(const Profile *profile, FindingList *list) {
        const Fact *min = &profile->widths.cpuinfo_min_bits, *max = &profile->widths.cpuinfo_max_bits;

        /* Xen goes by the boot CPU, and dom0 sees virtual CPUs. */
        if (!fact_known(min) || !fact_known(max) || min->value == max->value ||
                        profile->xen.role != XEN_ROLE_NONE)
                return;
        Finding *f = finding_add(list, FINDING_CPUS_DIFFER, SEVERITY_WARNING, "host");
        finding_summary(f, "CPUs report different physical address widths: %" PRIu64 " to %" PRIu64 " bits",
                        min->value, max->value);
        finding_detail(f, "KVM uses the boot CPU's width for every guest; this profile uses the lowest.");
        finding_remedy(f,
                        "Limit guests to %" PRIu64
                        " bits: libvirt <maxphysaddr mode='emulate' bits='%" PRIu64
                        "'/>, QEMU -cpu …,phys-bits=%" PRIu64 ".",
                        min->value, min->value, min->value);
}

static void find_cpu_parts_differ(const Profile *profile, FindingList *list) {
        const Fact *kinds = &profile->host.cpu_kinds;

        if (!fact_known(kinds) || kinds->value < 2)
                return;
        Finding *f = finding_add(list, FINDING_CPUS_DIFFER, SEVERITY_INFO, "host");
        finding_summary(f, "CPUs are of %" PRIu64 " different parts: %s", kinds->value,
                        profile->host.model_name);
        finding_detail(f,
                        "The width is the same for all: KVM gives guests the lowest. Other features of a virtual "
                        "CPU are those of the CPU that it is made on.");
        finding_remedy(f,
                        "Keep each guest's virtual CPUs on CPUs of one part: libvirt <vcpu cpuset='…'>, or "
                        "taskset(1) before QEMU starts. /proc/cpuinfo shows the part of each CPU.");
}

static void find_width_sources_disagree(const Profile *profile, FindingList *list) {
        const Fact *cpu = &profile->widths.cpu_physical_bits, *taken = &profile->encryption.bits_taken;
        const Fact *kernel = &profile->widths.cpuinfo_min_bits, *widest = &profile->widths.cpuinfo_max_bits;

        if (!fact_known(cpu) || !fact_known(taken) || !fact_known(kernel) || taken->value > cpu->value ||
                        taken->provenance != PROVENANCE_MEASURED)
                return;
        uint64_t expected = cpu->value - taken->value;
        /* On a hybrid CPU, CPUID describes only one kind of core. */
        if (expected >= kernel->value && expected <= widest->value)
                return;
        Finding *f = finding_add(list, FINDING_WIDTH_SOURCES_DISAGREE, SEVERITY_WARNING, "host");
        finding_summary(f, "CPUID and the kernel report different physical address widths");
        finding_detail(f,
                        "CPUID reports %" PRIu64 " bits and memory encryption takes %" PRIu64
                        ", which leaves %" PRIu64 "; /proc/cpuinfo reports %" PRIu64 ".",
                        cpu->value, taken->value, expected, kernel->value);
        finding_remedy(f, "Rely on the lower number. A newer kernel may subtract the encryption bits.");
}

static void find_encryption_takes_bits(const Profile *profile, FindingList *list) {
        const Fact *taken = &profile->encryption.bits_taken, *cpu = &profile->widths.cpu_physical_bits;

        if (!fact_known(taken) || taken->value == 0 || !fact_known(cpu))
                return;
        Finding *f = finding_add(list, FINDING_ENCRYPTION_TAKES_BITS, SEVERITY_INFO, "host");
        if (profile->xen.role == XEN_ROLE_CONTROL) {
                finding_summary(f,
                                "Xen sets %" PRIu64 " of the CPU's %" PRIu64
                                " address bits aside for encryption",
                                taken->value, cpu->value);
                finding_detail(f, "%s. With HAP, HVM and PVH guests get the CPU's width all the same.",
                                taken->source);
                finding_remedy(f, "None: Xen has no option for it, and does not depend on firmware setup.");
                return;
        }
        finding_summary(f, "Memory encryption takes %" PRIu64 " of the CPU's %" PRIu64 " address bits",
                        taken->value, cpu->value);
        finding_detail(f, "%s. With second-level paging, KVM still offers guests the CPU's full width.",
                        taken->source);
        finding_remedy(f,
                        "None if encryption is needed. Otherwise, disable SME, SEV or TME in firmware "
                        "setup; mem_encrypt=off does not return the bits.");
}

/* The collectors that read what was refused. */
static const char *collectors(const Profile *profile) {
        bool log = false, xen = false;

        for (size_t i = 0; i < profile->n_refused; i++) {
                log |= strcmp(profile->refused[i], "/dev/kmsg") == 0;
                xen |= strcmp(profile->refused[i], "/dev/xen/privcmd") == 0;
        }
        if (profile->n_refused == (size_t) log + xen)
                return log && xen     ? "hawd-collect-log.service hawd-collect-xen.service"
                                : log ? "hawd-collect-log.service"
                                      : "hawd-collect-xen.service";
        if (log && xen)
                return "hawd-collect.service hawd-collect-log.service hawd-collect-xen.service";
        if (xen)
                return "hawd-collect.service hawd-collect-xen.service";
        return log ? "hawd-collect.service hawd-collect-log.service" : "hawd-collect.service";
}

static void find_profile_incomplete(const Profile *profile, FindingList *list) {
        char what[1024] = "";
        size_t n = 0;

        if (profile->n_refused == 0)
                return;
        for (size_t i = 0; i < profile->n_refused && n < sizeof(what); i++)
                n += (size_t) snprintf(
                                what + n, sizeof(what) - n, "%s%s", i ? ", " : "", profile->refused[i]);
        Finding *f = finding_add(list, FINDING_PROFILE_INCOMPLETE, SEVERITY_INFO, "host");
        finding_summary(f, "The profile is incomplete: permission denied");
        finding_detail(f, "Cannot read: %s. Values that depend on it are unknown, not absent.", what);
        finding_remedy(f, "Run as root to read it. For the service, see 'systemctl status %s'.",
                        collectors(profile));
}

void find_host(const Profile *profile, FindingList *list) {
        find_architecture(profile, list);
        find_virtualised_host(profile, list);
        find_cpus_differ(profile, list);
        find_cpu_parts_differ(profile, list);
        find_width_sources_disagree(profile, list);
        find_encryption_takes_bits(profile, list);
        find_profile_incomplete(profile, list);
}
