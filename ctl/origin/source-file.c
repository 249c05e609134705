/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/source-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/input/input-file.h"
#include "ctl/input/regular-file.h"
#include "ctl/origin/source-profile.h"
#include "probe/cleanup.h"
#include "profile/document/json-parse.h"
#include "profile/field/json-read.h"
#include "profile/field/json-write.h"

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

static int read_document(const char *name, json_t **ret) {
        const char *from = strcmp(name, "-") == 0 ? "standard input" : name;
        _cleanup_(input_file_done) InputFile file = {};
        JsonError error;
        int r = input_file_read(name, PROFILE_JSON_MAX, &file);

        if (r != EXIT_SUCCESS)
                return r;
        r = profile_json_parse((const char *) file.data, file.n, ret, &error);
        if (r == 0)
                return EXIT_SUCCESS;
        if (r == -ENOMEM)
                return out_of_memory();
        fprintf(stderr, "hawctl: %s: ", from);
        if (error.line > 0)
                fprintf(stderr, "line %u, column %u: ", error.line, error.column);
        fprintf(stderr, "%s; expected a profile document of 'hawctl describe'\n", error.text);
        return EXIT_FAILURE;
}

/* A directory, or a file that starts like an archive of a capture. */
static bool is_capture(const char *name) {
        static const struct {
                size_t offset, n;
                const char *magic;
        } archives[] = { { 0, 4, "\x28\xb5\x2f\xfd" }, { 0, 2, "\x1f\x8b" },
                { 0, 6,
                                "\xfd"
                                "7zXZ" },
                { 257, 5, "ustar" } };
        _cleanup_close_ int fd = -1;
        char head[262] = "";
        const char *why;
        struct stat st;

        if (strcmp(name, "-") == 0 || stat(name, &st) < 0)
                return false;
        if (!S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode);
        fd = regular_file_open(AT_FDCWD, name, &why);
        if (fd < 0 || read(fd, head, sizeof(head)) < 0)
                return false;
        for (size_t i = 0; i < ELEMENTS(archives); i++)
                if (memcmp(head + archives[i].offset, archives[i].magic, archives[i].n) == 0)
                        return true;
        return false;
}

static int write_stream(const char *text, size_t n, void *userdata) {
        return fwrite(text, 1, n, userdata) == n ? 0 : -ENOMEM;
}

static int probe_document(const Options *options, const char *name, json_t **ret) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_free_ char *text = NULL;
        Options rooted = *options;
        size_t n = 0;
        FILE *f;
        int r;

        rooted.root = name;
        r = source_local(&rooted, &profile);
        if (r != EXIT_SUCCESS)
                return r;
        f = open_memstream(&text, &n);
        if (!f)
                return out_of_memory();
        r = profile_json_write(&profile, JSON_LAYOUT_SHORT, write_stream, f);
        if (fclose(f) != 0 || r < 0)
                return out_of_memory();
        *ret = json_loadb(text, n, 0, NULL);
        return *ret ? EXIT_SUCCESS : out_of_memory();
}

int source_file_document(const Options *options, const char *name, json_t **ret) {
        return is_capture(name) ? probe_document(options, name, ret) : read_document(name, ret);
}

int source_file_documents(const Options *options, char **names, json_t **ret_first, json_t **ret_second) {
        int r;

        if (strcmp(names[0], "-") == 0 && strcmp(names[1], "-") == 0) {
                fprintf(stderr, "hawctl: only one of the two profiles can be standard input (-)\n");
                return EXIT_USAGE;
        }
        r = source_file_document(options, names[0], ret_first);
        return r == EXIT_SUCCESS ? source_file_document(options, names[1], ret_second) : r;
}

int source_file_profile(const Options *options, const char *name, Profile *ret) {
        Options rooted = *options;
        JsonError error = {};
        json_t *document;
        int r;

        if (is_capture(name)) {
                rooted.root = name;
                return source_local(&rooted, ret);
        }
        r = read_document(name, &document);
        if (r != EXIT_SUCCESS)
                return r;
        r = profile_json_read(document, ret, &error);
        json_decref(document);
        if (r == 0)
                return EXIT_SUCCESS;
        if (r == -ENOMEM)
                return out_of_memory();
        fprintf(stderr, "hawctl: %s: %s\n", strcmp(name, "-") == 0 ? "standard input" : name, error.text);
        return EXIT_FAILURE;
}
