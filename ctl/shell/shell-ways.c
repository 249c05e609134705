/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/shell/shell-ways.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

#define PASSES_MAX 256

void shell_ways_done(ShellWays *ways) {
        for (size_t i = 0; i < ways->n; i++) {
                vm_words_done(&ways->items[i].words);
                vm_words_done(&ways->items[i].spelled);
        }
        ways->n = 0;
}

typedef struct Search {
        const char *text;
        size_t n;
        bool paste, arguments_matter;
        bool functions; /* those that nothing calls are run, too */
        ShellWays *ways;
        VmError *error;
        size_t work;
        size_t n_passes, n_done, n_tried;
        ShellChoices *passes;                  /* owned: what each forces */
        unsigned lines[PASSES_MAX];            /* of the condition that each is about */
        uint64_t tried[SHELL_CHOICES_MAX * 2]; /* conditions whose other way has its pass */
} Search;

/* ── what a pass found ─────────────────────────────────────────────────────────────────────────────────── */

static int copy_words(const Shell *shell, const ShellFields *fields, bool more, VmWords *ret) {
        _cleanup_(vm_words_done) VmWords words = { .more = more };
        size_t n = 1;
        char *out;

        for (size_t i = 0; i < fields->n; i++)
                n += strlen(fields->items[i].text) + 1;
        words.buffer = out = malloc(n);
        words.unknowns = calloc(shell->n_unknowns + 1, sizeof(VmUnknown));
        if (!words.buffer || !words.unknowns)
                return -ENOMEM;
        words.n_unknowns = shell->n_unknowns;
        if (shell->n_unknowns > 0)
                memcpy(words.unknowns, shell->unknowns, shell->n_unknowns * sizeof(VmUnknown));
        for (size_t i = 0; i < fields->n; i++) {
                int r = vm_words_add(&words, out, fields->items[i].line);

                if (r < 0)
                        return r;
                out = stpcpy(out, fields->items[i].text) + 1;
        }
        *ret = words;
        words = (VmWords){};
        return 0;
}

static bool same_words(const VmWords *one, const VmWords *two) {
        if (one->n != two->n)
                return false;
        for (size_t i = 0; i < one->n; i++)
                if (strcmp(one->items[i].text, two->items[i].text) != 0)
                        return false;
        return true;
}

static int keep(Search *search, const Shell *shell, const ShellFields *fields, bool more, unsigned line) {
        ShellWays *ways = search->ways;
        ShellWay way = { .line = line };
        int r = copy_words(shell, fields, more, &way.words);
        bool known = false;

        if (r >= 0)
                r = vm_unknown_spell(&way.words, &way.spelled);
        for (size_t i = 0; i < ways->n; i++)
                known |= r >= 0 && same_words(&ways->items[i].spelled, &way.spelled);
        ways->incomplete |= ways->n == SHELL_WAYS_MAX && !known;
        if (r >= 0 && !known && ways->n < SHELL_WAYS_MAX) {
                ways->items[ways->n++] = way;
                return 0;
        }
        vm_words_done(&way.words);
        vm_words_done(&way.spelled);
        return r;
}

/* The first of the surest kind. */
static int keep_best(Search *search, const Shell *shell, unsigned line) {
        const ShellFound *best = NULL;
        bool more = false;

        for (size_t i = 0; i < shell->n_found; i++)
                if (!best || shell->found[i].rank < best->rank) {
                        best = &shell->found[i];
                        more = false;
                } else
                        more |= shell->found[i].rank == best->rank;
        return best ? keep(search, shell, &best->fields, more, line) : 0;
}

/* ── passes ────────────────────────────────────────────────────────────────────────────────────────────── */

