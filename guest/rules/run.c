/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/rules/run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"
#include "profile/device-lookup.h"

static const char *const rule_table[_RULE_MAX] = {
        [RULE_NONE] = "",
        [RULE_START] = "R1",
        [RULE_WIDTH] = "R2",
        [RULE_MEMORY] = "R3",
        [RULE_BARS] = "R4",
        [RULE_VIOMMU] = "R5",
        [RULE_RESERVED] = "R6",
        [RULE_WINDOW] = "R7",
        [RULE_MIGRATION] = "R8",
        [RULE_HYPERTRANSPORT] = "R9",
        [RULE_CONFIDENTIAL] = "R10",
        [RULE_COMPATIBILITY] = "R11",
        [RULE_ASSIGNMENT] = "R12",
        [RULE_CPUINFO] = "R13",
        [RULE_OVERLAP] = "R14",
};
WORDS_DEFINE(Rule, rule);

static char *format_text(CheckRun *run, const char *format, va_list arguments)
                __attribute__((format(printf, 2, 0)));

static char *format_text(CheckRun *run, const char *format, va_list arguments) {
        char *text;

        if (vasprintf(&text, format, arguments) >= 0)
                return text;
        run->error = -ENOMEM;
        return NULL;
}

CheckFinding *check_find(
                CheckRun *run, Rule rule, Verdict verdict, const char *subject, const char *format, ...) {
        Check *check = run->check;
        CheckFinding *grown = grow(check->findings, check->n, sizeof(*grown)), *finding;
        va_list arguments;

        if (!grown) {
                run->error = -ENOMEM;
                return &run->unseen;
        }
        check->findings = grown;
        finding = &check->findings[check->n++];
        *finding = (CheckFinding){ .rule = rule, .verdict = verdict, .subject = strdup(subject) };
        va_start(arguments, format);
        finding->summary = format_text(run, format, arguments);
        va_end(arguments);
        if (!finding->subject)
                run->error = -ENOMEM;
        return finding;
}

void check_numbers(CheckRun *run, CheckFinding *finding, const char *format, ...) {
        va_list arguments;

        free(finding->numbers);
        va_start(arguments, format);
        finding->numbers = format_text(run, format, arguments);
        va_end(arguments);
}

void check_advice(CheckRun *run, CheckFinding *finding, const char *format, ...) {
        va_list arguments;

        free(finding->remedy);
        va_start(arguments, format);
        finding->remedy = format_text(run, format, arguments);
        va_end(arguments);
}

void check_missing(CheckRun *run, const char *format, ...) {
        Check *check = run->check;
        char words[sizeof(check->missing[0])], text[sizeof(words)];
        char(*grown)[sizeof(text)];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(words, sizeof(words), format, arguments);
        va_end(arguments);
        text_shown(words, text, sizeof(text));
        for (size_t i = 0; i < check->n_missing; i++)
                if (strcmp(check->missing[i], text) == 0)
                        return;
        if (check->n_missing == CHECK_MISSING_MAX)
                return;
        grown = grow(check->missing, check->n_missing, sizeof(text));
        if (!grown) {
                run->error = -ENOMEM;
                return;
        }
        check->missing = grown;
        memcpy(check->missing[check->n_missing++], text, sizeof(text));
}

void check_assume(CheckRun *run, const char *what, const char *format, ...) {
        GuestNote note = {};
        va_list arguments;
        int r;

        snprintf(note.what, sizeof(note.what), "%s", what);
        va_start(arguments, format);
        vsnprintf(note.text, sizeof(note.text), format, arguments);
        va_end(arguments);
        r = guest_note_add(&run->check->assumed, &run->check->n_assumed, &note);
        if (r < 0)
                run->error = r;
}

void check_missing_fact(CheckRun *run, const char *name, const Fact *fact) {
        check_missing(run, "%s (%s)", name, reason_to_string(fact->reason));
}

const ProfileDevice *check_device(const CheckRun *run, const GuestDevice *device) {
        return run->places[device - run->guest->devices];
}

const ProfileDevice *check_device_found(CheckRun *run, const GuestDevice *device) {
        const ProfileDevice *host = check_device(run, device);
        const Reason reason = run->profile->devices_reason;

        if (!host && reason == REASON_NONE)
                check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name, "not found on this host");
        else if (!host)
                check_missing(run, "PCI devices of the host (%s)", reason_to_string(reason));
        return host;
}

const ProfileDevice **check_places(const Guest *guest, const Profile *profile) {
        const ProfileDevice **places = calloc(guest->n_devices + 1, sizeof(*places));

        for (size_t i = 0; places && i < guest->n_devices; i++)
                if (guest->devices[i].has_address)
                        places[i] = device_lookup(profile, &guest->devices[i].address);
        return places;
}

const LayoutRange *check_window(const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == LAYOUT_WINDOW64)
                        return &layout->ranges[i];
        return NULL;
}

bool range_outside(const RangeSet *usable, uint64_t start, uint64_t end, Range *ret) {
        size_t i = 0;

        while (i < usable->n && usable->ranges[i].end < start)
                i++;
        if (i < usable->n && usable->ranges[i].start <= start) {
                if (usable->ranges[i].end >= end)
                        return false;
                start = usable->ranges[i++].end + 1;
        }
        ret->start = start;
        ret->end = i < usable->n && usable->ranges[i].start <= end ? usable->ranges[i].start - 1 : end;
        return true;
}
