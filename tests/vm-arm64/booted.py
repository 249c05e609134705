"""A host that has booted, and what was asked of it before its devices went to vfio-pci and after."""
import json

import hosts
import kernel

BIND = f"""
modprobe -a vfio-pci vfio_iommu_type1 2>/dev/null
for device in {hosts.NIC} {hosts.TESTDEV}; do
        path=/sys/bus/pci/devices/$device
        if [ -e $path/driver ]; then echo $device >$path/driver/unbind; fi
        echo vfio-pci >$path/driver_override
        echo $device >/sys/bus/pci/drivers_probe
done
"""


class Booted:
    def __init__(self, host, machine):
        self.host, self.machine = host, machine
        self.log = machine.kernel_log()
        self.interrupts = machine.output("cat /sys/kernel/irq/*/chip_name")
        self.before = self.describe()
        self.status = machine.output("hawctl --local status")
        machine.output(BIND)
        self.judged = {line["device"]: line for line in
                       map(json.loads, machine.output(f"judge {hosts.NIC} {hosts.TESTDEV}").splitlines())}
        self.groups = kernel.groups(machine)
        self.after = self.describe()

    def describe(self):
        return json.loads(self.machine.output("hawctl --local describe --json=short", 120))
