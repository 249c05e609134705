/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The settings on one class of hosts. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/settings-form.h"
#include "guest/answer/answer.h"
#include "probe/cleanup.h"

static bool describe(const CheckFinding *finding, size_t n, const char *when, char **ret) {
        if (n == 0 || finding->verdict == VERDICT_SAFE)
                return false;
        if (asprintf(ret, "%s%s%s%s%s [%s]", when, *when ? ": " : "", finding->summary,
                            *finding->numbers ? ": " : "", finding->numbers,
                            rule_to_string(finding->rule)) < 0)
                *ret = NULL;
        return true;
}

/* The worst finding, also of only some versions, or a missing input. NULL: out of memory. */
static char *explain(SettingGuest *guest, const Profile *profile) {
        _cleanup_(check_done) Check check = {};
        const CheckAlternative *worst = NULL;
        char *text = NULL;

        if (check_guest(&guest->guest, profile, &check) < 0)
                return NULL;
        for (size_t i = 0; i < check.n_alternatives; i++)
                if (!worst || check.alternatives[i].verdict > worst->verdict)
                        worst = &check.alternatives[i];
        if (describe(check.findings, check.n, "", &text) ||
                        (worst && describe(worst->findings, worst->n, worst->when, &text)))
                return text;
        return asprintf(&text, "unknown: %s", check.n_missing > 0 ? check.missing[0] : "the result") < 0
                        ? NULL
                        : text;
}

static bool is_other_width(const SettingGuest *guest, uint8_t bits) {
        return guest->expected && bits && bits != guest->expected;
}

static int problem_add(SettingProblem *problem, uint64_t n_hosts, SettingGuest *guest, uint8_t bits,
                const Profile *profile, const char *host) {
        problem->n_hosts += n_hosts;
        if (problem->text)
                return 0;
        if (!is_other_width(guest, bits))
                problem->text = explain(guest, profile);
        else if (asprintf(&problem->text, "the guest has %u address bits, not %u", bits, guest->expected) <
                        0)
                problem->text = NULL;
        problem->host = strdup(host ? host : "");
        return problem->text && problem->host ? 0 : -ENOMEM;
}

static int judge(SettingGuest *guest, const Profile *profile) {
        _cleanup_(check_done) Check check = {};
        int r = check_verdict(&guest->guest, profile, &check);

        if (r < 0)
                return r;
        guest->bits = check.layout.phys_bits;
        guest->verdict = is_other_width(guest, guest->bits) ? VERDICT_UNSAFE : check.verdict;
        return 0;
}

/* The worst of the setting's guests. */
static int count(Settings *settings, Setting *setting, const Profile *profile, const char *host,
                uint64_t n_hosts) {
        SettingGuest *worst = NULL;

        for (size_t i = 0; i < setting->n; i++) {
                SettingGuest *guest = &settings->guests[setting->guests[i]];

                if (!worst || guest->verdict > worst->verdict)
                        worst = guest;
        }
        setting->n_hosts += n_hosts;
        if (!worst || worst->verdict == VERDICT_SAFE)
                return 0;
        return problem_add(worst->verdict == VERDICT_UNSAFE ? &setting->unsafe : &setting->warning, n_hosts,
                        worst, worst->bits, profile, host);
}

int settings_check(Settings *settings, const Profile *profile, const char *host, uint64_t n_hosts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < settings->n_guests; i++)
                r = judge(&settings->guests[i], profile);
        for (size_t i = 0; r >= 0 && i < settings->n; i++)
                r = count(settings, &settings->items[i], profile, host, n_hosts);
        return r;
}
