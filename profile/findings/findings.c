/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/findings/findings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINDINGS_MAX 16384

/* NULL if out of memory; checked by finding_list_finish(). */
static void __attribute__((format(printf, 2, 0))) set_text(char **text, const char *format, va_list ap) {
        free(*text);
        if (vasprintf(text, format, ap) < 0)
                *text = NULL;
}

static bool is_complete(const Finding *finding) {
        return finding->id && finding->subject && finding->summary && finding->detail && finding->remedy;
}

Finding *finding_add(FindingList *list, FindingId id, Severity severity, const char *subject, ...) {
        Finding finding = { .id = strdup(finding_id_to_string(id)),
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
        if (!grown || !is_complete(&finding)) {
                finding_done(&finding);
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

/* Worst first, then by name; numbers in subjects by value ("group 2" before "group 10"). */
static int compare_findings(const void *a, const void *b) {
        const Finding *x = a, *y = b;
        int r;

        if (x->severity != y->severity)
                return x->severity > y->severity ? -1 : 1;
        r = strcmp(x->id, y->id);
        return r ? r : strverscmp(x->subject, y->subject);
}

int finding_list_finish(FindingList *list) {
        for (size_t i = 0; i < list->n;)
                if (is_complete(&list->findings[i]))
                        i++;
                else {
                        finding_done(&list->findings[i]);
                        list->findings[i] = list->findings[--list->n];
                        list->error = -ENOMEM;
                }
        if (list->n > 1)
                qsort(list->findings, list->n, sizeof(list->findings[0]), compare_findings);
        return list->error;
}

int profile_find(const Profile *profile, FindingList *ret) {
        FindingList list = {};
        int r;

        find_host(profile, &list);
        find_cpu(profile, &list);
        find_guest_paging(profile, &list);
        find_iommu(profile, &list);
        find_iommu_width(profile, &list);
        find_smmu(profile, &list);
        find_firmware(profile, &list);
        find_iort(profile, &list);
        find_device_tree(profile, &list);
        find_groups(profile, &list);
        find_holes(profile, &list);
        find_memory(profile, &list);
        find_xen(profile, &list);
        r = finding_list_finish(&list);
        if (r < 0) {
                finding_list_done(&list);
                return r;
        }
        *ret = list;
        return 0;
}
