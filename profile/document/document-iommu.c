/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/decoded/register-fields.h"
#include "profile/document/document.h"
#include "profile/document/json-fact.h"

static json_t *registers(const ProfileIommu *iommu) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "address", json_register(&iommu->address));
        ok &= json_put(object, "cap", json_register(&iommu->cap));
        ok &= json_put(object, "ecap", json_register(&iommu->ecap));
        ok &= json_put(object, "capability", json_register(&iommu->capability));
        ok &= json_put(object, "efr", json_register(&iommu->efr));
        ok &= json_put(object, "efr2", json_register(&iommu->efr2));
        return json_finish(object, ok);
}

static json_t *version(const ProfileIommu *iommu) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "major", json_number(&iommu->version_major));
        ok &= json_put(object, "minor", json_number(&iommu->version_minor));
        return json_finish(object, ok);
}

static json_t *decoded(const ProfileIommu *iommu) {
        json_t *object = json_object();
        bool ok = object != NULL;

        if (fact_known(&iommu->cap))
                ok &= json_put(object, "cap", register_fields_vtd_cap(iommu->cap.value));
        if (fact_known(&iommu->ecap))
                ok &= json_put(object, "ecap", register_fields_vtd_ecap(iommu->ecap.value));
        if (fact_known(&iommu->efr))
                ok &= json_put(object, "efr", register_fields_amdvi_efr(iommu->efr.value));
        if (fact_known(&iommu->efr2))
                ok &= json_put(object, "efr2", register_fields_amdvi_efr2(iommu->efr2.value));
        return json_finish(object, ok);
}

static json_t *interrupt_remapping(const ProfileIommu *iommu) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "capable", json_state(&iommu->interrupt_remapping_capable));
        ok &= json_put(object, "enabled", json_state(&iommu->interrupt_remapping_enabled));
        return json_finish(object, ok);
}

json_t *document_iommu(const Profile *profile, size_t i, bool canonical) {
        const ProfileIommu *iommu = &profile->iommus[i];
        bool counted = iommu->devices_reason == REASON_NONE, ok = true;
        json_t *object = json_object();

        ok &= json_put(object, "name", json_string(iommu->name));
        ok &= json_put(object, "kind", json_string(iommu_kind_to_string(iommu->kind)));
        ok &= json_put(object, "registers", registers(iommu));
        ok &= json_put(object, "version", version(iommu));
        ok &= json_put(object, "decoded", decoded(iommu));
        ok &= json_put(object, "secondStageBits", json_number(&iommu->second_stage_bits));
        ok &= json_put(object, "firstStageBits", json_number(&iommu->first_stage_bits));
        ok &= json_put(object, "bits", json_number(&iommu->bits));
        ok &= json_put(object, "interruptRemapping", interrupt_remapping(iommu));
        ok &= json_put(object, "cachingMode", json_state(&iommu->caching_mode));
        ok &= json_put(object, "deviceCount", counted ? json_integer(iommu->n_devices) : json_null());
        ok &= json_put(object, "pciDeviceCount", counted ? json_integer(iommu->n_pci_devices) : json_null());
        ok &= json_put(object, "devicesReason", json_reason(iommu->devices_reason));
        ok &= json_put(object, "firmwareUnit",
                        iommu->firmware_unit >= 0 ? json_integer(iommu->firmware_unit) : json_null());
        return json_finish(object, ok);
}
