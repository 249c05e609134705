/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/history-causes.h"

#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/change/difference.h"
#include "profile/document/member.h"

#define WORD_MAX 160

static Bytes string_bytes(const json_t *text) {
        return (Bytes){ .data = (const uint8_t *) json_string_value(text), .n = json_string_length(text) };
}

/* Both have it, with different values. */
static bool text_changed(json_t *before, json_t *after, const char *path) {
        const json_t *was = member_at(before, path), *is = member_at(after, path);

        return json_is_string(was) && json_is_string(is) && !json_equal(was, is);
}

static void word_cause(json_t *before, json_t *after, const char *path, const char *what, Moves *causes) {
        char was[WORD_MAX], is[WORD_MAX];

        if (!text_changed(before, after, path))
                return;
        text_printable(string_bytes(member_at(before, path)), was, sizeof(was));
        text_printable(string_bytes(member_at(after, path)), is, sizeof(is));
        moves_add(causes, false, "%s %s -> %s", what, was, is);
}

static bool has_word(Bytes text, Bytes word) {
        Bytes other;

        while (text_word(&text, &other))
                if (other.n == word.n && memcmp(other.data, word.data, word.n) == 0)
                        return true;
        return false;
}

/* The words of a text that are not in another, as far as they fit; false if none. */
static bool words_without(Bytes text, Bytes other, char *ret, size_t size) {
        size_t n = 0;
        Bytes word;

        ret[0] = 0;
        while (n < size - 2 && text_word(&text, &word)) {
                if (has_word(other, word))
                        continue;
                if (n > 0)
                        ret[n++] = ' ';
                text_printable(word, ret + n, size - n);
                n += strlen(ret + n);
        }
        return n > 0;
}

static void parameters_cause(json_t *before, json_t *after, Moves *causes) {
        static const char path[] = "host.kernelParameters";
        char with[WORD_MAX], without[WORD_MAX];
        Bytes was, is;
        bool more, less;

        if (!text_changed(before, after, path))
                return;
        was = string_bytes(member_at(before, path));
        is = string_bytes(member_at(after, path));
        more = words_without(is, was, with, sizeof(with));
        less = words_without(was, is, without, sizeof(without));
        if (more || less)
                moves_add(causes, false, "kernel parameters%s%s%s%s%s", more ? " added " : "",
                                more ? with : "", more && less ? "," : "", less ? " removed " : "",
                                less ? without : "");
        else
                moves_add(causes, false, "kernel parameters in a different order");
}

/* Could be read, or is known not to be there. */
static bool table_known(json_t *document, const char *name) {
        char path[48];
        const json_t *reason;

        snprintf(path, sizeof(path), "firmware.%s.reason", name);
        reason = member_at(document, path);
        return json_is_null(reason) ||
                        (json_is_string(reason) && text_equal(string_bytes(reason), "absent"));
}

static void table_cause(json_t *before, json_t *after, const char *name, const char *what, Moves *causes) {
        char path[48];

        if (!table_known(before, name) || !table_known(after, name))
                return;
        snprintf(path, sizeof(path), "firmware.%s.table", name);
        if (!json_equal(member_at(before, path), member_at(after, path)))
                moves_add(causes, false, "ACPI %s table of the firmware changed", what);
}

/* Causes other than the kernel or its parameters. */
static int setup_cause(json_t *before, json_t *after, Moves *causes) {
        _cleanup_(difference_list_done) DifferenceList list = {};
        json_t *was = member_at(before, "encryption"), *is = member_at(after, "encryption");
        unsigned x, y;
        int r;

        if (member_bits(member_at(before, "widths.cpuPhysicalBits"), &x) &&
                        member_bits(member_at(after, "widths.cpuPhysicalBits"), &y) && x != y)
                moves_add(causes, false, "microcode or firmware setup (cpuPhysicalBits %u -> %u)", x, y);
        if (!json_is_object(was) || !json_is_object(is))
                return 0;
        r = profile_difference(was, is, &list);
        if (r < 0)
                return r;
        if (list.n > 0) {
                char path[WORD_MAX];

                text_printable((Bytes){ .data = (const uint8_t *) list.differences[0].path,
                                               .n = strlen(list.differences[0].path) },
                                path, sizeof(path));
                moves_add(causes, false, "memory encryption in firmware setup (encryption.%s)", path);
        }
        return 0;
}

int history_causes(json_t *before, json_t *after, Moves *causes) {
        word_cause(before, after, "host.kernel", "kernel", causes);
        parameters_cause(before, after, causes);
        table_cause(before, after, "dmar", "DMAR", causes);
        table_cause(before, after, "ivrs", "IVRS", causes);
        table_cause(before, after, "iort", "IORT", causes);
        word_cause(before, after, "host.cpuModelName", "CPU", causes);
        return setup_cause(before, after, causes);
}
