/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "profile/findings/findings.h"
#include "profile/model/cpu-narrow.h"

static void explain_encryption(const Profile *profile, Finding *f) {
        finding_detail(f,
                        "Family %" PRIu64 " model %" PRIu64
                        ". Memory encryption takes the difference of %" PRIu64 " bits: %s.",
                        profile->host.family.value, profile->host.model.value,
                        profile->encryption.bits_taken.value, profile->encryption.bits_taken.source);
        finding_remedy(f, "%s",
                        profile->xen.role == XEN_ROLE_CONTROL
                                        ? "None: Xen sets the bits aside whether or not encryption is on."
                                        : "None if encryption is needed. Otherwise, disable SME, SEV or TME in "
                                          "firmware setup.");
}

static void explain_firmware(const Profile *profile, const CpuNarrow *narrow, Finding *f) {
        finding_detail(f,
                        "Family %" PRIu64 " model %" PRIu64
                        ". Firmware setup of servers can limit the width to %u bits; the CPU does not report "
                        "whether it does. Memory encryption does not change this width.",
                        profile->host.family.value, profile->host.model.value, narrow->bits);
        finding_remedy(f,
                        "If guests need more than %u bits, disable \"Limit CPU PA to %u Bits\" in firmware "
                        "setup.",
                        narrow->bits, narrow->bits);
}

static void explain_hypervisor(const Profile *profile, const CpuNarrow *narrow, Finding *f) {
        finding_detail(f,
                        "Family %" PRIu64 " model %" PRIu64
                        ". This host is a virtual machine: the hypervisor (%s) sets the width.",
                        profile->host.family.value, profile->host.model.value, profile->host.virtualised);
        if (profile->xen.role == XEN_ROLE_GUEST) {
                finding_remedy(f, "None here: Xen gives its guests the width of its host, up to 48 bits.");
                return;
        }
        finding_remedy(f,
                        "If guests need more than %u bits, give this virtual machine a wider CPU: libvirt "
                        "<maxphysaddr mode='passthrough'/>, QEMU -cpu …,host-phys-bits=on.",
                        narrow->bits);
}

static void find_narrower_than_usual(const Profile *profile, FindingList *list) {
        CpuNarrow narrow;
        Finding *f;

        cpu_narrow(profile, &narrow);
        if (narrow.cause == NARROW_NOT)
                return;
        f = finding_add(list, FINDING_CPU_NARROWER_THAN_USUAL, SEVERITY_INFO, "host");
        finding_summary(f, "%s %u address bits; %u of %u known %s have %u",
                        narrow.cause == NARROW_ENCRYPTION ? "The host has" : "The CPU reports", narrow.bits,
                        narrow.n_usual, narrow.of,
                        narrow.kernels ? "hosts with this CPU" : "CPUs of this model", narrow.usual);
        if (narrow.cause == NARROW_ENCRYPTION)
                explain_encryption(profile, f);
        else if (narrow.cause == NARROW_FIRMWARE)
                explain_firmware(profile, &narrow, f);
        else
                explain_hypervisor(profile, &narrow, f);
}

void find_cpu(const Profile *profile, FindingList *list) {
        find_narrower_than_usual(profile, list);
}
