#!/bin/bash
# Leaves all that is no plain file of a plain name.
cd "$ASSAY_ARTIFACTS" || exit
ln -s /etc/passwd link
ln -s ../../../../etc/shadow 'link out'
ln -s / root
mkfifo pipe
mknod device c 1 5
echo twice >one && ln one two
echo x >$'new\nline'
echo x >$'escape\033[2J'
echo x >$'no utf-8 \377\376'
mkdir -p 'a/.../b' && echo x >'a/.../b/...'
echo good >good
rm -f "$ASSAY_RESULTS"
mkfifo "$ASSAY_RESULTS"
