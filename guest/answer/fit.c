/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/answer.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/answer/search.h"
#include "guest/firmware/firmware.h"
#include "probe/cleanup.h"
#include "probe/grow.h"
#include "profile/document/field-write.h"
#include "profile/document/json-fact.h"

void fit_done(Fit *fit) {
        free(fit->why);
        free(fit->missing);
        for (size_t i = 0; i < fit->n_refused; i++)
                free(fit->refused[i]);
        free(fit->refused);
        *fit = (Fit){};
}

/* The guest's devices and n more. The caller's array has room for FIT_COUNT_MAX more. */
static void with_devices(const Guest *guest, GuestDevice *devices, size_t n, Guest *ret) {
        *ret = *guest;
        ret->devices = devices;
        ret->n_devices = guest->n_devices + n;
}

static bool of_place(const CheckFinding *finding) {
        return finding->rule == RULE_ASSIGNMENT || finding->rule == RULE_RESERVED;
}

static const CheckFinding *worst_that_stops(const Check *check) {
        /* Sorted, worst first. Rules about the devices' place on the host do not limit the count. */
        for (size_t i = 0; i < check->n && check->findings[i].verdict == VERDICT_UNSAFE; i++)
                if (!of_place(&check->findings[i]))
                        return &check->findings[i];
        return NULL;
}

static bool warns(const Check *check) {
        for (size_t i = 0; i < check->n; i++)
                if (check->findings[i].verdict == VERDICT_WARNING &&
                                (check->findings[i].rule == RULE_BARS ||
                                                check->findings[i].rule == RULE_HYPERTRANSPORT))
                        return true;
        return false;
}

typedef struct Search {
        const Profile *profile;
        const ProfileDevice *const *places; /* of all devices */
        Guest guest;                        /* with the width to try */
        GuestDevice *devices;
        size_t n_own;
        Fit *fit; /* gets the reason; NULL: not needed */
} Search;

/* Reached: peer-to-peer DMA works too. */
typedef enum Outcome { FITS_NOT, FITS_UNKNOWN, FITS, FITS_REACHED } Outcome;

static void forget_why(Fit *fit) {
        free(fit->why);
        fit->why = NULL;
        fit->stops = RULE_NONE;
}

/* Stores why no more fit, if requested. */
static int put_why(Fit *fit, const CheckFinding *stops, const Layout *layout) {
        char *why = NULL;

        if (!fit)
                return 0;
        if (stops)
                why = strdup(*stops->numbers ? stops->numbers : stops->summary);
        else if (asprintf(&why, "unknown: %s", layout->missing) < 0)
                why = NULL;
        if (!why)
                return -ENOMEM;
        forget_why(fit);
        fit->why = why;
        fit->stops = stops ? stops->rule : RULE_NONE;
        return 0;
}

/* Without a known layout, none are reported to fit. */
static int try_count(Search *search, uint32_t n, Outcome *ret) {
        const CheckFinding *stops;
        Check check = {};
        Guest guest;
        bool known;
        int r;

        with_devices(&search->guest, search->devices, n, &guest);
        guest.n_devices = search->n_own + n;
        r = check_rules(&guest, search->profile, search->places, &check);
        if (r < 0)
                return r;
        stops = worst_that_stops(&check);
        known = check.layout.unknown == REASON_NONE;
        *ret = stops ? FITS_NOT : !known ? FITS_UNKNOWN : warns(&check) ? FITS : FITS_REACHED;
        if (*ret < FITS)
                r = put_why(search->fit, stops, &check.layout);
        check_done(&check);
        return r;
}

/* If n do not fit, more do not either. */
static int count(Search *search, Outcome least, uint32_t *ret) {
        uint32_t low = 0, high = FIT_COUNT_MAX + 1;

        while (high - low > 1) {
                uint32_t middle = low + (high - low) / 2;
                Outcome outcome;
                int r = try_count(search, middle, &outcome);

                if (r < 0)
                        return r;
                if (outcome >= least)
                        low = middle;
                else
                        high = middle;
        }
        *ret = low;
        return 0;
}

/* SeaBIOS sizes its window by content and moves it: out of a hole, into one, or below 4 GiB, where the
 * machine's own BARs may decide. So each count is tried; an unknown one says nothing about higher counts. */
