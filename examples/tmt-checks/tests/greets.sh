#!/bin/sh
# What prepare left for all tests, against what this one expects.
[ "$GREETING" = "$EXPECTED" ]
