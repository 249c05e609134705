/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/digest.h"

#include <sha2.h>

#include "profile/json-write.h"

static int digest_text(const char *text, size_t n, void *userdata) {
        SHA256Update(userdata, (const uint8_t *) text, n);
        return 0;
}

int profile_digest(Profile *profile) {
        SHA2_CTX context;
        int r;

        SHA256Init(&context);
        r = profile_json_write(profile, JSON_LAYOUT_CANONICAL, digest_text, &context);
        if (r < 0)
                return r;
        SHA256End(&context, profile->digest);
        return 0;
}
