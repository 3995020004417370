#!/bin/sh
# An honest failure, with a reason that a person can read.
said=$(LC_ALL=tlh LANGUAGE=tlh hello)
if [ "$said" = 'nuqneH, qo’!' ]; then
  assay-result klingon passed
else
  assay-result klingon failed --note "asked for Klingon, hello said: $said" said="$said"
fi
