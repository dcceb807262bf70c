# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shared by golden tests: the top of the tree, the program, a directory of their own, and a line for each thing checked.
# A test ends with `exit $failed`.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck disable=SC2034 # used by tests
top=$PWD
lubench=${LUBENCH:-build/lubench}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# shellcheck disable=SC2034 # used by tests
failed=0

# WHAT holds no $(...): its status would be the one that is looked at.
check() { # WHAT: the last command's status is 0
	if [ $? -eq 0 ]; then
		echo "ok - $1"
		return
	fi
	echo "not ok - $1"
	# shellcheck disable=SC2034 # used by tests
	failed=1
	cat "$tmp/out" "$tmp/err" 2>/dev/null | head -n 40 | sed 's/^/# /'
}

ends() { # STATUS ARG...: lubench ends with that status; what it says is in $tmp/out and $tmp/err
	local want=$1 rc
	shift
	timeout 60 "$lubench" "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc -eq "$want" ] || { echo "# status $rc instead of $want"; return 1; }
}
