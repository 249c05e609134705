/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/comparison-move.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/decode/xen/xen-log-line.h"
#include "probe/grow.h"
#include "profile/document/member.h"

#define REGIONS_NAMED 4
#define WORD_MAX 64

typedef struct Move {
        const MoveHost *from, *to;
        ComparisonMove *answer;
        int error;
} Move;

static void __attribute__((format(printf, 3, 4)))
conclude(Move *move, Verdict verdict, const char *format, ...) {
        char text[512], reason[512], **reasons;
        ComparisonMove *answer = move->answer;
        va_list ap;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        if (verdict > answer->verdict)
                answer->verdict = verdict;
        text_shown(text, reason, sizeof(reason));
        reasons = grow(answer->reasons, answer->n_reasons, sizeof(char *));
        if (!reasons) {
                move->error = -ENOMEM;
                return;
        }
        answer->reasons = reasons;
        reasons[answer->n_reasons] = strdup(reason);
        if (reasons[answer->n_reasons])
                answer->n_reasons++;
        else
                move->error = -ENOMEM;
}

/* A document's word as it may stand in a message. */
static bool get_word(const MoveHost *host, const char *path, char *ret, size_t size) {
        const json_t *text = member_at(host->document, path);

        if (!json_is_string(text))
                return false;
        text_printable((Bytes){ .data = (const uint8_t *) json_string_value(text),
                                       .n = json_string_length(text) },
                        ret, size);
        return true;
}

/* Why a fact is not known, as it may stand in a message. */
static void missing_fact(Move *move, const MoveHost *host, const char *path, const char *effect) {
        const char *reason = member_reason(member_at(host->document, path));
        char word[WORD_MAX];

        text_printable((Bytes){ .data = (const uint8_t *) reason, .n = strlen(reason) }, word, sizeof(word));
        conclude(move, VERDICT_UNKNOWN, "%s is unknown %s (%s)%s", path, host->name, word, effect);
}

static bool get_bits(Move *move, const MoveHost *host, const char *path, unsigned *ret) {
        if (member_bits(member_at(host->document, path), ret))
                return true;
        missing_fact(move, host, path, "");
        return false;
}

/* Both, so that each that is missing is named. */
static bool get_both_bits(Move *move, const char *path, unsigned *ret_from, unsigned *ret_to) {
        bool from = get_bits(move, move->from, path, ret_from);

        return get_bits(move, move->to, path, ret_to) && from;
}

static void compare_words(Move *move, const char *path, const char *what) {
        char from[WORD_MAX], to[WORD_MAX];
        bool known = true;

        if (!get_word(move->from, path, from, sizeof(from))) {
                conclude(move, VERDICT_UNKNOWN, "%s is unknown %s", path, move->from->name);
                known = false;
        }
        if (!get_word(move->to, path, to, sizeof(to))) {
                conclude(move, VERDICT_UNKNOWN, "%s is unknown %s", path, move->to->name);
                known = false;
        }
        if (known && strcmp(from, to) != 0)
                conclude(move, VERDICT_UNSAFE, "%s: %s %s, %s %s", what, from, move->from->name, to,
                                move->to->name);
}

static bool is_arm64(const MoveHost *host) {
        const char *architecture = json_string_value(member_at(host->document, "host.architecture"));

        return architecture && strcmp(architecture, "aarch64") == 0;
}

/* By its dom0. */
static bool runs_xen(const MoveHost *host) {
        const char *role = json_string_value(member_at(host->document, "xen.role"));

        return role && strcmp(role, "dom0") == 0;
}

static void compare_hypervisors(Move *move) {
        bool from = runs_xen(move->from), to = runs_xen(move->to);

        if (from != to)
                conclude(move, VERDICT_UNSAFE,
                                "Xen runs the host %s, not the one %s: guests of one do not run on the other",
                                from ? move->from->name : move->to->name,
                                from ? move->to->name : move->from->name);
}

static bool get_xen_version(Move *move, const MoveHost *host, uint64_t *ret_major, uint64_t *ret_minor) {
        const char *text = json_string_value(member_at(host->document, "xen.version"));
        Bytes version = bytes_of(text ? text : "");

        if (xen_line_number(&version, 10, ret_major) && xen_line_take(&version, ".") &&
                        xen_line_number(&version, 10, ret_minor))
                return true;
        conclude(move, VERDICT_UNKNOWN, "xen.version is unknown %s", host->name);
        return false;
}

/* As in guest/answer/migration-hypervisor.c: to the same release or the next one. */
static void compare_xen_versions(Move *move) {
        uint64_t from[2], to[2];
        bool known = get_xen_version(move, move->from, &from[0], &from[1]);

        if (!get_xen_version(move, move->to, &to[0], &to[1]) || !known)
                return;
        if (to[0] < from[0] || (to[0] == from[0] && to[1] < from[1]))
                conclude(move, VERDICT_UNSAFE,
                                "Xen %s is older than %s: guests move to the same or a newer Xen",
                                move->to->name, move->from->name);
        else if (to[0] != from[0] || to[1] - from[1] > 1)
                conclude(move, VERDICT_WARNING,
                                "Xen %s is more than one release newer than %s: not supported",
                                move->to->name, move->from->name);
}

