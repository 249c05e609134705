/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/history.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/change/history-causes.h"
#include "profile/change/history-groups.h"
#include "profile/document/member.h"
#include "profile/field/tables.h"
#include "profile/findings/findings.h"

#define REGIONS_NAMED 4

/* "48", or "unknown (absent)". */
static unsigned width_text(const json_t *fact, char *ret, size_t size) {
        unsigned bits;
        const char *why;
        char reason[32];

        if (member_bits(fact, &bits)) {
                snprintf(ret, size, "%u", bits);
                return bits;
        }
        why = member_reason(fact);
        text_printable((Bytes){ .data = (const uint8_t *) why, .n = strlen(why) }, reason, sizeof(reason));
        snprintf(ret, size, "unknown (%s)", reason);
        return 0;
}

/* KVM reports nothing until its module is loaded, maybe after the profile was stored: no host change. */
static bool kvm_answers(json_t *document) {
        return !json_is_false(member_at(document, "paging.kvm.loaded.value"));
}

/* A width that became unknown cannot be relied on: worse. A different reason alone is not a change. */
static void compare_widths(json_t *before, json_t *after, Moves *moves) {
        bool both = kvm_answers(before) && kvm_answers(after);

        for (size_t i = 0; i < widths_table.n; i++) {
                const Field *width = &widths_table.fields[i];
                char path[64], was[48], is[48];
                unsigned x, y;

                if (!(width->flags & FIELD_BUS) || (width->flags & FIELD_OF_KVM && !both))
                        continue;
                snprintf(path, sizeof(path), "widths.%s", width->key);
                x = width_text(member_at(before, path), was, sizeof(was));
                y = width_text(member_at(after, path), is, sizeof(is));
                if (x != y)
                        moves_add(moves, y < x, "%s %s -> %s", width->key, was, is);
        }
}

static void add_ranges(const RangeSet *set, bool worse, const char *what, Moves *moves) {
        char text[256];
        size_t n = 0, i;

        if (set->n == 0)
                return;
        for (i = 0; i < set->n && i < REGIONS_NAMED; i++)
                n += (size_t) snprintf(text + n, sizeof(text) - n, "%s0x%" PRIx64 "-0x%" PRIx64,
                                i ? ", " : "", set->ranges[i].start, set->ranges[i].end);
        if (i < set->n)
                snprintf(text + n, sizeof(text) - n, " and %zu more", set->n - i);
        moves_add(moves, worse, "%s %s", what, text);
}

/* True if groups and their regions were read, or do not exist. */
static bool groups_known(json_t *document) {
        const char *reason = json_string_value(member_at(document, "groupsReason"));

        return json_is_array(member_at(document, "groups")) && (!reason || strcmp(reason, "absent") == 0);
}

/* If a document lacks the regions, nothing is compared. */
static int compare_regions(json_t *before, json_t *after, Moves *moves) {
        _cleanup_(range_set_done) RangeSet was = {}, is = {}, gone = {};
        json_t *former = member_at(before, "reservedIova");
        int r = member_ranges(former, &was);

        if (r > 0)
                r = member_ranges(member_at(after, "reservedIova"), &is);
        if (r > 0)
                r = member_ranges(former, &gone);
        if (r <= 0)
                return r;
        r = range_set_subtract(&gone, &is);
        if (r == 0)
                r = range_set_subtract(&is, &was);
        if (r < 0)
                return r;
        add_ranges(&is, true, "now reserved:", moves);
        add_ranges(&gone, false, "no longer reserved:", moves);
        return 0;
}

static int compare_all(json_t *before, json_t *after, Moves *moves) {
        int r;

        compare_widths(before, after, moves);
        if (!groups_known(before) || !groups_known(after))
                return 0;
        r = compare_regions(before, after, moves);
        if (r < 0)
                return r;
        return history_groups(member_at(before, "groups"), member_at(after, "groups"), moves);
}

static void set_texts(Finding *finding, const Moves *moves, const Moves *causes) {
        finding_summary(finding, "%s since the last boot",
                        moves->worse ? "Widths, regions or groups changed"
                                     : "Widths, regions or groups grew");
        finding_detail(finding, "%s.", moves->text);
        finding_remedy(finding,
                        "%s%s. 'hawctl diff' of the two profiles shows all changes. Check guests that were "
                        "set up for the previous state before they start.",
                        causes->n > 0 ? "Likely cause: " : "No cause found",
                        causes->n > 0 ? causes->text
                                      : ": the kernel, its parameters, the firmware tables and the CPU are "
                                        "unchanged");
}

int history_finding(json_t *before, json_t *after, Finding *ret) {
        _cleanup_(finding_list_done) FindingList list = {};
        Moves moves = {}, causes = {};
        Finding *finding;
        int r = compare_all(before, after, &moves);

        if (r == 0)
                r = history_causes(before, after, &causes);
        if (r < 0)
                return r;
        if (moves.n == 0) {
                *ret = (Finding){};
                return 0;
        }
        moves_finish(&moves);
        moves_finish(&causes);
        finding = finding_add(&list, FINDING_CHANGED_SINCE_LAST_BOOT,
                        moves.worse ? SEVERITY_WARNING : SEVERITY_INFO, "host");
        set_texts(finding, &moves, &causes);
        r = finding_list_finish(&list);
        if (r < 0)
                return r;
        *ret = list.findings[0];
        list.n = 0;
        return 0;
}
