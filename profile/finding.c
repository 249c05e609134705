/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/finding.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *severity_to_string(Severity severity) {
        static const char *const names[_SEVERITY_MAX] = {
                [SEVERITY_INFO] = "info",
                [SEVERITY_WARNING] = "warning",
                [SEVERITY_ERROR] = "error",
        };
        return (unsigned) severity < _SEVERITY_MAX ? names[severity] : "info";
}

int severity_from_string(const char *word) {
        for (int severity = 0; severity < _SEVERITY_MAX; severity++)
                if (strcmp(word, severity_to_string((Severity) severity)) == 0)
                        return severity;
        return -EINVAL;
}

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
