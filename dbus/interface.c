/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/interface.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dbus/host-methods.h"
#include "dbus/names.h"
#include "probe/cleanup.h"
#include "profile/field/tables.h"

int message_append_text(sd_bus_message *reply, const char *text, size_t n) {
        char *space;
        int r = sd_bus_message_append_string_space(reply, n, &space);

        if (r < 0)
                return r;
        memcpy(space, text, n);
        space[n] = 0;
        return 0;
}

static int append_text(sd_bus_message *reply, const char *text) {
        return message_append_text(reply, text, strlen(text));
}

/* ── values ────────────────────────────────────────────────────────────────────────────────────────────── */

/* 0 if unknown: see property Unknown. */
static int append_number(sd_bus_message *reply, const char *signature, uint64_t number) {
        uint32_t small = number <= UINT32_MAX ? (uint32_t) number : 0;

        return *signature == 'u' ? sd_bus_message_append_basic(reply, 'u', &small)
                                 : sd_bus_message_append_basic(reply, 't', &number);
}

static int append_fact(sd_bus_message *reply, const Property *property, const Fact *fact) {
        uint64_t value = fact_known(fact) ? fact->value : 0;

        if (property->field->kind != FIELD_STATE)
                return append_number(reply, property->signature, value);
        return append_text(reply,
                        tristate_to_string(fact_known(fact) ? tristate(value != 0) : TRISTATE_UNKNOWN));
}

