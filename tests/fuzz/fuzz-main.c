/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target over files and directories of samples, without libFuzzer, and over every prefix of each
 * sample: what was cut off half-way is the commonest malformed input of all. Of samples that libFuzzer has found,
 * which are many and much alike, it is 64 prefixes each; every one with HAWD_TEST_ALL. */

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SAMPLE_MAX (1U << 20)

/* An exact-sized heap copy a prefix, so that a sanitizer sees one byte past the end. */
static void run_prefix(const uint8_t *data, size_t n) {
        uint8_t *copy = malloc(n ? n : 1);

        if (!copy)
                abort();
        memcpy(copy, data, n);
        LLVMFuzzerTestOneInput(copy, n);
        free(copy);
}

/* libFuzzer names a file by its SHA-1. */
static bool found_by_fuzzer(const char *path) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

        return strlen(name) == 40 && strspn(name, "0123456789abcdef") == 40;
}

static int run_file(const char *path) {
        static uint8_t data[SAMPLE_MAX];
        FILE *f = fopen(path, "re");

        if (!f) {
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
                return -1;
        }
        size_t n = fread(data, 1, sizeof(data), f);
        fclose(f);

        size_t step = n > 4096 ? n / 2048 : 1;
        if (found_by_fuzzer(path) && !getenv("HAWD_TEST_ALL"))
                step = (n + 63) / 64;
        for (size_t i = 0; i < n; i += step)
                run_prefix(data, i);
        run_prefix(data, n);
        return 1;
}

static int run_directory(const char *path) {
        DIR *directory = opendir(path);
        struct dirent *entry;
        int n = 0;

        if (!directory) {
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
                return -1;
        }
        while ((entry = readdir(directory))) {
                char file[4096];

                if (entry->d_name[0] == '.')
                        continue;
                snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
                if (run_file(file) < 0)
                        return -1;
                n++;
        }
        closedir(directory);
        return n;
}

int main(int argc, char **argv) {
        int samples = 0;

        for (int i = 1; i < argc; i++) {
                struct stat st;
                int r = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) ? run_directory(argv[i])
                                                                       : run_file(argv[i]);
                if (r < 0)
                        return EXIT_FAILURE;
                samples += r;
        }
        printf("%d samples\n", samples);
        return samples > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