static void compare_guest_physical(Move *move) {
        unsigned from, to;

        if (!get_both_bits(move, "widths.guestPhysicalBits", &from, &to))
                return;
        if (to > from && is_arm64(move->from) && is_arm64(move->to))
                conclude(move, VERDICT_WARNING,
                                "guestPhysicalBits %u %s, %u %s: QEMU lays out a guest that does not fit "
                                "into %u bits differently %s",
                                from, move->from->name, to, move->to->name, from, move->to->name);
        if (to < from)
                conclude(move, VERDICT_UNSAFE,
                                "guestPhysicalBits %u %s, %u %s: the guest may have %u bits, but %s %s "
                                "offers only %u",
                                from, move->from->name, to, move->to->name, from,
                                runs_xen(move->to) ? "Xen" : "KVM", move->to->name, to);
}

static const char *tables_of(const MoveHost *host) {
        bool hap;

        return runs_xen(host) && member_state(member_at(host->document, "xen.hap"), &hap) && !hap
                        ? "shadow paging"
                        : "second-level paging";
}

static void compare_guest_mappable(Move *move) {
        unsigned from, to;

        if (get_both_bits(move, "widths.guestMappableBits", &from, &to) && to < from)
                conclude(move, VERDICT_UNSAFE,
                                "guestMappableBits %u %s, %u %s: %s %s cannot map guest addresses above 2^%u",
                                from, move->from->name, to, move->to->name, tables_of(move->to),
                                move->to->name, to);
}

static bool get_state(Move *move, const MoveHost *host, const char *path, bool *ret) {
        if (member_state(member_at(host->document, path), ret))
                return true;
        missing_fact(move, host, path, "");
        return false;
}

/* Known to be something else: LA57 means nothing there. */
static bool not_x86(const MoveHost *host) {
        const char *architecture = json_string_value(member_at(host->document, "host.architecture"));

        return architecture && strcmp(architecture, "x86_64") != 0 && fnmatch("i?86", architecture, 0) != 0;
}

static void compare_la57(Move *move) {
        bool from, to, known;

        if (not_x86(move->from) && not_x86(move->to))
                return;
        known = get_state(move, move->from, "paging.la57.capable", &from);
        if (get_state(move, move->to, "paging.la57.capable", &to) && known && from && !to)
                conclude(move, VERDICT_WARNING,
                                "5-level paging (la57): supported by the CPU %s, not %s; a guest that uses "
                                "it cannot continue %s",
                                move->from->name, move->to->name, move->to->name);
}

/* No unit that owns a PCI device, which is a fact and not a gap: nothing can be assigned. */
static bool without_iommu(const MoveHost *host) {
        const json_t *fact = member_at(host->document, "widths.iovaBits");

        return member_is_fact(fact) && json_is_null(json_object_get(fact, "value")) &&
                        strcmp(member_reason(fact), "absent") == 0;
}

static bool get_number(Move *move, const MoveHost *host, const char *path, uint64_t *ret) {
        const json_t *value = json_object_get(member_at(host->document, path), "value");

        if (json_is_integer(value) && json_integer_value(value) >= 0) {
                *ret = (uint64_t) json_integer_value(value);
                return true;
        }
        missing_fact(move, host, path, "");
        return false;
}

/* Guests of arm64 have the host's CPU model, whose registers another one rejects. */
static void compare_part(Move *move) {
        static const char implementer[] = "host.cpuImplementer", part[] = "host.cpuPart";
        uint64_t from[2], to[2];

        if (!is_arm64(move->from) || !is_arm64(move->to))
                return;
        bool known = get_number(move, move->from, implementer, &from[0]);
        known = get_number(move, move->from, part, &from[1]) && known;
        known = get_number(move, move->to, implementer, &to[0]) && known;
        known = get_number(move, move->to, part, &to[1]) && known;
        if (known && (from[0] != to[0] || from[1] != to[1]))
                conclude(move, VERDICT_WARNING,
                                "cpuPart 0x%" PRIx64 " %s, 0x%" PRIx64
                                " %s: a guest with the host's CPU model (-cpu host) mostly cannot move",
                                from[1], move->from->name, to[1], move->to->name);
}

static void compare_iova(Move *move) {
        static const char path[] = "widths.iovaBits";
        unsigned from, to;
        bool known;

        if (without_iommu(move->from))
                return;
        known = member_bits(member_at(move->from->document, path), &from);
        if (!known)
                missing_fact(move, move->from, path, "; affects only guests with assigned devices");
        if (without_iommu(move->to)) {
                conclude(move, VERDICT_WARNING,
                                "iovaBits: no IOMMU owns a PCI device %s, so no device can be assigned; "
                                "affects only guests with assigned devices",
                                move->to->name);
                return;
        }
        if (!member_bits(member_at(move->to->document, path), &to))
                missing_fact(move, move->to, path, "; affects only guests with assigned devices");
        else if (known && to < from)
                conclude(move, VERDICT_WARNING,
                                "iovaBits %u %s, %u %s: assigned devices cannot address memory above 2^%u "
                                "%s; affects only guests with assigned devices",
                                from, move->from->name, to, move->to->name, to, move->to->name);
}

