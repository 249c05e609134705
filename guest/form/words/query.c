/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/words/query.h"

#include <string.h>

#include "probe/cleanup.h"

static bool contains(const char *const *names, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(names[i], name) == 0)
                        return true;
        return false;
}

/* "-machine" and "--machine"; NULL: no option. */
static const char *option_name(const char *word) {
        if (word[0] != '-' || !word[1])
                return NULL;
        return word + (word[1] == '-' && word[2] ? 2 : 1);
}

/* "help", "?", "e1000,help", "type=help". */
static bool asks(const char *value) {
        const char *comma = strrchr(value, ','), *last = comma ? comma + 1 : value;
        const char *equals = comma ? NULL : strchr(value, '=');

        if (equals)
                last = equals + 1;
        return strcmp(last, "help") == 0 || strcmp(last, "?") == 0;
}

bool vm_is_query(const VmWord *words, size_t n) {
        static const char *const alone[] = { "h", "help", "version", "audio-help" };
        static const char *const with_help[] = { "M", "accel", "audio", "audiodev", "chardev", "cpu", "d",
                "device", "display", "fsdev", "L", "machine", "net", "netdev", "nic", "object", "soundhw",
                "tpmdev", "trace", "vga", "watchdog" };

        for (size_t i = 0; i < n; i++) {
                const char *name = option_name(words[i].text);

                if (!name)
                        continue;
                if (contains(alone, ELEMENTS(alone), name))
                        return true;
                if (i + 1 < n && contains(with_help, ELEMENTS(with_help), name) && asks(words[++i].text))
                        return true;
        }
        return false;
}

unsigned vm_count_options(const VmWord *words, size_t n) {
        static const char *const names[] = { "M", "accel", "blockdev", "chardev", "cpu", "device", "drive",
                "enable-kvm", "m", "machine", "netdev", "nodefaults", "object", "smp" };
        unsigned found = 0, count = 0;

        for (size_t i = 0; i < n; i++) {
                const char *name = option_name(words[i].text);

                for (size_t j = 0; name && j < ELEMENTS(names); j++)
                        if (strcmp(name, names[j]) == 0)
                                found |= 1U << j;
        }
        for (; found; found &= found - 1)
                count++;
        return count;
}
