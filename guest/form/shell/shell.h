/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One pass over a shell's script: assignments are followed, conditions are decided where the text decides them, and no
 * command is ever run. All functions: 0, -EINVAL with the error filled, or -ENOMEM. */

#include <ctype.h>
#include <string.h>

#include "guest/form/words/vm.h"

/* ── memory for one pass, all of it released together; its limit is also the limit on how far variables expand ── */

typedef struct ShellMemory {
        struct ShellChunk *chunks; /* owned */
        size_t used;
        bool full; /* a request went beyond the limit */
} ShellMemory;

#define SHELL_MEMORY_MAX ((size_t) 32 << 20)

/* NULL without memory, or beyond the limit. */
void *shell_take(ShellMemory *memory, size_t n);
char *shell_take_text(ShellMemory *memory, const char *text, size_t n);

/* What is taken from here on may be given back at once. */
typedef struct ShellMark {
        struct ShellChunk *chunk;
        size_t chunk_used, used;
} ShellMark;

ShellMark shell_memory_mark(const ShellMemory *memory);
void shell_memory_release(ShellMemory *memory, const ShellMark *mark);

void shell_memory_done(ShellMemory *memory);

/* ── words as they are written, before anything is expanded ────────────────────────────────────────────── */

/* A place in a text. */
typedef struct ShellText {
        const char *in, *end;
        unsigned line;
        const char *start; /* of text that runs; and which text that is, the same in every pass */
        uint64_t origin;
} ShellText;

/* Of a pointer into the text: the same number whenever the script is run, wherever its texts lie in memory. */
uint64_t shell_text_place(const ShellText *text, const char *in);

typedef struct ShellRaw {
        const char *text; /* within the script */
        size_t n;
        unsigned line;
} ShellRaw;

#define SHELL_NESTING_MAX 32

/* Blanks, comments, and lines that a backslash joins. Stops at the end of a line. */
void shell_skip_blanks(ShellText *text);

/* The next word, quotes and substitutions included, empty before an operator or the end of a line. 0, or -EINVAL with
 * *reterr filled. */
int shell_lex_word(ShellText *text, ShellRaw *ret, VmError *reterr);

/* Behind what `in` starts with: "$(…)", "${…}", "`…`", "\"…\"", "'…'". 0, or -EINVAL. */
int shell_lex_part(ShellText *text, unsigned depth, VmError *reterr);

/* A JSON object that no shell has seen, as process listings print it: from "{" to its "}", 0 when it is none. */
size_t shell_json_length(const char *text, const char *end);

bool shell_raw_is(const ShellRaw *raw, const char *word);

/* Of a variable's name. */
static inline bool shell_is_name(char c) {
        return isalnum((unsigned char) c) || c == '_';
}

/* ── a pass ────────────────────────────────────────────────────────────────────────────────────────────── */

#define SHELL_DEPTH_MAX 64 /* compound commands and functions within each other */
#define SHELL_INNER_MAX 4  /* scripts in quotes within each other */
#define SHELL_FIELDS_MAX 65536
#define SHELL_VARIABLES_MAX 2048
#define SHELL_FUNCTIONS_MAX 512
#define SHELL_CHOICES_MAX 256
#define SHELL_DOUBTS_MAX 16
#define SHELL_LOOP_MAX 256
#define SHELL_FOUND_MAX 16
#define SHELL_WORK_MAX ((size_t) 100000000)

/* Words after expansion. */
typedef struct ShellFields {
        size_t n, size;
        VmWord *items;
} ShellFields;

typedef struct ShellVariable {
        const char *name;
        bool array, exported;
        ShellFields values; /* of a scalar one */
} ShellVariable;

typedef struct ShellFunction {
        const char *name;
        ShellText body; /* from its opening word on */
        bool called;
} ShellFunction;

/* A condition that the text does not decide, by its place. */
typedef struct ShellChoice {
        uint64_t place; /* shell_text_place() */
        unsigned line;
        bool other; /* not the first way: the body of an "if" is not taken */
} ShellChoice;

typedef struct ShellChoices {
        size_t n;
        ShellChoice items[SHELL_CHOICES_MAX];
} ShellChoices;

typedef struct ShellDoubts {
        size_t n;
        char names[SHELL_DOUBTS_MAX][64];
} ShellDoubts;

