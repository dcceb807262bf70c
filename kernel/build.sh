#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build one selection of the kernel into the cache:
#   build.sh kernel|headers
# Environment: KERNEL=series|series:N|base, KSRC=DIR, ARCH=x86_64, VARIANT=selftest|debug (or a+b).
# The kernel comes to kernels/ARCH-SELECTION[-VARIANT]/, the headers to headers/ARCH-SELECTION/.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/lib.sh"

what=${1:-kernel}
arch=${ARCH:-$(uname -m)}
selection=${KERNEL:-series}
variant=${VARIANT:-}
[ -z "${KSRC:-}" ] || selection=ksrc
arch_table "$arch"
name=$arch-${selection//:/-}
out=$LUBENCH_CACHE/kernels/$name${variant:+-${variant//+/-}}
obj=$LUBENCH_CACHE/obj/$(basename "$out")
release=${selection//:/-}
# shellcheck source=kernel/kbuild.sh
. "$KDIR/kbuild.sh"

# A new object directory starts from the newest finished one: only what differs is compiled again.
seed_objects() {
	[ ! -e "$obj/.config" ] || return 0
	need_space "$LUBENCH_CACHE" 3000 "a kernel build"
	local from
	mkdir -p "$LUBENCH_CACHE/obj"
	from=$(find "$LUBENCH_CACHE/obj" -mindepth 2 -maxdepth 2 -name .lubench-done -path "*/$arch-*" ! -path '*-mock/*' ! -path '*-selftest*' \
		-printf '%T@ %h\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
	rm -rf "$obj" "$obj.new"
	if ! standalone && [ -n "$from" ] && [ "$(cat "$from/.lubench-done")" = "$src" ]; then
		note "starting from the objects of $(basename "$from")"
		cp -a --reflink=auto "$from" "$obj.new"
		rm "$obj.new/.lubench-done"
		mv "$obj.new" "$obj"
		seeded=$from
	fi
	mkdir -p "$obj"
}

# Programs below tools/ are built with absolute paths, so that a copy makes them again, and every object
# depends on objtool: what came out the same gets its old time back.
settle_tools() {
	[ -n "${seeded:-}" ] && [ "$selection" != ksrc ] || return 0
	# Not every architecture has it
	[ -e "$seeded/tools/objtool/objtool" ] || return 0
	kmake -s prepare >"$out/build.log" 2>&1 || return 0
	[ -n "$(clean_git -C "$src" diff --name-only base "$commit" -- tools/objtool tools/lib)" ] ||
		find "$obj/tools" -type f -newer "$seeded/.lubench-done" \
			-exec touch -r "$seeded/tools/objtool/objtool" {} +
}

# Headers come from a small tree of their own, so that they never wait for a kernel that is building.
switch_header_tree() {
	lock "$LUBENCH_CACHE/headers/.lock"
	[ "$selection" != ksrc ] || return 0
	local small=$LUBENCH_CACHE/headers/.linux
	if ! clean_git -C "$small" checkout -q --detach "$commit" 2>/dev/null; then
		rm -rf "$small"
		clean_git -C "$src" worktree prune
		clean_git -C "$src" worktree add -q --no-checkout --detach "$small" "$commit"
		clean_git -C "$small" sparse-checkout set --no-cone '/*' '!/*/' /scripts/ /include/ /usr/ \
			/arch/x86/ /arch/arm64/ /tools/include/
		clean_git -C "$small" checkout -q
	fi
	src=$small
	obj=$LUBENCH_CACHE/headers/.obj-$arch
}

# What decides the result, without unpacking anything. An engineer's own tree always goes through make.
build_key() {
	local n=${selection#series} files=()
	mapfile -t files < <(fragments)
	{
		echo "$selection $arch $variant"
		sha "${files[@]}" "$KDIR/build.sh" "$KDIR/kbuild.sh" "$KDIR/ccache.sh" "$KDIR/base.env"
		cat "$LUBENCH_CACHE/base.used" 2>/dev/null || :
		"${CROSS}gcc" --version | head -n 1
		if [[ $selection == series* ]]; then
			find "$KDIR/series" -maxdepth 1 -name '[0-9]*.patch' ! -name '0000-*' | sort |
				if [ -n "$n" ]; then head -n "${n#:}"; else cat; fi | xargs -r cat | sha256sum
		fi
	} | sha256sum | cut -d' ' -f1
}

fresh() {
	[ "$selection" != ksrc ] && [ -e "$LUBENCH_CACHE/base.used" ] &&
		[ "$(cat "$1" 2>/dev/null)" = "$(build_key)" ]
}

json_field() { # JSON strings hold no control characters here; quotes and backslashes do occur in paths
	printf '"%s":"%s"' "$1" "$(printf %s "$2" | sed 's/[\\"]/\\&/g')"
}

provenance() {
	local patches
	used() { sed -n "s/^$1=//p" "$LUBENCH_CACHE/base.used" 2>/dev/null || :; }
	patches=$(git -C "$src" rev-list --count base..HEAD 2>/dev/null || echo 0)
	printf '{%s,%s,%s,"base":{%s,%s,%s,%s},"series":{"patches":%s,%s},%s,%s,%s,%s}\n' \
		"$(json_field selection "$selection")" "$(json_field arch "$arch")" "$(json_field variant "$variant")" \
		"$(json_field package "$(used BASE_PACKAGE)")" "$(json_field version "$(used BASE_VERSION)")" \
		"$(json_field sha256 "$(used BASE_SHA256)")" "$(json_field pinned "$(used BASE_PINNED)")" \
		"$patches" "$(json_field commit "$commit")" \
		"$(json_field release "$(cat "$obj/include/config/kernel.release")")" \
		"$(json_field build_id "$(cat "$out/build-id")")" \
		"$(json_field config_sha256 "$(sha "$out/config")")" \
		"$(json_field compiler "$("${CROSS}gcc" --version | head -n 1)")"
}

build_kernel() {
	if fresh "$out/key"; then
		note "kernel $(basename "$out") is up to date"
		return
	fi
	source_tree
	switch_tree
	seed_objects
	configure
	mkdir -p "$out"
	rm -f "$out/key" "$obj/.lubench-done"
	note "building kernel $(basename "$out") in $obj (log: $out/build.log)"
	settle_tools
	kmake "$(basename "$KIMAGE")" vmlinux 2>&1 | "$KDIR/progress.sh" "$KOBJECTS" "$out/build.log" "${arch%%_*}" || {
		grep -nE 'error:|Error [0-9]|undefined reference|\*\*\*' "$out/build.log" | head -n 20 >&2 || :
		die "the kernel build failed; the whole log is $out/build.log"
	}
	install -m 644 "$obj/$KIMAGE" "$out/$(basename "$KIMAGE")"
	install -m 644 "$obj/System.map" "$out/System.map"
	install -m 644 "$obj/.config" "$out/config"
	cp --reflink=auto "$obj/vmlinux" "$out/vmlinux"
	readelf -n "$out/vmlinux" | sed -n 's/.*Build ID: //p' >"$out/build-id"
	[ -s "$out/build-id" ] || die "$out/vmlinux has no build id"
	provenance >"$out/provenance.json"
	echo "$src" >"$obj/.lubench-done"
	build_key >"$out/key"
	note "kernel $(basename "$out") $(cut -c1-12 "$out/build-id") is ready in $out"
}

install_headers() {
	local dest=$LUBENCH_CACHE/headers/$name
	! fresh "$dest/.key" || return 0
	source_tree
	switch_header_tree
	mkdir -p "$obj" "$dest"
	kmake -s headers_install INSTALL_HDR_PATH="$dest.new" >&2 || die "$src: headers_install failed"
	# unchanged files keep their times, so that nothing is compiled again for them
	rsync -a --checksum --delete --exclude /.key "$dest.new/" "$dest/"
	rm -rf "$dest.new"
	build_key >"$dest/.key"
}

case $what in
kernel) build_kernel ;;
headers) install_headers ;;
*) die "usage: build.sh kernel|headers" ;;
esac
