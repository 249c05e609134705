/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/system.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define NEVER UINT32_MAX

static const char *const system_family_table[_SYSTEM_FAMILY_MAX] = {
        [SYSTEM_UNKNOWN] = "unknown",
        [SYSTEM_LINUX] = "linux",
        [SYSTEM_WINDOWS] = "windows",
        [SYSTEM_MACOS] = "macos",
        [SYSTEM_OTHER] = "other",
};
WORDS_DEFINE(SystemFamily, system_family);

static void note(GuestSystem *system, const char *source) {
        if (!*system->source)
                text_shown(source, system->source, sizeof(system->source));
}

void guest_system_set(GuestSystem *system, SystemFamily family, Tristate is_64bit, const char *source) {
        bool news = (system->family == SYSTEM_UNKNOWN && family != SYSTEM_UNKNOWN) ||
                        (system->is_64bit == TRISTATE_UNKNOWN && is_64bit != TRISTATE_UNKNOWN);

        if (system->family == SYSTEM_UNKNOWN)
                system->family = family;
        if (system->is_64bit == TRISTATE_UNKNOWN)
                system->is_64bit = is_64bit;
        if (news)
                note(system, source);
}

/* ── names ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Versions as major * 100 + minor: the first with only a 64-bit edition, and with kernel 4.16 or newer; 0
 * all. */
typedef struct Product {
        const char *name;
        SystemFamily family;
        uint32_t only_64bit, new_kernel;
} Product;

static const Product products[] = {
        { "almalinux", SYSTEM_LINUX, 0, 0 },
        { "alma", SYSTEM_LINUX, 0, 0 },
        { "alpinelinux", SYSTEM_LINUX, NEVER, 309 },
        { "alpine", SYSTEM_LINUX, NEVER, 309 },
        { "amzn", SYSTEM_LINUX, 0, 202200 },
        { "archlinux", SYSTEM_LINUX, 0, 0 },
        { "arch", SYSTEM_LINUX, 0, 0 },
        { "bazzite", SYSTEM_LINUX, 0, 0 },
        { "bigsur", SYSTEM_MACOS, 0, 0 },
        { "cachyos", SYSTEM_LINUX, 0, 0 },
        { "catalina", SYSTEM_MACOS, 0, 0 },
        { "centos-stream", SYSTEM_LINUX, 0, 0 },
        { "centos", SYSTEM_LINUX, 700, 800 },
        { "debian", SYSTEM_LINUX, 1300, 1000 },
        { "endeavouros", SYSTEM_LINUX, 0, 0 },
        { "fedora", SYSTEM_LINUX, 3100, 2800 },
        { "freebsd", SYSTEM_OTHER, NEVER, NEVER },
        { "garuda", SYSTEM_LINUX, 0, 0 },
        { "gentoo", SYSTEM_LINUX, NEVER, NEVER },
        { "hackintosh", SYSTEM_MACOS, 0, 0 },
        { "haos", SYSTEM_LINUX, 0, 0 },
        { "highsierra", SYSTEM_MACOS, 0, 0 },
        { "kali", SYSTEM_LINUX, NEVER, 201802 },
        { "linux", SYSTEM_LINUX, NEVER, 202000 },
        { "linuxmint", SYSTEM_LINUX, 2000, 2000 },
        { "macos", SYSTEM_MACOS, 0, 0 },
        { "macosx", SYSTEM_MACOS, 1007, 0 },
        { "manjaro", SYSTEM_LINUX, NEVER, 1800 },
        { "mint", SYSTEM_LINUX, 2000, 2000 },
        { "mojave", SYSTEM_MACOS, 0, 0 },
        { "monterey", SYSTEM_MACOS, 0, 0 },
        { "netbsd", SYSTEM_OTHER, NEVER, NEVER },
        { "nixos", SYSTEM_LINUX, NEVER, 1809 },
        { "nobara", SYSTEM_LINUX, 0, 0 },
        { "ol", SYSTEM_LINUX, 700, 800 },
        { "openbsd", SYSTEM_OTHER, NEVER, NEVER },
        { "opensuse", SYSTEM_LINUX, 1500, 1502 },
        { "opnsense", SYSTEM_OTHER, 2000, NEVER },
        { "osx", SYSTEM_MACOS, 0, 0 },
        { "pfsense", SYSTEM_OTHER, 0, NEVER },
        { "popos", SYSTEM_LINUX, 0, 1810 },
        { "proxmox", SYSTEM_LINUX, 0, 600 },
        { "rhel", SYSTEM_LINUX, 700, 800 },
        { "rocky", SYSTEM_LINUX, 0, 0 },
        { "sequoia", SYSTEM_MACOS, 0, 0 },
        { "sle", SYSTEM_LINUX, 1200, 1502 },
        { "sles", SYSTEM_LINUX, 1200, 1502 },
        { "sonoma", SYSTEM_MACOS, 0, 0 },
        { "steamos", SYSTEM_LINUX, 0, 300 },
        { "talos", SYSTEM_LINUX, 0, 0 },
        { "tahoe", SYSTEM_MACOS, 0, 0 },
        { "ubuntu", SYSTEM_LINUX, 1910, 1810 },
        { "ventura", SYSTEM_MACOS, 0, 0 },
        { "voidlinux", SYSTEM_LINUX, NEVER, NEVER },
        { "w10", SYSTEM_WINDOWS, NEVER, NEVER },
        { "w11", SYSTEM_WINDOWS, NEVER, NEVER },
        { "win", SYSTEM_WINDOWS, NEVER, NEVER },
        { "windows", SYSTEM_WINDOWS, NEVER, NEVER },
        { "windowsserver", SYSTEM_WINDOWS, NEVER, NEVER },
        { "winserver", SYSTEM_WINDOWS, NEVER, NEVER },
        { "winxp", SYSTEM_WINDOWS, NEVER, NEVER },
};

