/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* judge-class GUESTS < LINES: is a class all that guests meet of a host? GUESTS has a guest's JSON document in each line. Each line
 * of standard input is a word, a tab, and a profile:
 *   host     what check and migration say of it and of its class must be the same for every guest
 *   mutant   of the last host: if its class is the same, so must be what they say of it
 * Prints what is not, and at the end how many comparisons there were, and how many mutants had the class of their host.
 *
 * judge-class --pools < LINES: a profile in each line. For each pair the pool must be the same where a guest may move in both
 * directions by the rules of compare, and only there. */

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/class.h"
#include "fleet/fleet.h"
#include "guest/answer/answer.h"
#include "guest/form/json/guest-json.h"
#include "guest/rules/run.h"
#include "guest/vmm/defaults.h"
#include "probe/cleanup.h"
#include "probe/grow.h"
#include "profile/change/comparison-move.h"
#include "profile/field/json-read.h"
#include "profile/memory-limit.h"

typedef struct Guests {
        size_t n;
        Guest *items;
        char **said;    /* of each, about the last host */
        Guest *started; /* on the first host, which they leave */
        Check *starts;
} Guests;

typedef struct Counts {
        size_t compared, hosts, mutants, alike, refused, wrong;
} Counts;

static void stop(const char *what) {
        fprintf(stderr, "judge-class: %s\n", what);
        exit(2);
}

/* ── what is said ──────────────────────────────────────────────────────────────────────────────────────── */

/* Without a group's number, which a class does not have. */
static void put_missing(FILE *file, const char *missing) {
        const char *group = strstr(missing, "group ");

        if (group && strspn(group + 6, "0123456789") > 0)
                fprintf(file, "  missing %.*sgroup N%s\n", (int) (group - missing), missing,
                                group + 6 + strspn(group + 6, "0123456789"));
        else
                fprintf(file, "  missing %s\n", missing);
}

static void put_finding(FILE *file, const CheckFinding *finding) {
        fprintf(file, "  %s %s %s: %s\n", finding_verdict_word(finding->verdict),
                        rule_to_string(finding->rule), finding->subject, finding->summary);
}

static void put_check(FILE *file, const char *what, const Check *check) {
        fprintf(file, "%s %s %u\n", what, verdict_to_string(check->verdict), check->layout.phys_bits);
        for (size_t i = 0; i < check->n; i++)
                put_finding(file, &check->findings[i]);
        for (size_t i = 0; i < check->n_missing; i++)
                put_missing(file, check->missing[i]);
        for (size_t i = 0; i < check->n_alternatives; i++) {
                const CheckAlternative *alternative = &check->alternatives[i];

                fprintf(file, " if %s %s\n", alternative->when, verdict_to_string(alternative->verdict));
                for (size_t j = 0; j < alternative->n; j++)
                        put_finding(file, &alternative->findings[j]);
                for (size_t j = 0; j < alternative->n_missing; j++)
                        put_missing(file, alternative->missing[j]);
        }
}

/* What a message of R3 names. */
static void put_limit(FILE *file, const Profile *host) {
        for (size_t i = 0; i < host->n_groups; i++)
                if (host->groups[i].assignable != TRISTATE_NO &&
                                memory_limit_bounds(host, &host->groups[i])) {
                        fprintf(file, "limit %s\n", memory_limit_source(host));
                        return;
                }
}

static Guest copy_of(const Guest *guest) {
        Guest copy = *guest;

        copy.devices = calloc(guest->n_devices + 1, sizeof(*copy.devices));
        if (!copy.devices)
                stop("out of memory");
        if (guest->n_devices > 0)
                memcpy(copy.devices, guest->devices, guest->n_devices * sizeof(*copy.devices));
        return copy;
}

/* Where the guests run before they move. */
static void start(Guests *guests, const Profile *source) {
        guests->started = calloc(guests->n + 1, sizeof(*guests->started));
        guests->starts = calloc(guests->n + 1, sizeof(*guests->starts));
        if (!guests->started || !guests->starts)
                stop("out of memory");
        for (size_t i = 0; i < guests->n; i++) {
                guests->started[i] = copy_of(&guests->items[i]);
                if (check_findings(&guests->started[i], source, &guests->starts[i]) < 0)
                        stop("no check");
        }
}

