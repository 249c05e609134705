/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guest/answer/alternatives.h"
#include "guest/machine.h"

static void append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...) {
        size_t used = strlen(text);
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text + used, size - used, format, arguments);
        va_end(arguments);
}

typedef struct VersionList {
        const char *name;
        size_t n;
        const GuestVersion *versions;
} VersionList;

/* From `first` to before `end`: a version listed is the first with its rules, and the first one stands for all before it. */
static void append_run(const VersionList *list, size_t first, size_t end, char *ret, size_t size) {
        char from[40], before[40];
        bool to_last = end == list->n;

        guest_version_to_text(&list->versions[first], from, sizeof(from));
        guest_version_to_text(&list->versions[to_last ? first : end], before, sizeof(before));
        if (first == 0)
                append(ret, size, "before %s", before);
        else if (to_last)
                append(ret, size, "%s or later", from);
        else
                append(ret, size, "%s or later, before %s", from, before);
}

static void append_versions(const VersionList *list, uint32_t versions, char *ret, size_t size) {
        bool more = false;

        if (versions == (uint32_t) ((UINT64_C(1) << list->n) - 1))
                return;
        append(ret, size, "%s%s ", *ret ? "; " : "", list->name);
        for (size_t i = 0; i < list->n; i++) {
                size_t end = i;

                while (end < list->n && versions & UINT32_C(1) << end)
                        end++;
                if (end == i)
                        continue;
                append(ret, size, "%s", more ? ", and " : "");
                append_run(list, i, end, ret, size);
                more = true;
                i = end;
        }
}

void leaf_words(const Leaves *leaves, const Leaf *leaf, LeafVersions versions, bool questions, char *ret,
                size_t size) {
        const VersionList vmms = { "QEMU", leaves->n_vmms, leaves->vmms },
                          firmwares = { leaves->guest->firmware.kind == FIRMWARE_OVMF ? "OVMF" : "SeaBIOS",
                                  leaves->n_versions, leaves->versions };

        *ret = 0;
        if (leaves->any_vmm)
                append_versions(&vmms, versions.vmms, ret, size);
        if (leaves->any_version)
                append_versions(&firmwares, versions.firmwares, ret, size);
        for (LayoutQuestion q = 0; questions && q < _LAYOUT_QUESTION_MAX; q++)
                if (leaf->answers[q] && leaves_question_matters(leaves, q))
                        append(ret, size, "%s%s", *ret ? "; " : "",
                                        layout_question_words(q, leaf->answers[q] - 1));
}
