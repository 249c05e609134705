/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/class.h"

#include "probe/cleanup.h"

int host_class(const Profile *host, HostClass *ret) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = host_class_pack(host, &text, &n);

        return r < 0 ? r : host_class_unpack(text, n, ret);
}

void host_class_done(HostClass *class) {
        profile_done(&class->profile);
        *class = (HostClass){};
}
