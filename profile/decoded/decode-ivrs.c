/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/decoded/decode-ivrs.h"

#include "profile/document/json-fact.h"
#include "profile/document/json-faults.h"

static json_t *info_json(const IvrsInfo *info) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "raw", json_integer(info->raw));
        ok &= json_put(object, "efrSupported", json_boolean(info->efr_supported));
        ok &= json_put(object, "dmaRemapping", json_boolean(info->dma_remapping));
        ok &= json_put(object, "physicalBits", json_integer(info->physical_bits));
        ok &= json_put(object, "virtualBits", json_integer(info->virtual_bits));
        ok &= json_put(object, "guestVirtualSize", json_integer(info->gva_size));
        /* 010b is 48 bits, four levels; other encodings are undefined (specification, table of IVinfo). */
        ok &= json_put(object, "guestVirtualLevels", info->gva_size == 2 ? json_integer(4) : json_null());
        ok &= json_put(object, "htAtsReserved", json_boolean(info->ht_ats_reserved));
        return json_finish(object, ok);
}

static json_t *entry_json(const IvrsEntry *entry) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "type", json_integer(entry->type));
        ok &= json_put(object, "deviceId", json_integer(entry->device_id));
        ok &= json_put(object, "data", json_integer(entry->data));
        switch (entry->type) {
        case 0x42:
        case 0x43:
                ok &= json_put(object, "sourceDeviceId", json_integer(entry->source_id));
                break;
        case 0x46:
        case 0x47:
                ok &= json_put(object, "extendedData", json_integer(entry->extended_data));
                break;
        case 0x48:
                ok &= json_put(object, "sourceDeviceId", json_integer(entry->source_id));
                ok &= json_put(object, "handle", json_integer(entry->handle));
                ok &= json_put(object, "variety", json_integer(entry->variety));
                break;
        case 0xf0:
                ok &= json_put(object, "hardwareId", json_string(entry->hardware_id));
                break;
        default:
                break;
        }
        return json_finish(object, ok);
}

static json_t *entries_json(const Ivrs *ivrs, const IvrsBlock *block) {
        json_t *array = json_array();

        for (size_t i = 0; i < block->n_entries; i++)
                if (json_array_append_new(array, entry_json(&ivrs->entries[block->first_entry + i])) < 0)
                        return json_finish(array, false);
        return array;
}

/* In a block of unknown type only the common header is valid. */
static json_t *block_json(const Ivrs *ivrs, const IvrsBlock *block) {
        bool known = block->known, ok = true, old = block->type == IVHD_10H;
        json_t *object = json_object();

        ok &= json_put(object, "type", json_integer(block->type));
        ok &= json_put(object, "flags", json_integer(block->flags));
        ok &= json_put(object, "length", json_integer(block->length));
        ok &= json_put(object, "deviceId", json_integer(block->device_id));
        ok &= json_put(object, "capabilityOffset",
                        known ? json_integer(block->capability_offset) : json_null());
        ok &= json_put(object, "base", known ? json_hex(block->base) : json_null());
        ok &= json_put(object, "segment", known ? json_integer(block->segment) : json_null());
        ok &= json_put(object, "info", known ? json_integer(block->info) : json_null());
        ok &= json_put(object, "features", known && old ? json_integer(block->features) : json_null());
        ok &= json_put(object, "attributes", known && !old ? json_integer(block->features) : json_null());
        ok &= json_put(object, "efr", block->has_efr ? json_hex(block->efr) : json_null());
        ok &= json_put(object, "efr2", block->has_efr ? json_hex(block->efr2) : json_null());
        ok &= json_put(object, "entries", known ? entries_json(ivrs, block) : json_null());
        return json_finish(object, ok);
}

static json_t *blocks_json(const Ivrs *ivrs, bool only_used) {
        json_t *array = json_array();

        for (size_t i = 0; i < ivrs->n_blocks; i++)
                if ((!only_used || ivrs->blocks[i].used) &&
                                json_array_append_new(array, block_json(ivrs, &ivrs->blocks[i])) < 0)
                        return json_finish(array, false);
        return array;
}

static json_t *memory_json(const void *data, size_t i) {
        const IvrsMemory *memory = &((const Ivrs *) data)->memory[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "type", json_integer(memory->type));
        ok &= json_put(object, "flags", json_integer(memory->flags));
        ok &= json_put(object, "deviceId", json_integer(memory->device_id));
        ok &= json_put(object, "auxiliary", json_integer(memory->auxiliary));
        ok &= json_put(object, "segment", json_integer(memory->segment));
        ok &= json_put(object, "start", json_hex(memory->start));
        ok &= json_put(object, "length", json_size(memory->length));
        return json_finish(object, ok);
}

json_t *decode_ivrs_json(const Ivrs *ivrs, const FaultList *faults) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "ivinfo", info_json(&ivrs->info));
        ok &= json_put(object, "blocks", blocks_json(ivrs, false));
        ok &= json_put(object, "units", blocks_json(ivrs, true));
        ok &= json_put(object, "memoryBlocks", json_list(ivrs->n_memory, memory_json, ivrs));
        ok &= json_put(object, "linuxRefuses", json_boolean(ivrs->linux_refuses));
        ok &= json_put(object, "checksumValid", json_boolean(ivrs->checksum_valid));
        ok &= json_put(object, "faults", json_faults(faults));
        return json_finish(object, ok);
}
