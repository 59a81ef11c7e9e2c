#!/bin/sh
# Prints the first Python found that is new enough for Pillarbox (3.11); prints nothing if none is.
for name in python3 python3.13 python3.12 python3.11 /usr/bin/python3 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$name"
        exit 0
    fi
done
exit 1
