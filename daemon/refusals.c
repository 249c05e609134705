/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/refusals.h"

#include <stdio.h>
#include <string.h>

#include "daemon/log.h"

static bool was_told(const Refusals *refusals, const char *what) {
        for (size_t i = 0; i < refusals->n; i++)
                if (strcmp(refusals->told[i], what) == 0)
                        return true;
        return false;
}

void refusals_tell(Refusals *refusals, const Profile *profile, bool collector) {
        char text[640] = "";
        size_t n = 0;

        for (size_t i = 0; i < profile->n_refused && n < sizeof(text); i++) {
                const char *what = profile->refused[i];

                if (was_told(refusals, what) || refusals->n == PROFILE_REFUSED_MAX)
                        continue;
                refusals->told[refusals->n++] = what;
                n += (size_t) snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "", what);
        }
        if (n > 0)
                log_warning("Permission denied: %s. Values that depend on it are unknown. %s", text,
                                collector ? "hawd-collect.service reads what only root can read: see 'systemctl "
                                            "status hawd-collect.service'."
                                          : "Run as root to read it.");
}
