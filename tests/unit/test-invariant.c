/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Of drawn guests and hosts: whoever is said to be safe is so by a judge who has rules of his own, with every answer to what
 * is open, and with what is proposed. "test-invariant SEED DRAW" repeats one draw. */

#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "guest/answer/answer.h"
#include "guest/answer/search.h"
#include "guest/form/json/guest-json.h"
#include "guest/rules/run.h"
#include "tests/unit/judge-check.h"

#ifdef __SANITIZE_ADDRESS__
#define DRAWS 20000
#else
#define DRAWS 100000
#endif
/* Of so many draws one is asked for remedies, whose search takes most of the time; with HAWD_TEST_ALL each. */
#define REMEDIES 4
#define SEED UINT64_C(88172645463325252)

static uint64_t next(uint64_t *state) {
        uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        return z ^ z >> 31;
}

/* Each by itself, so that one can be repeated. */
static void make(uint64_t seed, uint64_t number, DrawnCase *ret) {
        uint8_t bytes[DRAWN_BYTES];
        uint64_t state = seed + (number << 32);

        for (size_t i = 0; i < sizeof(bytes); i += 8) {
                uint64_t value = next(&state);

                memcpy(bytes + i, &value, 8);
        }
        drawn_case(bytes, sizeof(bytes), ret);
}

static bool run(uint64_t seed, uint64_t first, uint64_t n, unsigned remedies, JudgeCounts *counts) {
        static DrawnCase drawn;
        bool good = true;

        for (uint64_t i = first; i < first + n; i++) {
                char fault[JUDGE_FAULT_MAX] = "";

                make(seed, i, &drawn);
                if (judge_check(&drawn, i % remedies == 0, counts, fault))
                        continue;
                print_error("seed %" PRIu64 ", draw %" PRIu64 ": %s\n", seed, i, fault);
                good = false;
        }
        return good;
}

/* Nothing is proposed here: the guest as it is, and what is said of it. */
static bool show(uint64_t seed, uint64_t number) {
        static DrawnCase drawn;
        _cleanup_free_ const ProfileDevice **places = NULL;
        _cleanup_(check_done) Check check = {};
        JudgeCounts counts = {};
        json_t *guest, *answer;

        make(seed, number, &drawn);
        check_fill(&drawn.guest, &drawn.profile);
        places = check_places(&drawn.guest, &drawn.profile);
        if (!places || check_with_remedies(&drawn.guest, &drawn.profile, places, &check) < 0)
                return false;
        guest = guest_json_write(&drawn.guest);
        answer = check_json(&drawn.guest, &check, NULL, 0);
        json_dumpf(guest, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
        json_dumpf(answer, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
        for (size_t i = 0; i < drawn.profile.n_groups; i++)
                printf("\ngroup %zu: %u bits, assignable: %s", i + 1, drawn.groups[i].bits,
                                tristate_to_string(drawn.groups[i].assignable));
        printf("\n");
        json_decref(guest);
        json_decref(answer);
        return run(seed, number, 1, 1, &counts);
}

static void test_drawn(void **state) {
        uint64_t seed = SEED, n = DRAWS;
        unsigned remedies = REMEDIES;
        JudgeCounts counts = {};
        bool good;

        if (getenv("HAWD_TEST_ALL")) {
                seed = (uint64_t) time(NULL);
                n = 2 * DRAWS;
                remedies = 1;
        }
        print_message("seed %" PRIu64 "\n", seed);
        good = run(seed, 0, n, remedies, &counts);
        print_message("%" PRIu64 " guests: %" PRIu64 " safe, %" PRIu64 " with a warning, %" PRIu64
                      " unsafe\n"
                      "%" PRIu64 " answers to what is open, %" PRIu64 " of them safe\n"
                      "%" PRIu64 " remedies, %" PRIu64 " plans, %" PRIu64 " of them safe\n",
                        counts.checks, counts.safe, counts.warnings, counts.unsafe, counts.answers,
                        counts.safe_answers, counts.remedies, counts.plans, counts.safe_plans);
        assert_true(good);
        assert_true(counts.safe > n / 20 && counts.unsafe > n / 20 && counts.safe_answers > n / 100 &&
                        counts.safe_plans > n / remedies / 100);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_drawn),
        };

        if (argc == 3)
                return show(strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0)) ? EXIT_SUCCESS
                                                                                    : EXIT_FAILURE;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
