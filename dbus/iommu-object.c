/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/vtables.h"
#include "probe/cleanup.h"

#define C SD_BUS_VTABLE_PROPERTY_CONST
#define E SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define I SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION

static int append_iommu_kind(sd_bus_message *reply, const void *value) {
        return sd_bus_message_append(reply, "s", iommu_kind_to_string(*(const IommuKind *) value));
}

static bool equal_iommu_kind(const void *a, const void *b) {
        return *(const IommuKind *) a == *(const IommuKind *) b;
}

static const PropertyKind property_iommu_kind = { append_iommu_kind, equal_iommu_kind };
static PROPERTY_GETTER(iommu_kind)
#define PROPERTY_SIGNATURE_iommu_kind "s"

#define IOMMU_PROPERTIES(P)                                                   \
        P("Name", text, name, C)                                              \
        P("Kind", iommu_kind, kind, E)                                        \
        P("Address", number, address, E)                                      \
        P("Capability", number, cap, E)                                       \
        P("ExtendedCapability", number, ecap, E)                              \
        P("CapabilityHeader", number, capability, E)                          \
        P("ExtendedFeature", number, efr, E)                                  \
        P("ExtendedFeature2", number, efr2, E)                                \
        P("Bits", bits, bits, E)                                              \
        P("SecondStageBits", bits, second_stage_bits, E)                      \
        P("FirstStageBits", bits, first_stage_bits, E)                        \
        P("InterruptRemapping", state, interrupt_remapping_enabled, E)        \
        P("InterruptRemappingCapable", state, interrupt_remapping_capable, E) \
        P("CachingMode", state, caching_mode, E)                              \
        P("DeviceCount", count, n_devices, E)                                 \
        P("PciDeviceCount", count, n_pci_devices, E)

#define ROW(property, kind, member, flags) PROPERTY_ROW(ProfileIommu, property, kind, member),
#define VTABLE(property, kind, member, flags) PROPERTY_VTABLE(ProfileIommu, property, kind, member, flags),

                static const Property properties[] = { IOMMU_PROPERTIES(ROW) };
const PropertyTable iommu_properties = { properties, ELEMENTS(properties) };

static int get_unknown(sd_bus *bus, const char *path, const char *interface, const char *name,
                sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return property_append_unknown(&iommu_properties, userdata, reply);
}

static int get_provenance(sd_bus *bus, const char *path, const char *interface, const char *name,
                sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return property_append_provenance(&iommu_properties, userdata, reply);
}

const sd_bus_vtable iommu_vtable[] = {
        SD_BUS_VTABLE_START(0),
        IOMMU_PROPERTIES(VTABLE) SD_BUS_PROPERTY("Unknown", "a{ss}", get_unknown, 0, I),
        SD_BUS_PROPERTY("Provenance", "a{ss}", get_provenance, 0, I),
        SD_BUS_VTABLE_END,
};
