#!/bin/sh
# The first bytes of the disk are its file system, not what the wrecker wrote.
set -eu
test "$(dd if=/dev/vda bs=1024 skip=1 count=1 2>/dev/null | od -An -tx2 -j56 -N2 | tr -d ' ')" = ef53
hello
touch /usr/share/it-is-writable
