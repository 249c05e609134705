/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/guest-input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/command/options.h"
#include "ctl/origin/guest-domain.h"
#include "ctl/origin/guest-files.h"
#include "ctl/origin/input-file.h"
#include "ctl/process/process-guest.h"
#include "guest/form/cloud-hypervisor/ch.h"
#include "guest/form/command.h"
#include "guest/form/json/guest-json.h"
#include "guest/form/shell/script.h"
#include "guest/form/text/text.h"
#include "guest/form/words/program.h"
#include "probe/cleanup.h"

/* ── forms ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int parse_cloud_hypervisor(const char *text, size_t n, Guest *ret, VmError *reterr) {
        JsonError error = {};
        json_t *document;
        int r = n <= GUEST_JSON_MAX ? json_text_parse(text, n, &document, &error) : -EINVAL;

        if (r < 0)
                return 1;
        r = ch_json_is(document) ? ch_json_read(document, ret, reterr) : 1;
        json_decref(document);
        return r;
}

/* hawd's own, or what Cloud Hypervisor's REST interface takes. */
static int parse_json(const char *text, size_t n, Guest *ret, VmError *reterr) {
        JsonError error = {};
        int r = parse_cloud_hypervisor(text, n, ret, reterr);

        if (r <= 0)
                return r;
        r = guest_json_parse(text, n, ret, &error);

        if (r < 0) {
                *reterr = (VmError){ .line = error.line };
                memcpy(reterr->text, error.text, sizeof(reterr->text));
        }
        return r;
}

/* "bash -c 'qemu-system-x86_64 …'": the machine is within a word. */
static int read_words(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr) {
        for (size_t i = 1; vm_program_find(words->items, words->n) == words->n && i < words->n; i++) {
                const char *text = words->items[i].text;

                if (strpbrk(text, " \t\n") && vm_program_is_within(text))
                        return vm_shell_read(text, strlen(text), false, files, ret, reterr);
        }
        return vm_command_read(words, files, ret, reterr);
}

int guest_input_process(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr) {
        _cleanup_(vm_words_done) VmWords words = {};
        int r = vm_words_from_process(text, n, &words);

        *reterr = (VmError){};
        return r < 0 ? r : read_words(&words, files, ret, reterr);
}

/* "{ RAM=4G; …": a shell's. */
static bool starts_group(const char *text, size_t n) {
        return n >= 2 && text[0] == ' ' &&
                        ((text[1] >= 'A' && text[1] <= 'Z') || (text[1] >= 'a' && text[1] <= 'z'));
}

int guest_input_parse(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr) {
        size_t start = 0;

        *reterr = (VmError){};
        /* The byte order mark that some editors leave. */
        if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
                text += 3;
                n -= 3;
        }
        if (n >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
                snprintf(reterr->text, sizeof(reterr->text),
                                "text in UTF-16: convert it, as \"iconv -f UTF-16 -t UTF-8\" does");
                return -EINVAL;
        }
        while (start < n && text[start] && strchr(" \t\r\n", text[start]))
                start++;
        if (start == n) {
                snprintf(reterr->text, sizeof(reterr->text),
                                "empty: expected a JSON document, a libvirt domain or a command line");
                return -EINVAL;
        }
        if (text[start] == '{' && !starts_group(text + start + 1, n - start - 1))
                return parse_json(text, n, ret, reterr);
        if (text[start] == '<')
                return guest_domain_read(text, n, ret, reterr);
        /* A copy of /proc/PID/cmdline. */
        if (memchr(text, 0, n))
                return guest_input_process(text, n, files, ret, reterr);
        return vm_text_read(text, n, files, ret, reterr);
}

/* ── places ────────────────────────────────────────────────────────────────────────────────────────────── */

static const VmFiles here = { guest_files_read, &(GuestFiles){} };

static int complain(const char *place, int r, const VmError *error) {
        if (r == -ENOMEM) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        if (r != -EINVAL) {
                fprintf(stderr, "hawctl: %s: %s\n", place, error->text);
                return EXIT_FAILURE;
        }
        if (error->line > 0)
                fprintf(stderr, "hawctl: %s: line %u: %s\n", place, error->line, error->text);
        else
                fprintf(stderr, "hawctl: %s: %s\n", place, error->text);
        return EXIT_USAGE;
}

static int read_file(const char *path, const char *place, Guest *ret) {
        _cleanup_(input_file_done) InputFile file = {};
        VmError error;
        int r;

        r = input_file_read(path, VM_TEXT_MAX, &file);
        if (r != EXIT_SUCCESS)
                return r;
        r = guest_input_parse((const char *) file.data, file.n, &here, ret, &error);
        return r < 0 ? complain(place, r, &error) : EXIT_SUCCESS;
}

/* By one descriptor all along: the number may become another process's meanwhile. */
static int read_process(const char *pid, Guest *ret, ProcessPlace *ret_place) {
        _cleanup_close_ int process = -EBADF;
        char path[64], place[32];
        size_t n = strspn(pid, "0123456789");
        VmError error;
        int r;

        if (n == 0 || pid[n] || n > 10) {
                fprintf(stderr, "hawctl: --pid=%s: expected the number of a process\n", pid);
                return EXIT_USAGE;
        }
        snprintf(path, sizeof(path), "/proc/%s", pid);
        snprintf(place, sizeof(place), "process %s", pid);
        process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (process < 0) {
                fprintf(stderr, "hawctl: %s: %s\n", path, strerror(errno));
                return EXIT_FAILURE;
        }
        r = process_guest_fetch(process, ret, ret_place, &error);
        return r < 0 ? complain(place, r, &error) : EXIT_SUCCESS;
}

static int read_arguments(int argc, char **argv, Guest *ret) {
        _cleanup_(vm_words_done) VmWords words = {};
        VmError error = {};
        int r;

        r = vm_words_from_arguments(argc, argv, &words);
        if (r >= 0)
                r = read_words(&words, &here, ret, &error);
        return r < 0 ? complain("command line", r, &error) : EXIT_SUCCESS;
}

int guest_input_read(const char *pid, int argc, char **argv, Guest *ret, ProcessPlace *ret_place) {
        if (pid && argc > 0) {
                fprintf(stderr, "hawctl: --pid=%s and '%s': give one of them\n", pid, argv[0]);
                return EXIT_USAGE;
        }
        if (pid)
                return read_process(pid, ret, ret_place);
        if (argc == 0) {
                fprintf(stderr,
                                "hawctl: expected a guest: a file with its JSON, XML or command line, '-', --pid=PID, or"
                                " '--' and the command line\n");
                return EXIT_USAGE;
        }
        if (argc == 1 && (argv[0][0] != '-' || strcmp(argv[0], "-") == 0))
                return read_file(argv[0], strcmp(argv[0], "-") == 0 ? "standard input" : argv[0], ret);
        return read_arguments(argc, argv, ret);
}
