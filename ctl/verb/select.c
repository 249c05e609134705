/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/verb/select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/show/json-output.h"

void selection_done(Selection *selection) {
        free(selection->indices);
        *selection = (Selection){};
}

int selection_make(const Profile *profile, const char *what, size_t n,
                const char *(*name)(const Profile *profile, size_t i, char *buffer), int argc, char **argv,
                Selection *ret) {
        char buffer[SELECT_NAME_MAX];
        size_t size = argc > 0 ? (size_t) argc : n;
        Selection selection = { .indices = calloc(size ? size : 1, sizeof(size_t)) };

        if (!selection.indices) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        for (size_t i = 0; argc == 0 && i < n; i++)
                selection.indices[selection.n++] = i;
        for (int a = 0; a < argc; a++) {
                size_t i = 0;

                while (i < n && strcmp(name(profile, i, buffer), argv[a]) != 0)
                        i++;
                if (i == n) {
                        fprintf(stderr, "hawctl: no %s '%s' on this host\n", what, argv[a]);
                        selection_done(&selection);
                        return EXIT_FAILURE;
                }
                selection.indices[selection.n++] = i;
        }
        *ret = selection;
        return EXIT_SUCCESS;
}

typedef struct Elements {
        const Profile *profile;
        const Selection *selection;
        json_t *(*element)(const Profile *profile, size_t i, void *userdata);
        void *userdata;
        size_t next;
} Elements;

static json_t *next_element(void *userdata, int *error) {
        Elements *elements = userdata;
        json_t *value;

        if (elements->next == elements->selection->n)
                return NULL;
        value = elements->element(elements->profile, elements->selection->indices[elements->next++],
                        elements->userdata);
        if (!value)
                *error = -ENOMEM;
        return value;
}

int selection_json(const Profile *profile, const Selection *selection, const Options *options,
                json_t *(*element)(const Profile *profile, size_t i, void *userdata), void *userdata) {
        Elements elements = {
                .profile = profile, .selection = selection, .element = element, .userdata = userdata
        };
        int r = json_array_write(next_element, &elements, options->json_layout, json_to_stdout, NULL);

        if (r == -ENOMEM) {
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
