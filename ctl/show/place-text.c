/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/place-text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/show/numbers.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define INDENT 9
#define HOSTS_SHOWN 3
/* So that a screen holds it all. */
#define CAUSES_SHOWN 8
#define CAUSES_SHOWN_OF_MOVE 3
#define NAME_MAX_SHOWN 4400

typedef struct Label {
        const char *word;
        Verdict verdict; /* its colour */
} Label;

static const char *colour(const Screen *screen, Verdict verdict) {
        return verdict == VERDICT_UNSAFE          ? screen_red(screen)
                        : verdict == VERDICT_SAFE ? ""
                                                  : screen_yellow(screen);
}

/* Prints a text that was written to memory, and releases it. */
static int print_wrapped(
                const PlaceText *text, Label label, bool bold, FILE *memory, char **line, size_t *n) {
        _cleanup_free_ char *shown = NULL;
        size_t size;

        if (fclose(memory) != 0 || !*line) {
                free(*line);
                return -ENOMEM;
        }
        size = *n * 4 + 1;
        shown = malloc(size);
        if (shown) {
                text_shown(*line, shown, size);
                printf("%s%s%-*s%s", bold ? screen_bold(&text->screen) : "",
                                colour(&text->screen, label.verdict), INDENT, label.word,
                                screen_off(&text->screen));
                screen_wrap(&text->screen, INDENT, shown);
        }
        free(*line);
        return shown ? 0 : -ENOMEM;
}

static void put_name(const PlaceText *text, size_t i, FILE *file) {
        char path[NAME_MAX_SHOWN];
        FleetHost host;

        fleet_host(text->fleet, i, &host);
        fprintf(file, "%s",
                        *host.name ? host.name
                                        : text->where
                                        ? text->where(text->userdata, host.place, path, sizeof(path))
                                        : "a host without a name");
}

static void put_count(size_t n, const char *what, FILE *file) {
        char count[NUMBER_TEXT_MAX];

        fprintf(file, "%s %s%s", number_count(n, count, sizeof(count)), what, n == 1 ? "" : "s");
}

/* ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────── */

static bool has_verdict(const Place *place, size_t host, PlaceKind kind, const Verdict *verdict) {
        const PlaceOutcome *outcome = place_outcome(place, host);
        Verdict own;

        if (!outcome || !verdict)
                return !outcome && !verdict;
        own = kind == PLACE_CHECK ? outcome->placement.check.verdict
                                  : outcome->placement.moves[kind].verdict;
        return (own == VERDICT_UNKNOWN ? VERDICT_WARNING : own) == *verdict;
}

/* "3,880 hosts: node1, node2, node3 and 3,877 more". verdict: NULL for those that were not judged. */
static int print_hosts(const PlaceText *text, Label label, PlaceKind kind, const Verdict *verdict, size_t n,
                const char *note) {
        char *line = NULL, count[NUMBER_TEXT_MAX];
        size_t size, shown = 0;
        FILE *memory;

        if (n == 0)
                return 0;
        memory = open_memstream(&line, &size);
        if (!memory)
                return -ENOMEM;
        put_count(n, "host", memory);
        for (size_t i = 0; i < text->place->n_hosts && shown < n && (text->all || shown < HOSTS_SHOWN);
                        i++) {
                if (!has_verdict(text->place, i, kind, verdict))
                        continue;
                fputs(shown++ ? ", " : ": ", memory);
                put_name(text, i, memory);
        }
        if (shown < n)
                fprintf(memory, " and %s more", number_count(n - shown, count, sizeof(count)));
        fputs(note, memory);
        return print_wrapped(text, label, true, memory, &line, &size);
}

static int print_verdicts(const PlaceText *text, PlaceKind kind) {
        static const Label labels[] = {
                { "SAFE", VERDICT_SAFE },
                { "WARNING", VERDICT_WARNING },
                { "UNSAFE", VERDICT_UNSAFE },
        };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTS(labels); i++)
                r = print_hosts(text, labels[i], kind, &labels[i].verdict,
                                text->place->counts[kind][labels[i].verdict], "");
        return r < 0 ? r
                     : print_hosts(text, (Label){ "UNKNOWN", VERDICT_UNKNOWN }, kind, NULL,
                                       text->place->n_unjudged,
                                       "; only a summary was read, which does not suffice");
}

/* ── reasons ───────────────────────────────────────────────────────────────────────────────────────────── */

