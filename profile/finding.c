/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/finding.h"

#include <stdlib.h>

static const char *const severity_table[_SEVERITY_MAX] = {
        [SEVERITY_INFO] = "info",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_ERROR] = "error",
};
WORDS_DEFINE(Severity, severity);

static const char *const verdict_table[_VERDICT_MAX] = {
        [VERDICT_SAFE] = "safe",
        [VERDICT_WARNING] = "warning",
        [VERDICT_UNKNOWN] = "unknown",
        [VERDICT_UNSAFE] = "unsafe",
};
WORDS_DEFINE(Verdict, verdict);

void finding_done(Finding *finding) {
        free(finding->id);
        free(finding->subject);
        free(finding->summary);
        free(finding->detail);
        free(finding->remedy);
        *finding = (Finding){};
}

void finding_list_done(FindingList *list) {
        for (size_t i = 0; i < list->n; i++)
                finding_done(&list->findings[i]);
        free(list->findings);
        *list = (FindingList){};
}
