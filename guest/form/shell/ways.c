/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/shell/ways.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

#define PASSES_MAX 256
#define PASSES_KEPT 64 /* reserved for what may be set */
#define WORDS_MAX 200000
#define TOGETHER_WORK_MAX 200000 /* about 1 second */

void shell_ways_done(ShellWays *ways) {
        for (size_t i = 0; i < ways->n; i++) {
                vm_words_done(&ways->items[i].words);
                vm_words_done(&ways->items[i].spelled);
        }
        ways->n = 0;
}

typedef struct Pass {
        ShellChoices forced, met;
        unsigned line, before; /* lines of its conditions */
        const char *set;       /* variable taken as set */
        bool otherwise, arguments;
} Pass;

typedef struct Search {
        const char *text;
        size_t n;
        bool paste, arguments_matter;
        bool functions; /* also runs functions that nothing calls */
        const VmFiles *files;
        ShellWays *ways;
        VmError *error;
        size_t work, work_end, n_words; /* limits for combinations */
        size_t n_passes, n_tried;
        Pass *passes;                          /* owned */
        uint64_t tried[SHELL_CHOICES_MAX * 2]; /* conditions whose other way was tried */
        ShellDoubts unset;
        bool arguments_asked;
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

static int keep(Search *search, const Shell *shell, const ShellFields *fields, bool more, const Pass *pass) {
        ShellWays *ways = search->ways;
        ShellWay way = { .line = pass->line, .before = pass->before, .arguments = pass->arguments };
        int r = copy_words(shell, fields, more, &way.words);
        bool known = false;

        if (pass->set)
                snprintf(way.set, sizeof(way.set), "%s", pass->set);
        search->n_words += fields->n;
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

/* The first of the best rank. */
static int keep_best(Search *search, const Shell *shell, const Pass *pass) {
        const ShellFound *best = NULL;
        bool more = false;

        for (size_t i = 0; i < shell->n_found; i++)
                if (!best || shell->found[i].rank < best->rank) {
                        best = &shell->found[i];
                        more = false;
                } else
                        more |= shell->found[i].rank == best->rank;
        return best ? keep(search, shell, &best->fields, more, pass) : 0;
}

/* ── passes ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Goes the same way up to a condition, then the other way; NULL: no room. */
static Pass *branch(Search *search, const Pass *from, size_t number) {
        const ShellChoice *choice = &from->met.items[number];
        Pass *next;

        if (search->n_passes >= PASSES_MAX)
                return NULL;
        next = &search->passes[search->n_passes++];
        *next = (Pass){ .line = choice->line, .set = from->set, .arguments = from->arguments };
        for (size_t i = 0; i < number; i++)
                if (from->met.items[i].other)
                        next->forced.items[next->forced.n++] = from->met.items[i];
        next->forced.items[next->forced.n] = *choice;
        next->forced.items[next->forced.n++].other = true;
        return next;
}

/* Plans a pass for each condition that the pass met. */
static void plan(Search *search, const Pass *pass) {
        for (size_t i = 0; i < pass->met.n; i++) {
                bool tried = false;

                for (size_t j = 0; j < search->n_tried; j++)
                        tried |= search->tried[j] == pass->met.items[i].place;
                if (tried)
                        continue;
                if (search->n_tried >= ELEMENTS(search->tried) || !branch(search, pass, i)) {
                        search->ways->incomplete = true;
                        return;
                }
                search->tried[search->n_tried++] = pass->met.items[i].place;
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
        Pass *pass = &search->passes[number];
        Shell *shell = calloc(1, sizeof(Shell));
        int r;

        if (!shell)
                return -ENOMEM;
        shell->text = (ShellText){ search->text, search->text + search->n, 1, .start = search->text };
        shell->error = search->error;
        shell->lines_join = search->paste;
        shell->arguments_matter = search->arguments_matter || pass->arguments;
        shell->work = search->work;
        shell->forced = pass->forced;
        shell->otherwise = pass->otherwise;
        shell->doubt = pass->set;
        shell->files = search->files;
        shell->zsh = is_zsh(search->text, search->n);
        r = shell_work(shell, search->n / 64);
        if (r >= 0)
                r = shell_run_list(shell, NULL);
        /* Text after the command may not be a script. */
        if (r == -EINVAL && !shell->memory.full && shell->work <= SHELL_WORK_MAX && shell->n_found > 0)
                r = 0;
        if (r >= 0 && search->functions)
                r = run_rest(shell);
        if (r >= 0)
                r = keep_best(search, shell, pass);
        pass->met = shell->met;
        if (number == 0) {
                search->unset = shell->unset;
                search->arguments_asked = shell->arguments_asked && !shell->arguments_matter;
        }
        search->work = shell->work;
        search->ways->incomplete |= shell->too_many;
        search->ways->by_host |= shell->by_host;
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

/* Tries conditions together: first the other way of all, then of each two, three and so on. */
static int search_together(Search *search) {
        size_t n = search->n_passes;
        int r = 0;

        if (n < 3)
                return 0;
        search->ways->partly = n >= PASSES_MAX;
        if (n < PASSES_MAX) {
                search->passes[search->n_passes] = (Pass){ .otherwise = true };
                search->passes[search->n_passes].line = search->passes[n - 1].line;
                search->passes[search->n_passes].before = search->passes[1].line;
                r = run_pass(search, search->n_passes++);
        }
        for (size_t i = 1; r >= 0 && i < search->n_passes && !search->ways->partly; i++) {
                const Pass *pass = &search->passes[i];
                size_t last = 0;

                for (size_t j = 0; j < pass->met.n; j++)
                        if (pass->met.items[j].other)
                                last = j + 1;
                for (size_t j = last; r >= 0 && j < pass->met.n && !search->ways->partly; j++) {
                        Pass *next = branch(search, pass, j);

                        search->ways->partly = !next || search->work > search->work_end ||
                                        search->n_words > WORDS_MAX;
                        if (next) {
                                next->before = pass->line;
                                r = run_pass(search, search->n_passes - 1);
                        }
                }
        }
        return r;
}

/* Tries a variable or argument as set: the first way, and the other way of new conditions. */
static int search_set(Search *search, const char *name) {
        const ShellChoices *plain = &search->passes[0].met;
        size_t first;
        int r;

        if (search->work > search->work_end || search->n_passes >= PASSES_MAX + SHELL_DOUBTS_MAX)
                return 0;
        first = search->n_passes++;
        search->passes[first] = (Pass){ .set = name, .arguments = !name };
        r = run_pass(search, first);
        for (size_t i = 0; r >= 0 && i < search->passes[first].met.n; i++) {
                bool known = false;

                for (size_t j = 0; j < plain->n; j++)
                        known |= plain->items[j].place == search->passes[first].met.items[i].place;
                if (!known && search->work <= search->work_end && branch(search, &search->passes[first], i))
                        r = run_pass(search, search->n_passes - 1);
        }
        return r;
}

static int search_all(Search *search) {
        int r = 0;

        search->n_passes = 1;
        search->n_tried = 0;
        search->passes[0] = (Pass){};
        for (size_t i = 0; r >= 0 && i < search->n_passes; i++) {
                r = run_pass(search, i);
                if (r >= 0)
                        plan(search, &search->passes[i]);
        }
        if (r < 0 || search->ways->n == 0)
                return r;
        search->work_end = search->work + TOGETHER_WORK_MAX;
        r = search_together(search);
        if (search->n_passes > PASSES_MAX - PASSES_KEPT)
                search->n_passes = PASSES_MAX - PASSES_KEPT;
        search->work_end = search->work + TOGETHER_WORK_MAX;
        for (size_t i = 0; r >= 0 && i < search->unset.n; i++)
                r = search_set(search, search->unset.names[i]);
        return r >= 0 && search->arguments_asked ? search_set(search, NULL) : r;
}

int shell_ways_find(const char *text, size_t n, bool paste, const VmFiles *files, ShellWays *ret,
                VmError *reterr) {
        _cleanup_free_ Pass *passes = calloc(PASSES_MAX + SHELL_DOUBTS_MAX, sizeof(Pass));
        Search search = { .text = text,
                .n = n,
                .paste = paste,
                .files = files,
                .ways = ret,
                .error = reterr,
                .passes = passes };
        int r;

        *ret = (ShellWays){};
        if (!passes)
                return -ENOMEM;
        r = search_all(&search);
        /* The script does nothing without arguments. */
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
