/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/loans.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"

/* One byte per loan, even beyond the end of file. */
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

/* LOANS_MAX: none free. */
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

/* A new open file description of the same file. */
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

/* ── copies ────────────────────────────────────────────────────────────────────────────────────────────── */

static int copy_file(int fd, uint64_t n) {
        _cleanup_close_ int copy = memfd_create("hawd-profile", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        off_t at = 0;
        int r;

        if (copy < 0)
                return -errno;
        while ((uint64_t) at < n) {
                ssize_t done = sendfile(copy, fd, &at, n - (uint64_t) at);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0)
                        return done < 0 ? -errno : -EIO;
        }
        if (fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
                return -errno;
        r = copy;
        copy = -1;
        return r;
}

/* The user's copy, existing or new; 0: no room for more. Fills in `loan`. */
static int copy_of_user(const Loans *loans, int fd, const struct stat *st, Loan *loan) {
        uint64_t bytes = (uint64_t) st->st_size;

        for (size_t i = 0; i < LOANS_MAX; i++) {
                const Loan *other = &loans->loans[i];

                if (other->fd > 0 && !other->privileged && other->uid == loan->uid &&
                                other->original == loan->original) {
                        int same = fcntl(other->fd, F_DUPFD_CLOEXEC, 3);

                        return same < 0 ? -errno : same;
                }
                bytes += other->bytes;
        }
        if (bytes > LOANS_COPIES_BYTES_MAX && bytes > (uint64_t) st->st_size)
                return 0;
        loan->bytes = (uint64_t) st->st_size;
        return copy_file(fd, loan->bytes);
}

int loans_give(Loans *loans, int fd, uid_t uid, bool privileged, int *ret) {
        size_t place = free_place(loans, uid, privileged);
        Loan loan = { .uid = uid, .privileged = privileged };
        struct stat st;
        int given;

        if (place >= LOANS_MAX)
                return 0;
        if (fstat(fd, &st) < 0)
                return -errno;
        loan.original = st.st_ino;
        if (privileged) {
                loan.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
                if (loan.fd < 0)
                        return -errno;
        } else {
                loan.fd = copy_of_user(loans, fd, &st, &loan);
                if (loan.fd <= 0)
                        return loan.fd;
        }
        given = reopen(loan.fd, place);
        if (given < 0) {
                close(loan.fd);
                return given;
        }
        loans->loans[place] = loan;
        *ret = given;
        return 1;
}

void loans_done(Loans *loans) {
        for (size_t i = 0; i < LOANS_MAX; i++)
                forget(&loans->loans[i]);
}
