#!/bin/sh
# Leaves ten gigabytes of nothing, and something small.
truncate -s 10G "$ASSAY_ARTIFACTS/giant"
echo small >"$ASSAY_ARTIFACTS/small"
