/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The only program of a guest: says what Linux sees of the root bus's windows and of every BAR, and powers off. Linked
 * statically, for it is the whole initramfs. */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices"

static void print_file(const char *label, const char *path) {
        FILE *file = fopen(path, "re");
        char line[256];

        while (file && fgets(line, sizeof(line), file))
                printf("%s %s", label, line);
        if (file)
                fclose(file);
}

int main(void) {
        struct dirent *entry;
        DIR *devices;

        mkdir("/proc", 0755);
        mkdir("/sys", 0755);
        mkdir("/dev", 0755);
        if (mount("proc", "/proc", "proc", 0, NULL) || mount("sysfs", "/sys", "sysfs", 0, NULL) ||
                        mount("devtmpfs", "/dev", "devtmpfs", 0, NULL))
                perror("mount");
        /* Of QEMU's virt machine, or of a PC. */
        if (!freopen(access("/dev/ttyAMA0", F_OK) == 0 ? "/dev/ttyAMA0" : "/dev/ttyS0", "w", stdout))
                return 1;
        print_file("iomem", "/proc/iomem");
        devices = opendir(DEVICES);
        while (devices && (entry = readdir(devices))) {
                char path[512], label[300];

                if (entry->d_name[0] == '.')
                        continue;
                snprintf(label, sizeof(label), "device %s", entry->d_name);
                snprintf(path, sizeof(path), DEVICES "/%s/vendor", entry->d_name);
                print_file(label, path);
                snprintf(label, sizeof(label), "resource %s", entry->d_name);
                snprintf(path, sizeof(path), DEVICES "/%s/resource", entry->d_name);
                print_file(label, path);
        }
        printf("complete\n");
        fflush(stdout);
        tcdrain(STDOUT_FILENO);
        reboot(RB_POWER_OFF);
        return 0;
}
