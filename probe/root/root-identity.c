/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <systemd/sd-id128.h>

#include "probe/decode/text.h"
#include "probe/root/root-internal.h"

#define HOST_TEXT_MAX 4096

/* hawd's own: the id it gives out cannot be turned back into the machine's. */
#define HAWD_APPLICATION_ID SD_ID128_MAKE(4c, 1e, 7d, 52, 90, a3, 4f, 1b, 8e, 66, d2, 35, 0b, c7, f8, 19)

static void read_live(Root *root, HostIdentity *ret) {
        struct utsname name;
        char text[128];
        sd_id128_t id;
        int n = 0;

        if (uname(&name) == 0)
                snprintf(ret->architecture, sizeof(ret->architecture), "%.32s", name.machine);
        if (sd_id128_get_machine_app_specific(HAWD_APPLICATION_ID, &id) >= 0)
                sd_id128_to_string(id, ret->machine_id);

        if (*ret->architecture)
                n += snprintf(text + n, sizeof(text) - (size_t) n, "architecture %s\n", ret->architecture);
        if (*ret->machine_id)
                n += snprintf(text + n, sizeof(text) - (size_t) n, "machine-id %s\n", ret->machine_id);
        root_tell_file(root, "hawd/host", (Bytes){ .data = (uint8_t *) text, .n = (size_t) n });
}

static bool is_id(Bytes word) {
        if (word.n != 32)
                return false;
        for (size_t i = 0; i < word.n; i++)
                if (!memchr("0123456789abcdef", word.data[i], 16))
                        return false;
        return true;
}

static Reason read_tree(Root *root, HostIdentity *ret) {
        _cleanup_(buffer_done) Buffer buffer = {};
        Reason reason = root_read(root, "hawd/host", HOST_TEXT_MAX, &buffer);
        Bytes line, key, value;
        size_t cursor = 0;

        while (text_line(buffer_bytes(&buffer), &cursor, &line)) {
                if (!text_word(&line, &key) || !text_word(&line, &value))
                        continue;
                if (text_equal(key, "architecture"))
                        text_printable(value, ret->architecture, sizeof(ret->architecture));
                else if (text_equal(key, "machine-id") && is_id(value))
                        text_printable(value, ret->machine_id, sizeof(ret->machine_id));
        }
        return reason;
}

Reason root_identity(Root *root, HostIdentity *ret) {
        *ret = (HostIdentity){};
        if (!root->live)
                return read_tree(root, ret);
        read_live(root, ret);
        return REASON_NONE;
}
