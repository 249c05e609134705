/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The handle for all reads: the live host, or a directory that mirrors one (a capture, a test tree; see
 * hawd-root(5)). Paths are relative to it, without leading slash. openat2(2) with RESOLVE_IN_ROOT resolves
 * them, so neither ".." nor a link leads outside. CPUID, ioctls on /dev/kvm, MSRs and the machine's identity
 * are executed on a live host and read from text files below hawd/ in a tree.
 *
 * Without openat2(2) (ENOSYS, or EPERM from a seccomp filter, such as that of systemd's RestrictSUIDSGID=):
 * - The live host is read with openat(2), as nothing is outside it.
 * - A tree is read only if root owns its top directory and nobody else can write to it, like the
 *   collector's. Each path component is opened separately: links are not followed (REASON_LINK_LOOP), ".."
 *   is an error, and a component that another user owns or can write to is refused (REASON_PERMISSION). This
 *   cannot resolve links safely during renames, so it requires that nobody else can rename.
 * - Other trees cannot be opened: no answer is better than a wrong file. */

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

/* Opens "/" as the live host and any other directory as a tree. Returns -errno of open(2), or -ENOSYS or
 * -EPERM for a tree that requires openat2(2). */
int root_open(const char *path, Root **ret);

/* Opens a directory as a tree, "/" too. Takes over fd, also on failure. */
int root_open_tree(int fd, Root **ret);

/* Opens a tree in memory (memory-tree.h). Owns it, also on failure. -ENOMEM. */
int root_open_memory(struct MemoryTree *tree, Root **ret);

/* Accepts NULL. Always returns NULL. */
Root *root_free(Root *root);

static inline void root_freep(Root **root) {
        root_free(*root);
}

bool root_is_live(const Root *root);

/* Sets the tree in which a privileged collector stored the files that only root can read, for an
 * unprivileged reader. Takes ownership; NULL removes it. */
void root_set_private(Root *root, Root *private_tree);

/* ── files ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* The bytes read; reused for all reads of a probe to save allocations. */
typedef struct Buffer {
        uint8_t *data; /* data[n] is NUL, for debuggers */
        size_t n;
        size_t allocated;
} Buffer;

void buffer_done(Buffer *buffer);

static inline Bytes buffer_bytes(const Buffer *buffer) {
        return (Bytes){ .data = buffer->data, .n = buffer->n };
}

/* Reads a whole file of at most max bytes (else REASON_TOO_LARGE). On failure the buffer is empty. */
Reason root_read(Root *root, const char *path, size_t max, Buffer *ret);

/* Reads a sysfs attribute: at most one page, which the kernel returns in one read, so EOF is not checked. */
Reason root_read_attribute(Root *root, const char *path, Buffer *ret);

/* Reads from the private tree only; REASON_ABSENT without one. Its files were read from the live host. */
Reason root_read_private(Root *root, const char *path, size_t max, Buffer *ret);

/* Reads a file that only root reads in full: from the private tree if there, else the host. */
Reason root_read_privileged(Root *root, const char *path, size_t max, Buffer *ret);

/* Selects the next bytes to read, given those read so far; false: no more. */
typedef bool (*RootNext)(void *userdata, Bytes read, BytesRange *ret);

/* Reads parts of a file: PCI configuration space, where each word takes time. Bytes from max on do not
 * exist. The buffer ends with the last byte read; gaps are filled with ones, as in PCI reads without an
 * answer. The observer gets this buffer; reading the same parts of it gives the same bytes. */
Reason root_read_parts(Root *root, const char *path, size_t max, RootNext next, void *userdata, Buffer *ret);

typedef struct NameList {
        size_t n;
        char **names;
        bool truncated; /* there were more than max */
} NameList;

void name_list_done(NameList *list);

/* Makes every name printable ASCII, for names that are only shown. -ENOMEM. */
int name_list_printable(NameList *list);

/* Names in a directory without dot files, in version order (2 before 10), at most max. */
Reason root_list(Root *root, const char *path, size_t max, NameList *ret);

/* The target of a link. REASON_MALFORMED if not a link. */
Reason root_link(Root *root, const char *path, char *ret, size_t size);

/* The last component of the target: a driver, group or unit. */
Reason root_link_name(Root *root, const char *path, char *ret, size_t size);

/* The component before the last: for a device, its parent device. "" if none. */
Reason root_link_parent(Root *root, const char *path, char *ret, size_t size);

typedef struct RootStatus {
        uint32_t mode; /* st_mode: type and permissions */
        uint32_t uid, gid;
        int64_t modified; /* seconds since the epoch */
} RootStatus;

/* Who may do what with a file of any type, and when it was written; it is not opened. Links are not followed.
 * REASON_NOT_APPLICABLE in a tree in memory, which has no owners and times. Not observed. */
Reason root_status(Root *root, const char *path, RootStatus *ret);

/* ── other than files ──────────────────────────────────────────────────────────────────────────────────── */

/* Live: executes CPUID, the leaves that hawd decodes. Tree: hawd/cpuid. */
Reason root_cpuid(Root *root, CpuidTable *ret, FaultList *faults);

/* Live: /dev/cpu/0/msr (boot CPU). Tree: hawd/msr. REASON_ABSENT: no such register or no driver. */
Reason root_msr(Root *root, uint32_t msr, uint64_t *ret);

/* Live: /dev/kvm, if the driver is loaded (opening the static node would load it); on arm64 a virtual machine is
 * made and removed, which never runs. Tree: hawd/kvm. */
Reason root_kvm(Root *root, KvmAnswers *ret, FaultList *faults);

#define ROOT_KERNEL_LOG_MAX (64 * 1024)

/* Only the lines of the kernel's log that matter (kernel-log.h). Live: /dev/kmsg, up to its current end, and if
 * its first records are gone, the journal of this boot before it. Tree: hawd/kernel-log. Empty if the log does
 * not or no longer have them. */
Reason root_kernel_log(Root *root, Buffer *ret);

typedef struct HostIdentity {
        char machine_id[33]; /* app-specific (sd_id128_get_machine_app_specific), lower-case hex; "" unknown */
        char architecture[33]; /* as uname -m; "" unknown */
        uint64_t page_size;    /* of the kernel, in bytes; arm64 only; 0 unknown */
        uint8_t address_bits; /* VA_BITS of the kernel, or less where it hides them; arm64 only; 0 unknown */
} HostIdentity;

/* Live: uname(2), sysconf(3), the address of the process's stack and the machine id. Tree: hawd/host. */
Reason root_identity(Root *root, HostIdentity *ret);

/* ── watching the reads ────────────────────────────────────────────────────────────────────────────────── */

/* Called for everything that is read: `hawctl capture` stores exactly that. Members may be NULL. */
typedef struct RootObserver {
        void (*file)(void *userdata, const char *path, Bytes content);
        void (*link)(void *userdata, const char *path, const char *target);
        void (*directory)(void *userdata, const char *path, const NameList *names);
        void (*refused)(void *userdata, const char *path,
                        Reason reason); /* each failure but REASON_ABSENT */
        void *userdata;
} RootObserver;

/* Copied. NULL removes it. For CPUID, MSRs, KVM and the identity, `file` gets the text of the file in hawd/
 * that replays it. */
void root_observe(Root *root, const RootObserver *observer);