/* How sure it is that a command is the machine. */
typedef enum ShellRank {
        SHELL_RANK_COMMAND = 0, /* a command of the script, or in quotes behind one that runs it */
        SHELL_RANK_VARIABLE,    /* options of QEMU's behind a variable */
        SHELL_RANK_WORD,        /* in quotes behind any other command, which may only print it */
        SHELL_RANK_TEXT,        /* in a here-document or in $( ) */
        SHELL_RANK_FUNCTION,    /* in a function that is never called */
        SHELL_RANK_NAMELESS,    /* options of QEMU's behind another name */
        _SHELL_RANK_MAX,
} ShellRank;

typedef struct ShellFound {
        ShellFields fields;
        ShellRank rank;
} ShellFound;

typedef enum ShellStatus {
        SHELL_STATUS_UNKNOWN = 0,
        SHELL_STATUS_TRUE,
        SHELL_STATUS_FALSE,
} ShellStatus;

typedef enum ShellLeave {
        SHELL_LEAVE_NOT = 0,
        SHELL_LEAVE_ROUND, /* continue */
        SHELL_LEAVE_LOOP,
        SHELL_LEAVE_FUNCTION,
        SHELL_LEAVE_SCRIPT,
} ShellLeave;

/* What is not a machine's start, for what is said when there is no other. */
typedef struct ShellSeen {
        unsigned query, bare, foreign; /* lines */
        char foreign_name[64];
} ShellSeen;

/* What a "local" variable was outside of its function. */
typedef struct ShellLocal {
        struct ShellLocal *next;
        ShellVariable before;
        bool was_set;
} ShellLocal;

/* A here-document on its way: its text follows behind the line. */
typedef struct ShellHere {
        char end[64];
        bool tabs, quoted, runs;
} ShellHere;

typedef struct Shell {
        ShellText text;
        ShellMemory memory;
        VmError *error;
        size_t n_variables, n_functions;
        ShellVariable *variables;
        ShellFunction *functions;
        ShellLocal *locals;
        unsigned functions_within;
        ShellFields arguments; /* "$@" */
        bool arguments_known;  /* set by "set --", or a function's */
        bool arguments_matter; /* conditions on the script's own arguments are open */
        ShellChoices forced;   /* what this pass does at a condition, the first way elsewhere */
        ShellChoices met;      /* the conditions that it came to */
        bool too_many;         /* more than there is room for */
        bool otherwise;        /* the other way wherever it is not forced */
        ShellDoubts unset;     /* variables that are taken as unset */
        const char *doubt;     /* the one of them that may be set in this pass */
        bool arguments_asked;  /* it matters that the script has none */
        unsigned skipping;     /* the text is read, and nothing is done */
        unsigned depth, inner; /* nesting */
        bool inner_own;        /* the next script in quotes has only what is exported */
        bool inner_stays;      /* eval: what it sets stays set */
        bool zsh;              /* an array's name stands for all of it */
        ShellRank rank;        /* of what is found now */
        ShellStatus status;    /* of the last command */
        ShellLeave leave;
        bool lines_join; /* pasted without backslashes: lines go on until an empty one */
        ShellHere here[4];
        size_t n_here;
        size_t n_unknowns;
        VmUnknown *unknowns; /* in memory */
        size_t n_found;
        size_t lasting; /* counts what stays when its command is over: variables, functions, what was found */
        size_t work;    /* how much was done, in all passes */
        bool taking_over; /* exec: the script ends with the program */
        ShellFound found[SHELL_FOUND_MAX];
        ShellSeen seen;
} Shell;

/* No more memory, or an expansion without end. */
int shell_full(Shell *shell);

/* ── values ────────────────────────────────────────────────────────────────────────────────────────────── */

int shell_fields_add(Shell *shell, ShellFields *fields, const char *text, unsigned line);
int shell_fields_add_copy(Shell *shell, ShellFields *fields, const char *text, size_t n, unsigned line);
int shell_fields_copy(Shell *shell, const ShellFields *fields, ShellFields *ret);

ShellVariable *shell_variable(Shell *shell, const char *name);
int shell_set(Shell *shell, const char *name, const char *text, unsigned line);
int shell_set_array(Shell *shell, const char *name, const ShellFields *values);
int shell_unset(Shell *shell, const char *name);

/* IFS: what cuts a value into words. */
const char *shell_separators(Shell *shell);
int shell_local(Shell *shell, const char *name);
void shell_locals_end(Shell *shell, ShellLocal *before);

/* The variables as they are, to be set back. */
typedef struct ShellScope {
        size_t n;
        ShellVariable *variables;
} ShellScope;

int shell_scope_start(Shell *shell, ShellScope *ret);
void shell_scope_end(Shell *shell, const ShellScope *scope);

