#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel as a git tree in the cache: commit `base` is the Debian source, the series lies on top.
#   tree.sh commit base|series|series:N   the commit, applied if need be   (prints DIR COMMIT)
#   tree.sh ksrc DIR                      the engineer's tree, with the series   (prints the directory)
#   tree.sh work                          a work tree to hack in
#   tree.sh export                        write that tree's commits back to kernel/series
set -euo pipefail
# shellcheck source=kernel/lib.sh
. "$(dirname "$0")/lib.sh"

series=$KDIR/series
marker=IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE

patches() { find "$series" -maxdepth 1 -name '[0-9]*.patch' ! -name '0000-*' | sort; }

# Sets tree. The git lock is for short changes only; builds hold a lock of their own.
base_tree() {
	local deb version
	deb=$("$KDIR/fetch.sh")
	version=$(sed -n 's/^BASE_VERSION=\([^-]*\).*/\1/p' "$LUBENCH_CACHE/base.used")
	tree=$LUBENCH_CACHE/linux-$version
	lock "$tree.git.lock"
	[ -e "$tree/.git/lubench-complete" ] || unpack "$deb"
}

unpack() {
	need_space "$LUBENCH_CACHE" 2500 "the kernel source tree"
	note "unpacking $(basename "$1") to $tree"
	rm -rf "$tree" "$tree.new"
	mkdir -p "$tree.new"
	dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
		xz -dc -T0 | tar -x -C "$tree.new" --strip-components=1
	# Debian ignores all upstream files; here that would hide every file that a patch adds.
	sed -i '/^# Debian packaging/,$d' "$tree.new/.gitignore"
	clean_git -C "$tree.new" init -q --template= -b series
	clean_git -C "$tree.new" config gc.auto 0
	clean_git -C "$tree.new" config core.hooksPath /dev/null
	# A threshold of one byte makes git write one pack instead of ninety thousand loose files.
	clean_git -C "$tree.new" -c core.bigFileThreshold=1 -c core.compression=1 add -A -f
	GIT_AUTHOR_NAME="lubench developers" GIT_AUTHOR_EMAIL=dev@lubench.invalid \
		GIT_AUTHOR_DATE="2026-01-01T00:00:00Z" GIT_COMMITTER_DATE="2026-01-01T00:00:00Z" \
		clean_git -C "$tree.new" commit -q -m "$(basename "$1" _all.deb)"
	clean_git -C "$tree.new" tag base
	: >"$tree.new/.git/lubench-complete"
	mv "$tree.new" "$tree"
}

# am DIR PATCH...
am() {
	local dir=$1 out
	shift
	if ! out=$(clean_git -C "$dir" am --committer-date-is-author-date --keep-non-patch "$@" 2>&1); then
		clean_git -C "$dir" am --abort 2>/dev/null || :
		printf '%s\n' "$out" >&2
		return 1
	fi
}

