#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A fio and the headers that an external engine for exactly this fio is built with:
#   build.sh         for the emulated targets of ARCH: the pinned source, few features, no libraries
#   build.sh host    for the fio that is installed on this machine: its source, headers only
# Prints the directory, fio/ARCH or fio/host in the cache, with include/ and, for a guest, fio in it.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/../../kernel/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=workloads/fio/fio.env
. "$here/fio.env"

what=${1:-guest}
cache=$LUBENCH_CACHE/fio

# fetch SUITE VERSION DIR: the source package, unpacked into DIR/tree. apt checks the signature of the
# index and, against it, what it loads; dpkg-source what the .dsc says.
fetch() {
	local dir=$3 dsc=$3/fio_${2#*:}.dsc
	command -v dpkg-source >/dev/null || die "dpkg-source: missing; run: make deps"
	need_space "$dir" 150 "fio"
	note "fetching the source of fio $2 from Debian $1"
	private_apt "$cache/apt-$1" deb-src "$1"
	(cd "$dir" && apt-get -qq source --download-only "fio=$2" >/dev/null) || return 1
	[ -z "${4:-}" ] || [ "$(sha "$dsc")" = "$4" ] ||
		die "$dsc: checksum differs from workloads/fio/fio.env; move the pin or look who changed it"
	dpkg-source --no-check -x "$dsc" "$dir/tree" >"$dir/unpack.log" 2>&1 ||
		die "$dsc: unpacking failed; see $dir/unpack.log"
}

# configure DIR OPTION...: in DIR/tree
configure() {
	local dir=$1
	shift
	(cd "$dir/tree" && CROSS_COMPILE=$CROSS ./configure "$@" >"$dir/configure.log" 2>&1) ||
		die "fio: configure failed; see $dir/configure.log"
}

# headers DIR: everything that an engine includes
headers() {
	mkdir -p "$1/include"
	(cd "$1/tree" && find . -name '*.h' -print0 | tar -c --null -T - ) | tar -x -C "$1/include"
}

# Features that configure finds but cannot be told to leave out: each needs a library that the guest
# does not have.
without='ZLIB|LIBAIO|VALGRIND_DEV|LIBZBC|LIBBLKIO'

build_guest() { # DIR
	local dir=$1 needed
	fetch "$FIO_SUITE" "$FIO_VERSION" "$dir" "$FIO_DSC_SHA256" ||
		die "fio $FIO_VERSION is not in $FIO_SUITE any more; move the pin in workloads/fio/fio.env"
	configure "$dir" --disable-numa --disable-rdma --disable-rados --disable-rbd \
		--disable-http --disable-gfapi --disable-libnfs --disable-pmem --disable-native --disable-libzbc \
		--disable-tcmalloc --disable-xnvme --disable-dfs --disable-lex --disable-shm
	sed -i -E "/CONFIG_($without)\b/d" "$dir/tree/config-host.h" "$dir/tree/config-host.mak"
	sed -i -E '/^LIBS/s/ -l(z|aio)\b//g' "$dir/tree/config-host.mak"
	note "building fio $FIO_VERSION for $ARCH (log: $dir/build.log)"
	MAKEFLAGS='' make -C "$dir/tree" -j "${JOBS:-$(nproc)}" fio >"$dir/build.log" 2>&1 ||
		die "fio: the build failed; see $dir/build.log"
	"${CROSS}strip" -o "$dir/fio" "$dir/tree/fio"
	# The guest has the C library and no more.
	needed=$("${CROSS}readelf" -d "$dir/fio" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		grep -vE '^(lib(c|m|mvec|dl|rt|pthread)\.so|ld-linux)' || :)
	[ -z "$needed" ] || die "fio needs ${needed//$'\n'/ }, which no guest has; leave the feature out in $0"
	headers "$dir"
	rm -rf "$dir/tree"
}

# An engine shares fio's structures with it, and none of their fields hangs on a library that was found or
# not (the one union that does ends struct io_u, and its longest member is the C library's). So nothing but
# the version must be the same; fio itself compares FIO_IOOPS_VERSION when it loads the engine.
build_host() { # DIR
	local dir=$1 version suite
	if [ -n "${FIO_SRC:-}" ]; then
		[ -e "$FIO_SRC/config-host.h" ] || die "FIO_SRC=$FIO_SRC: no config-host.h; run ./configure there"
		cp -a "$FIO_SRC" "$dir/tree"
	else
		version=$(dpkg-query -W -f '${Version}' fio)
		for suite in $host_suites; do
			# In a shell of its own: that a suite cannot be had is not the end.
			(fetch "$suite" "${version%+b[0-9]*}" "$dir") 2>>"$dir/fetch.log" && break
		done
		[ -d "$dir/tree" ] ||
			die "the source of fio $version is in none of $host_suites ($dir/fetch.log); use FIO_SRC=DIR, the tree it was built from"
		configure "$dir" --disable-native --prefix=/usr
	fi
	headers "$dir"
	rm -rf "$dir/tree"
}

# What decides the result
key() {
	case $what in
	guest) sha "$here/build.sh" "$here/fio.env" && "${CROSS}gcc" --version | head -n 1 ;;
	host)
		sha "$here/build.sh"
		if [ -n "${FIO_SRC:-}" ]; then sha "$FIO_SRC"/*.h; else dpkg-query -W fio; fi
		;;
	esac | sha256sum | cut -c1-12
}

case $what in
guest)
	ARCH=${ARCH:-$(uname -m)}
	name=$ARCH
	;;
host)
	ARCH=$(uname -m)
	command -v fio >/dev/null || die "no fio on this machine; run: apt-get install fio"
	[ -n "${FIO_SRC:-}" ] || dpkg-query -S "$(command -v fio)" >/dev/null 2>&1 ||
		die "$(command -v fio) is of no Debian package; use FIO_SRC=DIR, the tree it was built from"
	host_suites="$(. /etc/os-release && echo "${VERSION_CODENAME:-}") bookworm trixie sid"
	name=host
	;;
*) die "$0 $what: use no argument, or host" ;;
esac

arch_table "$ARCH"
lock "$cache/.lock"
dir=$cache/$name-$(key)
if [ ! -e "$dir" ]; then
	rm -rf "$dir.new"
	mkdir -p "$dir.new"
	"build_$what" "$dir.new"
	mv "$dir.new" "$dir"
fi
ln -sfn "$(basename "$dir")" "$cache/$name.new"
mv -T "$cache/$name.new" "$cache/$name"
find "$cache" -mindepth 1 -maxdepth 1 -name "$name-*" ! -path "$dir" -exec rm -rf {} +
echo "$cache/$name"
