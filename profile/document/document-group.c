/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/document.h"
#include "profile/document/json-fact.h"

static json_t *members(const ProfileGroup *group) {
        json_t *array = json_array();

        for (size_t i = 0; i < group->n_members; i++)
                if (json_array_append_new(array, json_string(group->members[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *region(const ReservedRegion *region) {
        json_t *object = json_range(region->start, region->end);

        if (!json_put(object, "type", json_string(region->word))) {
                json_decref(object);
                return NULL;
        }
        return object;
}

static json_t *regions(const ProfileGroup *group) {
        json_t *array = json_array();

        for (size_t i = 0; i < group->regions.n; i++)
                if (json_array_append_new(array, region(&group->regions.regions[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

json_t *document_group(const Profile *profile, size_t i, bool canonical) {
        const ProfileGroup *group = &profile->groups[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "id", json_integer(group->id));
        ok &= json_put(object, "name", json_text(group->name));
        ok &= json_put(object, "type", json_text(group->type_word));
        ok &= json_put(object, "typeReason", json_reason(group->type_reason));
        ok &= json_put(object, "devices", members(group));
        ok &= json_put(object, "reservedRegions", regions(group));
        ok &= json_put(object, "regionsReason", json_reason(group->regions_reason));
        ok &= json_put(object, "iommu",
                        group->iommu >= 0 ? json_string(profile->iommus[group->iommu].name) : json_null());
        ok &= json_put(object, "iovaBits", group->bits ? json_integer(group->bits) : json_null());
        ok &= json_put(object, "bitsReason", json_reason(group->bits_reason));
        ok &= json_put(object, "usableIova", json_ranges(&group->usable));
        ok &= json_put(object, "assignable", json_tristate(group->assignable));
        ok &= json_put(object, "assignableReason", json_text(assignable_why_to_string(group->why)));
        ok &= json_put(object, "isolated", json_tristate(group->isolated));
        ok &= json_put(object, "culprit", json_pci_address(group->has_culprit ? &group->culprit : NULL));
        return json_finish(object, ok);
}