# Apply the series. .git/lubench-series has a line "checksum commit" for each patch in order, so that
# only what follows the first changed patch is applied again; in a sparse tree, so that the files that
# builds look at keep their times until a build checks the result out.
apply_series() {
	local state=$tree/.git/lubench-series scratch=$tree.am tip n=0 all=() todo=()
	mapfile -t all < <(patches)
	[ ${#all[@]} -eq 0 ] || sha256sum "${all[@]}" | cut -d' ' -f1 >"$state.want"
	[ ${#all[@]} -ne 0 ] || : >"$state.want"
	touch "$state"
	tip=$(clean_git -C "$tree" rev-parse base)
	while read -r sum commit <&3 && read -r want <&4 && [ "$sum" = "$want" ]; do
		tip=$commit n=$((n + 1))
	done 3<"$state" 4<"$state.want"
	todo=("${all[@]:n}")
	head -n "$n" "$state" >"$state.new"
	if [ ${#todo[@]} -gt 0 ]; then
		note "applying ${#todo[@]} of ${#all[@]} patches"
		rm -rf "$scratch"
		clean_git -C "$tree" worktree prune
		clean_git -C "$tree" worktree add -q --no-checkout --detach "$scratch" "$tip"
		git apply --numstat "${todo[@]}" | cut -f3 | sort -u | sed 's|^|/|' |
			clean_git -C "$scratch" sparse-checkout set --no-cone --stdin
		clean_git -C "$scratch" checkout -q
		am "$scratch" "${todo[@]}" || {
			rm -rf "$scratch"
			clean_git -C "$tree" worktree prune
			die "kernel/series does not apply to $(basename "$tree"); mend the patch named above, or take it back from git"
		}
		clean_git -C "$scratch" rev-list --reverse "$tip..HEAD" |
			paste -d' ' <(tail -n +$((n + 1)) "$state.want") - >>"$state.new"
		clean_git -C "$tree" worktree remove --force "$scratch"
	fi
	mv "$state.new" "$state"
	rm "$state.want"
	count=${#all[@]}
	[ "$count" -eq 0 ] || tip=$(tail -n 1 "$state" | cut -d' ' -f2)
	clean_git -C "$tree" update-ref refs/lubench/series "$tip"
}

commit_of() {
	case $1 in
	base) clean_git -C "$tree" rev-parse base ;;
	series) clean_git -C "$tree" rev-parse refs/lubench/series ;;
	series:[1-9]*)
		local n=${1#series:}
		if ! [[ $n =~ ^[0-9]{1,4}$ ]] || [ "$n" -gt "$count" ]; then
			die "KERNEL=$1: the series has $count patches; use series:1 to series:$count"
		fi
		sed -n "${n}s/.* //p" "$tree/.git/lubench-series"
		;;
	*) die "KERNEL=$1: unknown; use series, series:N, base, or KSRC=DIR" ;;
	esac
}

# The engineer's files are never touched: a tree without the series is applied to in a tree of our own.
ksrc() {
	local dir work key
	dir=$(cd "$1" 2>/dev/null && pwd) || die "KSRC=$1: no such directory"
	[ -f "$dir/Kbuild" ] || die "KSRC=$1: no kernel tree there"
	if grep -q "$marker" "$dir/include/uapi/linux/iommufd.h" || [ -z "$(patches)" ]; then
		echo "$dir"
		return
	fi
	git -C "$dir" rev-parse -q --verify HEAD >/dev/null ||
		die "KSRC=$1: has neither the series nor git history; apply kernel/series/*.patch there"
	[ -z "$(git -C "$dir" status --porcelain -uno)" ] ||
		die "KSRC=$1: has uncommitted changes; commit them, or apply the series there with: git am"
	work=$LUBENCH_CACHE/ksrc-$(printf %s "$dir" | sha256sum | cut -c1-8)
	lock "$work.lock"
	key="$(git -C "$dir" rev-parse HEAD) $(patches | xargs cat | sha256sum)"
	if [ "$(cat "$work.key" 2>/dev/null)" != "$key" ]; then
		need_space "$LUBENCH_CACHE" 2500 "a work tree of KSRC"
		rm -f "$work.key"
		if [ -e "$work/.git" ]; then
			git -C "$work" checkout -q --detach "${key%% *}"
		else
			git -C "$dir" worktree prune
			git -C "$dir" worktree add -q --detach "$work" "${key%% *}"
		fi
		mapfile -t all < <(patches)
		am "$work" "${all[@]}" || die "KSRC=$1: kernel/series does not apply there; apply it yourself and commit"
		echo "$key" >"$work.key"
	fi
	echo "$work"
}

work_tree() {
	base_tree
	apply_series
	local dir=${KTREE:-$LUBENCH_CACHE/work} tip start
	tip=$(commit_of series)
	if [ -e "$dir/.git" ]; then
		start=$(git -C "$dir" rev-parse -q --verify refs/lubench/work || :)
		if [ "$(git -C "$dir" rev-parse HEAD)" = "$start" ] && [ -z "$(git -C "$dir" status --porcelain -uno)" ]; then
			git -C "$dir" reset -q --keep "$tip"
		elif [ "$start" != "$tip" ]; then
			note "$dir has work of its own and is kept as it is; the series is refs/lubench/series there"
			return
		fi
	else
		need_space "$(dirname "$dir")" 2500 "a kernel work tree"
		clean_git -C "$tree" worktree prune
		clean_git -C "$tree" worktree add -q -B work "$dir" "$tip"
	fi
	clean_git -C "$tree" update-ref refs/lubench/work "$tip"
	note "hack and commit in $dir, try it with KSRC=$dir, then: make kernel-series"
}

export_series() {
	local dir=${KTREE:-$LUBENCH_CACHE/work} base=${KBASE:-base} out n
	[ -e "$dir/.git" ] || die "$dir: no work tree; run: make kernel-tree"
	git -C "$dir" merge-base --is-ancestor "$base" HEAD || die "$dir: not on top of $base; rebase it, or set KBASE"
	[ -z "$(git -C "$dir" status --porcelain -uno)" ] || die "$dir: has uncommitted changes; commit them first"
	n=$(git -C "$dir" rev-list --count "$base..HEAD")
	[ "$n" -gt 0 ] || die "$dir: no commits on top of $base; nothing is written"
	out=$(mktemp -d "$series/.new.XXXXXX")
	# shellcheck disable=SC2064 # the name of now
	trap "rm -rf '$out'" EXIT
	clean_git -C "$dir" format-patch -q --zero-commit --no-signature --numbered --abbrev=12 \
		--cover-letter -o "$out" "$base..HEAD"
	if [ -e "$series/0000-cover-letter.patch" ]; then
		sed "s|^\(Subject: \[PATCH[^]]*\) 0*/[0-9]*\]|\1 $(printf '%0*d' ${#n} 0)/$n]|" \
			"$series/0000-cover-letter.patch" >"$out/0000-cover-letter.patch"
	else
		note "write the cover letter: kernel/series/0000-cover-letter.patch"
	fi
	find "$series" -maxdepth 1 -name '*.patch' -delete
	mv "$out"/*.patch "$series/"
	# all of it is in kernel/series now: the next kernel-tree may move the tree on
	git -C "$dir" show-ref -q --verify refs/lubench/work && git -C "$dir" update-ref refs/lubench/work HEAD
	note "$n patches written to kernel/series"
}

case ${1:-} in
commit)
	base_tree
	apply_series
	commit=$(commit_of "${2:-series}")
	echo "$tree $commit"
	;;
ksrc) ksrc "${2:?directory}" ;;
work) work_tree ;;
export) export_series ;;
*) die "usage: tree.sh commit SELECTION | ksrc DIR | work | export" ;;
esac
