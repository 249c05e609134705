/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/class-xen.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "fleet/class-parts.h"
#include "probe/cleanup.h"
#include "probe/grow.h"
#include "profile/assignment.h"

#define NOTHING "-"

/* What the rules for guests of Xen read of it; whether a device can be assigned stands for HVM's passthrough. */
static const size_t states[] = {
        offsetof(ProfileXen, hvm),
        offsetof(ProfileXen, hap),
        offsetof(ProfileXen, shadow),
        offsetof(ProfileXen, passthrough_hvm),
        offsetof(ProfileXen, passthrough_pv),
        offsetof(ProfileXen, shared_page_tables),
        offsetof(ProfileXen, guest_la57),
};

static Fact *state_of(const ProfileXen *xen, size_t i) {
        return (Fact *) ((char *) xen + states[i]);
}

static char letter(Tristate state) {
        return state == TRISTATE_UNKNOWN ? 'u' : state == TRISTATE_YES ? 'y' : 'n';
}

/* Up to a blank, which separates words. */
static void put_word(Text *text, const char *word) {
        if (!*word || *word == CLASS_WORD)
                text_put(text, NOTHING);
        for (; *word && *word != CLASS_WORD && *word != CLASS_LINE; word++)
                text_put_char(text, *word);
        text_put_char(text, CLASS_WORD);
}

static void put_regions(Text *text, const ProfileXen *xen) {
        _cleanup_(text_lines_done) TextLines lines = {};

        for (size_t i = 0; i < xen->n_reserved; i++) {
                text_put_number(&lines.text, xen->reserved[i].start, 16);
                text_put_char(&lines.text, '-');
                text_put_number(&lines.text, xen->reserved[i].end, 16);
                text_lines_end(&lines);
        }
        text_put_lines(text, "Y ", &lines);
}

/* "dom0 pv 4.17.5 none yyynnnn": role, type of the domain, version, reason of the regions, states. */
void class_put_xen(Text *text, const Profile *host) {
        const ProfileXen *xen = &host->xen;

        if (xen->role == XEN_ROLE_NONE)
                return;
        text_put(text, "X ");
        put_word(text, xen_role_to_string(xen->role));
        put_word(text, xen_domain_type_to_string(xen->domain_type));
        put_word(text, xen->version);
        put_word(text, reason_to_string(xen->reserved_reason));
        for (size_t i = 0; i < ELEMENTS(states); i++) {
                const Fact *fact = state_of(xen, i);

                if (states[i] == offsetof(ProfileXen, passthrough_hvm) && xen->role == XEN_ROLE_CONTROL)
                        text_put_char(text, letter(assignment_of(host).possible));
                else
                        text_put_char(text,
                                        letter(fact_known(fact) ? tristate(fact->value) : TRISTATE_UNKNOWN));
        }
        text_put_char(text, CLASS_LINE);
        put_regions(text, xen);
}

/* ── read ────────────────────────────────────────────────────────────────────────────────────────────────── */

static bool take_word(Cursor *line, char *ret, size_t size) {
        if (!cursor_take_text(line, CLASS_WORD, ret, size))
                return false;
        if (strcmp(ret, NOTHING) == 0)
                *ret = 0;
        return true;
}

static bool take_number(Cursor *line, const Words *words, unsigned *ret) {
        char word[32];
        int value;

        if (!take_word(line, word, sizeof(word)))
                return false;
        value = *word ? words_find(words, word) : 0;
        *ret = value < 0 ? 0 : (unsigned) value;
        return value >= 0;
}

int class_read_xen(Cursor line, ProfileXen *xen) {
        unsigned role, type, reason;

        if (!take_number(&line, &xen_role_words, &role) || role == XEN_ROLE_NONE ||
                        !take_number(&line, &xen_domain_type_words, &type) ||
                        !take_word(&line, xen->version, sizeof(xen->version)) ||
                        !take_number(&line, &reason_words, &reason) ||
                        line.end - line.at != (ptrdiff_t) ELEMENTS(states))
                return -EINVAL;
        xen->role = (XenRole) role;
        xen->domain_type = (XenDomainType) type;
        xen->reserved_reason = (Reason) reason;
        xen->command_line_reason = REASON_NOT_APPLICABLE;
        for (size_t i = 0; i < ELEMENTS(states); i++) {
                char c = line.at[i];

                if (c != 'y' && c != 'n' && c != 'u')
                        return -EINVAL;
                *state_of(xen, i) = c == 'u'
                                ? (Fact){ .reason = REASON_XEN }
                                : (Fact){ .provenance = PROVENANCE_MEASURED, .value = c == 'y' };
        }
        return 0;
}

int class_read_xen_region(Cursor line, ProfileXen *xen) {
        ProfileXenRegion *grown = grow(xen->reserved, xen->n_reserved, sizeof(*grown)), region = {};

        if (!grown)
                return -ENOMEM;
        xen->reserved = grown;
        if (!cursor_number(&line, 16, &region.start) || !cursor_char(&line, '-') ||
                        !cursor_number(&line, 16, &region.end) || line.at != line.end ||
                        region.start > region.end)
                return -EINVAL;
        grown[xen->n_reserved++] = region;
        return 0;
}
