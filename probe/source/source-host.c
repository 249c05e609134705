/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define CMDLINE_MAX (64 * 1024)

/* A one-line file under proc/sys/kernel as printable text; "" when it cannot be read. */
static void read_word(Root *root, const char *path, Buffer *buffer, char *ret, size_t size) {
        Bytes line;
        size_t cursor = 0;

        ret[0] = 0;
        if (root_read_attribute(root, path, buffer) == REASON_NONE &&
                        text_line(buffer_bytes(buffer), &cursor, &line))
                text_printable(text_trim(line), ret, size);
}

int source_host_read(Root *root, Buffer *buffer, HostFacts *ret) {
        if (root_identity(root, &ret->identity) != REASON_NONE)
                ret->identity = (HostIdentity){};
        read_word(root, "proc/sys/kernel/hostname", buffer, ret->hostname, sizeof(ret->hostname));
        read_word(root, "proc/sys/kernel/osrelease", buffer, ret->kernel_release,
                        sizeof(ret->kernel_release));

        ret->cmdline_reason = root_read(root, "proc/cmdline", CMDLINE_MAX, buffer);
        if (ret->cmdline_reason != REASON_NONE)
                return 0;
        cmdline_filter(buffer_bytes(buffer), ret->kernel_parameters, sizeof(ret->kernel_parameters));
        return cmdline_decode(buffer_bytes(buffer), &ret->cmdline, NULL);
}

void host_facts_done(HostFacts *facts) {
        *facts = (HostFacts){};
}
