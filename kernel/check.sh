#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Is the series fit to send? It must apply; at every patch the whole kernel, the selftest variant, must
# compile without a warning and link (debug information is off, so that a link takes seconds); the last
# must also build without live update; checkpatch --strict must be silent on every patch, and so must
# sparse and W=1 on every file that the series adds. FROM=N starts at patch N. Ends with a count.
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/lib.sh"

arch=${ARCH:-$(uname -m)}
selection=series
variant=selftest+check
release=check
obj=$LUBENCH_CACHE/check/$arch
logs=$LUBENCH_CACHE/check/logs
# shellcheck source=kernel/kbuild.sh
. "$KDIR/kbuild.sh"

failed=0
ok() { echo "ok    $*"; }
bad() { # WHAT LOG: with what the log says
	failed=$((failed + 1))
	echo "FAIL  $1 ($2)"
	head -n 20 "$2" | sed 's/^/      | /'
}

# build NAME: what is configured and checked out, without warnings
build() {
	local log=$logs/${1// /-}.log
	if kmake vmlinux 2>&1 | "$KDIR/progress.sh" "$KOBJECTS" "$log.all" &&
		! grep -E '(warning|error):' "$log.all" >"$log"; then
		ok "$1 builds"
	else
		[ -s "$log" ] || tail -n 20 "$log.all" >"$log"
		bad "$1 builds" "$log"
	fi
}

arch_table "$arch"
need_space "$LUBENCH_CACHE" 3000 "kernel-check"
source_tree
mapfile -t patches < <(find "$KDIR/series" -maxdepth 1 -name '[0-9]*.patch' ! -name '0000-*' | sort)
[ ${#patches[@]} -gt 0 ] || die "kernel/series is empty: nothing to check"
mapfile -t commits < <(cut -d' ' -f2 "$src/.git/lubench-series")
ok "${#patches[@]} patches apply"
rm -rf "$logs"
mkdir -p "$logs" "$obj"

switch_tree
for patch in "${patches[@]}"; do
	log=$logs/checkpatch-$(basename "$patch").log
	if (cd "$src" && scripts/checkpatch.pl --strict --terse --show-types "$patch") >"$log" 2>&1; then
		ok "checkpatch $(basename "$patch")"
	else
		bad "checkpatch $(basename "$patch")" "$log"
	fi
done

for ((i = ${FROM:-1}; i <= ${#patches[@]}; i++)); do
	commit=${commits[i - 1]}
	clean_git -C "$src" checkout -q --detach "$commit"
	[ "$i" -eq ${#patches[@]} ] || selection=series:$i
	configure
	selection=series
	build "patch $i of ${#patches[@]}"
done

while read -r file; do
	[ -e "$obj/${file%.c}.o" ] || { ok "sparse $file: not built for $arch"; continue; }
	log=$logs/sparse-${file//\//-}.log
	# The sparse of Debian 12 knows neither __typeof_unqual__, without which the kernel does not take it,
	# nor what MODULE_IMPORT_NS() makes of its argument, in files of the base as little as in these.
	kmake W=1 C=2 CHECK="sparse -D__typeof_unqual__=__typeof__" "${file%.c}.o" >"$log.all" 2>&1 || :
	import=$(clean_git -C "$src" grep -n '^MODULE_IMPORT_NS(' HEAD -- "$file" | cut -d: -f3 || :)
	if grep -E "(^|/)$file:[0-9]+.*(warning|error):" "$log.all" |
		grep -v "$file:${import:-none}:.*bad constant expression" >"$log"; then
		bad "sparse and W=1 on $file" "$log"
	elif grep -q "CHECK.*${file##*/}" "$log.all"; then
		ok "sparse and W=1 on $file"
	else
		bad "sparse did not run on $file" "$log.all"
	fi
done < <(clean_git -C "$src" diff --name-only --diff-filter=A base HEAD -- '*.c' ':!tools' ':!samples')

variant=check+without
configure
build "without live update"

echo "$failed failed"
[ "$failed" -eq 0 ]
