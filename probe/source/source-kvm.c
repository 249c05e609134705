/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define MODULES_MAX 4096

/* Bool parameters print Y or N, older int ones 1 or 0 (Documentation/admin-guide, module parameters). */
static ParameterFact read_parameter(Root *root, const char *module, const char *name, Buffer *buffer) {
        char path[128];

        snprintf(path, sizeof(path), "sys/module/%s/parameters/%s", module, name);
        Reason reason = root_read_attribute(root, path, buffer);
        if (reason != REASON_NONE)
                return (ParameterFact){ .reason = reason };

        Bytes text = buffer_bytes(buffer);
        if (text.n > 0 && text.data[text.n - 1] == '\n')
                text.n--;
        if (text_equal(text, "Y") || text_equal(text, "y") || text_equal(text, "1"))
                return (ParameterFact){ .value = true };
        if (text_equal(text, "N") || text_equal(text, "n") || text_equal(text, "0"))
                return (ParameterFact){ .value = false };
        return (ParameterFact){ .reason = REASON_MALFORMED };
}

/* A uint in decimal. */
static void read_dma_entries(Root *root, Buffer *buffer, KvmFacts *ret) {
        Bytes text;

        ret->dma_entries_reason = root_read_attribute(
                        root, "sys/module/vfio_iommu_type1/parameters/dma_entry_limit", buffer);
        if (ret->dma_entries_reason != REASON_NONE)
                return;
        text = buffer_bytes(buffer);
        if (text.n > 0 && text.data[text.n - 1] == '\n')
                text.n--;
        if (!text_u64(text, 10, &ret->dma_entries) || ret->dma_entries > UINT32_MAX)
                ret->dma_entries_reason = REASON_MALFORMED;
}

static void take_name(const char *name, char *ret, size_t size) {
        if (!*ret)
                text_printable((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, ret, size);
}

static bool take_holder(const NameList *modules, KvmFacts *ret) {
        for (size_t i = 0; i < modules->n; i++)
                if (strncmp(modules->names[i], "kvm_", 4) == 0)
                        take_name(modules->names[i], ret->holder, sizeof(ret->holder));
        return *ret->holder;
}

static void take_modules(const NameList *modules, KvmFacts *ret) {
        for (size_t i = 0; i < modules->n; i++) {
                const char *name = modules->names[i];

                if (strcmp(name, "kvm") == 0)
                        ret->loaded = TRISTATE_YES;
                else if (strcmp(name, "kvm_intel") == 0)
                        ret->has_kvm_intel = true;
                else if (strcmp(name, "kvm_amd") == 0)
                        ret->has_kvm_amd = true;
                else if (strncmp(name, "kvm_", 4) == 0)
                        take_name(name, ret->other_backend, sizeof(ret->other_backend));
        }
}

/* Finds the module that uses kvm, by any name. Built-in code is in no holders directory. */
static void read_backend(Root *root, KvmFacts *ret) {
        _cleanup_(name_list_done) NameList holders = {}, modules = {};
        Reason reason = root_list(root, "sys/module/kvm/holders", MODULES_MAX, &holders);

        if (reason == REASON_NONE) {
                ret->loaded = TRISTATE_YES;
                if (take_holder(&holders, ret))
                        return;
        }
        reason = root_list(root, "sys/module", MODULES_MAX, &modules);
        if (reason != REASON_NONE) {
                ret->loaded_reason = reason;
                return;
        }
        take_modules(&modules, ret);
        if (ret->loaded == TRISTATE_UNKNOWN && modules.truncated)
                ret->loaded_reason = REASON_TOO_LARGE;
        else if (ret->loaded == TRISTATE_UNKNOWN)
                ret->loaded = TRISTATE_NO;
}

/* kvm_init() creates the device after a vendor module has found its hardware (virt/kvm/kvm_main.c). So did a
 * module that uses kvm, or a driver that refused the open: its node is opened only if the device exists. */
static void read_registered(Root *root, Buffer *buffer, KvmFacts *ret) {
        Reason reason = root_read_attribute(root, "sys/class/misc/kvm/dev", buffer);

        if (reason == REASON_NONE || ret->reason == REASON_NONE || *ret->holder)
                ret->registered = TRISTATE_YES;
        else if (reason == REASON_ABSENT)
                ret->registered = tristate(ret->reason != REASON_ABSENT);
        else
                ret->registered_reason = reason;
}

int source_kvm_read(Root *root, Buffer *buffer, KvmFacts *ret) {
        read_backend(root, ret);
        ret->ept = read_parameter(root, "kvm_intel", "ept", buffer);
        ret->eptad = read_parameter(root, "kvm_intel", "eptad", buffer);
        ret->tdx = read_parameter(root, "kvm_intel", "tdx", buffer);
        ret->npt = read_parameter(root, "kvm_amd", "npt", buffer);
        ret->sev = read_parameter(root, "kvm_amd", "sev", buffer);
        ret->sev_es = read_parameter(root, "kvm_amd", "sev_es", buffer);
        ret->sev_snp = read_parameter(root, "kvm_amd", "sev_snp", buffer);
        ret->unsafe_type1 = read_parameter(root, "vfio_iommu_type1", "allow_unsafe_interrupts", buffer);
        ret->unsafe_iommufd = read_parameter(root, "iommufd", "allow_unsafe_interrupts", buffer);
        read_dma_entries(root, buffer, ret);
        ret->reason = root_kvm(root, &ret->answers, &ret->faults);
        /* KVM answers, so it is loaded. */
        if (ret->reason == REASON_NONE)
                ret->loaded = TRISTATE_YES;
        read_registered(root, buffer, ret);
        return 0;
}

void kvm_facts_done(KvmFacts *facts) {
        kvm_answers_done(&facts->answers);
        fault_list_done(&facts->faults);
        *facts = (KvmFacts){};
}
