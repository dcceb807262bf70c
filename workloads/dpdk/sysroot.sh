#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The DPDK that the forwarder is linked with, for ARCH: the static libraries and headers of one pinned
# Debian suite, extracted into the cache. Only the named packages are fetched: those that libdpdk-dev
# depends on are some 200, and none of them is needed to link what the forwarder uses.
# Prints the directory.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/../../kernel/lib.sh"

suite=bookworm
packages="libdpdk-dev libnuma-dev libbsd-dev libmd-dev"
arch_table "${ARCH:?}"
dir=$LUBENCH_CACHE/sysroot/$ARCH-dpdk-$suite

# The hook runs apt with the lists of the suite and of the architecture; a file there is not installed.
fetch() { # DIR
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg as_root=() mode=root
	[ -f "$keyring" ] || die "$keyring: missing; run: make deps"
	[ "$(id -u)" = 0 ] || as_root=(fakeroot) mode=chrootless
	# shellcheck disable=SC2016 # mmdebstrap's shell expands it
	FETCH_TO=$1 FETCH="$packages" "${as_root[@]}" mmdebstrap --quiet --variant=extract --mode=$mode --format=null \
		--architectures="$DEBARCH" --extract-hook='cd "$FETCH_TO" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq download $FETCH' \
		"$suite" - "deb [signed-by=$keyring] $(debian_mirror) $suite main" >&2 ||
		die "mmdebstrap could not fetch $packages from $suite; check the network or set LUBENCH_MIRROR=URL"
}

mkdir -p "$LUBENCH_CACHE/sysroot"
lock "$dir.lock"
if [ ! -e "$dir/version" ]; then
	need_space "$LUBENCH_CACHE" 150 "DPDK for $ARCH"
	note "fetching DPDK for $ARCH from Debian $suite"
	rm -rf "$dir" "$dir.new"
	mkdir -p "$dir.new/deb"
	fetch "$dir.new/deb"
	for deb in "$dir.new"/deb/*.deb; do
		dpkg-deb -x "$deb" "$dir.new"
	done
	rm -rf "$dir.new/deb" "$dir.new/usr/share"
	sed -n 's/^Version: //p' "$dir.new/usr/lib/${CROSS%-}/pkgconfig/libdpdk.pc" >"$dir.new/version"
	mv "$dir.new" "$dir"
fi
echo "$dir"
