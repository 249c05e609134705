/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/show/difference-text.h"
#include "profile/change/comparison.h"
#include "profile/change/difference.h"
#include "profile/change/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool b) {
        if (!b)
                abort();
}

static bool is_utf8(const char *text) {
        json_t *string = json_string(text);
        bool ok = string != NULL;

        json_decref(string);
        return ok;
}

static const char *verdict(json_t *comparison, const char *direction) {
        return json_string_value(json_object_get(json_object_get(comparison, direction), "verdict"));
}

/* Either way round as much differs, what one adds the other removes, and each row can be shown. */
static void check_difference(json_t *before, json_t *after) {
        DifferenceList list, back;
        size_t added = 0, removed = 0;

        require(profile_difference(before, after, &list) == 0);
        require(profile_difference(after, before, &back) == 0);
        require(list.n <= DIFFERENCES_MAX && list.n == back.n && list.dropped == back.dropped);
        for (size_t i = 0; i < list.n; i++) {
                const Difference *d = &list.differences[i];
                char *text = difference_text(d->before ? d->before : d->after, d->after);

                require((d->kind == DIFFERENCE_ADDED) == !d->before);
                require((d->kind == DIFFERENCE_REMOVED) == !d->after);
                require(d->kind != DIFFERENCE_CHANGED || !json_equal(d->before, d->after));
                require(is_utf8(d->path) && strlen(d->path) < 512);
                require(text && is_utf8(text) && !strpbrk(text, "\x1b\n\r\t\x7f"));
                free(text);
                added += d->kind == DIFFERENCE_ADDED;
                removed += back.differences[i].kind == DIFFERENCE_REMOVED;
        }
        require(list.dropped > 0 || added == removed);
        difference_list_done(&list);
        difference_list_done(&back);
}

static void check_comparison(json_t *here, json_t *there) {
        json_t *comparison = profile_comparison(here, there), *back = profile_comparison(there, here);

        require(comparison && back);
        /* The same move, told from the other side. */
        require(strcmp(verdict(comparison, "toHere"), verdict(back, "toThere")) == 0);
        require(json_equal(json_object_get(comparison, "common"), json_object_get(back, "common")));
        require(json_equal(
                        json_object_get(comparison, "reservedIova"), json_object_get(back, "reservedIova")));
        json_decref(comparison);
        json_decref(back);
}

/* Nothing differs from itself, and staying at home is never a danger. */
static void check_same(json_t *document) {
        json_t *comparison = profile_comparison(document, document);
        DifferenceList list;
        Finding finding;

        require(profile_difference(document, document, &list) == 0 && list.n == 0 && list.dropped == 0);
        require(history_finding(document, document, &finding) == 0 && !finding.id);
        require(comparison && strcmp(verdict(comparison, "toHere"), "unsafe") != 0 &&
                        strcmp(verdict(comparison, "toHere"), "warning") != 0);
        json_decref(comparison);
        difference_list_done(&list);
}

/* Two documents with a NUL between. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const uint8_t *nul = memchr(data, 0, size);
        size_t n = nul ? (size_t) (nul - data) : size, m = nul ? size - n - 1 : 0;
        json_t *before = json_loadb((const char *) data, n, JSON_DECODE_ANY, NULL);
        json_t *after = nul ? json_loadb((const char *) nul + 1, m, JSON_DECODE_ANY, NULL) : NULL;
        Finding finding;

        if (before)
                check_same(before);
        if (before && after) {
                check_difference(before, after);
                check_comparison(before, after);
                require(history_finding(before, after, &finding) == 0);
                require(!finding.id || (is_utf8(finding.detail) && is_utf8(finding.remedy)));
                finding_done(&finding);
        }
        json_decref(before);
        json_decref(after);
        return 0;
}
