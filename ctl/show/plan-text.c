/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/plan-text.h"

#include <stdio.h>
#include <string.h>

#include "guest/remedy/remedy.h"
#include "guest/vmm/vmm.h"
#include "probe/decode/text.h"

#define INDENT 9
#define LABEL 8

static void print_wrapped(const Screen *screen, unsigned indent, const char *text) {
        char printable[1024];

        text_shown(text, printable, sizeof(printable));
        screen_wrap(screen, indent, printable);
}

/* For copying: broken only at line ends. */
static void print_setting(const Screen *screen, const char *label, const char *text) {
        bool first = true;

        while (*text) {
                int n = (int) strcspn(text, "\n");

                printf("%*s%s%-*s%s %.*s\n", INDENT + 2, "", screen_dim(screen), LABEL, first ? label : "",
                                screen_off(screen), n, text);
                text += n + (text[n] ? 1 : 0);
                first = false;
        }
}

/* The form of the guest's manager; if unknown, all forms. */
static void print_forms(const Screen *screen, const Guest *guest, const char *libvirt, const char *option,
                const char *proxmox) {
        const Manager manager = guest->form.manager;

        if (manager == MANAGER_PROXMOX && *proxmox) {
                print_setting(screen, "Proxmox", proxmox);
                return;
        }
        if (manager == MANAGER_NONE || manager == MANAGER_LIBVIRT)
                print_setting(screen, "libvirt", libvirt);
        print_setting(screen, vmm_of(guest)->setting, option);
}

static const char *arrow(const Screen *screen) {
        return screen->utf8 ? "\u2192" : "->";
}

static unsigned arrow_width(const Screen *screen) {
        return INDENT + (screen->utf8 ? 2 : 3);
}

static const char *outcome(const CheckPlan *plan) {
        if (plan->verdict == VERDICT_SAFE)
                return "then it is safe";
        if (plan->remaining > 0)
                return plan->verdict == VERDICT_UNSAFE ? "then it is still unsafe, see below"
                                                       : "then a warning remains, see below";
        return "then no problem is found, but an input is missing";
}

void plan_text(const Screen *screen, const Guest *guest, const Check *check) {
        const CheckPlan *plan = &check->plan;
        char text[CHECK_PLAN_MAX * (CHANGE_WORDS_MAX + 8) + 64] = "";

        if (plan->n == 0)
                return;
        for (size_t i = 0; i < plan->n; i++) {
                char words[CHANGE_WORDS_MAX];
                size_t used = strlen(text);

                change_words(&plan->changes[i], guest, words);
                snprintf(text + used, sizeof(text) - used, "%s%s",
                                i == 0                             ? ""
                                                : i + 1 == plan->n ? ", and "
                                                                   : ", ",
                                words);
        }
        snprintf(text + strlen(text), sizeof(text) - strlen(text), ": %s", outcome(plan));
        printf("%s%-*s%s", screen_bold(screen), INDENT, "plan", screen_off(screen));
        print_wrapped(screen, INDENT, text);
        print_forms(screen, guest, plan->forms.libvirt, plan->forms.option, plan->forms.proxmox);
        if (!*plan->forms.note)
                return;
        printf("%*s", INDENT + 2, "");
        print_wrapped(screen, INDENT + 2, plan->forms.note);
}

bool plan_text_same(const CheckPlan *plan, const CheckFinding *finding) {
        for (size_t i = 0; i < plan->n; i++)
                if (finding->in_plan && finding->changed && plan->changes[i].kind == finding->change.kind &&
                                plan->changes[i].value == finding->change.value)
                        return true;
        return false;
}

void plan_text_remedy(const Screen *screen, const Guest *guest, const CheckFinding *finding, bool is_plan) {
        char text[1024];

        if (!*finding->remedy && !finding->in_plan)
                return;
        if (is_plan || !*finding->remedy)
                snprintf(text, sizeof(text), "see the plan above");
        else if (finding->in_plan)
                snprintf(text, sizeof(text), "see the plan above; for this problem alone: %s",
                                finding->remedy);
        else
                snprintf(text, sizeof(text), "%s", finding->remedy);
        printf("%*s%s ", INDENT, "", arrow(screen));
        print_wrapped(screen, arrow_width(screen), text);
        if (!is_plan)
                print_forms(screen, guest, finding->libvirt, finding->qemu, finding->proxmox);
}
