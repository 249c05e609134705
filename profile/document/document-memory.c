/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/document.h"
#include "profile/document/json-fact.h"

static json_t *memory_range(const IomemEntry *entry) {
        json_t *object = json_range(entry->start, entry->end);

        if (!json_put(object, "type", json_string(entry->name))) {
                json_decref(object);
                return NULL;
        }
        return object;
}

static json_t *memory_ranges(const ProfileMemory *memory) {
        json_t *array = json_array();

        for (size_t i = 0; i < memory->n_ranges; i++)
                if (json_array_append_new(array, memory_range(&memory->ranges[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

json_t *document_memory(const Profile *profile, bool canonical) {
        const ProfileMemory *memory = &profile->memory;
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "ramTop", json_register(&memory->ram_top));
        ok &= json_put(object, "ranges", memory_ranges(memory));
        ok &= json_put(object, "rangesReason", json_reason(memory->ranges_reason));
        ok &= json_put(object, "rangesSource", json_text(memory->ranges_source));
        ok &= json_put(object, "hotAdded", json_ranges(&memory->hot_added));
        ok &= json_put(object, "hotplugReason", json_reason(memory->hotplug_reason));
        ok &= json_put(object, "blockSize", json_number(&memory->block_size));
        return json_finish(object, ok);
}

json_t *document_finding(const Profile *profile, size_t i, bool canonical) {
        const Finding *finding = &profile->findings.findings[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "id", json_string(finding->id));
        ok &= json_put(object, "severity", json_string(severity_to_string(finding->severity)));
        ok &= json_put(object, "subject", json_string(finding->subject));
        ok &= json_put(object, "summary", json_string(finding->summary));
        ok &= json_put(object, "detail", json_string(finding->detail));
        ok &= json_put(object, "remedy", json_string(finding->remedy));
        return json_finish(object, ok);
}
