/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/cmdline.h"
#include "guest/form/shell/shell.h"
#include "guest/form/words/program.h"
#include "probe/cleanup.h"

/* Commands that mention programs only. */
static bool only_names(const char *word) {
        static const char *const words[] = { "addgroup", "adduser", "alias", "apk", "apt", "apt-cache",
                "apt-get", "brew", "cat", "cd", "chgrp", "chmod", "chown", "command_exists", "cp", "dnf",
                "dpkg", "echo", "emerge", "exists", "file", "find", "getcap", "getent", "getfacl", "gpasswd",
                "grep", "groupadd", "hash", "have", "info", "insmod", "install", "journalctl", "kill",
                "killall", "ldd", "ln", "log", "logger", "ls", "lsmod", "man", "modinfo", "modprobe", "mv",
                "need", "notify-send", "pacman", "pgrep", "pidof", "pkill", "printf", "ps", "require", "rm",
                "rmmod", "rpm", "rpm-ostree", "setcap", "setfacl", "snap", "sysctl", "systemctl", "tail",
                "tee", "test", "trap", "type", "udevadm", "unset", "useradd", "usermod", "warn", "which",
                "whereis", "yum", "zypper" };

        return VM_ONE_OF(qemu_program_name(word), words);
}

static size_t first_command(const ShellFields *fields) {
        static const char *const before[] = { "sudo", "doas", "exec", "command", "builtin", "-E", "-n",
                "then" };
        size_t i = 0;

        while (i + 1 < fields->n && VM_ONE_OF(fields->items[i].text, before))
                i++;
        return i;
}

/* ── programs ──────────────────────────────────────────────────────────────────────────────────────────── */

/* "command -v qemu-kvm" */
static bool is_search(const ShellFields *fields) {
        return fields->n > 1 && strcmp(fields->items[0].text, "command") == 0 &&
                        (strcmp(fields->items[1].text, "-v") == 0 ||
                                        strcmp(fields->items[1].text, "-V") == 0);
}

/* An option or unknown word other than "$@". */
static bool has_option(const Shell *shell, const ShellFields *fields) {
        const VmWords words = { .n_unknowns = shell->n_unknowns, .unknowns = shell->unknowns };

        for (size_t i = 1; i < fields->n; i++)
                if (vm_option_name(fields->items[i].text) ||
                                (vm_has_mark(fields->items[i].text) &&
                                                !vm_is_arguments(&words, fields->items[i].text)))
                        return true;
        return false;
}

static int add_found(Shell *shell, const ShellFields *fields, ShellRank rank) {
        ShellFound *found;

        if (shell->n_found >= SHELL_FOUND_MAX)
                return 0;
        found = &shell->found[shell->n_found];
        found->rank = rank;
        shell->n_found++;
        shell->lasting++;
        return shell_fields_copy(shell, fields, &found->fields);
}

static void name_foreign(Shell *shell, const char *text) {
        const char *mark = strchr(text, VM_MARK_START);

        snprintf(shell->seen.foreign_name, sizeof(shell->seen.foreign_name), "%.*s%s%.20s",
                        mark && mark - text < 40 ? (int) (mark - text) : 40, text, mark ? "$" : "",
                        mark ? shell->unknowns[vm_mark_first(mark)].name : "");
}

static int look_at_program(Shell *shell, const ShellFields *fields, size_t program) {
        const VmWord *word = &fields->items[program];
        ShellFields rest = { .n = fields->n - program, .items = fields->items + program };

        if (qemu_program(word->text) == QEMU_PROGRAM_FOREIGN) {
                if (has_option(shell, &rest) && shell->seen.foreign == 0) {
                        shell->seen.foreign = word->line;
                        name_foreign(shell, qemu_program_name(word->text));
                }
                return 0;
        }
        if (vm_is_query(rest.items + 1, rest.n - 1)) {
                shell->seen.query = word->line;
                return 0;
        }
        /* "start-stop-daemon --exec QEMU -- -m 4G" */
        if (rest.n > 2 && strcmp(rest.items[1].text, "--") == 0) {
                rest.items[1] = rest.items[0];
                rest.items++;
                rest.n--;
        }
        if (!has_option(shell, &rest) && !(rest.n > 1 && strchr(rest.items[1].text, '.'))) {
                shell->seen.bare = word->line;
                return 0;
        }
        return add_found(shell, &rest, shell->rank);
}

/* ── scripts in a word ─────────────────────────────────────────────────────────────────────────────────── */

static bool is_script(const char *text) {
        return strpbrk(text, " \t\n") && vm_program_is_within(text);
}

/* "bash -c", "tmux new", "ssh HOST" run the word. */
static bool runs_words(const ShellFields *fields) {
        static const char *const programs[] = { "bash", "dash", "doas", "eval", "expect", "flock", "ksh",
                "parallel", "runuser", "screen", "script", "sh", "ssh", "su", "sudo", "tmux", "watch",
                "xterm", "zsh" };
        static const char *const options[] = { "-c", "-e", "-ec", "-ic", "-lc", "-xc", "--", "--run",
                "--command" };

        for (size_t i = 0; i < fields->n; i++)
                if (VM_ONE_OF(qemu_program_name(fields->items[i].text), programs) ||
                                VM_ONE_OF(fields->items[i].text, options))
                        return true;
        return false;
}