/* A mark for what is not known. */
int shell_unknown(Shell *shell, const char *name, VmUnknownKind kind, unsigned line, const char **ret);
int shell_set_unknown(Shell *shell, const char *name, VmUnknownKind kind, unsigned line);

/* Every variable may have another value from here on. */
int shell_forget(Shell *shell, unsigned line);

/* A text without the marks of what is empty when the script is started plainly; false when it has others. */
bool shell_plain(Shell *shell, const char *text, char *ret, size_t size);

/* ── words ───────────────────────────────────────────────────────────────────────────────────────────── */

/* A word while it is expanded. */
typedef struct ShellWord {
        Shell *shell;
        ShellFields *fields;
        unsigned line;
        bool whole;   /* an assignment's: it stays one text */
        bool started; /* an empty word is one too, when it is quoted */
        char *text;   /* in memory */
        size_t n, size;
} ShellWord;

int shell_word_put(ShellWord *word, const char *text, size_t n);
int shell_word_end(ShellWord *word);

/* What stands between double quotes. */
int shell_word_quoted(ShellWord *word, const char *text, const char *end);

/* As a command has them: none, one or several of each word. */
int shell_expand(Shell *shell, const ShellRaw *raw, ShellFields *fields);

/* As an assignment has them: one text. */
int shell_expand_text(Shell *shell, const ShellRaw *raw, const char **ret);

/* "${…}" without the braces; quoted within double quotes. */
int shell_expand_parameter(
                Shell *shell, const char *text, size_t n, unsigned line, bool quoted, ShellFields *ret);

/* What stands in "$((…))", and what it assigns. */
int shell_calculate(
                Shell *shell, const char *text, size_t n, unsigned line, long long *ret, bool *ret_known);

/* The same as a command: its status says whether it is zero. */
int shell_calculate_status(Shell *shell, const char *text, size_t n, unsigned line);

static inline ShellStatus shell_status_of(bool holds) {
        return holds ? SHELL_STATUS_TRUE : SHELL_STATUS_FALSE;
}

static inline ShellStatus shell_negated(ShellStatus status) {
        return status == SHELL_STATUS_UNKNOWN ? status : shell_status_of(status == SHELL_STATUS_FALSE);
}

ShellStatus shell_test(Shell *shell, const ShellFields *fields);

/* ── commands ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Up to one of the words, which stay unread; NULL: to the end. */
int shell_run_list(Shell *shell, const char *const *ends);

/* If, for, while, case, { and (. *ret_done: it was one. */
int shell_run_compound(Shell *shell, const ShellRaw *word, bool *ret_done);
int shell_run_simple(Shell *shell);

/* "((X = 1))", behind its first bracket. */
int shell_run_sum(Shell *shell);

/* Every command costs some, so that a text cannot take more time than its length allows. */
int shell_work(Shell *shell, size_t n);
int shell_run_function(Shell *shell, ShellFunction *function, const ShellFields *arguments, ShellRank rank);

/* A script in a word. */
int shell_run_inner(Shell *shell, const char *text, unsigned line, ShellRank rank);

bool shell_skips(const Shell *shell);

/* One of these characters stands there. */
static inline bool shell_at(const Shell *shell, const char *characters) {
        return shell->text.in < shell->text.end && strchr(characters, *shell->text.in) && *shell->text.in;
}

/* The next word of this line. */
int shell_next_word(Shell *shell, ShellRaw *ret);

/* The end of a line, and the here-documents that it named. */
int shell_take_line(Shell *shell);

/* Blanks, lines, and these characters among them. */
int shell_skip_lines(Shell *shell, const char *separators);

/* "<FILE", "2>&1", "<<END". *ret_done: there was one. */
int shell_redirection(Shell *shell, bool *ret_done);

/* "<your card>" and "(...)", which are words: how long one is; 0: none. */
size_t shell_placeholder(const ShellText *text);

/* Whether the way is taken that a condition of the text opens; every other pass takes another. */
bool shell_takes(Shell *shell, const char *place, unsigned line);

/* What a command of the shell's own does. *ret_done: it was one, and starts nothing. */
int shell_builtin(Shell *shell, const ShellFields *fields, bool *ret_done);

/* Whether it starts a machine, which is then among those found. */
int shell_look_at(Shell *shell, const ShellFields *fields);

/* "bash", "ssh HOST": a here-document is its script. */
bool shell_runs_input(const ShellFields *fields);

/* Is it an option of QEMU's that a value follows, or does its line go on? */
bool shell_goes_on(const Shell *shell, const ShellFields *fields);
