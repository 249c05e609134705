/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/diagnose-parts.h"

#include <string.h>

#define DEVICE "/dev/xen/privcmd"

static bool has_finding(const Profile *profile, FindingId id) {
        for (size_t i = 0; i < profile->findings.n; i++)
                if (strcmp(profile->findings.findings[i].id, finding_id_to_string(id)) == 0)
                        return true;
        return false;
}

bool diagnose_xen(const Profile *profile, bool by_service, Diagnosis *diagnosis) {
        const ProfileXen *xen = &profile->xen;
        DiagnosisEntry *entry;

        /* HVM and PVH guests may run KVM. */
        if (xen->role == XEN_ROLE_NONE || (xen->role == XEN_ROLE_GUEST && xen->domain_type != XEN_DOMAIN_PV))
                return false;
        entry = diagnosis_add(diagnosis, "xen", DIAGNOSIS_OK,
                        xen->role == XEN_ROLE_CONTROL ? DEVICE : "/sys/hypervisor");
        if (xen->role == XEN_ROLE_GUEST)
                diagnosis_found(entry, "This is a PV domain of Xen: what is unknown here, dom0 knows");
        else if (diagnosis_refused(profile, DEVICE)) {
                entry->state = DIAGNOSIS_PROBLEM;
                diagnosis_found(entry, "%s may not ask Xen, which has CPU, memory and IOMMUs of this host",
                                by_service ? "The service" : "This user");
                diagnosis_remedy(entry, "%s",
                                by_service ? "Let hawd-collect-xen.service run: 'systemctl restart "
                                             "hawd-collect-xen.service'."
                                           : "Run 'hawctl doctor' as root, or let the service and "
                                             "hawd-collect-xen.service run.");
        } else if (has_finding(profile, FINDING_XEN_NOT_ASKED)) {
                entry->state = DIAGNOSIS_PROBLEM;
                diagnosis_found(entry, "Xen did not %s",
                                xen->command_line_reason != REASON_NONE ? "answer"
                                                                        : "say what this host is");
                diagnosis_remedy(entry, "See xen-not-asked.");
        } else
                diagnosis_found(entry, "Xen %s answers", xen->version);
        return true;
}
