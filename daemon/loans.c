/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/loans.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/cleanup.h"

/* One byte a loan, whether or not the file is so long. */
static struct flock lock_of(short type, size_t place) {
        return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = (off_t) place, .l_len = 1 };
}

static bool is_out(const Loan *loan, size_t place) {
        struct flock lock = lock_of(F_WRLCK, place);

        return loan->fd > 0 && fcntl(loan->fd, F_OFD_GETLK, &lock) >= 0 && lock.l_type != F_UNLCK;
}

static void forget(Loan *loan) {
        if (loan->fd > 0)
                close(loan->fd);
        *loan = (Loan){};
}

/* LOANS_MAX: there is none. */
static size_t free_place(Loans *loans, uid_t uid, bool privileged) {
        size_t place = LOANS_MAX, own = 0, others = 0;

        for (size_t i = LOANS_MAX; i-- > 0;) {
                Loan *loan = &loans->loans[i];

                if (!is_out(loan, i)) {
                        forget(loan);
                        place = i;
                        continue;
                }
                own += loan->uid == uid;
                others += !loan->privileged;
        }
        if (!privileged && (own >= LOANS_OF_USER_MAX || others >= LOANS_OF_OTHERS_MAX))
                return LOANS_MAX;
        return place;
}

/* Another open file description of the same file. */
static int reopen(int fd, size_t place) {
        _cleanup_close_ int again = -1;
        struct flock lock = lock_of(F_RDLCK, place);
        char path[32];
        int r;

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        again = open(path, O_RDONLY | O_CLOEXEC);
        if (again < 0 || fcntl(again, F_OFD_SETLK, &lock) < 0)
                return -errno;
        r = again;
        again = -1;
        return r;
}

int loans_give(Loans *loans, int fd, uid_t uid, bool privileged, int *ret) {
        size_t place = free_place(loans, uid, privileged);
        int given, kept;

        if (place >= LOANS_MAX)
                return 0;
        kept = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (kept < 0)
                return -errno;
        given = reopen(fd, place);
        if (given < 0) {
                close(kept);
                return given;
        }
        loans->loans[place] = (Loan){ .fd = kept, .uid = uid, .privileged = privileged };
        *ret = given;
        return 1;
}

void loans_done(Loans *loans) {
        for (size_t i = 0; i < LOANS_MAX; i++)
                forget(&loans->loans[i]);
}
