/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "profile/guest/alternatives.h"
#include "profile/guest/guest-machine.h"

static void append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...) {
        size_t used = strlen(text);
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text + used, size - used, format, arguments);
        va_end(arguments);
}

/* From `first` to before `end`: a version listed is the first with its rules, and the first one stands for all before it. */
static void append_run(const Leaves *leaves, size_t first, size_t end, char *ret, size_t size) {
        char from[40], before[40];
        bool to_last = end == leaves->n_versions;

        guest_version_to_text(&leaves->versions[first], from, sizeof(from));
        guest_version_to_text(&leaves->versions[to_last ? first : end], before, sizeof(before));
        if (first == 0)
                append(ret, size, "before %s", before);
        else if (to_last)
                append(ret, size, "%s or newer", from);
        else
                append(ret, size, "%s or newer, before %s", from, before);
}

static void append_versions(const Leaves *leaves, uint32_t versions, char *ret, size_t size) {
        bool more = false;

        append(ret, size, "%s ", leaves->guest->firmware.kind == FIRMWARE_OVMF ? "OVMF" : "SeaBIOS");
        for (size_t i = 0; i < leaves->n_versions; i++) {
                size_t end = i;

                while (end < leaves->n_versions && versions & UINT32_C(1) << end)
                        end++;
                if (end == i)
                        continue;
                append(ret, size, "%s", more ? ", and " : "");
                append_run(leaves, i, end, ret, size);
                more = true;
                i = end;
        }
}

void leaf_words(const Leaves *leaves, const Leaf *leaf, uint32_t versions, bool questions, char *ret,
                size_t size) {
        const uint32_t all = (uint32_t) ((UINT64_C(1) << leaves->n_versions) - 1);

        *ret = 0;
        if (leaves->any_version && versions != all)
                append_versions(leaves, versions, ret, size);
        for (LayoutQuestion q = 0; questions && q < _LAYOUT_QUESTION_MAX; q++)
                if (leaf->answers[q] && leaves_question_matters(leaves, q))
                        append(ret, size, "%s%s", *ret ? "; " : "",
                                        layout_question_words(q, leaf->answers[q] - 1));
}