/* Of a guest on the host, and of its move to it. */
static char *say(const Guests *guests, size_t i, const Profile *source, const Profile *host) {
        Guest guest = copy_of(&guests->items[i]);
        Migration migration = {};
        Check check = {};
        char *text;
        size_t n;
        FILE *file = open_memstream(&text, &n);

        if (!file || check_findings(&guest, host, &check) < 0 ||
                        check_migration_findings(&guests->started[i], &guests->starts[i], source, host,
                                        &migration) < 0)
                stop("no check");
        put_check(file, "check", &check);
        put_limit(file, host);
        for (MigrationKind kind = 0; kind < _MIGRATION_MAX; kind++)
                put_check(file, migration_kind_to_string(kind), &migration.answers[kind]);
        fclose(file);
        free(guest.devices);
        check_done(&check);
        migration_done(&migration);
        return text;
}

/* ── documents ─────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *parse(const char *line) {
        json_error_t error;
        json_t *json = json_loads(line, 0, &error);

        if (!json)
                stop(error.text);
        return json;
}

static bool read_profile(const char *line, Profile *ret) {
        JsonError error = {};
        json_t *json = parse(line);
        int r = profile_json_read(json, ret, &error);

        json_decref(json);
        return r >= 0;
}

static void read_guests(const char *path, Guests *ret) {
        FILE *file = fopen(path, "r");
        char *line = NULL;
        size_t size = 0;

        if (!file)
                stop(path);
        while (getline(&line, &size, file) > 0) {
                json_t *json = parse(line);
                JsonError error = {};
                Guest *grown = grow(ret->items, ret->n, sizeof(*grown));

                if (!grown)
                        stop("out of memory");
                ret->items = grown;
                if (guest_json_read(json, &grown[ret->n], &error) < 0)
                        stop(error.text);
                if (guest_defaults(&grown[ret->n], &(GuestInstalled){}) < 0)
                        stop("no defaults");
                json_decref(json);
                ret->n++;
        }
        free(line);
        fclose(file);
        ret->said = calloc(ret->n + 1, sizeof(*ret->said));
}

/* ── classes ───────────────────────────────────────────────────────────────────────────────────────────── */

static void complain(const char *what, size_t guest, const char *whole, const char *other, Counts *counts) {
        if (counts->wrong++ < 20)
                printf("%s, guest %zu\n--- host\n%s--- other\n%s", what, guest, whole, other);
}

static void judge_host(Guests *guests, const Profile *source, const Profile *host, const char *what,
                Counts *counts) {
        HostClass class;
        char *text = NULL, *again = NULL;
        size_t n = 0, n_again = 0;

        if (host_class(host, &class) < 0 || host_class_pack(host, &text, &n) < 0 ||
                        host_class_pack(&class.profile, &again, &n_again) < 0)
                stop("no class");
        if (n != n_again || memcmp(text, again, n) != 0) {
                counts->wrong++;
                printf("%s: the class of a class is another\n%.*s\n%.*s", what, (int) n, text, (int) n_again,
                                again);
        }
        for (size_t i = 0; i < guests->n; i++) {
                char *said = say(guests, i, source, &class.profile);

                free(guests->said[i]);
                guests->said[i] = say(guests, i, source, host);
                if (strcmp(said, guests->said[i]) != 0)
                        complain(what, i, guests->said[i], said, counts);
                counts->compared++;
                free(said);
        }
        free(text);
        free(again);
        host_class_done(&class);
        counts->hosts++;
}

static void judge_mutant(const Guests *guests, const Profile *source, const char *key, const Profile *mutant,
                const char *what, Counts *counts) {
        FleetRecord record;

        if (fleet_record(mutant, &record) < 0)
                stop("no class");
        counts->mutants++;
        for (size_t i = 0; strcmp(record.key, key) == 0 && i < guests->n; i++) {
                char *said = say(guests, i, source, mutant);

                counts->alike += i == 0;
                if (strcmp(said, guests->said[i]) != 0)
                        complain(what, i, guests->said[i], said, counts);
                counts->compared++;
                free(said);
        }
        fleet_record_done(&record);
}

