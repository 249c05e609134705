/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define CMDLINE_MAX (64 * 1024)

/* A one-line file under proc/sys/kernel as printable text; "" if unreadable. */
static Reason read_word(Root *root, const char *path, Buffer *buffer, char *ret, size_t size) {
        Reason reason = root_read_attribute(root, path, buffer);
        Bytes line;
        size_t cursor = 0;

        ret[0] = 0;
        if (reason == REASON_NONE && text_line(buffer_bytes(buffer), &cursor, &line))
                text_printable(text_trim(line), ret, size);
        return reason;
}

int source_host_read(Root *root, Buffer *buffer, HostFacts *ret) {
        Reason reasons[] = {
                root_identity(root, &ret->identity),
                read_word(root, "proc/sys/kernel/hostname", buffer, ret->hostname, sizeof(ret->hostname)),
                read_word(root, "proc/sys/kernel/osrelease", buffer, ret->kernel_release,
                                sizeof(ret->kernel_release)),
        };

        if (reasons[0] != REASON_NONE)
                ret->identity = (HostIdentity){};
        for (size_t i = 0; i < ELEMENTS(reasons) && ret->names_reason == REASON_NONE; i++)
                if (reasons[i] != REASON_ABSENT)
                        ret->names_reason = reasons[i];

        ret->cmdline_reason = root_read(root, "proc/cmdline", CMDLINE_MAX, buffer);
        if (ret->cmdline_reason != REASON_NONE)
                return 0;
        cmdline_filter(buffer_bytes(buffer), ret->kernel_parameters, sizeof(ret->kernel_parameters));
        return cmdline_decode(buffer_bytes(buffer), &ret->cmdline, NULL);
}

void host_facts_done(HostFacts *facts) {
        *facts = (HostFacts){};
}
