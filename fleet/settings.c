/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/settings-form.h"
#include "guest/answer/answer.h"
#include "guest/vmm/defaults.h"
#include "probe/cleanup.h"

/* A device as guests get them: a GPU with 16 GiB of memory. */
#define BAR_SIZE (UINT64_C(16) << 30)

struct SettingGuest {
        Guest guest;
        uint8_t expected; /* the width of its CPU; 0: the host's */
};

static void problem_done(SettingProblem *problem) {
        free(problem->text);
        free(problem->host);
}

void settings_done(Settings *settings) {
        for (size_t i = 0; i < settings->n; i++) {
                free(settings->items[i].text);
                problem_done(&settings->items[i].unsafe);
                problem_done(&settings->items[i].warning);
        }
        for (size_t i = 0; i < settings->n_guests; i++)
                guest_done(&settings->guests[i].guest);
        free(settings->guests);
        *settings = (Settings){};
}

bool setting_offered(const Setting *setting) {
        return setting->n_hosts > 0 && setting->unsafe.n_hosts == 0;
}

/* ── texts and guests ──────────────────────────────────────────────────────────────────────────────────── */

static char *paste_text(const SettingForm *form, const SettingsRequest *request) {
        char *text = NULL;
        size_t n;
        FILE *file = open_memstream(&text, &n);

        if (!file)
                return NULL;
        form->paste(request, file);
        if (fclose(file) == 0)
                return text;
        free(text);
        return NULL;
}

static char *guest_text(const SettingForm *form, const SettingsRequest *request, bool ovmf, size_t *ret_n) {
        char *text = NULL;
        FILE *file = open_memstream(&text, ret_n);

        if (!file)
                return NULL;
        form->guest(request, ovmf, file);
        if (fclose(file) == 0)
                return text;
        free(text);
        return NULL;
}

static int add_device(Guest *guest) {
        GuestDevice *device;
        int r = guest_add_device(guest, &device);

        if (r < 0)
                return r;
        snprintf(device->name, sizeof(device->name), "an assigned device");
        device->assigned = device->own_port = true;
        device->bars[device->n_bars++] =
                        (GuestBar){ .size = BAR_SIZE, .is_64bit = true, .prefetchable = true };
        return 0;
}

/* Versions that the setting needs; all others are left open, and check tries each. */
static void set_versions(const SettingForm *form, Guest *guest) {
        if (form->vmm.major)
                guest->vmm_version = form->vmm;
        if (form->ovmf.major)
                guest->firmware.version = form->ovmf;
}

static int read_guest(const SettingForm *form, const SettingsRequest *request, bool ovmf, Guest *ret,
                VmError *reterr) {
        Guest guest = {};
        size_t n = 0;
        _cleanup_free_ char *text = guest_text(form, request, ovmf, &n);
        int r = text ? vm_form_read(text, n, NULL, request->domain, &guest, reterr) : -ENOMEM;

        if (r < 0)
                return r;
        set_versions(form, &guest);
        if (request->devices)
                r = add_device(&guest);
        if (r >= 0)
                r = guest_defaults(&guest, &(GuestInstalled){});
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}

static int add_guest(const SettingForm *form, const SettingsRequest *request, bool ovmf, Settings *settings,
                VmError *reterr) {
        SettingGuest *guests =
                        reallocarray(settings->guests, settings->n_guests + 1, sizeof(settings->guests[0]));
        int r;

        if (!guests)
                return -ENOMEM;
        settings->guests = guests;
        guests += settings->n_guests;
        r = read_guest(form, request, ovmf, &guests->guest, reterr);
        if (r < 0)
                return r;
        guests->expected = form->host_wide ? 0 : form->wide ? request->cpu_bits : request->bits;
        settings->n_guests++;
        return 0;
}

