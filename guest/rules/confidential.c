/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R10: confidential guests. Their key or share bit is an address bit. */

#include <string.h>

#include "guest/machine.h"
#include "guest/rules/run.h"

/* Features that the host's CPU or KVM lacks. True: a finding was added. */
static bool put_not_offered(CheckRun *run, const char *what, const Fact *enabled, const char *name) {
        CheckFinding *f;

        if (!fact_known(enabled)) {
                check_missing_fact(run, name, enabled);
                return false;
        }
        if (enabled->value)
                return false;
        f = check_find(run, RULE_CONFIDENTIAL, VERDICT_UNSAFE, "guest",
                        "this host does not support %s guests", what);
        check_numbers(run, f, "%s is disabled: %s", name, enabled->source);
        return true;
}

static void rule_tdx_as_host(CheckRun *run) {
        const Fact *raw = &run->profile->widths.cpu_physical_bits;
        CheckFinding *f;

        if (!fact_known(raw)) {
                check_missing_fact(run, "cpuPhysicalBits", raw);
                return;
        }
        if (run->layout->phys_bits == raw->value)
                return;
        f = check_find(run, RULE_CONFIDENTIAL, VERDICT_UNSAFE, "guest",
                        "%s starts TDX guests only with the host's address width", vmm_of(run->guest)->name);
        check_numbers(run, f, "the guest has %u bits, CPUID reports %" PRIu64, run->layout->phys_bits,
                        raw->value);
}

/* 4-level tables share by bit 47, which leaves 47. */
static void rule_tdx_shared_bit(CheckRun *run) {
        CheckFinding *f;

        if (run->layout->phys_bits <= 47)
                return;
        f = check_find(run, RULE_CONFIDENTIAL, VERDICT_UNSAFE, "guest",
                        "the shared bit of the TDX guest is within its address width");
        check_numbers(run, f, "the guest has %u bits; the shared bit allows 47", run->layout->phys_bits);
}

static void rule_tdx(CheckRun *run) {
        if (run->guest->confidential != CONFIDENTIAL_TDX || run->layout->phys_bits == 0)
                return;
        if (put_not_offered(run, "TDX", &run->profile->encryption.tdx_enabled, "encryption.tdx"))
                return;
        if (vmm_of(run->guest)->tdx_as_host)
                rule_tdx_as_host(run);
        else
                rule_tdx_shared_bit(run);
}

static bool is_sev(const Guest *guest) {
        return guest->confidential == CONFIDENTIAL_SEV || guest->confidential == CONFIDENTIAL_SEV_ES ||
                        guest->confidential == CONFIDENTIAL_SEV_SNP;
}

static void rule_sev_reduction(CheckRun *run) {
        const Fact *host = &run->profile->encryption.pa_reduction;
        unsigned bits = run->guest->reduced_phys_bits;
        CheckFinding *f;

        if (!is_sev(run->guest) || bits <= 1)
                return;
        f = check_find(run, RULE_CONFIDENTIAL, VERDICT_WARNING, "guest",
                        "encryption takes one address bit from the guest, whatever it takes from the host");
        if (fact_known(host))
                check_numbers(run, f, "reduced-phys-bits is %u, expected 1; the host's value is %" PRIu64,
                                bits, host->value);
        else
                check_numbers(run, f, "reduced-phys-bits is %u, expected 1", bits);
}

static bool put_no_sev(CheckRun *run) {
        const ProfileEncryption *encryption = &run->profile->encryption;

        if (run->guest->confidential == CONFIDENTIAL_SEV_SNP)
                return put_not_offered(run, "SEV-SNP", &encryption->sev_snp_enabled, "encryption.sevSnp");
        if (run->guest->confidential == CONFIDENTIAL_SEV_ES)
                return put_not_offered(run, "SEV-ES", &encryption->sev_es_enabled, "encryption.sevEs");
        return put_not_offered(run, "SEV", &encryption->sev_enabled, "encryption.sev");
}

/* QEMU compares it with the host's CPUID 0x8000001F. */
static void put_other_c_bit(CheckRun *run, unsigned host) {
        const Guest *guest = run->guest;
        CheckFinding *f;

        if (!vmm_of(guest)->compares_c_bit || !guest->c_bit || guest->c_bit == host)
                return;
        f = check_find(run, RULE_CONFIDENTIAL, VERDICT_UNSAFE, "guest",
                        "%s rejects the guest's C-bit: the host has a different one", vmm_of(guest)->name);
        check_numbers(run, f, "cbitpos is %u, the host's C-bit is bit %u", guest->c_bit, host);
        check_advice(run, f, "set cbitpos to %u%s", host,
                        guest->form.manager == MANAGER_LIBVIRT ? ", or remove <cbitpos>" : "");
}

