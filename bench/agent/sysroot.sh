#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The libraries that the agent is linked with, for an ARCH that is not this machine's: extracted from its
# Debian packages into the cache, so that no foreign architecture has to be added to this machine.
# Prints the directory, with include/ and lib/ in it.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/../../kernel/lib.sh"

suite=bookworm
arch_table "${ARCH:?}"
dir=$LUBENCH_CACHE/sysroot/$ARCH
lock "$dir.lock"
if [ ! -e "$dir/lib/libbpf.a" ]; then
	note "fetching the agent's libraries for $ARCH from Debian $suite"
	rm -rf "$dir.new"
	mkdir -p "$dir.new"/{include,lib}
	extract_packages "$suite" "$dir.new/root.tar" libjansson-dev,libbpf-dev,libelf-dev,zlib1g-dev
	tar -x -C "$dir.new/include" --strip-components=3 -f "$dir.new/root.tar" ./usr/include/{jansson{,_config}.h,bpf}
	tar -x -C "$dir.new/lib" --strip-components=4 -f "$dir.new/root.tar" "./usr/lib/${CROSS%-}"/lib{jansson,bpf,elf,z}.a
	rm -rf "$dir" "$dir.new/root.tar"
	mv "$dir.new" "$dir"
fi
echo "$dir"
