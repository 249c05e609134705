/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "dbus/vtables.h"
#include "probe/cleanup.h"

#define C SD_BUS_VTABLE_PROPERTY_CONST
#define E SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define I SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION

/* ── kinds of its own; each value is the whole group ───────────────────────────────────────────────────── */

static int append_members(sd_bus_message *reply, const void *value) {
        const ProfileGroup *group = value;
        int r = sd_bus_message_open_container(reply, 'a', "s");

        for (size_t i = 0; i < group->n_members && r >= 0; i++)
                r = sd_bus_message_append(reply, "s", group->members[i]);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static bool equal_members(const void *a, const void *b) {
        const ProfileGroup *x = a, *y = b;

        if (x->n_members != y->n_members)
                return false;
        for (size_t i = 0; i < x->n_members; i++)
                if (strcmp(x->members[i], y->members[i]) != 0)
                        return false;
        return true;
}

static int append_why(sd_bus_message *reply, const void *value) {
        return sd_bus_message_append(
                        reply, "s", assignable_why_to_string(((const ProfileGroup *) value)->why));
}

static bool equal_why(const void *a, const void *b) {
        return ((const ProfileGroup *) a)->why == ((const ProfileGroup *) b)->why;
}

static int append_iova_bits(sd_bus_message *reply, const void *value) {
        return sd_bus_message_append(reply, "u", (uint32_t) ((const ProfileGroup *) value)->bits);
}

static bool equal_iova_bits(const void *a, const void *b) {
        return ((const ProfileGroup *) a)->bits == ((const ProfileGroup *) b)->bits;
}

static int append_culprit(sd_bus_message *reply, const void *value) {
        const ProfileGroup *group = value;
        char text[PCI_ADDRESS_TEXT_MAX] = "";

        if (group->has_culprit)
                pci_address_format(&group->culprit, text, sizeof(text));
        return sd_bus_message_append(reply, "s", text);
}

static bool equal_culprit(const void *a, const void *b) {
        const ProfileGroup *x = a, *y = b;

        return x->has_culprit == y->has_culprit &&
                        (!x->has_culprit || pci_address_compare(&x->culprit, &y->culprit) == 0);
}

/* a{ss}: what is not known of the group, and why. */
static int append_group_unknown(sd_bus_message *reply, const void *value) {
        const ProfileGroup *group = value;
        const struct {
                const char *name;
                Reason reason;
        } parts[] = {
                { "Type", group->type_reason },
                { "ReservedRegions", group->regions_reason },
                { "IovaBits", group->bits_reason },
        };
        int r = sd_bus_message_open_container(reply, 'a', "{ss}");

        for (size_t i = 0; i < ELEMENTS(parts) && r >= 0; i++)
                if (parts[i].reason != REASON_NONE)
                        r = sd_bus_message_append(
                                        reply, "{ss}", parts[i].name, reason_to_string(parts[i].reason));
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static bool equal_group_unknown(const void *a, const void *b) {
        const ProfileGroup *x = a, *y = b;

        return x->type_reason == y->type_reason && x->regions_reason == y->regions_reason &&
                        x->bits_reason == y->bits_reason;
}

static const PropertyKind property_members = { append_members, equal_members };
static const PropertyKind property_why = { append_why, equal_why };
static const PropertyKind property_iova_bits = { append_iova_bits, equal_iova_bits };
static const PropertyKind property_culprit = { append_culprit, equal_culprit };
static const PropertyKind property_group_unknown = { append_group_unknown, equal_group_unknown };
static PROPERTY_GETTER(members) static PROPERTY_GETTER(why) static PROPERTY_GETTER(
                iova_bits) static PROPERTY_GETTER(culprit) static PROPERTY_GETTER(group_unknown)

                /* ── kinds of one member ───────────────────────────────────────────────────────────────────────────────── */

                static int append_tristate(sd_bus_message *reply, const void *value) {
        return sd_bus_message_append(reply, "s", tristate_to_string(*(const Tristate *) value));
}

static bool equal_tristate(const void *a, const void *b) {
        return *(const Tristate *) a == *(const Tristate *) b;
}

int group_append_unit(sd_bus_message *reply, const Publication *publication, const ProfileGroup *group) {
        return sd_bus_message_append(
                        reply, "s", group->iommu < 0 ? "" : publication->profile.iommus[group->iommu].name);
}

/* The unit's name stands with the units: the slot's userdata is the publication. */
int property_get_unit(sd_bus *bus, const char *path, const char *interface, const char *name,
                sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return group_append_unit(reply, sd_bus_slot_get_userdata(sd_bus_get_current_slot(bus)),
                        (const ProfileGroup *) ((const char *) userdata - offsetof(ProfileGroup, iommu)));
}

/* By its name, which stands elsewhere: changes.c compares it. */
static bool equal_unit(const void *a, const void *b) {
        return true;
}

static const PropertyKind property_tristate = { append_tristate, equal_tristate };
static const PropertyKind property_unit = { NULL, equal_unit };
static PROPERTY_GETTER(tristate)

/* ── the table ─────────────────────────────────────────────────────────────────────────────────────────── */

#define PROPERTY_SIGNATURE_members "as"
#define PROPERTY_SIGNATURE_why "s"
#define PROPERTY_SIGNATURE_iova_bits "u"
#define PROPERTY_SIGNATURE_culprit "s"
#define PROPERTY_SIGNATURE_group_unknown "a{ss}"
#define PROPERTY_SIGNATURE_tristate "s"
#define PROPERTY_SIGNATURE_unit "s"

                /* `id` stands first in the struct, so its offset leads to the group as a whole as well. */
                _Static_assert(offsetof(ProfileGroup, id) == 0,
                                "kinds of the whole group start at its first member");

#define GROUP_PROPERTIES(P)                       \
        P("Id", count, id, C)                     \
        P("Name", text, name, E)                  \
        P("Type", text, type_word, E)             \
        P("Devices", members, id, E)              \
        P("ReservedRegions", regions, regions, E) \
        P("UsableIova", ranges, usable, E)        \
        P("IovaBits", iova_bits, id, E)           \
        P("Iommu", unit, iommu, E)                \
        P("Assignable", tristate, assignable, E)  \
        P("AssignableReason", why, id, E)         \
        P("Isolated", tristate, isolated, E)      \
        P("Culprit", culprit, id, E)              \
        P("Unknown", group_unknown, id, E)

#define ROW(property, kind, member, flags) PROPERTY_ROW(ProfileGroup, property, kind, member),
#define VTABLE(property, kind, member, flags) PROPERTY_VTABLE(ProfileGroup, property, kind, member, flags),

static const Property properties[] = { GROUP_PROPERTIES(ROW) };
const PropertyTable group_properties = { properties, ELEMENTS(properties) };

const sd_bus_vtable group_vtable[] = {
        SD_BUS_VTABLE_START(0),
        GROUP_PROPERTIES(VTABLE) SD_BUS_VTABLE_END,
};
