#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 120
# No room: said before anything is started. When it ends in the middle no whole line is lost, and --resume
# does the rest.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

disk=$work/disk
mkdir "$disk"
mount -t tmpfs -o size=160k lubench-test "$disk" 2>/dev/null ||
	skip "no right to mount a small file system; a full disk is not tested"
trap 'umount "$disk"' EXIT

name='disk-at-start'
rc=0
"$lubench" run -o "$disk/real" -t "$native" -k "$series" -p "$smoke" >"$work/$name.txt" 2>&1 </dev/null || rc=$?
refused $name 1 'not enough free disk'

name='disk-later'
rc=0
"$lubench" run -o "$disk/fake" -t fake -p "$(small_plan many 40)" >"$work/$name.txt" 2>&1 </dev/null || rc=$?
[ "$rc" -ne 0 ] || fail "$name: a run on a full disk ended well"
grep -q '^lubench: .*No space left' "$work/$name.txt" || { show $name; fail "$name: it does not say why"; }
kept=$(jq -cR 'fromjson? | select(.kind=="sample")' "$disk/fake/samples.jsonl" | wc -l)
[ "$kept" -gt 0 ] || fail "$name: no sample is left"
mount -o remount,size=4m "$disk"
"$lubench" run --resume "$disk/fake" >>"$work/$name.txt" 2>&1 </dev/null ||
	{ show $name; fail "$name: --resume failed"; }
expect "$name: points in the end" "$(grep -c '"kind":"outcome".*"outcome":"ok"' "$disk/fake/samples.jsonl")" 80
ok "$name: $(grep -m 1 'No space left' "$work/$name.txt" | sed "s|$work/||g; s/^lubench: //"); $kept samples kept, --resume did the rest"