/* For each condition that the pass came to: the way up to there, and then the other one. */
static void plan(Search *search, const Shell *shell) {
        for (size_t i = 0; i < shell->met.n; i++) {
                const ShellChoice *choice = &shell->met.items[i];
                bool tried = false;
                ShellChoices *next;

                for (size_t j = 0; j < search->n_tried; j++)
                        tried |= search->tried[j] == choice->place;
                if (tried)
                        continue;
                if (search->n_passes >= PASSES_MAX || search->n_tried >= ELEMENTS(search->tried)) {
                        search->ways->incomplete = true;
                        return;
                }
                search->tried[search->n_tried++] = choice->place;
                search->lines[search->n_passes] = choice->line;
                next = &search->passes[search->n_passes++];
                next->n = 0;
                for (size_t j = 0; j < i; j++)
                        if (shell->met.items[j].other)
                                next->items[next->n++] = shell->met.items[j];
                next->items[next->n] = *choice;
                next->items[next->n++].other = true;
        }
}

static int run_rest(Shell *shell) {
        int r = 0;

        shell->leave = SHELL_LEAVE_NOT;
        for (size_t i = 0; r >= 0 && shell->n_found == 0 && i < shell->n_functions; i++)
                if (!shell->functions[i].called) {
                        r = shell_run_function(shell, &shell->functions[i], NULL, SHELL_RANK_FUNCTION);
                        shell->leave = SHELL_LEAVE_NOT;
                }
        return r;
}

static bool is_zsh(const char *text, size_t n) {
        const char *end = memchr(text, '\n', n);

        return end && text[0] == '#' && memmem(text, (size_t) (end - text), "zsh", 3);
}

static int run_pass(Search *search, size_t number) {
        Shell *shell = calloc(1, sizeof(Shell));
        int r;

        if (!shell)
                return -ENOMEM;
        shell->text = (ShellText){ search->text, search->text + search->n, 1, .start = search->text };
        shell->error = search->error;
        shell->lines_join = search->paste;
        shell->arguments_matter = search->arguments_matter;
        shell->work = search->work;
        shell->forced = search->passes[number];
        shell->zsh = is_zsh(search->text, search->n);
        r = shell_work(shell, search->n / 64);
        if (r >= 0)
                r = shell_run_list(shell, NULL);
        /* What stands behind the command may be no script at all. */
        if (r == -EINVAL && !shell->memory.full && shell->work <= SHELL_WORK_MAX && shell->n_found > 0)
                r = 0;
        if (r >= 0 && search->functions)
                r = run_rest(shell);
        if (r >= 0)
                r = keep_best(search, shell, search->lines[number]);
        if (r >= 0)
                plan(search, shell);
        search->work = shell->work;
        search->ways->incomplete |= shell->too_many;
        if (search->ways->seen.query == 0)
                search->ways->seen.query = shell->seen.query;
        if (search->ways->seen.bare == 0)
                search->ways->seen.bare = shell->seen.bare;
        if (search->ways->seen.foreign == 0) {
                search->ways->seen.foreign = shell->seen.foreign;
                memcpy(search->ways->seen.foreign_name, shell->seen.foreign_name,
                                sizeof(shell->seen.foreign_name));
        }
        shell_memory_done(&shell->memory);
        free(shell);
        return r;
}

static int search_all(Search *search) {
        int r = 0;

        search->n_passes = 1;
        search->n_tried = 0;
        search->passes[0].n = 0;
        search->lines[0] = 0;
        for (size_t i = 0; r >= 0 && i < search->n_passes; i++)
                r = run_pass(search, i);
        return r;
}

int shell_ways_find(const char *text, size_t n, bool paste, ShellWays *ret, VmError *reterr) {
        _cleanup_free_ ShellChoices *passes = calloc(PASSES_MAX, sizeof(ShellChoices));
        Search search = {
                .text = text, .n = n, .paste = paste, .ways = ret, .error = reterr, .passes = passes
        };
        int r;

        *ret = (ShellWays){};
        if (!passes)
                return -ENOMEM;
        r = search_all(&search);
        /* A script that does nothing without arguments. */
        if (r >= 0 && ret->n == 0) {
                search.arguments_matter = true;
                r = search_all(&search);
        }
        if (r >= 0 && ret->n == 0) {
                search.functions = true;
                r = search_all(&search);
        }
        if (r < 0)
                shell_ways_done(ret);
        return r;
}
