/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/document.h"
#include "profile/document/json-fact.h"

static json_t *bar(const ProfileBar *bar) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "index", json_integer(bar->index));
        ok &= json_put(object, "size", json_size(bar->end + 1));
        ok &= json_put(object, "is64bit", json_boolean(bar->is_64bit));
        ok &= json_put(object, "prefetchable", json_boolean(bar->prefetchable));
        return json_finish(object, ok);
}

static json_t *bars(const ProfileMediated *device) {
        json_t *array = json_array();

        for (size_t i = 0; i < device->n_bars; i++)
                if (json_array_append_new(array, bar(&device->bars[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

json_t *document_mediated(const Profile *profile, size_t i, bool canonical) {
        const ProfileMediated *device = &profile->mediated[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "uuid", json_string(device->uuid));
        ok &= json_put(object, "parent", json_text(device->parent));
        ok &= json_put(object, "type", json_text(device->type));
        ok &= json_put(object, "typeName", json_text(device->type_name));
        ok &= json_put(object, "api", json_text(device->api));
        ok &= json_put(object, "bars", bars(device));
        ok &= json_put(object, "barsReason", json_reason(device->bars_reason));
        return json_finish(object, ok);
}
