/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench-probe DIR…: for each host tree ("/" is this host) the processor time of a full probe, against a pass that only
 * opens and reads the same files and parts, both in this process and in turn, so that the ratio holds on a noisy machine.
 * Several trees are compared with the first, a device at a time: the cost has to be linear. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "profile/derive/derive.h"
#include "tests/bench/floor.h"

#define ROUNDS 21

static double seconds(void) {
        struct timespec now;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static int compare_doubles(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return x < y ? -1 : x > y;
}

static double median(double *values, size_t n) {
        qsort(values, n, sizeof(double), compare_doubles);
        return values[n / 2];
}

static double time_probe(Root *root, size_t *ret_devices) {
        Profile profile = {};
        double start = seconds();

        if (profile_probe(root, &profile) < 0)
                exit(EXIT_FAILURE);
        *ret_devices = profile.n_devices;
        profile_done(&profile);
        return seconds() - start;
}

static double time_floor(const Floor *floor, int fd) {
        double start = seconds();

        floor_pass(floor, fd);
        return seconds() - start;
}

/* Median milliseconds of a probe of this tree; prints its line. */
static double bench(const char *path, size_t *ret_devices) {
        double probe[ROUNDS], lowest[ROUNDS], ratio[ROUNDS];
        Floor floor = {};
        RootObserver observer = floor_observer(&floor);
        Root *root;
        int fd = open(path, O_PATH | O_CLOEXEC | O_DIRECTORY);

        if (fd < 0 || root_open(path, &root) < 0) {
                fprintf(stderr, "%s: cannot be opened\n", path);
                exit(EXIT_FAILURE);
        }
        root_observe(root, &observer);
        time_probe(root, ret_devices);
        root_observe(root, NULL);

        for (size_t i = 0; i < ROUNDS; i++) {
                probe[i] = time_probe(root, ret_devices);
                lowest[i] = time_floor(&floor, fd);
                ratio[i] = probe[i] / lowest[i];
        }
        double ms = 1000 * median(probe, ROUNDS);
        printf("%-28s %5zu devices %6zu reads %2zu twice   probe %8.3f ms   floor %8.3f ms   ratio %.2f\n",
                        path, *ret_devices, floor.n, floor_duplicates(&floor), ms,
                        1000 * median(lowest, ROUNDS), median(ratio, ROUNDS));
        floor_done(&floor);
        root_free(root);
        close(fd);
        return ms;
}

int main(int argc, char **argv) {
        double first = 0;
        size_t first_devices = 0;

        for (int i = 1; i < argc; i++) {
                size_t devices = 0;
                double per_device = bench(argv[i], &devices);

                if (devices == 0 || strcmp(argv[i], "/") == 0)
                        continue;
                per_device /= (double) devices;
                if (first_devices == 0) {
                        first = per_device;
                        first_devices = devices;
                } else
                        printf("%-28s a device costs %.2f of what it costs among %zu\n", "",
                                        per_device / first, first_devices);
        }
        return EXIT_SUCCESS;
}
