/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* QEMU lays an arm64 guest out with the limit of its host's KVM, and compares nothing when the guest moves: with
 * another window or another PCI configuration on the target it reports success, and BARs are in no address map
 * (seen with 10.0). */

#include <errno.h>
#include <stdio.h>

#include "guest/answer/search.h"
#include "guest/remedy/remedy.h"
#include "guest/vmm/vmm.h"
#include "profile/model/arm-parts.h"

#define GIB (UINT64_C(1) << 30)
#define DIFFERENCES_MAX 4

/* ── layouts ───────────────────────────────────────────────────────────────────────────────────────────── */

/* BARs follow from their windows. */
static bool compared(const LayoutRange *range) {
        return range->kind != LAYOUT_BAR && range->kind != LAYOUT_HOLE64 && range->kind != LAYOUT_RESERVED;
}

static bool has_range(const Layout *layout, const LayoutRange *range) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == range->kind && layout->ranges[i].start == range->start &&
                                layout->ranges[i].end == range->end)
                        return true;
        return false;
}

/* The range of that kind that the other layout does not have. */
static const LayoutRange *only_of(const Layout *layout, LayoutKind kind, const Layout *other) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == kind && compared(&layout->ranges[i]) &&
                                !has_range(other, &layout->ranges[i]))
                        return &layout->ranges[i];
        return NULL;
}

static bool layouts_equal(const Layout *a, const Layout *b) {
        for (LayoutKind kind = 0; kind < _LAYOUT_KIND_MAX; kind++)
                if (only_of(a, kind, b) || only_of(b, kind, a))
                        return false;
        return true;
}

/* ── a change with which both are equal ────────────────────────────────────────────────────────────────── */

typedef struct Hosts {
        LayoutHost from, to;
} Hosts;

static bool equal_with(const Guest *guest, const Hosts *hosts, Change change) {
        Guest changed = *guest;
        Layout a = {}, b = {};
        bool equal = change_apply(&change, &changed) && layout_derive(&changed, &hosts->from, &a) >= 0 &&
                        layout_derive(&changed, &hosts->to, &b) >= 0 && a.starts && b.starts &&
                        a.bars_fit_64 && a.bars_fit_32 && a.left != LEFT_ALL && layouts_equal(&a, &b);

        layout_done(&a);
        layout_done(&b);
        return equal;
}

/* The more memory, the less fits. 0: none. */
static uint64_t largest_equal(const Guest *guest, const Hosts *hosts, ChangeKind kind, uint64_t now,
                uint64_t least, uint64_t step) {
        uint64_t low = (least + step - 1) / step, high = (now + step - 1) / step;

        if (low >= high || !equal_with(guest, hosts, (Change){ kind, low * step }))
                return 0;
        while (high - low > 1) {
                const uint64_t middle = low + (high - low) / 2;

                if (equal_with(guest, hosts, (Change){ kind, middle * step }))
                        low = middle;
                else
                        high = middle;
        }
        return low * step;
}

static bool find_equal(const Guest *guest, const Hosts *hosts, Change *ret) {
        const GuestMemory *memory = &guest->memory;
        const uint64_t least = memory->ram + guest_plugged(memory),
                       max = memory->max > memory->ram
                        ? largest_equal(guest, hosts, CHANGE_MAX_MEMORY, memory->max, least, GIB)
                        : 0,
                       ram = largest_equal(guest, hosts, CHANGE_RAM, memory->ram, GIB, GIB);
        const Change candidates[] = { { CHANGE_MMIO_SIZE, 512 * GIB }, { CHANGE_SLOTS, 0 },
                { CHANGE_MAX_MEMORY, max }, { CHANGE_MAX_MEMORY, 0 }, { CHANGE_HIGHMEM_MMIO, 0 },
                { CHANGE_RAM, ram } };

        for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
                if (equal_with(guest, hosts, candidates[i])) {
                        *ret = candidates[i];
                        return true;
                }
        return false;
}

/* ── findings ──────────────────────────────────────────────────────────────────────────────────────────── */

static void advise(CheckRun *run, CheckFinding *finding, const Hosts *hosts) {
        char words[CHANGE_WORDS_MAX];

        if (!find_equal(run->guest, hosts, &finding->change))
                return;
        finding->changed = true;
        change_words(&finding->change, run->guest, words);
        check_advice(run, finding, "%s: it then has the same memory map on both hosts", words);
}

static void put_difference(
                CheckRun *run, const LayoutRange *from, const LayoutRange *to, const Hosts *hosts) {
        const LayoutRange *range = from ? from : to;
        CheckFinding *f = check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "guest",
                        "its memory map differs on the target: %s reports success, and devices lose their "
                        "addresses",
                        vmm_of(run->guest)->name);

        if (from && to)
                check_numbers(run, f,
                                "%s: source 0x%" PRIx64 "-0x%" PRIx64 ", target 0x%" PRIx64 "-0x%" PRIx64,
                                range->label, from->start, from->end, to->start, to->end);
        else
                check_numbers(run, f, "%s: %s 0x%" PRIx64 "-0x%" PRIx64 ", none on the %s", range->label,
                                from ? "source" : "target", range->start, range->end,
                                from ? "target" : "source");
        f->start = range->start;
        f->end = range->end;
        advise(run, f, hosts);
}

