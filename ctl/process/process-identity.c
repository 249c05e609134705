/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/process-identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ctl/process/process-file.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* All groups of ten digits, and the rest. */
#define STATUS_MAX ((size_t) 1 << 20)
/* Replaces users that are not mapped in this user namespace. */
#define OVERFLOW_ID 65534

void process_identity_done(ProcessIdentity *identity) {
        free(identity->groups);
        identity->groups = NULL;
}

/* ── reading ───────────────────────────────────────────────────────────────────────────────────────────── */

static bool take_id(Bytes *line, uint32_t *ret) {
        uint64_t number;
        Bytes word;

        if (!text_word(line, &word) || !text_u64(word, 10, &number) || number > UINT32_MAX)
                return false;
        *ret = (uint32_t) number;
        return true;
}

static bool take_four(Bytes line, uint32_t ret[4]) {
        for (size_t i = 0; i < 4; i++)
                if (!take_id(&line, &ret[i]))
                        return false;
        return text_trim(line).n == 0;
}

static int take_groups(Bytes line, ProcessIdentity *ret) {
        _cleanup_free_ gid_t *groups = calloc(line.n / 2 + 1, sizeof(*groups));
        size_t n = 0;

        if (!groups)
                return -ENOMEM;
        for (line = text_trim(line); line.n > 0; line = text_trim(line))
                if (n == PROCESS_GROUPS_MAX || !take_id(&line, &groups[n++]))
                        return -EINVAL;
        free(ret->groups);
        ret->n_groups = n;
        ret->groups = TAKE_PTR(groups);
        return 0;
}

int process_identity_decode(Bytes status, ProcessIdentity *ret) {
        ProcessIdentity identity = {};
        bool uids = false, gids = false;
        size_t cursor = 0;
        int r = -EINVAL;
        Bytes line;

        while (text_line(status, &cursor, &line)) {
                if (text_starts(line, "Uid:"))
                        uids = take_four(bytes_part(line, 4, line.n), identity.uids);
                else if (text_starts(line, "Gid:"))
                        gids = take_four(bytes_part(line, 4, line.n), identity.gids);
                else if (text_starts(line, "Groups:")) {
                        r = take_groups(bytes_part(line, 7, line.n), &identity);
                        break;
                }
        }
        if (r >= 0 && (!uids || !gids))
                r = -EINVAL;
        if (r < 0)
                process_identity_done(&identity);
        else
                *ret = identity;
        return r;
}

int process_identity_read(int process, ProcessIdentity *ret) {
        _cleanup_(process_identity_done) ProcessIdentity identity = {};
        _cleanup_free_ char *status = NULL;
        size_t n;
        int r;

        r = process_file_read(process, "status", STATUS_MAX, &status, &n);
        if (r >= 0)
                r = process_identity_decode((Bytes){ .data = (const uint8_t *) status, .n = n }, &identity);
        if (r < 0)
                return r;
        /* Unprivileged processes can make theirs too long: not an error. */
        r = process_label_read(process, identity.label);
        if (r == -ENOENT || r == -ESRCH)
                return r;
        identity.label_unknown = r < 0;
        (void) process_program_path(process, identity.program, sizeof(identity.program));
        *ret = identity;
        identity.groups = NULL;
        return 0;
}

/* ── taking ────────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_same(const ProcessIdentity *a, const ProcessIdentity *b) {
        return memcmp(a->uids, b->uids, sizeof(a->uids)) == 0 &&
                        memcmp(a->gids, b->gids, sizeof(a->gids)) == 0 && a->n_groups == b->n_groups &&
                        (a->n_groups == 0 ||
                                        memcmp(a->groups, b->groups, a->n_groups * sizeof(gid_t)) == 0) &&
                        strcmp(a->label, b->label) == 0 && a->label_unknown == b->label_unknown &&
                        strcmp(a->program, b->program) == 0;
}

/* A set-user-ID program has one user's command line and another's rights. */
static bool is_mixed(const ProcessIdentity *identity) {
        for (size_t i = 1; i < 4; i++)
                if (identity->uids[i] != identity->uids[0] || identity->gids[i] != identity->gids[0])
                        return true;
        return false;
}

/* In a user namespace one number replaces all unmapped users. */
static bool is_unknown(const ProcessIdentity *identity) {
        if (process_namespace_is_first(AT_FDCWD, "/proc/self/ns/user") > 0)
                return false;
        return identity->uids[0] == OVERFLOW_ID || identity->gids[0] == OVERFLOW_ID;
}

static bool has_capability(void) {
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct data[2] = {};

        return syscall(SYS_capget, &header, data) < 0 || data[0].effective || data[1].effective ||
                        data[0].permitted || data[1].permitted;
}

static bool drop_capabilities(void) {
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        const struct __user_cap_data_struct none[2] = {};

        return syscall(SYS_capset, &header, none) >= 0 && !has_capability() &&
                        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) >= 0;
}

/* In a rootless container's user namespace they cannot be set, and are mostly equal. */
static bool has_groups(const ProcessIdentity *identity) {
        _cleanup_free_ gid_t *own = calloc(PROCESS_GROUPS_MAX, sizeof(*own));
        int n = own ? getgroups(PROCESS_GROUPS_MAX, own) : -1;

        if (n < 0 || (size_t) n != identity->n_groups)
                return false;
        /* The kernel sorts them by its own numbers, in both places. */
        return n == 0 || memcmp(own, identity->groups, (size_t) n * sizeof(*own)) == 0;
}

/* Irreversible: keeps nothing of the caller's rights. A confined process may only change to one of its
 * three users, so that user is set before taking the label, and the others after it. */
static const char *take(const ProcessIdentity *identity) {
        const uid_t uid = identity->uids[0];
        const gid_t gid = identity->gids[0];

        if (!has_groups(identity) && setgroups(identity->n_groups, identity->groups) < 0)
                return "cannot change to its groups";
        if (setresgid(gid, gid, gid) < 0)
                return "cannot change to its group";
        if (setresuid((uid_t) -1, (uid_t) -1, uid) < 0)
                return "cannot change to its user";
        if (process_label_take(identity->label) < 0)
                return "cannot change to its security label";
        if (setresuid(uid, uid, uid) < 0)
                return "cannot change to its user";
        return NULL;
}

const char *process_identity_take(const ProcessIdentity *before, const ProcessIdentity *after) {
        const char *why = NULL;

        if (!is_same(before, after))
                why = "its user, program or security label changed while it was read";
        else if (is_mixed(before))
                why = "it runs with the privileges of several users";
        else if (is_unknown(before))
                why = "its user is unknown in this user namespace";
        else if (has_capability())
                why = before->label_unknown ? "its security label is unknown" : take(before);
        /* The new user must not trace it; it still dies with its parent: a change of user clears that. */
        prctl(PR_SET_DUMPABLE, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!drop_capabilities())
                why = "cannot drop privileges";
        return why;
}
