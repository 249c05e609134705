/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/xen/xen-answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/grow.h"

static const char *const xen_policy_table[_XEN_POLICY_MAX] = {
        [XEN_POLICY_RAW] = "raw",
        [XEN_POLICY_HOST] = "host",
        [XEN_POLICY_PV_MAX] = "pv-max",
        [XEN_POLICY_HVM_MAX] = "hvm-max",
        [XEN_POLICY_PV_DEFAULT] = "pv-default",
        [XEN_POLICY_HVM_DEFAULT] = "hvm-default",
};
WORDS_DEFINE(XenPolicy, xen_policy);

void xen_answers_done(XenAnswers *answers) {
        for (size_t i = 0; i < _XEN_POLICY_MAX; i++)
                cpuid_table_done(&answers->policies[i].leaves);
        free(answers->reserved);
        *answers = (XenAnswers){};
}

bool xen_answers_has(const XenAnswers *answers, XenCapability capability) {
        return bit(answers->physinfo.capabilities, capability);
}

static bool same(const XenReserved *a, const XenReserved *b) {
        return a->start_pfn == b->start_pfn && a->n_pages == b->n_pages && a->has_device == b->has_device &&
                        (!a->has_device || pci_address_compare(&a->device, &b->device) == 0);
}

int xen_answers_add_reserved(XenAnswers *answers, const XenReserved *reserved) {
        if (reserved->n_pages == 0 || reserved->start_pfn > XEN_PFN_MAX ||
                        reserved->n_pages - 1 > XEN_PFN_MAX - reserved->start_pfn)
                return -EINVAL;
        for (size_t i = 0; i < answers->n_reserved; i++)
                if (same(&answers->reserved[i], reserved))
                        return 0;
        if (answers->n_reserved == XEN_RESERVED_MAX)
                return -E2BIG;
        XenReserved *grown = grow(answers->reserved, answers->n_reserved, sizeof(XenReserved));

        if (!grown)
                return -ENOMEM;
        answers->reserved = grown;
        answers->reserved[answers->n_reserved++] = *reserved;
        return 0;
}