static void compare_layouts(CheckRun *run, const Layout *to, const Hosts *hosts) {
        unsigned n = 0;

        for (LayoutKind kind = 0; kind < _LAYOUT_KIND_MAX && n < DIFFERENCES_MAX; kind++) {
                const LayoutRange *a = only_of(run->layout, kind, to), *b = only_of(to, kind, run->layout);

                if (!a && !b)
                        continue;
                put_difference(run, a, b, hosts);
                n++;
        }
}

static void put_no_start(CheckRun *run, const Layout *to) {
        const Vmm *vmm = vmm_of(run->guest);
        CheckFinding *f = check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "guest",
                        "%s does not start it on the target", vmm->name);
        StartWords words;

        /* Before 7.0 more than memory counts. */
        if (to->n_causes > 0) {
                vmm->start_words(run->guest, to, &to->causes[0], &words);
                check_numbers(run, f, "%s", words.numbers);
                return;
        }
        check_numbers(run, f, "the last address of its memory is 0x%" PRIx64 "; %u bits end at 0x%" PRIx64,
                        to->top, to->phys_bits, width_end(to->phys_bits));
}

static void live_layout(CheckRun *run, const Profile *source) {
        Layout to = {};
        Hosts hosts;

        check_layout_host(source, &hosts.from);
        check_layout_host(run->profile, &hosts.to);
        if (!hosts.from.ipa_bits)
                check_missing_fact(
                                run, "the source's guestPhysicalBits", &source->widths.guest_physical_bits);
        if (!hosts.to.ipa_bits)
                check_missing_fact(run, "the target's guestPhysicalBits",
                                &run->profile->widths.guest_physical_bits);
        if (!hosts.from.ipa_bits || !hosts.to.ipa_bits || !run->layout->starts)
                return;
        if (layout_derive(run->guest, &hosts.to, &to) < 0) {
                run->error = -ENOMEM;
                return;
        }
        if (!to.starts)
                put_no_start(run, &to);
        else
                compare_layouts(run, &to, &hosts);
        layout_done(&to);
}

/* "Neoverse N1", or the number. */
static void part_text(const ProfileHost *host, char *ret, size_t size) {
        const char *name = arm_part_name((uint8_t) host->implementer.value, (uint16_t) host->part.value);

        if (name)
                snprintf(ret, size, "%s", name);
        else
                snprintf(ret, size, "part 0x%" PRIx64 " of implementer 0x%" PRIx64, host->part.value,
                                host->implementer.value);
}

static bool part_known(const ProfileHost *host) {
        return fact_known(&host->implementer) && fact_known(&host->part);
}

/* Under KVM the guest has the registers of the host's CPU. */
static void live_part(CheckRun *run, const ProfileHost *from, const ProfileHost *to) {
        char a[64], b[64];

        if (!part_known(from) || !part_known(to)) {
                check_missing(run, "a host's CPU part");
                return;
        }
        if (from->implementer.value == to->implementer.value && from->part.value == to->part.value)
                return;
        part_text(from, a, sizeof(a));
        part_text(to, b, sizeof(b));
        check_numbers(run,
                        check_find(run, RULE_MIGRATION, VERDICT_WARNING, "host",
                                        "the hosts have different CPUs: the target rejects most such guests "
                                        "while loading the state of the CPU"),
                        "%s and %s", a, b);
}

/* What the host has decides the guest's, unless its version is set. By default a GICv3 that supports GICv2 gives
 * that, too. */
static void live_gic(CheckRun *run, const Fact *from, const Fact *to) {
        const uint8_t version = run->guest->virt.gic_version;
        const bool follows = version == GIC_HOST || version == GIC_MAX;

        if (!run->guest->kvm || run->guest->machine != MACHINE_VIRT || (!follows && version != GIC_DEFAULT))
                return;
        if (!fact_known(from) || !fact_known(to)) {
                check_missing_fact(run,
                                fact_known(from) ? "the target's gicVersion" : "the source's gicVersion",
                                fact_known(from) ? to : from);
                return;
        }
        if (from->value == to->value)
                return;
        if (!follows) {
                check_missing(run, "whether KVM on the host with a GICv3 supports GICv2");
                return;
        }
        check_numbers(run,
                        check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "host",
                                        "the hosts have different interrupt controllers: the target rejects "
                                        "the state of the guest's"),
                        "GICv%" PRIu64 " and GICv%" PRIu64 "; gic-version=%s", from->value, to->value,
                        version == GIC_HOST ? "host" : "max");
}

void live_arm64(CheckRun *run, const Profile *source) {
        if (!live_architectures(run, source))
                return;
        /* What does not start there does not arrive either. */
        check_kvm(run);
        for (const CheckRule *rule = rules_virt_host; *rule; rule++)
                (*rule)(run);
        live_part(run, &source->host, &run->profile->host);
        live_gic(run, &source->host.gic_version, &run->profile->host.gic_version);
        live_layout(run, source);
}