static void judge_line(Guests *guests, char *line, Profile *source, char *key, Counts *counts) {
        char *tab = strchr(line, '\t'), *name = strtok(line, "\t");
        FleetRecord record;
        Profile profile;

        if (!tab || !read_profile(tab + 1, &profile)) {
                counts->refused++;
                return;
        }
        if (strncmp(name, "mutant", 6) == 0) {
                judge_mutant(guests, source, key, &profile, name, counts);
                profile_done(&profile);
                return;
        }
        if (!guests->starts) {
                if (!read_profile(tab + 1, source))
                        stop("no source");
                start(guests, source);
        }
        judge_host(guests, source, &profile, name, counts);
        if (fleet_record(&profile, &record) < 0)
                stop("no class");
        strcpy(key, record.key);
        fleet_record_done(&record);
        profile_done(&profile);
}

/* ── pools ─────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Member {
        json_t *document;
        char pool[CLASS_KEY_SIZE];
        bool known;
} Member;

static bool moves(const Member *from, const Member *to) {
        const MoveHost a = { from->document, "here" }, b = { to->document, "there" };
        ComparisonMove move = {};
        bool safe;

        if (comparison_move(&a, &b, &move) < 0)
                stop("out of memory");
        safe = move.verdict == VERDICT_SAFE;
        comparison_move_done(&move);
        return safe;
}

static size_t judge_pairs(const Member *members, size_t n, size_t *ret_together) {
        size_t wrong = 0;

        for (size_t i = 0; i < n; i++)
                for (size_t j = i; j < n; j++) {
                        bool pool = members[i].known && members[j].known &&
                                        strcmp(members[i].pool, members[j].pool) == 0;
                        bool move = moves(&members[i], &members[j]) && moves(&members[j], &members[i]);

                        *ret_together += pool && i != j;
                        if (pool == move)
                                continue;
                        wrong++;
                        printf("hosts %zu and %zu: pool %d, move %d\n", i, j, pool, move);
                }
        return wrong;
}

static int judge_pools(void) {
        Member *members = NULL;
        size_t n = 0, size = 0, together = 0, wrong;
        char *line = NULL;

        while (getline(&line, &size, stdin) > 0) {
                Member *grown = grow(members, n, sizeof(*grown));
                JsonError error = {};
                HostClass class;
                Profile profile;

                if (!grown)
                        stop("out of memory");
                members = grown;
                members[n] = (Member){ .document = parse(line) };
                if (profile_json_read(members[n].document, &profile, &error) < 0) {
                        json_decref(members[n].document);
                        continue;
                }
                if (host_class(&profile, &class) < 0)
                        stop("no class");
                members[n].known = host_class_pool(&class, members[n].pool);
                host_class_done(&class);
                profile_done(&profile);
                n++;
        }
        wrong = judge_pairs(members, n, &together);
        printf("{\"hosts\": %zu, \"together\": %zu, \"wrong\": %zu}\n", n, together, wrong);
        for (size_t i = 0; i < n; i++)
                json_decref(members[i].document);
        free(members);
        free(line);
        return wrong > 0;
}

int main(int argc, char **argv) {
        char *line = NULL, key[CLASS_KEY_SIZE] = "";
        Profile source = {};
        Guests guests = {};
        Counts counts = {};
        size_t size = 0;

        if (argc != 2)
                stop("usage: judge-class GUESTS|--pools");
        if (strcmp(argv[1], "--pools") == 0)
                return judge_pools();
        read_guests(argv[1], &guests);
        while (getline(&line, &size, stdin) > 0)
                judge_line(&guests, line, &source, key, &counts);
        printf("{\"guests\": %zu, \"hosts\": %zu, \"mutants\": %zu, \"alike\": %zu, \"refused\": %zu, \"compared\": %zu, \"wrong\": %zu}\n",
                        guests.n, counts.hosts, counts.mutants, counts.alike, counts.refused,
                        counts.compared, counts.wrong);
        for (size_t i = 0; i < guests.n; i++) {
                guest_done(&guests.items[i]);
                free(guests.said[i]);
                free(guests.started[i].devices);
                check_done(&guests.starts[i]);
        }
        free(guests.items);
        free(guests.started);
        free(guests.starts);
        free(guests.said);
        profile_done(&source);
        free(line);
        return counts.wrong > 0;
}