static int count_each(Search *search, FitWidth *ret) {
        bool reached = true;

        for (uint32_t n = 1; n <= FIT_COUNT_MAX; n++) {
                Outcome outcome;
                int r = try_count(search, n, &outcome);

                if (r < 0)
                        return r;
                if (outcome == FITS_NOT)
                        return 0;
                if (outcome == FITS_UNKNOWN)
                        continue;
                if (search->fit)
                        forget_why(search->fit);
                ret->n = n;
                reached = reached && outcome == FITS_REACHED;
                if (reached)
                        ret->n_reached = n;
        }
        return 0;
}

static int count_both(Search *search, FitWidth *ret) {
        int r;

        if (search->guest.firmware.kind == FIRMWARE_SEABIOS) {
                r = count_each(search, ret);
                search->fit = NULL;
                return r;
        }
        r = count(search, FITS, &ret->n);
        search->fit = NULL;
        return r < 0 ? r : count(search, FITS_REACHED, &ret->n_reached);
}

static int count_widths(Search *search, const Guest *guest, Fit *fit) {
        for (unsigned bits = FIT_WIDTH_MIN; bits <= FIT_WIDTH_MAX; bits++) {
                const Change change = { .kind = CHANGE_WIDTH, .value = bits };
                FitWidth width = { .bits = (uint8_t) bits };
                Check check = {};
                int r;

                search->guest = *guest;
                if (!change_apply(&change, &search->guest))
                        continue;
                r = check_rules(&search->guest, search->profile, search->places, &check);
                if (r < 0)
                        return r;
                /* A width above the host's is cut off or gives no answer. */
                bool meant = check.layout.phys_bits == bits && check.layout.unknown == REASON_NONE;
                check_done(&check);
                if (!meant)
                        continue;
                r = count_both(search, &width);
                if (r < 0)
                        return r;
                fit->widths[fit->n_widths++] = width;
                if (fit->bits_for_all == 0 && width.n >= fit->wanted)
                        fit->bits_for_all = (uint8_t) bits;
        }
        return 0;
}

