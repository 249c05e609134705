/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/source/regather-device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"

/* Makes room for one element at `at` in an array of n. NULL if out of memory: the array is unchanged. */
static void *insert(void *array, size_t n, size_t at, size_t size) {
        uint8_t *grown = reallocarray(array, n + 1, size);

        if (!grown)
                return NULL;
        memmove(grown + (at + 1) * size, grown + at * size, (n - at) * size);
        memset(grown + at * size, 0, size);
        return grown;
}

static void take_out(void *array, size_t n, size_t at, size_t size) {
        uint8_t *bytes = array;

        memmove(bytes + at * size, bytes + (at + 1) * size, (n - at - 1) * size);
}

/* ── the list of devices ───────────────────────────────────────────────────────────────────────────────── */

/* Where the device is, or belongs. */
static size_t device_place(const PciFacts *pci, const PciAddress *address) {
        size_t low = 0, high = pci->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (pci_address_compare(&pci->devices[middle].address, address) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static bool device_here(const PciFacts *pci, size_t at, const PciAddress *address) {
        return at < pci->n && pci_address_compare(&pci->devices[at].address, address) == 0;
}

static int keep_device(PciFacts *pci, const PciFact *fresh) {
        size_t at = device_place(pci, &fresh->address);

        if (!device_here(pci, at, &fresh->address)) {
                PciFact *grown = insert(pci->devices, pci->n, at, sizeof(PciFact));

                if (!grown)
                        return -ENOMEM;
                pci->devices = grown;
                pci->n++;
        }
        pci->devices[at] = *fresh;
        return 0;
}

static void drop_device(PciFacts *pci, const PciAddress *address) {
        size_t at = device_place(pci, address);

        if (device_here(pci, at, address))
                take_out(pci->devices, pci->n--, at, sizeof(PciFact));
}

/* ── groups ────────────────────────────────────────────────────────────────────────────────────────────── */

static bool lists(const NameList *names, const char *name, size_t *ret_at) {
        for (size_t i = 0; i < names->n; i++)
                if (strcmp(names->names[i], name) == 0) {
                        *ret_at = i;
                        return true;
                }
        return false;
}

static size_t group_place(const GroupFacts *facts, uint32_t id) {
        size_t at = 0;

        while (at < facts->n && facts->groups[at].id < id)
                at++;
        return at;
}

static void drop_group(GroupFacts *facts, size_t at) {
        group_fact_done(&facts->groups[at]);
        take_out(facts->groups, facts->n--, at, sizeof(GroupFact));
}

static int reread_group(Root *root, Buffer *buffer, uint32_t id, GroupFacts *facts) {
        _cleanup_(fault_list_done) FaultList faults = {};
        size_t at = group_place(facts, id);
        GroupFact fresh = { .id = id };
        char name[16];
        int r;

        snprintf(name, sizeof(name), "%u", id);
        r = source_group_read_one(root, buffer, name, &fresh, &faults);
        if (r < 0)
                goto fail;
        if (at == facts->n || facts->groups[at].id != id) {
                GroupFact *grown = insert(facts->groups, facts->n, at, sizeof(GroupFact));

                r = -ENOMEM;
                if (!grown)
                        goto fail;
                facts->groups = grown;
                facts->n++;
        }
        group_fact_done(&facts->groups[at]);
        facts->groups[at] = fresh;
        if (fresh.devices_reason == REASON_ABSENT)
                drop_group(facts, at);
        return 0;

fail:
        group_fact_done(&fresh);
        return r;
}

/* Removes the device from its old group, and the group if empty; reads its new group. */
static int reread_groups(Root *root, Buffer *buffer, const char *name, GroupFacts *facts) {
        char path[96], target[32];
        uint64_t now = UINT64_MAX;
        size_t member;
        int r;

        snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/iommu_group", name);
        if (root_link_name(root, path, target, sizeof(target)) == REASON_NONE &&
                        (!text_u64((Bytes){ .data = (const uint8_t *) target, .n = strlen(target) }, 10,
                                         &now) ||
                                        now > INT32_MAX))
                now = UINT64_MAX;
        for (size_t i = 0; i < facts->n; i++)
                if (facts->groups[i].id != now && lists(&facts->groups[i].devices, name, &member)) {
                        r = reread_group(root, buffer, facts->groups[i].id, facts);
                        if (r < 0)
                                return r;
                        break;
                }
        return now == UINT64_MAX ? 0 : reread_group(root, buffer, (uint32_t) now, facts);
}

/* ── units ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int add_name(NameList *list, const char *name) {
        size_t at = 0;

        while (at < list->n && strverscmp(list->names[at], name) < 0)
                at++;
        char *copy = strdup(name);
        char **grown = copy ? insert(list->names, list->n, at, sizeof(char *)) : NULL;

        if (!grown) {
                free(copy);
                return -ENOMEM;
        }
        list->names = grown;
        list->names[at] = copy;
        list->n++;
        return 0;
}

/* The device's own link names its unit, so the units' long lists are not read again. */
static int rejoin_units(Root *root, const char *name, IommuFacts *facts) {
        char path[96], target[NAME_MAX + 1];
        size_t at;
        int r = 0;

        snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/iommu", name);
        if (root_link_name(root, path, target, sizeof(target)) != REASON_NONE)
                *target = 0;
        for (size_t i = 0; i < facts->n && r >= 0; i++) {
                IommuFact *unit = &facts->iommus[i];
                bool now = strcmp(unit->name, target) == 0, before = lists(&unit->devices, name, &at);

                if (now && !before)
                        r = add_name(&unit->devices, name);
                else if (before && !now) {
                        free(unit->devices.names[at]);
                        take_out(unit->devices.names, unit->devices.n--, at, sizeof(char *));
                }
        }
        return r;
}

/* ── all of a device ───────────────────────────────────────────────────────────────────────────────────── */

int regather_device(Root *root, Buffer *buffer, const PciAddress *address, Facts *facts) {
        _cleanup_(fault_list_done) FaultList faults = {};
        PciFact fresh = { .address = *address };
        char name[PCI_ADDRESS_TEXT_MAX];
        int r;

        pci_address_format(address, name, sizeof(name));
        if (source_pci_read_device(root, buffer, name, &fresh, &faults)) {
                r = keep_device(&facts->pci, &fresh);
                if (r < 0)
                        return r;
        } else
                drop_device(&facts->pci, address);
        r = rejoin_units(root, name, &facts->iommu);
        if (r < 0)
                return r;
        return reread_groups(root, buffer, name, &facts->group);
}