/* The C-bit marks encrypted pages: memory must lie below it. */
static void rule_c_bit(CheckRun *run) {
        const Fact *c_bit = &run->profile->encryption.c_bit;

        if (!is_sev(run->guest) || put_no_sev(run))
                return;
        if (!fact_known(c_bit)) {
                check_missing_fact(run, "cBit", c_bit);
                return;
        }
        put_other_c_bit(run, (unsigned) c_bit->value);
        for (size_t i = 0; i < run->layout->n; i++) {
                const LayoutRange *range = &run->layout->ranges[i];
                CheckFinding *f;

                if (range->kind == LAYOUT_HOLE64 || range->kind == LAYOUT_RESERVED || c_bit->value > 63 ||
                                range->end <= width_end((unsigned) c_bit->value))
                        continue;
                f = check_find(run, RULE_CONFIDENTIAL, VERDICT_UNSAFE, "guest",
                                "%s lies above the C-bit, which marks encrypted pages", range->label);
                check_numbers(run, f, "it ends at 0x%" PRIx64 "; the C-bit is bit %" PRIu64, range->end,
                                c_bit->value);
                f->start = range->start;
                f->end = range->end;
                return;
        }
}

static const char *name_of(Confidential confidential) {
        switch (confidential) {
        case CONFIDENTIAL_TDX:
                return "TDX";
        case CONFIDENTIAL_SEV_SNP:
                return "SEV-SNP";
        default:
                return confidential == CONFIDENTIAL_SEV_ES ? "SEV-ES" : "SEV";
        }
}

/* QEMU 7.2 without KVM fails an assertion (cgs->ready); newer ones report an unsupported accelerator. */
static void rule_accelerator(CheckRun *run) {
        const Guest *guest = run->guest;
        CheckFinding *f;

        if (guest->confidential == CONFIDENTIAL_NONE || !vmm_of(guest)->confidential_since || guest->kvm)
                return;
        f = check_find(run, RULE_CONFIDENTIAL, VERDICT_UNSAFE, "guest",
                        "the guest does not start: %s supports confidential guests only with KVM",
                        vmm_of(guest)->name);
        check_numbers(run, f, "%s without KVM", name_of(guest->confidential));
        check_advice(run, f, "use KVM (-accel kvm, <domain type='kvm'>)");
}

/* Upstream releases; distributions and vendors had their own builds earlier. */
static void rule_release(CheckRun *run) {
        const Guest *guest = run->guest;
        const GuestVersion *since = vmm_of(guest)->confidential_since;
        const char *vmm = vmm_of(guest)->name;
        GuestVersion first;
        CheckFinding *f;

        if (guest->confidential == CONFIDENTIAL_NONE || !since || !guest_version_known(&guest->vmm_version))
                return;
        first = since[guest->confidential];
        if (version_reaches(guest->vmm_version, first.major, first.minor, 0))
                return;
        /* Debian ships released QEMU (seen: 7.2 and 10.0). */
        if (strcmp(guest->vmm_build, "debian") == 0) {
                f = check_find(run, RULE_CONFIDENTIAL, VERDICT_UNSAFE, "guest",
                                "the guest does not start: this %s does not support %s guests", vmm,
                                name_of(guest->confidential));
                check_numbers(run, f, "Debian's %s %u.%u; supported since %s %u.%u", vmm,
                                guest->vmm_version.major, guest->vmm_version.minor, vmm, first.major,
                                first.minor);
                return;
        }
        check_missing(run, "whether this %s %u.%u supports %s (upstream: since %s %u.%u)", vmm,
                        guest->vmm_version.major, guest->vmm_version.minor, name_of(guest->confidential),
                        vmm, first.major, first.minor);
}

/* SeaBIOS does not support encrypted or private memory. */
static void rule_seabios(CheckRun *run) {
        const Guest *guest = run->guest;
        CheckFinding *f;

        if (guest->confidential == CONFIDENTIAL_NONE || guest->firmware.kind != FIRMWARE_SEABIOS)
                return;
        f = check_find(run, RULE_CONFIDENTIAL, VERDICT_UNSAFE, "firmware",
                        "SeaBIOS does not support confidential guests");
        check_numbers(run, f, "%s guests require OVMF", name_of(guest->confidential));
        check_advice(run, f, "use an OVMF image that is built for %s", name_of(guest->confidential));
}

const CheckRule rules_confidential[] = { rule_accelerator, rule_release, rule_seabios, rule_tdx,
        rule_sev_reduction, rule_c_bit, NULL };
