/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/audit-process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/process/guest-installed.h"
#include "ctl/process/process-guest.h"
#include "guest/answer/answer.h"
#include "guest/form/words/program.h"
#include "guest/vmm/defaults.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/architecture.h"

typedef struct Audited {
        ProcessGuest process;
        bool judged;
        Check check;
        char why[320]; /* reasons of the verdict, or the error */
} Audited;

static void audited_done(Audited *audited) {
        check_done(&audited->check);
        process_guest_done(&audited->process);
}

static int fill_in(const AuditQuestion *question, Audited *audited) {
        GuestInstalled installed = *question->installed;
        int r;

        process_place_installed(&audited->process.place, &installed);
        if (profile_is_arm64(question->profile))
                guest_set_host(&audited->process.guest, ARCHITECTURE_ARM64);
        r = site_defaults_apply(question->site, &audited->process.guest, &installed);
        return r < 0 ? r : guest_defaults(&audited->process.guest, &installed);
}

/* Explains what is missing, with the worst alternative. */
static void explain_missing(Audited *audited) {
        const Check *check = &audited->check;
        const CheckAlternative *worst = NULL;

        for (size_t i = 0; i < check->n_alternatives; i++)
                if (!worst || check->alternatives[i].verdict > worst->verdict)
                        worst = &check->alternatives[i];
        if (worst)
                snprintf(audited->why, sizeof(audited->why), "unknown: %s; %s with %s", check->missing[0],
                                check_verdict_word(worst->verdict), worst->when);
        else
                snprintf(audited->why, sizeof(audited->why), "unknown: %s", check->missing[0]);
}

/* Takes the worst finding (the first), and what is missing if nothing is worse. */
static void explain(Audited *audited) {
        const Check *check = &audited->check;
        const CheckFinding *first = check->n > 0 ? &check->findings[0] : NULL;

        if (first && first->verdict != VERDICT_SAFE)
                snprintf(audited->why, sizeof(audited->why), "%s %s: %s", rule_to_string(first->rule),
                                first->subject, first->summary);
        else if (check->n_missing > 0)
                explain_missing(audited);
}

static int judge(const AuditQuestion *question, Audited *audited) {
        int r = fill_in(question, audited);

        if (r >= 0)
                r = check_guest(&audited->process.guest, question->profile, &audited->check);
        if (r >= 0) {
                audited->judged = true;
                explain(audited);
        }
        return r;
}

static json_t *text_json(const char *text) {
        char printable[512];

        text_shown(text, printable, sizeof(printable));
        return *printable ? json_string(printable) : json_null();
}

static json_t *audited_json(const AuditQuestion *question, const Audited *audited) {
        const Guest *guest = &audited->process.guest;
        const Layout *layout = &audited->check.layout;

        return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "program", audited->process.program, "name",
                        text_json(guest->name), "verdict",
                        audited->judged ? json_string(check_verdict_word(audited->check.verdict))
                                        : json_null(),
                        "physBits",
                        audited->judged && layout->phys_bits ? json_integer(layout->phys_bits) : json_null(),
                        "why", text_json(audited->why), "check",
                        audited->judged && question->json ? check_json(guest, &audited->check, NULL, 0)
                                                          : json_null());
}

int audit_domain(const AuditQuestion *question, Guest *guest, const char *why, json_t **ret) {
        _cleanup_(audited_done)
                        Audited audited = { .process = { .program = "xen", .place.same_root = true } };
        int r = 0;

        audited.process.guest = *guest;
        *guest = (Guest){};
        if (*why)
                snprintf(audited.why, sizeof(audited.why), "%s", why);
        else
                r = judge(question, &audited);
        if (r < 0)
                return r;
        *ret = audited_json(question, &audited);
        return *ret ? 0 : -ENOMEM;
}

int audit_process(const ProcessJob *job, void *channel, const void *userdata, json_t **ret) {
        _cleanup_(audited_done) Audited audited = {};
        const char *program = audited.process.program;
        VmError error;
        int r;

        r = process_guest_read(job, channel, true, &audited.process, &error);
        if (r == -ENOMEM)
                return r;
        if (r == -ENOENT || r == -ESRCH || (r >= 0 && !audited.process.is_vmm)) {
                *ret = json_null();
                return 0;
        }
        if (r < 0)
                snprintf(audited.why, sizeof(audited.why), "command line: %s",
                                r == -EINVAL && *error.text ? error.text : strerror(-r));
        else if (qemu_program(program) == QEMU_PROGRAM_FOREIGN)
                snprintf(audited.why, sizeof(audited.why), "a %.60s guest: only x86 and arm64 are supported",
                                program + strlen("qemu-system-"));
        else
                r = judge(userdata, &audited);
        if (r == -ENOMEM)
                return r;
        *ret = audited_json(userdata, &audited);
        return *ret ? 0 : -ENOMEM;
}