static int append_names(sd_bus_message *reply, const Field *field, const void *object) {
        char *const *names = *(char *const *const *) field_value(field, object);
        int r = sd_bus_message_open_container(reply, 'a', "s");

        for (size_t i = 0; i < field_count(field, object) && r >= 0; i++)
                r = append_text(reply, names[i]);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_address(sd_bus_message *reply, const PciAddress *address) {
        char text[PCI_ADDRESS_TEXT_MAX];

        pci_address_format(address, text, sizeof(text));
        return append_text(reply, text);
}

/* Members of elements are plain values. */
static int append_member(sd_bus_message *reply, const Field *field, const void *element) {
        const void *value = field_value(field, element);

        switch (field->kind) {
        case FIELD_HEX:
                return sd_bus_message_append_basic(reply, 't', value);
        case FIELD_WORD:
                return append_text(reply, words_get(field->words, (unsigned) field_integer(field, element)));
        case FIELD_LINE:
                return append_text(reply, *(char *const *) value);
        default:
                return append_text(reply, value);
        }
}

static int append_list(sd_bus_message *reply, const Property *property, const void *object) {
        const Field *field = property->field;
        char members[PROPERTY_SIGNATURE_MAX];
        int r = sd_bus_message_open_container(reply, 'a', property->signature + 1);

        snprintf(members, sizeof(members), "%.*s", (int) strlen(property->signature) - 3,
                        property->signature + 2);
        for (size_t i = 0; i < field_count(field, object) && r >= 0; i++) {
                const void *element = field_element(field, object, i);

                r = sd_bus_message_open_container(reply, 'r', members);
                for (size_t j = 0; j < field->table->n && r >= 0; j++)
                        if (field->table->fields[j].flags & FIELD_BUS)
                                r = append_member(reply, &field->table->fields[j], element);
                if (r >= 0)
                        r = sd_bus_message_close_container(reply);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_value(sd_bus_message *reply, const Property *property, const Profile *profile,
                const void *object) {
        const Field *field = property->field;
        const void *value = field_value(field, object);

        if (!field_present(field, object))
                return *property->signature == 's' ? append_text(reply, "")
                                                   : append_number(reply, property->signature, 0);
        switch (field->kind) {
        case FIELD_NUMBER:
        case FIELD_STATE:
        case FIELD_REGISTER:
                return append_fact(reply, property, value);
        case FIELD_INTEGER:
                return append_number(reply, property->signature, (uint64_t) field_integer(field, object));
        case FIELD_NAMES:
                return append_names(reply, field, object);
        case FIELD_FIXED:
                return append_text(reply, field->fixed);
        case FIELD_STATE3:
                return append_text(reply, tristate_to_string(*(const Tristate *) value));
        case FIELD_PCI:
                return append_address(reply, value);
        case FIELD_UNIT:
                return append_text(reply,
                                *(const int *) value < 0 ? "" : profile->iommus[*(const int *) value].name);
        case FIELD_LIST:
                return append_list(reply, property, object);
        default:
                return append_member(reply, field, object);
        }
}

/* ── Unknown and Provenance ────────────────────────────────────────────────────────────────────────────── */

static const void *holder(const Property *property, const void *object) {
        return (const char *) object + property->offset;
}

/* NULL: the value is known. */
static const char *unknown_reason(const Property *property, const void *object) {
        const void *value = field_value(property->field, holder(property, object));
        Reason reason = field_is_fact(property->field) ? ((const Fact *) value)->reason
                        : property->field->reason_of   ? *(const Reason *) value
                                                       : REASON_NONE;

        return reason == REASON_NONE ? NULL : reason_to_string(reason);
}

static int append_unknown(sd_bus_message *reply, const PropertyList *list, const void *object) {
        int r = sd_bus_message_open_container(reply, 'a', "{ss}");

        for (size_t i = 0; i < list->n && r >= 0; i++) {
                const Property *property = &list->properties[i];
                const char *reason = unknown_reason(property, object);
                char name[PROPERTY_NAME_MAX];

                snprintf(name, sizeof(name), "%s", property->name);
                if (property->field->reason_of)
                        property_explained(property->field, name);
                if (reason)
                        r = sd_bus_message_append(reply, "{ss}", name, reason);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_provenance(sd_bus_message *reply, const PropertyList *list, const void *object) {
        char text[FACT_SOURCE_MAX + 16];
        int r = sd_bus_message_open_container(reply, 'a', "{ss}");

        for (size_t i = 0; i < list->n && r >= 0; i++) {
                const Property *property = &list->properties[i];
                const Fact *fact = field_value(property->field, holder(property, object));

                if (!field_is_fact(property->field))
                        continue;
                snprintf(text, sizeof(text), "%s: %s", provenance_to_string(fact->provenance), fact->source);
                r = sd_bus_message_append(reply, "{ss}", property->name, text);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

/* ── vtables of sd-bus ─────────────────────────────────────────────────────────────────────────────────── */

static int append_named(const Interface *interface, const char *name, const Publication *publication,
                const void *object, sd_bus_message *reply) {
        const Property *property = property_find(&interface->list, name);

        if (property)
                return append_value(reply, property, &publication->profile, holder(property, object));
        return strcmp(name, "Unknown") == 0 ? append_unknown(reply, &interface->list, object)
                                            : append_provenance(reply, &interface->list, object);
}

/* An object is a ProfileIommu or ProfileGroup, and refers to others: userdata of the slot is the
 * publication. */
static int get(sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
                void *userdata, sd_bus_error *error) {
        const Served *served = sd_bus_slot_get_userdata(sd_bus_get_current_slot(bus));

        for (size_t i = 0; i < _INTERFACE_MAX; i++)
                if (strcmp(served->interfaces.kinds[i].name, interface) == 0)
                        return append_named(&served->interfaces.kinds[i], name, &served->publication,
                                        userdata, reply);
        return -EINVAL;
}

static uint64_t bus_flags(const Field *field) {
        return field->flags & FIELD_CONST            ? SD_BUS_VTABLE_PROPERTY_CONST
                        : field->flags & FIELD_EMITS ? SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
                                                     : SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION;
}

static void init(Interface *interface, const char *name, const FieldTable *table,
                const sd_bus_vtable *methods) {
        sd_bus_vtable *row = interface->vtable;

        interface->name = name;
        property_list_make(table, &interface->list);
        *row++ = (sd_bus_vtable) SD_BUS_VTABLE_START(0);
        for (size_t i = 0; i < interface->list.n; i++) {
                const Property *property = &interface->list.properties[i];

                if (property->field->flags & FIELD_BUS)
                        *row++ = (sd_bus_vtable) SD_BUS_PROPERTY(property->name, property->signature, get, 0,
                                        bus_flags(property->field));
        }
        /* Short values are sent with the change. */
        *row++ = (sd_bus_vtable) SD_BUS_PROPERTY("Unknown", "a{ss}", get, 0,
                        interface->list.facts ? SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION
                                              : SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE);
        if (interface->list.facts)
                *row++ = (sd_bus_vtable) SD_BUS_PROPERTY(
                                "Provenance", "a{ss}", get, 0, SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION);
        while (methods && methods->type != _SD_BUS_VTABLE_END)
                *row++ = *methods++;
        *row = (sd_bus_vtable) SD_BUS_VTABLE_END;
}

void interfaces_init(Interfaces *interfaces) {
        init(&interfaces->kinds[INTERFACE_HOST], HAWD_HOST, &publication_table, host_methods);
        init(&interfaces->kinds[INTERFACE_IOMMU], HAWD_IOMMU, &iommu_table, NULL);
        init(&interfaces->kinds[INTERFACE_GROUP], HAWD_GROUP, &group_table, NULL);
}

static int append_entry(const Interface *interface, const sd_bus_vtable *row, const Publication *publication,
                const void *object, sd_bus_message *reply) {
        int r = sd_bus_message_open_container(reply, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append_basic(reply, 's', row->x.property.member);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', row->x.property.signature);
        if (r >= 0)
                r = append_named(interface, row->x.property.member, publication, object, reply);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

int interface_append_all(const Interface *interface, const Publication *publication, const void *object,
                sd_bus_message *reply) {
        int r = sd_bus_message_open_container(reply, 'a', "{sv}");

        for (const sd_bus_vtable *row = interface->vtable; r >= 0 && row->type != _SD_BUS_VTABLE_END; row++)
                if (row->type == _SD_BUS_VTABLE_PROPERTY)
                        r = append_entry(interface, row, publication, object, reply);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}
