/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/diagnosis-text.h"

#include "probe/cleanup.h"

#define STATE_WIDTH 9

static const char *colour(const Screen *screen, DiagnosisState state) {
        switch (state) {
        case DIAGNOSIS_PROBLEM:
                return screen_red(screen);
        case DIAGNOSIS_UNKNOWN:
                return screen_yellow(screen);
        default:
                return "";
        }
}

static void print_entry(const Screen *screen, const DiagnosisEntry *entry) {
        printf("%s%-*s%s", colour(screen, entry->state), STATE_WIDTH,
                        diagnosis_state_to_string(entry->state), screen_off(screen));
        screen_wrap(screen, STATE_WIDTH, entry->found);
        if (*entry->remedy) {
                printf("%*s%s ", STATE_WIDTH, "", screen->utf8 ? "\u2192" : "->");
                screen_wrap(screen, STATE_WIDTH + (screen->utf8 ? 2 : 3), entry->remedy);
        }
        if (entry->state != DIAGNOSIS_OK)
                printf("%*s%s[%s]%s\n", STATE_WIDTH, "", screen_dim(screen), entry->id, screen_off(screen));
}

void diagnosis_text(const Diagnosis *diagnosis, const Screen *screen) {
        static const DiagnosisState order[] = { DIAGNOSIS_PROBLEM, DIAGNOSIS_UNKNOWN, DIAGNOSIS_OK };
        unsigned bad = diagnosis->n_problems + diagnosis->n_unknown;

        for (size_t i = 0; i < ELEMENTS(order); i++)
                for (size_t j = 0; j < diagnosis->n; j++)
                        if (diagnosis->entries[j].state == order[i])
                                print_entry(screen, &diagnosis->entries[j]);
        printf("\n%u problem%s, %u not looked at, %u ok\n", diagnosis->n_problems,
                        diagnosis->n_problems == 1 ? "" : "s", diagnosis->n_unknown,
                        (unsigned) diagnosis->n - bad);
}
