/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/document.h"
#include "profile/document/json-fact.h"

json_t *document_host(const Profile *profile, bool canonical) {
        const ProfileHost *host = &profile->host;
        json_t *object = json_object();
        bool ok = true;

        if (!canonical) {
                ok &= json_put(object, "machineId", json_text(host->machine_id));
                ok &= json_put(object, "hostname", json_text(host->hostname));
        }
        ok &= json_put(object, "kernel", json_text(host->kernel));
        ok &= json_put(object, "kernelParameters",
                        host->cmdline_reason == REASON_NONE ? json_string(host->kernel_parameters)
                                                            : json_null());
        ok &= json_put(object, "architecture", json_text(host->architecture));
        ok &= json_put(object, "virtualised", json_text(host->virtualised));
        ok &= json_put(object, "cpuVendor", json_text(host->vendor_name));
        ok &= json_put(object, "cpuModelName", json_text(host->model_name));
        ok &= json_put(object, "cpuFamily", json_number(&host->family));
        ok &= json_put(object, "cpuModel", json_number(&host->model));
        ok &= json_put(object, "cpuStepping", json_number(&host->stepping));
        ok &= json_put(object, "cpus", json_number(&host->cpus));
        ok &= json_put(object, "unsafeInterruptsType1", json_state(&host->unsafe_type1));
        ok &= json_put(object, "unsafeInterruptsIommufd", json_state(&host->unsafe_iommufd));
        ok &= json_put(object, "dmaEntryLimit", json_number(&host->dma_entry_limit));
        return json_finish(object, ok);
}

json_t *document_widths(const Profile *profile, bool canonical) {
        const ProfileWidths *widths = &profile->widths;
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "cpuPhysicalBits", json_number(&widths->cpu_physical_bits));
        ok &= json_put(object, "hostPhysicalBits", json_number(&widths->host_physical_bits));
        ok &= json_put(object, "guestPhysicalBits", json_number(&widths->guest_physical_bits));
        ok &= json_put(object, "guestMappableBits", json_number(&widths->guest_mappable_bits));
        ok &= json_put(object, "iovaBits", json_number(&widths->iova_bits));
        ok &= json_put(object, "linearBits", json_number(&widths->linear_bits));
        ok &= json_put(object, "safeGuestBits", json_number(&widths->safe_guest_bits));
        ok &= json_put(object, "safeGuestBitsWithDevices",
                        json_number(&widths->safe_guest_bits_with_devices));
        ok &= json_put(object, "cpuinfoMinBits", json_number(&widths->cpuinfo_min_bits));
        ok &= json_put(object, "cpuinfoMaxBits", json_number(&widths->cpuinfo_max_bits));
        return json_finish(object, ok);
}

static json_t *capable_enabled(const Fact *capable, const Fact *enabled) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "capable", json_state(capable));
        ok &= json_put(object, "enabled", json_state(enabled));
        return json_finish(object, ok);
}

static json_t *second_level(const ProfilePaging *paging) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "kind", json_string(second_level_to_string(paging->second_level)));
        ok &= json_put(object, "capable", json_state(&paging->second_level_capable));
        ok &= json_put(object, "enabled", json_state(&paging->second_level_enabled));
        ok &= json_put(object, "levels", json_number(&paging->second_level_levels));
        ok &= json_put(object, "page2M", json_state(&paging->second_level_page_2m));
        ok &= json_put(object, "page1G", json_state(&paging->second_level_page_1g));
        ok &= json_put(object, "accessedDirty", json_state(&paging->second_level_accessed_dirty));
        return json_finish(object, ok);
}

static json_t *kvm(const ProfilePaging *paging) {
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "loaded", json_state(&paging->kvm_loaded));
        ok &= json_put(object, "backend", json_text(paging->kvm_backend));
        ok &= json_put(object, "guestPhysBitsOffered", json_state(&paging->kvm_guest_phys_bits_offered));
        ok &= json_put(object, "smallerMaxphyaddr", json_state(&paging->smaller_maxphyaddr));
        return json_finish(object, ok);
}

json_t *document_paging(const Profile *profile, bool canonical) {
        const ProfilePaging *paging = &profile->paging;
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "virtualisation",
                        capable_enabled(&paging->virtualisation_capable, &paging->virtualisation_enabled));
        ok &= json_put(object, "la57", capable_enabled(&paging->la57_capable, &paging->la57_enabled));
        ok &= json_put(object, "hostLevels", json_number(&paging->host_levels));
        ok &= json_put(object, "page1G", json_state(&paging->page_1g));
        ok &= json_put(object, "secondLevel", second_level(paging));
        ok &= json_put(object, "kvm", kvm(paging));
        return json_finish(object, ok);
}

/* {name: number, …} of one or two facts. */
static json_t *numbers(const char *name, const Fact *number, const Fact *enabled) {
        json_t *object = json_object();
        bool ok = json_put(object, name, json_number(number));

        if (enabled)
                ok &= json_put(object, "enabled", json_state(enabled));
        return json_finish(object, ok);
}

json_t *document_encryption(const Profile *profile, bool canonical) {
        const ProfileEncryption *e = &profile->encryption;
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "sme", capable_enabled(&e->sme_capable, &e->sme_enabled));
        ok &= json_put(object, "sev", capable_enabled(&e->sev_capable, &e->sev_enabled));
        ok &= json_put(object, "sevEs", capable_enabled(&e->sev_es_capable, &e->sev_es_enabled));
        ok &= json_put(object, "sevSnp", capable_enabled(&e->sev_snp_capable, &e->sev_snp_enabled));
        ok &= json_put(object, "tme", capable_enabled(&e->tme_capable, &e->tme_enabled));
        ok &= json_put(object, "mktme", numbers("keyIdBits", &e->mktme_keyid_bits, NULL));
        ok &= json_put(object, "tdx", numbers("keyIdBits", &e->tdx_keyid_bits, &e->tdx_enabled));
        ok &= json_put(object, "cBit", json_number(&e->c_bit));
        ok &= json_put(object, "paReduction", json_number(&e->pa_reduction));
        ok &= json_put(object, "bitsTaken", json_number(&e->bits_taken));
        return json_finish(object, ok);
}
