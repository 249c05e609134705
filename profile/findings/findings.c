/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/findings/findings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINDINGS_MAX 16384

/* Replaces *text by the formatted one. An empty string on failure, so that publishers need no check. */
static void __attribute__((format(printf, 2, 0))) set_text(char **text, const char *format, va_list ap) {
        char *formatted;

        if (vasprintf(&formatted, format, ap) < 0)
                return;
        free(*text);
        *text = formatted;
}

Finding *finding_add(FindingList *list, const char *id, Severity severity, const char *subject, ...) {
        Finding finding = { .id = strdup(id),
                .severity = severity,
                .subject = strdup(""),
                .summary = strdup(""),
                .detail = strdup(""),
                .remedy = strdup("") };
        Finding *grown = NULL;
        va_list ap;

        if (list->n < FINDINGS_MAX)
                grown = reallocarray(list->findings, list->n + 1, sizeof(Finding));
        if (grown)
                list->findings = grown;
        if (!grown || !finding.id || !finding.subject || !finding.summary || !finding.detail ||
                        !finding.remedy) {
                free(finding.id);
                free(finding.subject);
                free(finding.summary);
                free(finding.detail);
                free(finding.remedy);
                list->error = -ENOMEM;
                return NULL;
        }

        va_start(ap, subject);
        set_text(&finding.subject, subject, ap);
        va_end(ap);
        grown[list->n] = finding;
        return &grown[list->n++];
}

#define FINDING_SET_TEXT(member)                \
        va_list ap;                             \
        if (!finding)                           \
                return;                         \
        va_start(ap, format);                   \
        set_text(&finding->member, format, ap); \
        va_end(ap)

void finding_summary(Finding *finding, const char *format, ...) {
        FINDING_SET_TEXT(summary);
}

void finding_detail(Finding *finding, const char *format, ...) {
        FINDING_SET_TEXT(detail);
}

void finding_remedy(Finding *finding, const char *format, ...) {
        FINDING_SET_TEXT(remedy);
}

/* Worst first, then by name; numbers in subjects in their own order ("group 2" before "group 10"). */
static int compare_findings(const void *a, const void *b) {
        const Finding *x = a, *y = b;
        int r;

        if (x->severity != y->severity)
                return x->severity > y->severity ? -1 : 1;
        r = strcmp(x->id, y->id);
        return r ? r : strverscmp(x->subject, y->subject);
}

void finding_list_sort(FindingList *list) {
        if (list->n > 1)
                qsort(list->findings, list->n, sizeof(list->findings[0]), compare_findings);
}

int profile_find(const Profile *profile, FindingList *ret) {
        FindingList list = {};

        find_host(profile, &list);
        find_guest_paging(profile, &list);
        find_iommu(profile, &list);
        find_iommu_width(profile, &list);
        find_firmware(profile, &list);
        find_groups(profile, &list);
        find_holes(profile, &list);
        find_memory(profile, &list);
        if (list.error < 0) {
                int r = list.error;

                finding_list_done(&list);
                return r;
        }
        finding_list_sort(&list);
        *ret = list;
        return 0;
}
