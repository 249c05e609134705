/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R8 for guests of Xen: the stream has the guest's CPUID policy, which the target's Xen cuts to its own width, and its
 * memory map, which the target takes as it is. */

#include <stdlib.h>

#include "guest/answer/search.h"
#include "guest/machine.h"

static bool version_of(const Profile *profile, GuestVersion *ret) {
        return profile->xen.role == XEN_ROLE_CONTROL &&
                        guest_version_from_text(profile->xen.version, true, ret) >= 0;
}

/* Supported: to the same release and to the next one (docs/features/migration.pandoc, SUPPORT.md). */
static void live_versions(CheckRun *run, const Profile *source) {
        const char *from = source->xen.version, *to = run->profile->xen.version;
        GuestVersion a, b;
        CheckFinding *f;

        if (!version_of(source, &a)) {
                check_missing(run, "the version of the source's Xen");
                return;
        }
        if (!version_of(run->profile, &b)) {
                if (run->profile->xen.role == XEN_ROLE_CONTROL)
                        check_missing(run, "the version of the target's Xen");
                return;
        }
        if (b.major == a.major && (b.minor == a.minor || b.minor == a.minor + 1))
                return;
        if (b.major < a.major || (b.major == a.major && b.minor < a.minor)) {
                f = check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "host", "the target runs an older Xen");
                check_advice(run, f, "update Xen on the target");
        } else
                f = check_find(run, RULE_MIGRATION, VERDICT_WARNING, "host",
                                "the target runs a Xen that is more than one release newer: not supported");
        check_numbers(run, f, "source %s, target %s", from, to);
}

static void live_width(CheckRun *run) {
        const Fact *to = &run->profile->widths.guest_physical_bits;
        const unsigned bits = run->layout->phys_bits;
        CheckFinding *f;

        if (bits == 0)
                check_missing(run, "the guest's address width");
        if (!fact_known(to))
                check_missing_fact(run, "the target's guestPhysicalBits", to);
        if (bits == 0 || !fact_known(to) || bits <= to->value)
                return;
        f = check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "guest",
                        "it has more address bits than the target supports");
        check_numbers(run, f, "the guest has %u bits, the target's Xen gives it %" PRIu64, bits, to->value);
}

void live_hypervisor(CheckRun *run, const Profile *source) {
        if (run->profile->xen.role != XEN_ROLE_CONTROL) {
                check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "host", "the target does not run Xen");
                return;
        }
        if (!live_architectures(run, source))
                return;
        live_versions(run, source);
        live_vendors(run, source);
        if (run->guest->machine != MACHINE_XEN_PV)
                live_width(run);
        /* Refused: Xen does not track what devices write. */
        if (run->assigned || run->guest->xen.passthrough == TRISTATE_YES)
                check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, "guest",
                                run->assigned ? "it has assigned devices: Xen does not migrate it"
                                              : "passthrough is enabled: Xen does not migrate it");
}
