#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# Every fault at every step; `make test-faults` shows each of them.
set -eu
exec "$TOP/build/tests/faults/matrix" "$TOP/build/lubench" "$TOP/build/tests/faults/shim.so"