static int add_setting(const SettingForm *form, const SettingsRequest *request, Settings *settings,
                VmError *reterr) {
        Setting *setting = &settings->items[settings->n];
        int r;

        *setting = (Setting){
                .consumer = form->consumer,
                .name = form->name,
                .needs = form->needs,
                .note = form->note,
                .text = paste_text(form, request),
                .first = settings->n_guests,
        };
        if (!setting->text)
                return -ENOMEM;
        settings->n++;
        r = add_guest(form, request, true, settings, reterr);
        if (r >= 0 && !form->only_ovmf)
                r = add_guest(form, request, false, settings, reterr);
        setting->n = settings->n_guests - setting->first;
        return r;
}

int settings_make(const SettingsRequest *request, Settings *ret, VmError *reterr) {
        _cleanup_(settings_done) Settings settings = {
                .bits = request->bits,
                .cpu_bits = request->cpu_bits,
                .devices = request->devices,
        };
        int r;

        *reterr = (VmError){};
        if (request->bits < SETTINGS_BITS_MIN || request->bits > SETTINGS_BITS_MAX)
                return vm_error(reterr, 0, "expected a width of %d to %d bits, not %u", SETTINGS_BITS_MIN,
                                SETTINGS_BITS_MAX, request->bits);
        for (size_t i = 0; i < n_setting_forms && settings.n < SETTINGS_MAX; i++) {
                if (!setting_form_applies(&setting_forms[i], request))
                        continue;
                r = add_setting(&setting_forms[i], request, &settings, reterr);
                if (r < 0)
                        return r;
        }
        *ret = settings;
        settings = (Settings){};
        return 0;
}

/* ── check ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int problem_add(SettingProblem *problem, uint64_t n_hosts, const char *text, const char *host) {
        if (!problem->text) {
                problem->text = strdup(text);
                problem->host = strdup(host ? host : "");
                if (!problem->text || !problem->host)
                        return -ENOMEM;
        }
        problem->n_hosts += n_hosts;
        return 0;
}

/* The worst finding, or what is missing, or a width that is not the one asked for. */
static Verdict judge(const SettingGuest *guest, const Check *check, char *text, size_t size) {
        const CheckFinding *worst = check->n > 0 && check->findings[0].verdict == check->verdict
                        ? &check->findings[0]
                        : NULL;

        if (guest->expected && check->layout.phys_bits && check->layout.phys_bits != guest->expected) {
                snprintf(text, size, "the guest has %u address bits, not %u", check->layout.phys_bits,
                                guest->expected);
                return VERDICT_UNSAFE;
        }
        if (worst && worst->verdict != VERDICT_SAFE)
                snprintf(text, size, "%s%s%s [%s]", worst->summary, *worst->numbers ? ": " : "",
                                worst->numbers, rule_to_string(worst->rule));
        else
                snprintf(text, size, "unknown: %s",
                                check->n_missing > 0 ? check->missing[0]
                                                     : "a result that depends on versions");
        return check->verdict;
}

/* The worst of the setting's guests. */
static int check_setting(Settings *settings, Setting *setting, const Profile *profile, const char *host,
                uint64_t n_hosts) {
        char text[1024] = "", worst[1024] = "";
        Verdict verdict = VERDICT_SAFE;

        for (size_t i = 0; i < setting->n; i++) {
                SettingGuest *guest = &settings->guests[setting->first + i];
                _cleanup_(check_done) Check check = {};
                Verdict its;
                int r = check_guest(&guest->guest, profile, &check);

                if (r < 0)
                        return r;
                its = judge(guest, &check, text, sizeof(text));
                if (its > verdict) {
                        verdict = its;
                        snprintf(worst, sizeof(worst), "%s", text);
                }
        }
        setting->n_hosts += n_hosts;
        if (verdict == VERDICT_SAFE)
                return 0;
        return problem_add(verdict == VERDICT_UNSAFE ? &setting->unsafe : &setting->warning, n_hosts, worst,
                        host);
}

int settings_check(Settings *settings, const Profile *profile, const char *host, uint64_t n_hosts) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < settings->n; i++)
                r = check_setting(settings, &settings->items[i], profile, host, n_hosts);
        return r;
}
