/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/reasons.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/grow.h"

void reason_table_done(ReasonTable *table) {
        for (size_t i = 0; i < table->n; i++)
                free(table->entries[i].path);
        free(table->entries);
        *table = (ReasonTable){};
}

static bool reason_of(Bytes word, Reason *ret) {
        for (Reason reason = REASON_NONE + 1; reason < _REASON_MAX; reason++)
                if (text_equal(word, reason_to_string(reason))) {
                        *ret = reason;
                        return true;
                }
        return false;
}

static int add(ReasonTable *table, Reason reason, Bytes path) {
        ReasonEntry *grown = grow(table->entries, table->n, sizeof(ReasonEntry));

        if (!grown)
                return -ENOMEM;
        table->entries = grown;
        char *copy = strndup((const char *) path.data, path.n);
        if (!copy)
                return -ENOMEM;
        table->entries[table->n++] = (ReasonEntry){ .reason = reason, .path = copy };
        return 0;
}

static int compare_entries(const void *a, const void *b) {
        const ReasonEntry *x = a, *y = b;

        return strcmp(x->path, y->path);
}

int reason_table_decode(Bytes text, ReasonTable *ret) {
        ReasonTable table = {};
        size_t cursor = 0;
        Bytes line, word;

        while (table.n < REASON_LINES_MAX && text_line(text, &cursor, &line)) {
                Reason reason;

                if (!text_word(&line, &word) || !reason_of(word, &reason))
                        continue;
                line = text_trim(line);
                if (line.n == 0)
                        continue;
                if (add(&table, reason, line) < 0) {
                        reason_table_done(&table);
                        return -ENOMEM;
                }
        }
        if (table.n > 1)
                qsort(table.entries, table.n, sizeof(ReasonEntry), compare_entries);
        *ret = table;
        return 0;
}

Reason reason_table_find(const ReasonTable *table, const char *path) {
        ReasonEntry key = { .path = (char *) path };
        const ReasonEntry *found = table->n
                        ? bsearch(&key, table->entries, table->n, sizeof(ReasonEntry), compare_entries)
                        : NULL;

        return found ? found->reason : REASON_ABSENT;
}
