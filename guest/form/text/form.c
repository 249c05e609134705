/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/text/form.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/command.h"
#include "guest/form/json/guest-json.h"
#include "guest/form/shell/script.h"
#include "guest/form/text/text.h"
#include "guest/form/words/program.h"
#include "guest/form/xen/xl.h"
#include "probe/cleanup.h"

/* ── text that contains a command line ─────────────────────────────────────────────────────────────────── */

static int refuse_nul(const TextCopy *copy, const char *nul, VmError *error) {
        unsigned line = copy->line;

        for (const char *c = copy->text; c < nul; c++)
                line += *c == '\n';
        return vm_error(error, line, "expected text, not a NUL");
}

static int read_listed(int r, VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr) {
        if (r >= 0)
                r = vm_command_read(words, files, ret, reterr);
        vm_words_done(words);
        return r;
}

static int read_copy(TextCopy *copy, const VmFiles *files, Guest *ret, VmError *reterr) {
        VmWords words = {};
        const char *nul = memchr(copy->text, 0, copy->n);
        TextLog log;
        int r;

        if (nul)
                return refuse_nul(copy, nul, reterr);
        r = text_kind_refuse(copy, reterr);
        if (r < 0)
                return r;
        if (text_is_unit(copy)) {
                r = text_unit_read(copy, files, ret, reterr);
                if (r != -ENOENT)
                        return r;
        }
        if (text_task_error(copy))
                return vm_shell_read(copy->text, copy->n, true, files, ret, reterr);
        if (text_is_listing(copy)) {
                r = text_listing_words(copy, &words, reterr);
                return read_listed(r, &words, files, ret, reterr);
        }
        text_log_cut(copy, &log);
        r = vm_shell_read(copy->text, copy->n, copy->quoted, files, ret, reterr);
        return r < 0 ? r : text_log_finish(&log, ret);
}

/* Apostrophes in a message are not quotes: reading starts at the command's line. */
static int read_from_program(TextCopy *copy, const VmFiles *files, Guest *ret, VmError *reterr) {
        const char *end = copy->text + copy->n, *line = copy->text;

        if (strncmp(line, "#!", 2) == 0)
                return -EINVAL;
        while (line < end) {
                const char *over = line + strcspn(line, "\n");

                if (line > copy->text && *line != '#' && text_find_program(line, over)) {
                        text_copy_cut(copy, line, end);
                        return vm_shell_read(copy->text, copy->n, false, files, ret, reterr);
                }
                line = over + (over < end);
        }
        return -EINVAL;
}

/* A script sets variables of the same names, but it starts a VMM. */
static bool is_xl_config(const TextCopy *copy) {
        static const char model[] = "device_model";
        const char *over = copy->text + copy->n;

        if (memchr(copy->text, 0, copy->n) || !xl_is_config(copy->text, copy->n))
                return false;
        for (const char *line = copy->text, *end; line < over; line = end + 1) {
                end = line + strcspn(line, "\n");
                line += strspn(line, " \t#");
                if (line < end && strncmp(line, model, strlen(model)) != 0 && text_find_program(line, end))
                        return false;
        }
        return true;
}

static int read_xl_config(TextCopy *copy, Guest *ret, VmError *reterr) {
        const bool returns = memchr(copy->text, '\r', copy->n);
        int r;

        xl_plain(copy->text, &copy->n);
        r = xl_read(copy->text, copy->n, ret, reterr);
        if (r < 0 || !returns)
                return r;
        r = guest_assume(ret, "lines", "without the CR at their ends, which xl does not accept");
        if (r < 0)
                guest_done(ret);
        return r;
}

static int read_text(
                const char *text, size_t n, bool marked, const VmFiles *files, Guest *ret, VmError *reterr) {
        _cleanup_(text_copy_done) TextCopy copy = {};
        int r = text_copy_make(text, n, &copy);

        if (r < 0)
                return r;
        /* Of a paste, the mark is not the configuration's. */
        if (marked && copy.line == 1 && is_xl_config(&copy))
                return vm_error(reterr, 1,
                                "a byte order mark, which xl does not accept: save the file without it");
        r = is_xl_config(&copy) ? read_xl_config(&copy, ret, reterr) : read_copy(&copy, files, ret, reterr);
        if (r == -EINVAL && reterr->open_quote)
                r = read_from_program(&copy, files, ret, reterr);
        /* Add the lines cut from the start. */
        if (r == -EINVAL && reterr->line > 0)
                reterr->line += copy.line - 1;
        return r;
}

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* "bash -c 'qemu-system-x86_64 …'": the command is within a word. */
static int read_words(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr) {
        for (size_t i = 1; vm_program_find(words->items, words->n) == words->n && i < words->n; i++) {
                const char *text = words->items[i].text;

                if (strpbrk(text, " \t\n") && vm_program_is_within(text))
                        return vm_shell_read(text, strlen(text), false, files, ret, reterr);
        }
        return vm_command_read(words, files, ret, reterr);
}

