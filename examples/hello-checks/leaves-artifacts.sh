#!/bin/sh
# Whatever lies in $ASSAY_ARTIFACTS at the end is kept and linked from the execution's page.
set -eu
hello --help >"$ASSAY_ARTIFACTS/help.txt"
mkdir "$ASSAY_ARTIFACTS/report"
cat >"$ASSAY_ARTIFACTS/report/greeting.svg" <<SVG
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 60"><text x="12" y="38" font-size="24">$(hello)</text></svg>
SVG
dpkg -L hello >"$ASSAY_ARTIFACTS/report/files.txt"
assay-result help passed --artifact help.txt lines="$(wc -l <"$ASSAY_ARTIFACTS/help.txt")"
assay-result files info --note "$(wc -l <"$ASSAY_ARTIFACTS/report/files.txt") files are installed" --artifact report/files.txt
