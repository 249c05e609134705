/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/decoded/decode-dmar.h"

#include "profile/document/json-fact.h"
#include "profile/document/json-faults.h"

static json_t *path_json(const Dmar *dmar, const DmarScope *scope) {
        json_t *array = json_array();

        for (size_t i = 0; i < scope->n_path; i++) {
                const uint8_t *hop = dmar->paths[scope->first_path + i];

                if (json_array_append_new(array, json_pack("[i, i]", hop[0], hop[1])) < 0)
                        return json_finish(array, false);
        }
        return array;
}

static json_t *scope_json(const Dmar *dmar, const DmarScope *scope) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "type", json_integer(scope->type));
        ok &= json_put(object, "typeName", json_string(dmar_scope_type_to_string(scope->type)));
        ok &= json_put(object, "flags", json_integer(scope->flags));
        ok &= json_put(object, "enumerationId", json_integer(scope->enumeration_id));
        ok &= json_put(object, "bus", json_integer(scope->bus));
        ok &= json_put(object, "path", path_json(dmar, scope));
        return json_finish(object, ok);
}

static json_t *scopes_json(const Dmar *dmar, DmarScopes scopes) {
        json_t *array = json_array();

        for (size_t i = 0; i < scopes.n; i++)
                if (json_array_append_new(array, scope_json(dmar, &dmar->scopes[scopes.first + i])) < 0)
                        return json_finish(array, false);
        return array;
}

static json_t *flags_json(uint8_t flags) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "raw", json_integer(flags));
        ok &= json_put(object, "interruptRemapping", json_boolean(flags & DMAR_INTR_REMAP));
        ok &= json_put(object, "x2apicOptOut", json_boolean(flags & DMAR_X2APIC_OPT_OUT));
        ok &= json_put(object, "dmaControlPlatformOptIn",
                        json_boolean(flags & DMAR_DMA_CTRL_PLATFORM_OPT_IN));
        ok &= json_put(object, "remappingOptOut", json_boolean(flags & DMAR_REMAP_OPT_OUT));
        return json_finish(object, ok);
}

static json_t *unit_json(const void *data, size_t i) {
        const Dmar *dmar = data;
        const DmarUnit *unit = &dmar->units[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "segment", json_integer(unit->segment));
        ok &= json_put(object, "base", json_hex(unit->base));
        ok &= json_put(object, "flags", json_integer(unit->flags));
        ok &= json_put(object, "includeAll", json_boolean(unit->flags & 1));
        ok &= json_put(object, "size", json_integer(unit->size));
        ok &= json_put(object, "registerBytes",
                        unit->size < 51 ? json_size(UINT64_C(4096) << unit->size) : json_null());
        ok &= json_put(object, "scopes", scopes_json(dmar, unit->scopes));
        return json_finish(object, ok);
}

static json_t *region_json(const void *data, size_t i) {
        const Dmar *dmar = data;
        const DmarRegion *region = &dmar->regions[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "segment", json_integer(region->segment));
        ok &= json_put(object, "base", json_hex(region->base));
        ok &= json_put(object, "limit", json_hex(region->limit));
        ok &= json_put(object, "scopes", scopes_json(dmar, region->scopes));
        return json_finish(object, ok);
}

/* flag_name NULL: the structure has no flags. */
static json_t *devices_json(const Dmar *dmar, const DmarDevices *devices, const char *flag_name) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "segment", json_integer(devices->segment));
        if (flag_name) {
                ok &= json_put(object, "flags", json_integer(devices->flags));
                ok &= json_put(object, flag_name, json_boolean(devices->flags & 1));
        }
        ok &= json_put(object, "scopes", scopes_json(dmar, devices->scopes));
        return json_finish(object, ok);
}

static json_t *root_port_ats_json(const void *data, size_t i) {
        const Dmar *dmar = data;

        return devices_json(dmar, &dmar->root_port_ats[i], "allPorts");
}

static json_t *soc_ats_json(const void *data, size_t i) {
        const Dmar *dmar = data;

        return devices_json(dmar, &dmar->soc_integrated_ats[i], "atcRequired");
}

static json_t *soc_devices_json(const void *data, size_t i) {
        const Dmar *dmar = data;

        return devices_json(dmar, &dmar->soc_integrated_devices[i], NULL);
}

static json_t *affinity_json(const void *data, size_t i) {
        const DmarAffinity *affinity = &((const Dmar *) data)->affinity[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "base", json_hex(affinity->base));
        ok &= json_put(object, "proximityDomain", json_integer(affinity->proximity_domain));
        return json_finish(object, ok);
}

static json_t *namespace_json(const void *data, size_t i) {
        const DmarNamespaceDevice *device = &((const Dmar *) data)->namespace_devices[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "deviceNumber", json_integer(device->device_number));
        ok &= json_put(object, "name", json_string(device->name));
        return json_finish(object, ok);
}

json_t *decode_dmar_json(const Dmar *dmar, const FaultList *faults) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "hostAddressWidth",
                        dmar->host_address_width ? json_integer(dmar->host_address_width) : json_null());
        ok &= json_put(object, "flags", flags_json(dmar->flags));
        ok &= json_put(object, "units", json_list(dmar->n_units, unit_json, dmar));
        ok &= json_put(object, "reservedRegions", json_list(dmar->n_regions, region_json, dmar));
        ok &= json_put(object, "rootPortAts", json_list(dmar->n_root_port_ats, root_port_ats_json, dmar));
        ok &= json_put(object, "affinity", json_list(dmar->n_affinity, affinity_json, dmar));
        ok &= json_put(object, "namespaceDevices",
                        json_list(dmar->n_namespace_devices, namespace_json, dmar));
        ok &= json_put(object, "socIntegratedAts",
                        json_list(dmar->n_soc_integrated_ats, soc_ats_json, dmar));
        ok &= json_put(object, "socIntegratedDevices",
                        json_list(dmar->n_soc_integrated_devices, soc_devices_json, dmar));
        ok &= json_put(object, "linuxRefuses", json_boolean(dmar->linux_refuses));
        ok &= json_put(object, "checksumValid", json_boolean(dmar->checksum_valid));
        ok &= json_put(object, "faults", json_faults(faults));
        return json_finish(object, ok);
}