static int refuse(Fit *fit, const CheckFinding *finding) {
        char **grown = grow(fit->refused, fit->n_refused, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        fit->refused = grown;
        if (asprintf(&grown[fit->n_refused], "%s%s%s", finding->summary, *finding->numbers ? ": " : "",
                            finding->numbers) < 0)
                return -ENOMEM;
        fit->n_refused++;
        return 0;
}

/* Why VFIO rejects such a device here, however much room there is. */
static int refused_collect(const Search *search, const Guest *guest, Fit *fit) {
        Check check = {};
        Guest alone = *guest;
        int r;

        alone.devices = &search->devices[search->n_own];
        alone.n_devices = 1;
        r = check_rules(&alone, search->profile, search->places + search->n_own, &check);
        for (size_t i = 0; r >= 0 && i < check.n && check.findings[i].verdict == VERDICT_UNSAFE; i++)
                if (of_place(&check.findings[i]))
                        r = refuse(fit, &check.findings[i]);
        check_done(&check);
        return r;
}

static int count_now(Search *search, const Guest *guest, Fit *fit) {
        Guest one = *guest;
        Check check = {};
        BarNeed need;
        Guest with;
        int r;

        one.devices = &search->devices[search->n_own];
        one.n_devices = 1;
        one.n_ports = 0;
        with_devices(guest, search->devices, 1, &with);
        r = check_every(&with, search->profile, search->places, &check);
        if (r < 0)
                return r;
        bar_need(&one, &check.layout, check.layout.port_share, NULL, NULL, &need);
        fit->each = need.bytes;
        fit->now.bits = check.layout.phys_bits;
        fit->missing = check.missing;
        fit->n_missing = check.n_missing;
        check.missing = NULL;
        check.n_missing = 0;
        check_done(&check);
        r = check_every(guest, search->profile, search->places, &check);
        if (r < 0)
                return r;
        fit->before = check.verdict;
        fit->memory = fit_memory(guest, search->profile);
        check_done(&check);
        search->guest = *guest;
        search->fit = fit;
        return count_both(search, &fit->now);
}

int fit_devices(Guest *guest, const Profile *profile, const GuestDevice *device, uint32_t wanted, Fit *ret) {
        const size_t room = guest->n_devices + FIT_COUNT_MAX;
        _cleanup_free_ GuestDevice *devices = calloc(room, sizeof(*devices));
        _cleanup_(fit_done) Fit fit = { .wanted = wanted };
        _cleanup_free_ const ProfileDevice **places = NULL;
        Search search = { .profile = profile, .devices = devices, .n_own = guest->n_devices };
        GuestDevice filled = *device;
        Guest one = { .devices = &filled, .n_devices = 1 };
        int r;

        if (!devices)
                return -ENOMEM;
        filled.assigned = true;
        filled.supposed = !filled.has_address;
        check_fill(guest, profile);
        check_fill(&one, profile);
        for (size_t i = 0; i < room; i++)
                devices[i] = i < guest->n_devices ? guest->devices[i] : filled;
        search.places = places =
                        check_places(&(const Guest){ .devices = devices, .n_devices = room }, profile);
        if (!places)
                return -ENOMEM;
        r = count_now(&search, guest, &fit);
        if (r >= 0)
                r = refused_collect(&search, guest, &fit);
        if (r >= 0)
                r = count_widths(&search, guest, &fit);
        if (r >= 0 && !fit.why && !(fit.why = strdup("")))
                r = -ENOMEM;
        if (r < 0)
                return r;
        *ret = fit;
        fit = (Fit){};
        return 0;
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

#define TEXTS_SCHEMA "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}"

static const Field width_fields[] = {
        { "bits", FIELD_INTEGER, 0, FIELD_MEMBER(FitWidth, bits), .max = 64, .text = "The guest's width." },
        { "fit", FIELD_INTEGER, 0, FIELD_MEMBER(FitWidth, n), .text = "How many more devices fit." },
        { "reached", FIELD_INTEGER, 0, FIELD_MEMBER(FitWidth, n_reached),
                        .text = "How many of them other devices reach by peer-to-peer DMA." },
};
static const FieldTable width_table = { FIELD_TABLE(width_fields) };

static json_t *write_rule(const void *value) {
        return json_string(rule_to_string(*(const Rule *) value));
}

static json_t *write_missing(const void *value) {
        const Fit *fit = value;

        return answer_texts((const char *) fit->missing, fit->n_missing, sizeof(fit->missing[0]));
}

static json_t *write_refused(const void *value) {
        const Fit *fit = value;
        json_t *array = json_array();
        bool ok = true;

        for (size_t i = 0; i < fit->n_refused && ok; i++)
                ok = json_array_append_new(array, answer_text(fit->refused[i])) == 0;
        return json_finish(array, ok);
}

static const FieldHook rule_hook = { .write = write_rule, .schema = "{\"type\": \"string\"}" };
static const FieldHook missing_hook = { .write = write_missing, .schema = TEXTS_SCHEMA };
static const FieldHook refused_hook = { .write = write_refused, .schema = TEXTS_SCHEMA };

#define FIT(member) FIELD_MEMBER(Fit, member)

static bool has_memory(const void *object) {
        return ((const Fit *) object)->memory > 0;
}

static const Field fit_fields[] = {
        { "schema", FIELD_FIXED, 0, .fixed = "hawd-fit/1", .text = "Form of the document." },
        { "verdict", FIELD_WORD, 0, FIT(before), .words = &check_verdict_words,
                        .text = "Verdict for the guest without them." },
        { "wanted", FIELD_INTEGER, 0, FIT(wanted), .min = 1,
                        .text = "Number of devices that was requested." },
        { "now", FIELD_OBJECT, 0, FIT(now), .table = &width_table, .text = "At the guest's own width." },
        { "bitsForAll", FIELD_INTEGER, FIELD_OR_NONE, FIT(bits_for_all),
                        .text = "Smallest width at which all of them fit; null: no width of this host." },
        { "bytesEach", FIELD_INTEGER, 0, FIT(each), .text = "Bytes of the 64-bit window that one takes." },
        { "memory", FIELD_INTEGER, FIELD_LATER, FIT(memory), .when = has_memory,
                        .text = "QEMU's virt machine: maximum memory in bytes with which no region is left out." },
        { "stopsAt", FIELD_CUSTOM, 0, FIT(stops), .hook = &rule_hook,
                        .text = "The rule that one more breaks; empty: none up to 256, or an input is missing." },
        { "why", FIELD_CUSTOM, 0, FIT(why), .hook = &answer_text_hook, .text = "Why no more fit." },
        { "widths", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(Fit, widths, n_widths), .table = &width_table,
                        .text = "At every other width." },
        { "missing", FIELD_CUSTOM, 0, .hook = &missing_hook, .text = "Inputs that are missing." },
        { "refused", FIELD_CUSTOM, 0, .hook = &refused_hook,
                        .text = "Why VFIO cannot assign such a device here, wherever its BARs fit." },
};
const FieldTable fit_table = {
        FIELD_TABLE(fit_fields),
        .text = "How many more devices fit beside a guest (docs/check.md).",
};

json_t *fit_json(const Fit *fit) {
        return fields_json(&(FieldContext){}, &fit_table, fit);
}
