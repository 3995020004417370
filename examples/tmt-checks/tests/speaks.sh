#!/bin/sh
# Exits with 1 for every language but English: hello has no other without its translations.
[ "$1" = English ]
