/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One pass over a shell script. Follows assignments and decides conditions if the text does; runs no
 * command. All functions return 0, -EINVAL with the error filled, or -ENOMEM. */

#include <ctype.h>
#include <string.h>

#include "guest/form/words/vm.h"

/* ── memory for one pass, released together; its limit also limits the expansion of variables ──────────── */

typedef struct ShellMemory {
        struct ShellChunk *chunks; /* owned */
        size_t used;
        bool full; /* a request exceeded the limit */
} ShellMemory;

#define SHELL_MEMORY_MAX ((size_t) 32 << 20)

/* NULL if out of memory or beyond limit. */
void *shell_take(ShellMemory *memory, size_t n);
char *shell_take_text(ShellMemory *memory, const char *text, size_t n);

/* Memory taken after a mark can be released at once. */
typedef struct ShellMark {
        struct ShellChunk *chunk;
        size_t chunk_used, used;
} ShellMark;

ShellMark shell_memory_mark(const ShellMemory *memory);
void shell_memory_release(ShellMemory *memory, const ShellMark *mark);

void shell_memory_done(ShellMemory *memory);

/* ── words as written, before expansion ────────────────────────────────────────────────────────────────── */

/* A text position. */
typedef struct ShellText {
        const char *in, *end;
        unsigned line;
        const char *start; /* of this text; origin identifies the text in every pass */
        uint64_t origin;
} ShellText;

/* Identifies a position in the text: the same number in every pass, wherever the text is in memory. */
uint64_t shell_text_place(const ShellText *text, const char *in);

typedef struct ShellRaw {
        const char *text; /* in the script */
        size_t n;
        unsigned line;
} ShellRaw;

#define SHELL_NESTING_MAX 32

/* Skips blanks, comments and joined lines. Stops at the end of a line. */
void shell_skip_blanks(ShellText *text);

/* Reads the next word with its quotes and substitutions; empty before an operator or the line's end. 0, or
 * -EINVAL with *reterr filled. */
int shell_lex_word(ShellText *text, ShellRaw *ret, VmError *reterr);

/* Skips one part: "$(…)", "${…}", "`…`", "\"…\"", "'…'". Returns 0 or -EINVAL. */
int shell_lex_part(ShellText *text, unsigned depth, VmError *reterr);

/* The length of an unquoted JSON object, as process listings print it, up to its "}"; 0 if there is none. */
size_t shell_json_length(const char *text, const char *end);

bool shell_raw_is(const ShellRaw *raw, const char *word);

/* Whether a name may contain c. */
static inline bool shell_is_name(char c) {
        return isalnum((unsigned char) c) || c == '_';
}

/* ── a pass ────────────────────────────────────────────────────────────────────────────────────────────── */

#define SHELL_DEPTH_MAX 64 /* nested compound commands and functions */
#define SHELL_INNER_MAX 4  /* nested scripts in quotes */
#define SHELL_FIELDS_MAX 65536
#define SHELL_VARIABLES_MAX 2048
#define SHELL_FUNCTIONS_MAX 512
#define SHELL_CHOICES_MAX 256
#define SHELL_DOUBTS_MAX 16
#define SHELL_LOOP_MAX 256
#define SHELL_FOUND_MAX 16
#define SHELL_WORK_MAX ((size_t) 100000000)

/* Expanded words. */
typedef struct ShellFields {
        size_t n, size;
        VmWord *items;
} ShellFields;

typedef struct ShellVariable {
        const char *name;
        bool array, exported;
        ShellFields values; /* one for a scalar */
} ShellVariable;

typedef struct ShellFunction {
        const char *name;
        ShellText body; /* starts at its opening word */
        bool called;
} ShellFunction;

/* A condition that the text does not decide. */
typedef struct ShellChoice {
        uint64_t place; /* shell_text_place() */
        unsigned line;
        bool other; /* takes the other way: skips the body of an "if" */
} ShellChoice;

typedef struct ShellChoices {
        size_t n;
        ShellChoice items[SHELL_CHOICES_MAX];
} ShellChoices;

typedef struct ShellDoubts {
        size_t n;
        char names[SHELL_DOUBTS_MAX][64];
} ShellDoubts;

