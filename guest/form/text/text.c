/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/text/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/command.h"
#include "guest/form/shell/script.h"
#include "guest/form/text/copy.h"
#include "guest/form/text/kind.h"
#include "guest/form/text/listing.h"
#include "guest/form/text/log.h"
#include "guest/form/text/unit.h"
#include "probe/cleanup.h"

static int refuse_nul(const TextCopy *copy, const char *nul, VmError *error) {
        *error = (VmError){ .line = copy->line };
        for (const char *c = copy->text; c < nul; c++)
                error->line += *c == '\n';
        snprintf(error->text, sizeof(error->text), "expected text, not a NUL");
        return -EINVAL;
}

static int read_words(int r, VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr) {
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
                return read_words(r, &words, files, ret, reterr);
        }
        text_log_cut(copy, &log);
        r = vm_shell_read(copy->text, copy->n, copy->quoted, files, ret, reterr);
        return r < 0 ? r : text_log_finish(&log, ret);
}

/* A message's own apostrophes are no quotes: the command is read from its line on. */
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

int vm_text_read(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr) {
        _cleanup_(text_copy_done) TextCopy copy = {};
        int r = text_copy_make(text, n, &copy);

        if (r < 0)
                return r;
        r = read_copy(&copy, files, ret, reterr);
        if (r == -EINVAL && strncmp(reterr->text, "expected the quote", 18) == 0)
                r = read_from_program(&copy, files, ret, reterr);
        /* What is left of the lines before. */
        if (r == -EINVAL && reterr->line > 0)
                reterr->line += copy.line - 1;
        return r;
}
