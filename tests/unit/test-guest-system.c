/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "guest/system.h"

#define NO TRISTATE_NO
#define YES TRISTATE_YES
#define OPEN TRISTATE_UNKNOWN

/* Ids as the osinfo database has them; names as people give them. Which kernel and which architectures a release came with is
 * from its release notes: Ubuntu 18.04 has 4.15 and 19.10 is the first without i386, Debian 9 has 4.9 and 13 the first
 * without, RHEL 7 (3.10) came for x86_64 only, SLES 15 SP1 has 4.12, Fedora 28 has 4.16 and 31 is the first without i686;
 * Windows 11 and servers since 2008 R2 are 64-bit. */
static const struct {
        const char *text;
        SystemFamily family;
        Tristate is_64bit, old_linux;
} texts[] = {
        { "http://ubuntu.com/ubuntu/22.04", SYSTEM_LINUX, YES, NO },
        { "http://ubuntu.com/ubuntu/18.04", SYSTEM_LINUX, OPEN, YES },
        { "http://debian.org/debian/12", SYSTEM_LINUX, OPEN, NO },
        { "http://debian.org/debian/9", SYSTEM_LINUX, OPEN, YES },
        { "http://redhat.com/rhel/7.9", SYSTEM_LINUX, YES, YES },
        { "http://redhat.com/rhel/9-unknown", SYSTEM_LINUX, YES, NO },
        { "http://centos.org/centos-stream/9", SYSTEM_LINUX, YES, NO },
        { "http://fedoraproject.org/fedora/39", SYSTEM_LINUX, YES, NO },
        { "http://suse.com/sle/15.1", SYSTEM_LINUX, YES, YES },
        { "http://suse.com/sle/15.5", SYSTEM_LINUX, YES, NO },
        { "http://archlinux.org/archlinux/rolling", SYSTEM_LINUX, YES, NO },
        { "http://libosinfo.org/linux/2022", SYSTEM_LINUX, OPEN, NO },
        { "http://libosinfo.org/linux/2016", SYSTEM_LINUX, OPEN, YES },
        { "http://microsoft.com/win/11", SYSTEM_WINDOWS, YES, OPEN },
        { "http://microsoft.com/win/10", SYSTEM_WINDOWS, OPEN, OPEN },
        { "http://microsoft.com/win/2k19", SYSTEM_WINDOWS, YES, OPEN },
        { "http://microsoft.com/win/2k8r2", SYSTEM_WINDOWS, YES, OPEN },
        { "http://microsoft.com/win/2k8", SYSTEM_WINDOWS, OPEN, OPEN },
        { "http://microsoft.com/win/2k", SYSTEM_WINDOWS, NO, OPEN },
        { "http://apple.com/macosx/10.7", SYSTEM_MACOS, YES, OPEN },
        { "http://freebsd.org/freebsd/14.0", SYSTEM_OTHER, OPEN, OPEN },
        { "win11", SYSTEM_WINDOWS, YES, OPEN },
        { "Windows 11 Pro", SYSTEM_WINDOWS, YES, OPEN },
        { "gaming-w11", SYSTEM_WINDOWS, YES, OPEN },
        { "windows-server-2022", SYSTEM_WINDOWS, YES, OPEN },
        { "WindowsServer2019", SYSTEM_WINDOWS, YES, OPEN },
        { "windows10", SYSTEM_WINDOWS, OPEN, OPEN },
        { "winxp", SYSTEM_WINDOWS, NO, OPEN },
        { "win98se", SYSTEM_WINDOWS, NO, OPEN },
        { "ubuntu2204", SYSTEM_LINUX, YES, NO },
        { "ubuntu-22.04-gpu", SYSTEM_LINUX, YES, NO },
        { "ubuntu_16_04", SYSTEM_LINUX, OPEN, YES },
        { "debian-12.5.0-amd64-netinst.iso", SYSTEM_LINUX, YES, NO },
        { "debian-11-i386", SYSTEM_LINUX, NO, NO },
        { "centos7", SYSTEM_LINUX, YES, YES },
        { "macOS-Sonoma", SYSTEM_MACOS, YES, OPEN },
        { "pfSense", SYSTEM_OTHER, YES, OPEN },
        { "build-x86_64", SYSTEM_UNKNOWN, YES, OPEN },
        /* None of these is a system. */
        { "", SYSTEM_UNKNOWN, OPEN, OPEN },
        { "vm1", SYSTEM_UNKNOWN, OPEN, OPEN },
        { "winston", SYSTEM_UNKNOWN, OPEN, OPEN },
        { "darwin", SYSTEM_UNKNOWN, OPEN, OPEN },
        { "research", SYSTEM_UNKNOWN, OPEN, OPEN },
        { "search-w1", SYSTEM_UNKNOWN, OPEN, OPEN },
        { "i3860", SYSTEM_UNKNOWN, OPEN, OPEN },
        { "old", SYSTEM_UNKNOWN, OPEN, OPEN },
        { "99999999999999999999", SYSTEM_UNKNOWN, OPEN, OPEN },
};

static void test_text(void **state) {
        for (size_t i = 0; i < ELEMENTS(texts); i++) {
                GuestSystem system = {};

                guest_system_from_text(&system, "the name", texts[i].text);
                if (system.family != texts[i].family || system.is_64bit != texts[i].is_64bit ||
                                system.old_linux != texts[i].old_linux)
                        fail_msg("%s: family %d, 64-bit %d, old %d", texts[i].text, (int) system.family,
                                        (int) system.is_64bit, (int) system.old_linux);
        }
}

/* The surer source comes first and stays. */
static void test_first_counts(void **state) {
        GuestSystem system = {};

        guest_system_from_text(&system, "libosinfo id", "http://debian.org/debian/12");
        guest_system_from_text(&system, "the name", "win11");
        assert_int_equal(system.family, SYSTEM_LINUX);
        assert_int_equal(system.old_linux, TRISTATE_NO);
        assert_string_equal(system.source, "libosinfo id http://debian.org/debian/12");
        system = (GuestSystem){};
        guest_system_from_text(&system, "the name", "\x1b[2J-win11");
        assert_string_equal(system.source, "the name \\x1b[2J-win11");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_text),
                cmocka_unit_test(test_first_counts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