/* How likely a command starts the guest. */
typedef enum ShellRank {
        SHELL_RANK_COMMAND = 0, /* a command, or quoted after one that runs it */
        SHELL_RANK_VARIABLE,    /* QEMU options after a variable */
        SHELL_RANK_WORD,        /* quoted after another command, which may only print it */
        SHELL_RANK_TEXT,        /* in a here-document or $( ) */
        SHELL_RANK_FUNCTION,    /* in a function that is never called */
        SHELL_RANK_NAMELESS,    /* QEMU options after another name */
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

/* Commands that do not start a guest, for the error if none does. */
typedef struct ShellSeen {
        unsigned query, bare, foreign; /* lines */
        char foreign_name[64];
} ShellSeen;

/* The value of a "local" variable outside its function. */
typedef struct ShellLocal {
        struct ShellLocal *next;
        ShellVariable before;
        bool was_set;
} ShellLocal;

/* A here-document whose text follows the line. */
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
        bool arguments_known;  /* set by "set --" or a function call */
        bool arguments_matter; /* conditions on its arguments are undecided */
        ShellChoices forced;   /* conditions with a set way; others take the first */
        ShellChoices met;      /* conditions met */
        bool too_many;         /* more conditions than fit */
        bool otherwise;        /* takes the other way if not in forced */
        ShellDoubts unset;     /* variables taken as unset */
        const char *doubt;     /* the one of them that may be set in this pass */
        const VmFiles *files;  /* to ask for the host's architecture */
        bool by_host;          /* the text asks for it */
        bool arguments_asked;  /* having no arguments matters */
        unsigned skipping;     /* the text is read, not followed */
        unsigned depth, inner; /* nesting */
        bool inner_own;        /* the next script in quotes has exported variables only */
        bool inner_stays;      /* eval: its assignments stay */
        bool zsh;              /* an array's name expands to all of it */
        ShellRank rank;        /* of commands found now */
        ShellStatus status;    /* of the last command */
        ShellLeave leave;
        bool lines_join; /* pasted: only an empty line ends a command */
        ShellHere here[4];
        size_t n_here;
        size_t n_unknowns;
        VmUnknown *unknowns; /* in memory */
        size_t n_found;
        size_t lasting;   /* counts lasting changes: variables, functions, commands found */
        size_t work;      /* work of all passes, limited */
        bool taking_over; /* exec: the script ends here */
        ShellFound found[SHELL_FOUND_MAX];
        ShellSeen seen;
} Shell;

/* Fails: out of memory, or an endless expansion. */
int shell_full(Shell *shell);

/* ── values ────────────────────────────────────────────────────────────────────────────────────────────── */

int shell_fields_add(Shell *shell, ShellFields *fields, const char *text, unsigned line);
int shell_fields_add_copy(Shell *shell, ShellFields *fields, const char *text, size_t n, unsigned line);
int shell_fields_copy(Shell *shell, const ShellFields *fields, ShellFields *ret);

ShellVariable *shell_variable(Shell *shell, const char *name);
int shell_set(Shell *shell, const char *name, const char *text, unsigned line);
int shell_set_array(Shell *shell, const char *name, const ShellFields *values);
int shell_unset(Shell *shell, const char *name);

/* IFS: the characters that split words. */
const char *shell_separators(Shell *shell);
int shell_local(Shell *shell, const char *name);
void shell_locals_end(Shell *shell, ShellLocal *before);

/* A copy of the variables, to restore later. */
typedef struct ShellScope {
        size_t n;
        ShellVariable *variables;
} ShellScope;

int shell_scope_start(Shell *shell, ShellScope *ret);
void shell_scope_end(Shell *shell, const ShellScope *scope);

/* Output of a command that is the same on every Linux host of the architecture; NULL: unknown. */
int shell_output(Shell *shell, const char *text, size_t n, const char **ret);

/* Make a mark for the unknown. */
int shell_unknown(Shell *shell, const char *name, VmUnknownKind kind, unsigned line, const char **ret);
int shell_set_unknown(Shell *shell, const char *name, VmUnknownKind kind, unsigned line);

/* Marks every variable as changed. */
int shell_forget(Shell *shell, unsigned line);

