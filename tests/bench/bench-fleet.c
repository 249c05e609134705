/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench-fleet FILE: what jansson alone takes to parse the lines of a file, in as many threads as there are
 * processors: "SECONDS PROCESSOR-SECONDS LINES". What hawctl takes for a fleet is compared with it. */

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64

typedef struct Lines {
        const char *text;
        size_t n, next;
        size_t n_lines;
        bool failed;
        pthread_mutex_t mutex;
} Lines;

/* The next line; false at the end. */
static bool take(Lines *lines, const char **ret, size_t *ret_n) {
        const char *start, *end;

        pthread_mutex_lock(&lines->mutex);
        start = lines->text + lines->next;
        end = lines->next < lines->n ? memchr(start, '\n', lines->n - lines->next) : NULL;
        if (end) {
                lines->next = (size_t) (end - lines->text) + 1;
                lines->n_lines++;
        }
        pthread_mutex_unlock(&lines->mutex);
        if (!end)
                return false;
        *ret = start;
        *ret_n = (size_t) (end - start);
        return true;
}

static void *parse(void *userdata) {
        Lines *lines = userdata;
        const char *line;
        size_t n;

        while (take(lines, &line, &n)) {
                json_t *json = json_loadb(line, n, 0, NULL);

                if (!json)
                        lines->failed = true;
                json_decref(json);
        }
        return NULL;
}

static double seconds(clockid_t clock) {
        struct timespec now;

        clock_gettime(clock, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
        Lines lines = { .mutex = PTHREAD_MUTEX_INITIALIZER };
        pthread_t threads[THREADS_MAX];
        long n = sysconf(_SC_NPROCESSORS_ONLN);
        double start = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
        struct stat st;
        int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;

        if (fd < 0 || fstat(fd, &st) < 0)
                return EXIT_FAILURE;
        lines.n = (size_t) st.st_size;
        lines.text = mmap(NULL, lines.n, PROT_READ, MAP_PRIVATE, fd, 0);
        if (lines.text == MAP_FAILED)
                return EXIT_FAILURE;
        n = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : n;
        for (long i = 0; i < n; i++)
                if (pthread_create(&threads[i], NULL, parse, &lines) != 0)
                        return EXIT_FAILURE;
        for (long i = 0; i < n; i++)
                pthread_join(threads[i], NULL);
        printf("%.3f %.3f %zu\n", seconds(CLOCK_MONOTONIC) - start, seconds(CLOCK_PROCESS_CPUTIME_ID) - used,
                        lines.n_lines);
        return lines.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
