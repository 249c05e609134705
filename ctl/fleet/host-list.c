/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/host-list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/command/options.h"
#include "ctl/input/input-file.h"
#include "ctl/show/safe-text.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

/* So many wrong lines of a file are printed. */
#define WRONG_MAX 8

void host_list_done(HostList *list) {
        for (size_t i = 0; i < list->n; i++)
                free(list->names[i]);
        free(list->names);
        free(list->sorted);
        *list = (HostList){};
}

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

/* ssh gives the name to a shell if ProxyCommand or "Match exec" has %h or %r. Releases before 9.6 do not
 * reject these characters themselves. */
static const char *name_wrong(const char *name, size_t length) {
        if (length == 0)
                return "expected a host name, not an empty word";
        if (length >= HOST_NAME_MAX_SIZE)
                return "expected a host name of at most 511 bytes";
        if (*name == '-')
                return "expected a host name, which does not start with '-'";
        for (size_t i = 0; i < length; i++) {
                if ((unsigned char) name[i] <= ' ' || (unsigned char) name[i] >= 0x7f)
                        return "expected a host name without blanks and control characters, in ASCII";
                if (strchr("'`\"$\\;&<>|(){},!*?#", name[i]))
                        return "expected a host name without characters that a shell interprets";
        }
        return NULL;
}

/* ── reading ───────────────────────────────────────────────────────────────────────────────────────────── */

static int add(HostList *list, const char *name, size_t length) {
        char **names = grow(list->names, list->n, sizeof(*names));

        if (!names)
                return -ENOMEM;
        list->names = names;
        names[list->n] = strndup(name, length);
        if (!names[list->n])
                return -ENOMEM;
        list->n++;
        return 0;
}

static int print_wrong(const char *where, unsigned line, Bytes name, const char *wrong) {
        _cleanup_free_ char *text = strndup((const char *) name.data, name.n);
        _cleanup_free_ char *shown = text ? safe_short_line(text) : NULL;

        if (line > 0)
                fprintf(stderr, "hawctl: %s: line %u: '%s': %s\n", where, line, shown ? shown : "", wrong);
        else
                fprintf(stderr, "hawctl: '%s': %s\n", shown ? shown : "", wrong);
        return EXIT_USAGE;
}

static int read_arguments(char **names, int n, HostList *list) {
        for (int i = 0; i < n; i++) {
                size_t length = strlen(names[i]);
                const char *wrong = name_wrong(names[i], length);

                if (wrong)
                        return print_wrong("", 0, (Bytes){ .data = (const uint8_t *) names[i], .n = length },
                                        wrong);
                if (add(list, names[i], length) < 0)
                        return out_of_memory();
        }
        return EXIT_SUCCESS;
}

/* A comment starts at the beginning of a line or after a blank. */
static Bytes without_comment(Bytes line) {
        for (size_t i = 0; i < line.n; i++)
                if (line.data[i] == '#' && (i == 0 || line.data[i - 1] == ' ' || line.data[i - 1] == '\t'))
                        line.n = i;
        return text_trim(line);
}

static int read_lines(const char *where, Bytes text, HostList *list) {
        unsigned number = 0, wrong_lines = 0;
        size_t cursor = 0;
        Bytes line;

        /* Byte order mark of editors on Windows. */
        if (text.n >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
                cursor = 3;
        while (text_line(text, &cursor, &line) && wrong_lines < WRONG_MAX) {
                const char *name, *wrong;

                number++;
                line = without_comment(line);
                name = (const char *) line.data;
                if (line.n == 0)
                        continue;
                wrong = name_wrong(name, line.n);
                wrong_lines += wrong != NULL;
                if (wrong)
                        (void) print_wrong(where, number, line, wrong);
                else if (add(list, name, line.n) < 0)
                        return out_of_memory();
        }
        return wrong_lines > 0 ? EXIT_USAGE : EXIT_SUCCESS;
}

static int read_file(const char *path, HostList *list) {
        const char *where = strcmp(path, "-") == 0 ? "standard input" : path;
        _cleanup_(input_file_done) InputFile file = {};
        int r = input_file_read(path, HOST_FILE_MAX, &file);

        return r == EXIT_SUCCESS ? read_lines(where, input_file_bytes(&file), list) : r;
}

/* ── each once ─────────────────────────────────────────────────────────────────────────────────────────── */

/* By name, then by position: the first of several stays. */
static int by_name(const void *a, const void *b, void *names) {
        const size_t *first = a, *second = b;
        int r = strcmp(((char **) names)[*first], ((char **) names)[*second]);

        return r != 0 ? r : *first < *second ? -1 : *first > *second;
}

static void sort(HostList *list) {
        for (size_t i = 0; i < list->n; i++)
                list->sorted[i] = i;
        qsort_r(list->sorted, list->n, sizeof(*list->sorted), by_name, list->names);
}

static int each_once(HostList *list) {
        size_t n = 0;

        list->sorted = calloc(list->n + 1, sizeof(*list->sorted));
        if (!list->sorted)
                return out_of_memory();
        sort(list);
        /* Backwards, so that the first of equal names is compared last. */
        for (size_t i = list->n; i-- > 1;) {
                char **later = &list->names[list->sorted[i]];

                if (strcmp(*later, list->names[list->sorted[i - 1]]) == 0) {
                        free(*later);
                        *later = NULL;
                        list->repeated++;
                }
        }
        for (size_t i = 0; i < list->n; i++)
                if (list->names[i])
                        list->names[n++] = list->names[i];
        list->n = n;
        sort(list);
        return EXIT_SUCCESS;
}

int host_list_read(char **names, int n, const char *file, HostList *ret) {
        _cleanup_(host_list_done) HostList list = {};
        int r = read_arguments(names, n, &list);

        if (r == EXIT_SUCCESS && file)
                r = read_file(file, &list);
        if (r == EXIT_SUCCESS)
                r = each_once(&list);
        if (r != EXIT_SUCCESS)
                return r;
        *ret = list;
        list = (HostList){};
        return EXIT_SUCCESS;
}

size_t host_list_find(const HostList *list, const char *name, size_t length) {
        size_t low = 0, high = list->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const char *candidate = list->names[list->sorted[middle]];
                int r = strncmp(candidate, name, length);

                if (r == 0 && candidate[length] == 0)
                        return list->sorted[middle];
                if (r < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return list->n;
}
