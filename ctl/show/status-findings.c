/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/status-findings.h"

#include <string.h>

static const char *colour(const Screen *screen, Severity severity) {
        switch (severity) {
        case SEVERITY_ERROR:
                return screen_red(screen);
        case SEVERITY_WARNING:
                return screen_yellow(screen);
        default:
                return "";
        }
}

/* Number of consecutive findings of this kind from i on. */
static size_t run_length(const FindingList *list, size_t i) {
        size_t n = 1;

        while (i + n < list->n && strcmp(list->findings[i].id, list->findings[i + n].id) == 0 &&
                        list->findings[i].severity == list->findings[i + n].severity)
                n++;
        return n;
}

static void print_finding(const Screen *screen, const Finding *finding, size_t alike) {
        int width = 9;

        printf("%s%-*s%s", colour(screen, finding->severity), width, severity_to_string(finding->severity),
                        screen_off(screen));
        screen_wrap(screen, (unsigned) width, finding->summary);
        if (alike > 1)
                printf("%*s%s... and %zu more of this kind%s\n", width, "", screen_dim(screen), alike - 1,
                                screen_off(screen));
        printf("%*s%s ", width, "", screen->utf8 ? "\u2192" : "->");
        screen_wrap(screen, (unsigned) width + (screen->utf8 ? 2 : 3), finding->remedy);
        printf("%*s%s[%s]%s\n", width, "", screen_dim(screen), finding->id, screen_off(screen));
}

void status_findings(const Profile *profile, const Screen *screen) {
        const FindingList *list = &profile->findings;

        putchar('\n');
        if (list->n == 0) {
                printf("No findings. Run 'hawctl describe' to see all values.\n");
                return;
        }
        for (size_t i = 0; i < list->n;) {
                size_t n = run_length(list, i);

                print_finding(screen, &list->findings[i], n);
                i += n;
        }
}