static const struct {
        const char *word;
        Tristate is_64bit;
} processors[] = {
        { "x86_64", TRISTATE_YES },
        { "amd64", TRISTATE_YES },
        { "x64", TRISTATE_YES },
        { "64bit", TRISTATE_YES },
        { "64-bit", TRISTATE_YES },
        { "w11", TRISTATE_YES },
        { "i386", TRISTATE_NO },
        { "i486", TRISTATE_NO },
        { "i586", TRISTATE_NO },
        { "i686", TRISTATE_NO },
        { "32bit", TRISTATE_NO },
        { "32-bit", TRISTATE_NO },
        { "winxp", TRISTATE_NO },
};

/* The last occurrence as a separate word, or before digits. */
static const char *find_last(const char *text, const char *word, bool digits) {
        size_t n = strlen(word);
        const char *last = NULL;

        for (const char *at = text; (at = strcasestr(at, word)); at++)
                if ((at == text || !isalnum((unsigned char) at[-1])) && !isalpha((unsigned char) at[n]) &&
                                (digits || !isdigit((unsigned char) at[n])))
                        last = at;
        return last;
}

/* "22.04", "2204", "12", "2k19", "2022"; 0: none. The minor part: two digits after a dot, or two more. */
static uint32_t version_behind(const char *text, bool windows) {
        uint32_t major = 0, minor = 0;
        size_t n = 0;

        while (*text && strchr(" -_./", *text) && n++ < 2)
                text++;
        if (windows && strncasecmp(text, "server", 6) == 0)
                for (text += 6; *text && strchr(" -_.", *text);)
                        text++;
        for (n = 0; n < 6 && isdigit((unsigned char) text[n]); n++)
                major = major * 10 + (uint32_t) (text[n] - '0');
        text += n;
        if (windows && n == 1 && major == 2 && (*text == 'k' || *text == 'K')) {
                for (major = 0, text++; isdigit((unsigned char) *text) && major < 1000; text++)
                        major = major * 10 + (uint32_t) (*text - '0');
                major += 2000;
        } else if (n == 4 && !windows && major / 100 < 100 && (major % 100 == 4 || major % 100 == 10))
                return major; /* 2204 */
        if (n > 0 && strchr(".-_", *text) && *text && isdigit((unsigned char) text[1]))
                for (text++, n = 0; n < 2 && isdigit((unsigned char) text[n]); n++)
                        minor = minor * 10 + (uint32_t) (text[n] - '0');
        return major * 100 + minor;
}

/* Windows 11 and servers since 2008 R2 are 64-bit only; those before 2001 and XP (almost always) 32-bit. */
static Tristate windows_64bit(uint32_t version, const char *text) {
        uint32_t major = version / 100;

        if (major == 11 || (major >= 2012 && major < 2100) || (major == 2008 && strcasestr(text, "r2")))
                return TRISTATE_YES;
        return major == 95 || major == 98 || major == 2000 ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static Tristate reached(uint32_t version, uint32_t from) {
        if (from == 0)
                return TRISTATE_YES;
        return from == NEVER || version == 0 ? TRISTATE_UNKNOWN : tristate(version >= from);
}

static const Product *find_product(const char *text, const char **ret) {
        const Product *found = NULL;

        for (size_t i = 0; i < ELEMENTS(products); i++) {
                const char *at = find_last(text, products[i].name, true);
                const size_t n = strlen(products[i].name);
                bool alone = n > 2 || (at && version_behind(at + n, false) > 0);

                /* The last one named; for "centos" and "centos-stream" the longer. */
                if (!at || !alone ||
                                (found && (at < *ret || (at == *ret && strlen(found->name) > strlen(products[i].name)))))
                        continue;
                found = &products[i];
                *ret = at;
        }
        return found;
}

static Tristate find_processor(const char *text) {
        for (size_t i = 0; i < ELEMENTS(processors); i++)
                if (find_last(text, processors[i].word, false))
                        return processors[i].is_64bit;
        return TRISTATE_UNKNOWN;
}

void guest_system_from_text(GuestSystem *system, const char *source, const char *text) {
        const char *at = NULL;
        const Product *product = find_product(text, &at);
        Tristate is_64bit = find_processor(text);
        char words[sizeof(system->source)];
        uint32_t version = 0;

        snprintf(words, sizeof(words), "%s %s", source, text);
        if (!product) {
                guest_system_set(system, SYSTEM_UNKNOWN, is_64bit, words);
                return;
        }
        version = version_behind(at + strlen(product->name), product->family == SYSTEM_WINDOWS);
        if (is_64bit == TRISTATE_UNKNOWN && product->family == SYSTEM_WINDOWS)
                is_64bit = windows_64bit(version, at);
        else if (is_64bit == TRISTATE_UNKNOWN && reached(version, product->only_64bit) == TRISTATE_YES)
                is_64bit = TRISTATE_YES;
        if (system->family == SYSTEM_UNKNOWN && product->family == SYSTEM_LINUX) {
                Tristate is_new = reached(version, product->new_kernel);

                if (is_new != TRISTATE_UNKNOWN)
                        system->old_linux = tristate(is_new == TRISTATE_NO);
        }
        guest_system_set(system, product->family, is_64bit, words);
}