/* "0x1000-0x1fff, 0x5000-0x5fff and 3 more" */
static void format_ranges(const RangeSet *set, char *ret, size_t size) {
        size_t n = 0, i;

        for (i = 0; i < set->n && i < REGIONS_NAMED && n < size; i++)
                n += (size_t) snprintf(ret + n, size - n, "%s0x%" PRIx64 "-0x%" PRIx64, i ? ", " : "",
                                set->ranges[i].start, set->ranges[i].end);
        if (i < set->n && n < size)
                snprintf(ret + n, size - n, " and %zu more", set->n - i);
}

/* A group whose regions could not be read may hide some. */
static bool regions_complete(const MoveHost *host) {
        json_t *groups = member_at(host->document, "groups"), *group;
        json_t *reason = member_at(host->document, "groupsReason");
        size_t i;

        /* Groups may be left out of a document to keep it small. What is usable is told only where every group's regions were
         * known. */
        if (!groups)
                return json_array_size(member_at(host->document, "usableIova")) > 0;
        if (!json_is_array(groups) || !reason || (!json_is_null(reason) && !without_iommu(host)))
                return false;
        json_array_foreach(groups, i, group) {
                if (!json_is_null(json_object_get(group, "regionsReason")))
                        return false;
        }
        return true;
}

static bool get_regions(Move *move, const MoveHost *host, RangeSet *ret) {
        int r = member_ranges(member_at(host->document, "reservedIova"), ret);

        if (r < 0)
                move->error = r;
        if (r > 0 && regions_complete(host))
                return true;
        conclude(move, VERDICT_UNKNOWN,
                        "reserved regions are not all known %s; affects only guests with assigned devices",
                        host->name);
        return false;
}

static void compare_regions(Move *move) {
        _cleanup_(range_set_done) RangeSet from = {}, to = {};
        char text[256] = "";
        bool known;
        int r;

        /* Where no device is, none is assigned: nothing has to keep clear of anything. */
        if (without_iommu(move->from) || without_iommu(move->to))
                return;
        known = get_regions(move, move->from, &from);
        if (!get_regions(move, move->to, &to) || !known)
                return;
        r = range_set_subtract(&to, &from);
        if (r < 0)
                move->error = r;
        if (r < 0 || to.n == 0)
                return;
        format_ranges(&to, text, sizeof(text));
        conclude(move, VERDICT_WARNING,
                        "reserved %s and not %s: %s; assigned devices cannot address memory there; affects "
                        "only guests with assigned devices",
                        move->to->name, move->from->name, text);
}

void comparison_move_done(ComparisonMove *move) {
        for (size_t i = 0; i < move->n_reasons; i++)
                free(move->reasons[i]);
        free(move->reasons);
        *move = (ComparisonMove){};
}

int comparison_move(const MoveHost *from, const MoveHost *to, ComparisonMove *ret) {
        Move move = { .from = from, .to = to, .answer = ret };

        const bool xen = runs_xen(from) && runs_xen(to);

        compare_words(&move, "host.architecture", "different architectures");
        compare_words(&move, "host.cpuVendor", "different CPU vendors");
        compare_hypervisors(&move);
        compare_guest_physical(&move);
        compare_guest_mappable(&move);
        compare_part(&move);
        /* Xen's guests have no LA57, and none with an assigned device moves. */
        if (xen)
                compare_xen_versions(&move);
        else {
                compare_la57(&move);
                compare_iova(&move);
                compare_regions(&move);
        }
        return move.error;
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

static const FieldHook reasons_hook = {
        .schema = "{\"type\": \"array\", \"items\": {\"type\": \"string\", \"minLength\": 1}}",
};

static const Field move_fields[] = {
        { "verdict", FIELD_WORD, 0, FIELD_MEMBER(ComparisonMove, verdict), .words = &verdict_words,
                        .text = "The worst of the reasons." },
        { "reasons", FIELD_NAMES, 0, FIELD_ELEMENTS(ComparisonMove, reasons, n_reasons),
                        .hook = &reasons_hook, .text = "Why the move is not safe." },
};
const FieldTable comparison_move_table = {
        FIELD_TABLE(move_fields),
        .schema = "{\"if\": {\"properties\": {\"verdict\": {\"const\": \"safe\"}}}, "
                  "\"then\": {\"properties\": {\"reasons\": {\"maxItems\": 0}}}, "
                  "\"else\": {\"properties\": {\"reasons\": {\"minItems\": 1}}}}",
};
