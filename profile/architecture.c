/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/architecture.h"

#include <fnmatch.h>
#include <string.h>

bool profile_is_x86(const Profile *profile) {
        const char *architecture = profile->host.architecture;

        if (!*architecture)
                return profile->host.vendor > CPU_VENDOR_OTHER;
        return strcmp(architecture, "x86_64") == 0 || fnmatch("i?86", architecture, 0) == 0;
}

bool profile_is_arm64(const Profile *profile) {
        const char *architecture = profile->host.architecture;

        if (!*architecture)
                return profile->paging.second_level == SECOND_LEVEL_STAGE2;
        return strcmp(architecture, "aarch64") == 0;
}
