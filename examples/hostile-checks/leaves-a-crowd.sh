#!/bin/sh
# Leaves more files than anybody counts, where memory takes them faster than a disk would.
exec perl -e '
  for my $folder (1 .. 110) {
    mkdir "$ENV{ASSAY_ARTIFACTS}/$folder" or exit 0;
    for my $file (1 .. 1000) { open my $new, ">", "$ENV{ASSAY_ARTIFACTS}/$folder/$file" or exit 0 }
  }'
