/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The one handle through which everything is read: the live host, or any directory that mirrors one (a capture,
 * a test tree; man hawd-root(5)). Paths are relative to it, without a leading slash; openat2(2) with
 * RESOLVE_IN_ROOT resolves them, so neither ".." nor a link leads out. What is no file on a live host (CPUID,
 * ioctls on /dev/kvm, MSRs, the machine's identity) is executed there and read from text files under hawd/ in a
 * tree.
 *
 * Where openat2(2) is not available (ENOSYS, or EPERM of a seccomp filter; RestrictSUIDSGID= of systemd has such a filter):
 * - The live host is read with openat(2), as nothing is outside it.
 * - A tree is read only if root owns its top directory and nobody else can write to it, as the collector's is. Its paths are
 *   opened component by component: links are not followed (REASON_LINK_LOOP), ".." is an error, and a directory or file
 *   on the way that another user owns or can write to is refused (REASON_PERMISSION). Opening by component cannot
 *   resolve links safely while somebody renames directories, so there is nobody who can, and no link is followed.
 * - Any other tree cannot be opened: better no answer than a wrong file. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/cleanup.h"
#include "probe/decode/bytes.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/decode/cpu/kvm-answers.h"
#include "probe/decode/fault.h"
#include "probe/reason.h"

typedef struct Root Root;
struct MemoryTree;

/* Opens "/" as the live host and any other directory as a tree. Returns -errno of open(2), and -ENOSYS or -EPERM for a tree
 * that cannot be read without openat2(2). */
int root_open(const char *path, Root **ret);

/* Opens a directory as a tree, "/" too. Takes over fd, also on failure. */
int root_open_tree(int fd, Root **ret);

/* A tree in memory (memory-tree.h). Takes it over, also on failure. -ENOMEM. */
int root_open_memory(struct MemoryTree *tree, Root **ret);

/* NULL is fine. Always returns NULL. */
Root *root_free(Root *root);

static inline void root_freep(Root **root) {
        root_free(*root);
}

bool root_is_live(const Root *root);

/* What a privileged collector left of a live host for a reader without privilege: a tree with the files that only root
 * reads. Takes it over; NULL ends it. */
void root_set_private(Root *root, Root *private_tree);

/* ── files ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Bytes that were read; reused from one read to the next so that a probe allocates a few times in all. */
typedef struct Buffer {
        uint8_t *data; /* data[n] is NUL, for the reader of a debugger */
        size_t n;
        size_t allocated;
} Buffer;

void buffer_done(Buffer *buffer);

static inline Bytes buffer_bytes(const Buffer *buffer) {
        return (Bytes){ .data = buffer->data, .n = buffer->n };
}

/* The whole of a file of at most max bytes (REASON_TOO_LARGE above). On any reason but NONE the buffer is empty. */
Reason root_read(Root *root, const char *path, size_t max, Buffer *ret);

/* A sysfs attribute: at most a page, handed over by the kernel in one read, so end of file is not asked for. */
Reason root_read_attribute(Root *root, const char *path, Buffer *ret);

/* A file of the private tree alone; REASON_ABSENT without one. What is found there was read from the live host. */
Reason root_read_private(Root *root, const char *path, size_t max, Buffer *ret);

/* A file that only root reads in full: the private tree's where it has one, else the host's own. */
Reason root_read_privileged(Root *root, const char *path, size_t max, Buffer *ret);

/* Says which bytes of a file to read next, after a look at what was read; false: no more. */
typedef bool (*RootNext)(void *userdata, Bytes read, BytesRange *ret);

/* A file of which only parts are read: PCI configuration space, whose reading costs time by the word. Bytes from max on do not
 * exist. The buffer ends with the last byte that was read, and has ones where nothing was: as PCI reads where nothing answers.
 * This is what the observer is told, and reading the same parts of it again gives the same bytes. */
Reason root_read_parts(Root *root, const char *path, size_t max, RootNext next, void *userdata, Buffer *ret);

typedef struct NameList {
        size_t n;
        char **names;
        bool truncated; /* more than max were there */
} NameList;

void name_list_done(NameList *list);

/* Makes every name printable ASCII, for names that are shown and lead to no further read. -ENOMEM. */
int name_list_printable(NameList *list);

/* Names in a directory, without dot files, in version order (2 before 10), at most max. */
Reason root_list(Root *root, const char *path, size_t max, NameList *ret);

/* The text of a link, not followed. REASON_MALFORMED when it is no link. */
Reason root_link(Root *root, const char *path, char *ret, size_t size);

/* Its last component: the name of a driver, a group, a unit. */
Reason root_link_name(Root *root, const char *path, char *ret, size_t size);

/* The component before the last: of a device's link, the device above it. "" where there is none. */
Reason root_link_parent(Root *root, const char *path, char *ret, size_t size);

/* ── what is no file ───────────────────────────────────────────────────────────────────────────────────── */

/* Live: CPUID executed, the leaves that hawd decodes. Tree: hawd/cpuid. */
Reason root_cpuid(Root *root, CpuidTable *ret, FaultList *faults);

/* Live: the boot CPU's /dev/cpu/0/msr. Tree: hawd/msr. REASON_ABSENT: no such register or no driver. */
Reason root_msr(Root *root, uint32_t msr, uint64_t *ret);

/* Live: /dev/kvm, opened only when the driver is loaded (opening the static node would load it). Tree: hawd/kvm. */
Reason root_kvm(Root *root, KvmAnswers *ret, FaultList *faults);

/* Lines of the kernel's log that kernel_log_input_bits() reads, and nothing else of it. Live: /dev/kmsg, up to what is in
 * it now. Tree: hawd/kernel-log. Empty where the log has none, or none any more. */
Reason root_kernel_log(Root *root, Buffer *ret);

typedef struct HostIdentity {
        char machine_id[33]; /* app-specific (sd_id128_get_machine_app_specific), lower-case hex; "" unknown */
        char architecture[33]; /* as uname -m; "" unknown */
} HostIdentity;

/* Live: uname(2) and the machine id. Tree: hawd/host. */
Reason root_identity(Root *root, HostIdentity *ret);

/* ── watching the reads ────────────────────────────────────────────────────────────────────────────────── */

/* Told of everything that is read, as it is read: `hawctl capture` writes down exactly what a probe saw.
 * Any member may be NULL. */
typedef struct RootObserver {
        void (*file)(void *userdata, const char *path, Bytes content);
        void (*link)(void *userdata, const char *path, const char *target);
        void (*directory)(void *userdata, const char *path, const NameList *names);
        void (*refused)(void *userdata, const char *path,
                        Reason reason); /* every failed read but REASON_ABSENT */
        void *userdata;
} RootObserver;

/* Copied. NULL ends it. For CPUID, MSRs, KVM and the identity `file` is told the text of the file in hawd/ that
 * replays them. */
void root_observe(Root *root, const RootObserver *observer);