static int look_into(Shell *shell, const ShellFields *fields, bool *ret_any) {
        const ShellRank rank = runs_words(fields) ? shell->rank : SHELL_RANK_WORD;
        int r = 0;

        *ret_any = false;
        for (size_t i = 1; r >= 0 && i < fields->n; i++)
                if (is_script(fields->items[i].text)) {
                        *ret_any = true;
                        shell->inner_own = true;
                        r = shell_run_inner(shell, fields->items[i].text, fields->items[i].line, rank);
                }
        return r;
}

bool shell_runs_input(const ShellFields *fields) {
        static const char *const shells[] = { "bash", "sh", "dash", "zsh", "ksh", "ssh", "su" };

        for (size_t i = 0; i < fields->n && i < 8; i++)
                if (VM_ONE_OF(qemu_program_name(fields->items[i].text), shells))
                        return true;
        return false;
}

/* ── others ────────────────────────────────────────────────────────────────────────────────────────────── */

/* "microvm@web -M microvm -m 512": QEMU's options after another name or a variable. */
static int look_at_other(Shell *shell, const ShellFields *fields) {
        size_t option = vm_program_nameless(fields->items, fields->n);
        ShellFields rest = { .n = fields->n - option, .items = fields->items + option };

        if (shell->inner == 0 && fields->n > 0 && vm_option_name(fields->items[0].text) &&
                        vm_count_options(fields->items, fields->n) > 0)
                return add_found(shell, fields, SHELL_RANK_NAMELESS);
        if (rest.n == 0 || vm_is_query(rest.items, rest.n))
                return 0;
        rest.items--;
        rest.n++;
        return add_found(shell, &rest,
                        vm_is_mark(rest.items->text) && shell->rank == SHELL_RANK_COMMAND
                                        ? SHELL_RANK_VARIABLE
                                        : SHELL_RANK_NAMELESS);
}

/* "usage: qemu-system-x86_64 -m SIZE" */
static bool is_usage(const ShellFields *fields, size_t program) {
        static const char *const words[] = { "usage:", "example:", "examples:", "try:" };
        char word[16];
        size_t n = 0;

        if (program == 0 || program >= fields->n)
                return false;
        for (const char *c = fields->items[program - 1].text; *c && n + 1 < sizeof(word); c++)
                word[n++] = (char) tolower((unsigned char) *c);
        word[n] = 0;
        return VM_ONE_OF(word, words);
}

/* Whether it has options. "kvm" and "qemu" may be accounts, groups or packages. */
static bool is_machine(const Shell *shell, const ShellFields *fields, size_t program) {
        const char *name;

        if (program >= fields->n ||
                        !has_option(shell,
                                        &(ShellFields){ fields->n - program, 0, fields->items + program }))
                return false;
        name = qemu_program_name(fields->items[program].text);
        if (program == 0 || (strcmp(name, "kvm") != 0 && strcmp(name, "qemu") != 0))
                return true;
        for (size_t i = program + 1; i < fields->n; i++)
                if (is_script(fields->items[i].text))
                        return false;
        return true;
}

int shell_look_at(Shell *shell, const ShellFields *fields) {
        size_t first = first_command(fields), program;
        bool any = false;
        int r;

        if (only_names(fields->items[first].text) || is_search(fields))
                return 0;
        program = vm_program_find(fields->items, fields->n);
        if (is_usage(fields, program))
                return 0;
        r = is_machine(shell, fields, program) ? 0 : look_into(shell, fields, &any);
        if (r >= 0 && !any)
                r = program < fields->n ? look_at_program(shell, fields, program)
                                        : look_at_other(shell, fields);
        if (r >= 0 && strcmp(fields->items[0].text, "exec") == 0 && fields->n > 1)
                shell->leave = SHELL_LEAVE_SCRIPT;
        return r;
}

/* ── lines ─────────────────────────────────────────────────────────────────────────────────────────────── */

static bool wants_value(const char *word) {
        static const char *const names[] = { "bios", "fw_cfg", "global", "name", "numa", "pflash",
                "readconfig", "set" };
        const char *name = vm_option_name(word);

        return name && !vm_option_stands_alone(name) &&
                        (VM_ONE_OF(name, names) || vm_option_has_value(name) ||
                                        vm_count_options(&(VmWord){ word, 0 }, 1) > 0);
}

bool shell_goes_on(const Shell *shell, const ShellFields *fields) {
        const char *next = shell->text.in + 1, *end = shell->text.end;
        size_t program;

        if (fields->n == 0 || next >= end)
                return false;
        program = vm_program_find(fields->items, fields->n);
        if (program == fields->n)
                return false;
        while (next < end && (*next == ' ' || *next == '\t' || *next == '\r'))
                next++;
        if (next == end || *next == '\n')
                return false;
        /* "-- " is a mail's signature. */
        if (end - next >= 3 && memcmp(next, "--", 2) == 0 && strchr(" \r\n", next[2]))
                return false;
        if (end - next >= 2 && *next == '-' && next[1] != ' ')
                return true;
        return shell->lines_join ||
                        (program + 1 < fields->n && wants_value(fields->items[fields->n - 1].text));
}
