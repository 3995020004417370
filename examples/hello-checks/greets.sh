#!/bin/sh
# The plain case: use the installed package, compare, exit.
set -eu
said=$(hello)
echo "hello said: $said"
test "$said" = 'Hello, world!'
test "$(hello --greeting='Good morning')" = 'Good morning'
