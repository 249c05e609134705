/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/name-owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dbus/names.h"

static void keep(NameOwner *owner, const char *unique) {
        snprintf(owner->unique, sizeof(owner->unique), "%s", unique);
}

int name_owner_read(sd_bus *bus, NameOwner *ret) {
        sd_bus_creds *creds = NULL;
        const char *unique = "";
        int r = sd_bus_get_name_creds(bus, HAWD_BUS_NAME, SD_BUS_CREDS_UNIQUE_NAME, &creds);

        if (r == -ENXIO)
                r = 0;
        else if (r >= 0)
                r = sd_bus_creds_get_unique_name(creds, &unique);
        keep(ret, unique);
        sd_bus_creds_unref(creds);
        return r < 0 ? r : 0;
}

int name_owner_changed(NameOwner *owner, sd_bus_message *message) {
        const char *name, *before, *now, *sender = sd_bus_message_get_sender(message);
        int r;

        if (!sender || strcmp(sender, "org.freedesktop.DBus") != 0)
                return -EPERM;
        r = sd_bus_message_read(message, "sss", &name, &before, &now);
        if (r < 0)
                return r;
        if (strcmp(name, HAWD_BUS_NAME) != 0)
                return -ENOENT;
        keep(owner, now);
        return 0;
}

bool name_owner_sent(const NameOwner *owner, sd_bus_message *message) {
        const char *sender = sd_bus_message_get_sender(message);

        return sender && *owner->unique && strcmp(sender, owner->unique) == 0;
}
