#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 400
# Mode preserve on an SMMUv3 that has stage 2 only. The SMMUv3 of QEMU before version 9 has stage 1 only.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

[[ " ${targets[*]} " == *" smmuv3 "* ]] || skip "no SMMUv3 among the targets: ${targets[*]}"
use smmuv3-s2
run probe -t smmuv3-s2 -p "$smoke" -k "$series"
[ "$rc" -ne 4 ] || skip "$(sed -n 's/^lubench: //p' "$work/probe.txt")"
TEST_TARGETS=smmuv3-s2 exec "$TOP/tests/emulated/preserve.sh"
