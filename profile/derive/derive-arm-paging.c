/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "profile/derive/derive-steps.h"

#define MISC_KVM "/sys/class/misc/kvm"
#define PAGE_4K 4096

/* KVM is part of the kernel, so /sys/module/kvm is there on any host. The device is registered only where KVM
 * has started, at EL2 (arch/arm64/kvm/arm.c, kvm_arm_init()). */
static Fact kvm_runs(const KvmFacts *kvm) {
        if (kvm->registered == TRISTATE_YES)
                return fact_measured(1, MISC_KVM);
        if (kvm->loaded == TRISTATE_UNKNOWN)
                return fact_unknown(kvm->loaded_reason ? kvm->loaded_reason : REASON_PERMISSION,
                                "/sys/module/kvm");
        if (kvm->loaded == TRISTATE_NO)
                return fact_measured(0, "/sys/module/kvm does not exist: the kernel was built without KVM");
        if (kvm->registered == TRISTATE_UNKNOWN)
                return fact_unknown(kvm->registered_reason, MISC_KVM);
        return fact_measured(0, MISC_KVM " does not exist");
}

/* The log is the only one that tells; what sysfs says of KVM counts more. */
static KvmMode kvm_mode(const Facts *facts, const Fact *runs) {
        static const KvmMode modes[] = {
                [KERNEL_LOG_KVM_UNKNOWN] = KVM_MODE_UNKNOWN,
                [KERNEL_LOG_KVM_NONE] = KVM_MODE_NONE,
                [KERNEL_LOG_KVM_VHE] = KVM_MODE_VHE,
                [KERNEL_LOG_KVM_NVHE] = KVM_MODE_NVHE,
                [KERNEL_LOG_KVM_PROTECTED] = KVM_MODE_PROTECTED,
        };
        KvmMode logged = modes[facts->log.kvm_mode];

        if (!fact_known(runs))
                return KVM_MODE_UNKNOWN;
        if (!runs->value)
                return KVM_MODE_NONE;
        return logged == KVM_MODE_NONE ? KVM_MODE_UNKNOWN : logged;
}

static bool disabled_by_parameter(const HostFacts *host) {
        return host->cmdline_reason == REASON_NONE && host->cmdline.kvm_arm_none;
}

/* EL2 is what guests need of the CPU and of the firmware, which starts the kernel there or does not. The kernel
 * cannot tell one from the other. */
static void derive_el2(const Facts *facts, const Fact *runs, ProfilePaging *ret) {
        if (fact_known(runs) && runs->value) {
                ret->virtualisation_capable = fact_derived(1, "KVM runs at EL2");
                ret->virtualisation_enabled = ret->virtualisation_capable;
                return;
        }
        ret->virtualisation_capable = fact_unknown(
                        fact_known(runs) ? REASON_AMBIGUOUS : runs->reason, "EL2 is known only to KVM");
        if (facts->log.kvm_mode == KERNEL_LOG_KVM_NONE && facts->host.cmdline_reason == REASON_NONE &&
                        !disabled_by_parameter(&facts->host))
                ret->virtualisation_enabled =
                                fact_measured(0, "kernel log: kvm: the kernel was not started at EL2");
        else
                ret->virtualisation_enabled = ret->virtualisation_capable;
}

/* Of a guest with the whole IPA space: up to 16 tables are joined at the first level, which saves four bits
 * (arch/arm64/include/asm/stage2_pgtable.h, stage2_pgtable_levels()); a table has page size / 8 entries. */
static Fact stage_2_levels(const Fact *limit, uint64_t page_size) {
        uint64_t page_bits, levels;

        if (!fact_known(limit))
                return fact_unknown(limit->reason, "%s", limit->source);
        if (page_size == 0)
                return fact_unknown(REASON_ABSENT, "the kernel's page size");
        page_bits = (uint64_t) __builtin_ctzll(page_size);
        levels = limit->value < 8 ? 0 : (limit->value - 8) / (page_bits - 3);
        return fact_derived(levels < 2 ? 2 : levels,
                        "%" PRIu64 " address bits, pages of %" PRIu64 " KiB, 16 tables joined", limit->value,
                        page_size / 1024);
}

/* Blocks of one entry above the last level: 2 MiB and 1 GiB with 4 KiB pages; 32 MiB with 16, 512 MiB with 64. */
static void derive_blocks(uint64_t page_size, ProfilePaging *ret) {
        if (page_size == 0)
                ret->second_level_page_2m = fact_unknown(REASON_ABSENT, "the kernel's page size");
        else
                ret->second_level_page_2m = fact_derived(page_size == PAGE_4K,
                                "stage 2 with pages of %" PRIu64 " KiB", page_size / 1024);
        ret->second_level_page_1g = ret->second_level_page_2m;
}

void derive_arm_paging(const Facts *facts, ProfilePaging *ret) {
        const Fact runs = kvm_runs(&facts->kvm), limit = derive_ipa_limit(facts);
        const Fact none = fact_unknown(REASON_NOT_APPLICABLE, "x86 only");
        uint64_t page_size = facts->host.identity.page_size;

        ret->kvm_loaded = runs;
        ret->kvm_mode = kvm_mode(facts, &runs);
        derive_el2(facts, &runs, ret);
        ret->la57_capable = ret->la57_enabled = ret->page_1g = none;
        ret->kvm_guest_phys_bits_offered = ret->smaller_maxphyaddr = none;
        ret->host_levels = fact_unknown(REASON_ABSENT, "the kernel does not report it on arm64");
        ret->second_level = SECOND_LEVEL_STAGE2;
        if (fact_known(&runs)) {
                ret->second_level_enabled = fact_derived(runs.value, "KVM %s",
                                runs.value ? "maps guests by stage 2" : "does not run");
                ret->second_level_capable =
                                runs.value ? ret->second_level_enabled : ret->virtualisation_capable;
        } else
                ret->second_level_enabled = ret->second_level_capable = runs;
        ret->second_level_levels = stage_2_levels(&limit, page_size);
        derive_blocks(page_size, ret);
        ret->second_level_accessed_dirty =
                        fact_unknown(REASON_NOT_APPLICABLE, "KVM does not use them at stage 2");
}
