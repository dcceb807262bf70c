#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ccache.sh COMPILER ARG... SOURCE: through ccache, but for a source that takes in a file which the preprocessor does not see.
# In depend mode ccache does not look for that: the image that unpacks itself would have the kernel of another build in it
# whenever both are of the same size.
for source; do :; done
[ -f "$source" ] && grep -q '\.incbin' "$source" && exec "$@"
exec ccache "$@"
