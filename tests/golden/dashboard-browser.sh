#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# make test-dashboard where there is a browser; how long a page takes is judged there only.
exec "$(dirname "$0")/../dashboard/browser.sh" --maybe