/* Removes marks that are empty in a plain start of the script. Returns false if other marks remain. */
bool shell_plain(Shell *shell, const char *text, char *ret, size_t size);

/* ── words ───────────────────────────────────────────────────────────────────────────────────────────── */

/* A word during expansion. */
typedef struct ShellWord {
        Shell *shell;
        ShellFields *fields;
        unsigned line;
        bool whole;   /* in an assignment: not split */
        bool started; /* quoted, so empty is a word, too */
        char *text;   /* in memory */
        size_t n, size;
} ShellWord;

int shell_word_put(ShellWord *word, const char *text, size_t n);
int shell_word_end(ShellWord *word);

/* Expands text within double quotes. */
int shell_word_quoted(ShellWord *word, const char *text, const char *end);

/* Expands a command's word to zero or more words. */
int shell_expand(Shell *shell, const ShellRaw *raw, ShellFields *fields);

/* Expands an assignment's value to one text. */
int shell_expand_text(Shell *shell, const ShellRaw *raw, const char **ret);

/* Expands "${…}", without braces; quoted: in double quotes. */
int shell_expand_parameter(
                Shell *shell, const char *text, size_t n, unsigned line, bool quoted, ShellFields *ret);

/* Evaluates "$((…))" and its assignments. */
int shell_calculate(
                Shell *shell, const char *text, size_t n, unsigned line, long long *ret, bool *ret_known);

/* The same as a command: true if the result is not zero. */
int shell_calculate_status(Shell *shell, const char *text, size_t n, unsigned line);

static inline ShellStatus shell_status_of(bool holds) {
        return holds ? SHELL_STATUS_TRUE : SHELL_STATUS_FALSE;
}

static inline ShellStatus shell_negated(ShellStatus status) {
        return status == SHELL_STATUS_UNKNOWN ? status : shell_status_of(status == SHELL_STATUS_FALSE);
}

ShellStatus shell_test(Shell *shell, const ShellFields *fields);

/* ── commands ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Runs up to one of these words, which stays unread; NULL: all. */
int shell_run_list(Shell *shell, const char *const *ends);

/* Runs if, for, while, case, {, (. *ret_done: it was one. */
int shell_run_compound(Shell *shell, const ShellRaw *word, bool *ret_done);
int shell_run_simple(Shell *shell);

/* Runs "((X = 1))" after its first "(". */
int shell_run_sum(Shell *shell);

/* Counts work, so that run time is bounded by the length of the text. */
int shell_work(Shell *shell, size_t n);
int shell_run_function(Shell *shell, ShellFunction *function, const ShellFields *arguments, ShellRank rank);

/* Runs a script in a word. */
int shell_run_inner(Shell *shell, const char *text, unsigned line, ShellRank rank);

bool shell_skips(const Shell *shell);

/* Whether one of these characters is next. */
static inline bool shell_at(const Shell *shell, const char *characters) {
        return shell->text.in < shell->text.end && strchr(characters, *shell->text.in) && *shell->text.in;
}

/* Reads the next word of the line. */
int shell_next_word(Shell *shell, ShellRaw *ret);

/* Reads the end of a line and its here-documents. */
int shell_take_line(Shell *shell);

/* Skips blanks, lines and these characters. */
int shell_skip_lines(Shell *shell, const char *separators);

/* Reads "<FILE", "2>&1", "<<END". *ret_done: it did. */
int shell_redirection(Shell *shell, bool *ret_done);

/* The length of "<your card>" or "(...)", which count as words; 0: none. */
size_t shell_placeholder(const ShellText *text);

/* Whether this pass takes the first way of a condition. Other passes take the other. */
bool shell_takes(Shell *shell, const char *place, unsigned line);

/* Runs a shell builtin. *ret_done: it was one, and starts nothing. */
int shell_builtin(Shell *shell, const ShellFields *fields, bool *ret_done);

/* Adds the command to those found if it starts a guest. */
int shell_look_at(Shell *shell, const ShellFields *fields);

/* Whether a here-document is its script: "bash", "ssh HOST". */
bool shell_runs_input(const ShellFields *fields);

/* Whether the last option needs a value, or the line continues. */
bool shell_goes_on(const Shell *shell, const ShellFields *fields);
