/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/decode/text.h"
#include "probe/root/root-internal.h"

#define MSR_DEVICE "dev/cpu/0/msr"
#define MSR_TEXT_MAX (64 * 1024)
#define MSR_LINE_MAX 40

static void open_tree(Root *root) {
        _cleanup_(buffer_done) Buffer buffer = {};
        size_t cursor = 0;
        Bytes line;

        root->msr_reason = root_read_text(root, "hawd/msr", MSR_DEVICE, MSR_TEXT_MAX, &buffer);
        while (root->n_msrs < ROOT_MSRS_MAX && text_line(buffer_bytes(&buffer), &cursor, &line))
                root->n_msrs += replay_msr_parse(line, &root->msrs[root->n_msrs]);
}

static void open_live(Root *root) {
        root->msr_fd = root_openat(root, MSR_DEVICE, O_RDONLY);
        if (root->msr_fd < 0)
                root->msr_reason = root_failed(root, MSR_DEVICE, reason_from_errno(root->msr_fd));
}

/* Registers are read one at a time; the replay file grows with them. */
static void tell(Root *root) {
        char text[ROOT_MSRS_MAX * MSR_LINE_MAX];
        size_t n = 0;

        for (size_t i = 0; i < root->n_msrs; i++)
                if (root->msrs[i].reason == REASON_NONE)
                        n += (size_t) snprintf(text + n, sizeof(text) - n,
                                        "0x%08" PRIx32 " 0x%016" PRIx64 "\n", root->msrs[i].index,
                                        root->msrs[i].value);
        root_tell_file(root, "hawd/msr", (Bytes){ .data = (uint8_t *) text, .n = n });
}

/* EIO: the register faults (arch/x86/kernel/msr.c). */
static Reason read_live(Root *root, uint32_t index, uint64_t *ret) {
        RootMsr msr = { .index = index };
        uint8_t bytes[8];

        if (root->n_msrs == ROOT_MSRS_MAX)
                return REASON_RESOURCES;
        ssize_t n = pread(root->msr_fd, bytes, sizeof(bytes), index);
        if (n != sizeof(bytes))
                return n < 0 && errno != EIO ? reason_from_errno(errno) : REASON_ABSENT;
        msr.value = bytes_u64((Bytes){ .data = bytes, .n = sizeof(bytes) }, 0);
        root->msrs[root->n_msrs++] = msr;
        tell(root);
        *ret = msr.value;
        return REASON_NONE;
}

/* The collector reads the same registers as a probe: one missing from its list does not exist. */
static bool read_private(Root *root, uint32_t index, uint64_t *ret, Reason *ret_reason) {
        if (!root->private_tree)
                return false;
        *ret_reason = root_msr(root->private_tree, index, ret);
        return root->private_tree->msr_reason == REASON_NONE;
}

Reason root_msr(Root *root, uint32_t index, uint64_t *ret) {
        Reason reason;

        if (read_private(root, index, ret, &reason))
                return reason;
        if (!root->msr_opened) {
                root->msr_opened = true;
                if (root->live)
                        open_live(root);
                else
                        open_tree(root);
        }
        if (root->msr_reason != REASON_NONE)
                return root->msr_reason;
        for (size_t i = 0; i < root->n_msrs; i++)
                if (root->msrs[i].index == index) {
                        *ret = root->msrs[i].value;
                        return root->msrs[i].reason;
                }
        return root->live ? read_live(root, index, ret) : REASON_ABSENT;
}