static void put_examples(const PlaceText *text, const PlaceCause *cause, FILE *memory) {
        const size_t n = cause->n_hosts < PLACE_EXAMPLES ? cause->n_hosts : PLACE_EXAMPLES;

        for (size_t i = 0; i < n; i++) {
                fputs(i > 0 ? ", " : "", memory);
                put_name(text, cause->examples[i], memory);
        }
        fprintf(memory, "%s)", n == cause->n_hosts ? "" : text->screen.utf8 ? ", …" : ", ...");
}

/* The other subjects are in the sentence. */
static bool is_device(const PlaceCause *cause) {
        static const char *const others[] = { "", "guest", "host", "firmware" };

        for (size_t i = 0; i < ELEMENTS(others); i++)
                if (strcmp(cause->subject, others[i]) == 0)
                        return false;
        return true;
}

/* "60 hosts (node12, node13, …): the assigned devices cannot …: the VMM fails to map it [R3]" */
static int print_cause(const PlaceText *text, const PlaceCause *cause) {
        const Label label = { cause->rule == RULE_NONE ? "missing" : finding_verdict_word(cause->verdict),
                cause->verdict };
        char *line = NULL;
        size_t size;
        FILE *memory = open_memstream(&line, &size);

        if (!memory)
                return -ENOMEM;
        put_count(cause->n_hosts, "host", memory);
        fputs(" (", memory);
        put_examples(text, cause, memory);
        fprintf(memory, ": %s%s%s", *cause->when ? "if " : "", cause->when, *cause->when ? ": " : "");
        if (is_device(cause))
                fprintf(memory, "%s: ", cause->subject);
        fputs(cause->text, memory);
        if (cause->rule != RULE_NONE)
                fprintf(memory, " [%s]", rule_to_string(cause->rule));
        return print_wrapped(text, label, false, memory, &line, &size);
}

static int print_causes(const PlaceText *text, PlaceKind kind) {
        const size_t max = text->place->moved ? CAUSES_SHOWN_OF_MOVE : CAUSES_SHOWN;
        size_t shown = 0, left = 0;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < text->place->n_causes; i++) {
                if (text->place->causes[i].kind != kind)
                        continue;
                if (text->all || shown < max) {
                        r = print_cause(text, &text->place->causes[i]);
                        shown++;
                } else
                        left++;
        }
        if (left > 0)
                printf("%*s%zu more reason%s; --all shows all\n", INDENT, "", left, left == 1 ? "" : "s");
        return r;
}

/* ── all of it ─────────────────────────────────────────────────────────────────────────────────────────── */

static void print_head(const PlaceText *text, PlaceKind kind) {
        static const char *const questions[_PLACE_KIND_MAX] = {
                [PLACE_LIVE] = "moved while it runs",
                [PLACE_OFFLINE] = "moved after a stop",
                [PLACE_HOTPLUG] = "given a device after the move",
        };
        char name[256], all[NUMBER_TEXT_MAX], count[NUMBER_TEXT_MAX];
        const Place *place = text->place;

        number_count(place_takers(place, kind), count, sizeof(count));
        number_count(place->n_hosts, all, sizeof(all));
        printf("%s%s", kind == PLACE_CHECK ? "" : "\n", screen_bold(&text->screen));
        if (kind == PLACE_CHECK) {
                text_shown(*text->guest ? text->guest : "the guest", name, sizeof(name));
                printf("%s: %s of %s host%s may take it", name, count, all, place->n_hosts == 1 ? "" : "s");
        } else
                printf("%s: possible on %s of %s host%s", questions[kind], count, all,
                                place->n_hosts == 1 ? "" : "s");
        printf("%s\n", screen_off(&text->screen));
}

int place_text(const PlaceText *text) {
        static const PlaceKind kinds[] = { PLACE_CHECK, PLACE_LIVE, PLACE_OFFLINE, PLACE_HOTPLUG };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTS(kinds); i++) {
                if (kinds[i] != PLACE_CHECK && !text->place->moved)
                        continue;
                if (kinds[i] == PLACE_OFFLINE && text->place->restarts_alike) {
                        printf("\n%smoved after a stop: as started there%s\n", screen_bold(&text->screen),
                                        screen_off(&text->screen));
                        continue;
                }
                print_head(text, kinds[i]);
                r = print_verdicts(text, kinds[i]);
                if (r >= 0)
                        r = print_causes(text, kinds[i]);
        }
        return r;
}
