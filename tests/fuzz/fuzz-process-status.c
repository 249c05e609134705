/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "ctl/process/process-identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* /proc/PID/status, which has the name that a process gave itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ProcessIdentity identity = {};
        gid_t all = 0;

        if (process_identity_decode((Bytes){ .data = data, .n = size }, &identity) < 0)
                return 0;
        for (size_t i = 0; i < identity.n_groups; i++)
                all |= identity.groups[i];
        if (identity.n_groups > PROCESS_GROUPS_MAX || (identity.n_groups == 0 && all != 0))
                abort();
        process_identity_done(&identity);
        return 0;
}
