#!/bin/sh
# The check begins anew after each reboot, with the mark that it gave.
set -eu
case ${ASSAY_REBOOT_MARK:-} in
'')
  echo 'rebooting'
  assay-reboot back
  ;;
back) hello ;;
esac
