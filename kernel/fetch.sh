#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Fetch and verify the base kernel's source package; prints its path. What was really used is
# written to base.used in the cache: the pin, or the newest point release when the pin is gone.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=kernel/base.env
. "$KDIR/base.env"

apt_dir=$LUBENCH_CACHE/apt
used=$LUBENCH_CACHE/base.used

deb_path() { echo "$apt_dir/${BASE_PACKAGE}_${1}_all.deb"; }

verified() {
	[ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$2" ]
}

record() { # VERSION SHA256 PINNED
	printf '%s\n' "BASE_SUITE=$BASE_SUITE" "BASE_PACKAGE=$BASE_PACKAGE" "BASE_VERSION=$1" \
		"BASE_SHA256=$2" "BASE_PINNED=$3" >"$used.new"
	if cmp -s "$used.new" "$used"; then rm "$used.new"; else mv "$used.new" "$used"; fi
	deb_path "$1"
}

download() { # VERSION
	need_space "$apt_dir" 200 "the kernel source package"
	note "fetching $BASE_PACKAGE $1 (170 MB)"
	(cd "$apt_dir" && apt-get -q download "$BASE_PACKAGE=$1" >&2) ||
		die "$BASE_PACKAGE $1: download failed; check the network and run it again"
	# apt writes the version's colons and tildes in its own way
	local got
	got=$(find "$apt_dir" -maxdepth 1 -newer "$APT_CONFIG" -name "${BASE_PACKAGE}_*_all.deb" -print -quit)
	[ "$got" = "$(deb_path "$1")" ] || [ -z "$got" ] || mv "$got" "$(deb_path "$1")"
}

# offered: the versions of this kernel series that the suite holds and their checksums, newest last
offered() {
	apt-cache show "$BASE_PACKAGE" 2>/dev/null | awk -v want="${BASE_PACKAGE#linux-source-}." '
		$1 == "Version:" { v = $2 }
		$1 == "SHA256:" && index(v, want) == 1 { print v, $2 }' | sort -V
}


lock "$apt_dir.lock"
pinned_deb=$(deb_path "$BASE_VERSION")
if verified "$pinned_deb" "$BASE_SHA256"; then
	record "$BASE_VERSION" "$BASE_SHA256" yes
	exit
fi
# an earlier run found the pin gone: stay with what it took
if [ -f "$used" ] && grep -qxF "BASE_PACKAGE=$BASE_PACKAGE" "$used" && grep -qxF BASE_PINNED=no "$used"; then
	instead=$(sed -n 's/^BASE_VERSION=//p' "$used")
	if verified "$(deb_path "$instead")" "$(sed -n 's/^BASE_SHA256=//p' "$used")"; then
		deb_path "$instead"
		exit
	fi
fi

private_apt "$apt_dir" deb "$BASE_SUITE"
if offered | cut -d' ' -f1 | grep -xF "$BASE_VERSION" >/dev/null; then
	download "$BASE_VERSION"
	verified "$pinned_deb" "$BASE_SHA256" ||
		die "$pinned_deb: checksum differs from kernel/base.env; remove the file and run it again"
	record "$BASE_VERSION" "$BASE_SHA256" yes
	exit
fi
read -r version sum < <(offered | tail -n 1) || :
[ -n "${version:-}" ] ||
	die "$BASE_SUITE holds no $BASE_PACKAGE any more; use your own tree with KSRC=DIR, or move the pin in kernel/base.env"
note "$BASE_PACKAGE $BASE_VERSION is gone from $BASE_SUITE; using $version instead (see $used)"
download "$version"
verified "$(deb_path "$version")" "$sum" ||
	die "$(deb_path "$version"): checksum differs from the signed index; remove the file and run it again"
record "$version" "$sum" no
