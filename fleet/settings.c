/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/settings-form.h"
#include "guest/answer/answer.h"
#include "guest/form/json/guest-json.h"
#include "guest/vmm/defaults.h"
#include "probe/cleanup.h"

/* A device as guests get them: a GPU with 16 GiB of memory. */
#define BAR_SIZE (UINT64_C(16) << 30)

static void setting_guest_done(SettingGuest *guest) {
        free(guest->key);
        guest_done(&guest->guest);
}

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
                setting_guest_done(&settings->guests[i]);
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

/* What the rules read of the guest, as text: settings of several programs often make the same. */
static char *guest_key(const Guest *guest, uint8_t expected) {
        json_t *json = guest_json_write(guest);
        char *key = NULL;

        json_object_del(json, "assumed");
        if (json_object_set_new(json, "form", json_pack("[i, i]", (int) guest->form.manager, expected)) == 0)
                key = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
        json_decref(json);
        return key;
}

static size_t find_guest(const Settings *settings, const char *key) {
        size_t i = 0;

        while (i < settings->n_guests && strcmp(settings->guests[i].key, key) != 0)
                i++;
        return i;
}

static int add_guest(const SettingForm *form, const SettingsRequest *request, bool ovmf, Settings *settings,
                VmError *reterr) {
        Setting *setting = &settings->items[settings->n - 1];
        SettingGuest guest = { .expected = form->host_wide ? 0
                                : form->wide               ? request->cpu_bits
                                                           : request->bits };
        SettingGuest *guests;
        int r = read_guest(form, request, ovmf, &guest.guest, reterr);

        if (r < 0)
                return r;
        guest.key = guest_key(&guest.guest, guest.expected);
        setting->guests[setting->n] = guest.key ? find_guest(settings, guest.key) : 0;
        guests = reallocarray(settings->guests, settings->n_guests + 1, sizeof(settings->guests[0]));
        if (guests)
                settings->guests = guests;
        if (!guest.key || !guests || setting->guests[setting->n] < settings->n_guests) {
                r = guest.key && guests ? 0 : -ENOMEM;
                setting_guest_done(&guest);
        } else
                settings->guests[settings->n_guests++] = guest;
        setting->n += r == 0;
        return r;
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
                .fallback = form->fallback,
                .text = paste_text(form, request),
        };
        if (!setting->text)
                return -ENOMEM;
        settings->n++;
        r = add_guest(form, request, true, settings, reterr);
        if (r >= 0 && !form->only_ovmf)
                r = add_guest(form, request, false, settings, reterr);
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
