/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/decoded/decode-dmar.h"
#include "profile/decoded/decode-ivrs.h"
#include "profile/document/document.h"
#include "profile/document/json-fact.h"

static json_t *table(Reason reason, json_t *decoded) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "reason", json_reason(reason));
        ok &= json_put(object, "table", decoded);
        return json_finish(object, ok);
}

json_t *document_firmware(const Profile *profile, bool canonical) {
        const ProfileFirmware *firmware = &profile->firmware;
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "dmar",
                        table(firmware->dmar_reason,
                                        firmware->dmar_reason == REASON_NONE
                                                        ? decode_dmar_json(&firmware->dmar,
                                                                          &firmware->dmar_faults)
                                                        : json_null()));
        ok &= json_put(object, "ivrs",
                        table(firmware->ivrs_reason,
                                        firmware->ivrs_reason == REASON_NONE
                                                        ? decode_ivrs_json(&firmware->ivrs,
                                                                          &firmware->ivrs_faults)
                                                        : json_null()));
        return json_finish(object, ok);
}
