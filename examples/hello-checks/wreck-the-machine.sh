#!/bin/sh
# Overwrites the disk under the running system, then makes the kernel panic. Its machine is lost, and only that.
echo 'wiping the disk'
dd if=/dev/zero of=/dev/vda bs=1M count=64 oflag=direct 2>&1
echo 'and panicking'
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