int vm_process_read(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr) {
        _cleanup_(vm_words_done) VmWords words = {};
        int r = vm_words_from_process(text, n, &words);

        *reterr = (VmError){};
        return r < 0 ? r : read_words(&words, files, ret, reterr);
}

int vm_arguments_read(int argc, char **argv, const VmFiles *files, Guest *ret, VmError *reterr) {
        _cleanup_(vm_words_done) VmWords words = {};
        int r = vm_words_from_arguments(argc, argv, &words);

        *reterr = (VmError){};
        return r < 0 ? r : read_words(&words, files, ret, reterr);
}

/* ── the form of a text ────────────────────────────────────────────────────────────────────────────────── */

static int read_json(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr) {
        JsonError error = {};
        json_t *document = NULL;
        int r;

        if (n > GUEST_JSON_MAX)
                return vm_error(reterr, 0, "expected at most 1 MiB");
        r = json_text_parse(text, n, &document, &error);
        if (r >= 0 && json_is_array(document) && json_array_size(document) == 0)
                r = vm_error(reterr, 0, "an empty list: it has no guest");
        else if (r >= 0)
                r = vm_config_json_read(document, ret, reterr);
        if (r == -ENOENT)
                r = guest_json_read(document, ret, &error);
        json_decref(document);
        if (r == -EINVAL && *error.text)
                return vm_error(reterr, error.line, "%s", error.text);
        return r;
}

/* "[ { …": "xl list -l" prints a list, which may be empty. */
static bool is_list(const char *start, size_t n) {
        size_t i = 1;

        while (i < n && start[i] && strchr(" \t\r\n", start[i]))
                i++;
        return *start == '[' && i < n && (start[i] == '{' || start[i] == ']');
}

/* "{ RAM=4G; …" is shell code. */
static bool is_json(const char *start, size_t n) {
        if (is_list(start, n))
                return true;
        return *start == '{' &&
                        !(n >= 3 && start[1] == ' ' &&
                                        ((start[2] >= 'A' && start[2] <= 'Z') ||
                                                        (start[2] >= 'a' && start[2] <= 'z')));
}

static bool is_domain(const char *start, size_t n) {
        return *start == '<';
}

/* A copy of /proc/PID/cmdline. */
static bool is_process(const char *start, size_t n) {
        return memchr(start, 0, n) != NULL;
}

/* The first match counts; leading blanks are skipped. */
static const struct {
        bool (*is)(const char *start, size_t n);
        int (*read)(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr);
} forms[] = {
        { is_json, read_json },
        { is_domain, NULL }, /* read by the caller */
        { is_process, vm_process_read },
};

int vm_form_read(const char *text, size_t n, const VmFiles *files, VmDomainReader *domain, Guest *ret,
                VmError *reterr) {
        const bool marked = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
        size_t start = 0;

        *reterr = (VmError){};
        /* Skip the byte order mark of some editors. */
        if (marked) {
                text += 3;
                n -= 3;
        }
        if (n >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
                return vm_error(reterr, 0,
                                "text in UTF-16: convert it, as \"iconv -f UTF-16 -t UTF-8\" does");
        while (start < n && text[start] && strchr(" \t\r\n", text[start]))
                start++;
        if (start == n)
                return vm_error(reterr, 0,
                                "empty: expected a JSON document, a libvirt domain, an xl.cfg or a command line");
        for (size_t i = 0; i < ELEMENTS(forms); i++)
                if (forms[i].is(text + start, n - start))
                        return forms[i].read ? forms[i].read(text, n, files, ret, reterr)
                                             : domain(text, n, ret, reterr);
        return read_text(text, n, marked, files, ret, reterr);
}
