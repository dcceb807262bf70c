#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# progress.sh EXPECTED LOG [NAME]: copies a kernel build's output to LOG and shows how far it is: a line that
# is written over on a terminal, one every 15 seconds otherwise. EXPECTED is for a build from scratch.
set -u
expected=$1 log=$2 name=${3:+$3 } n=0 shown=-1
start=$SECONDS
[ -t 2 ] && term=1 || term=

show() {
	local t=$((SECONDS - start)) text=$line
	[[ $text != *" /"* ]] || text="${text%% /*} ${text##*/}"
	if [ "$n" -le "$expected" ]; then
		printf "$1%s[%4d/%4d] %d:%02d %.60s$2" "$name" "$n" "$expected" $((t / 60)) $((t % 60)) "$text" >&2
	else
		printf "$1%s[%4d] %d:%02d %.60s$2" "$name" "$n" $((t / 60)) $((t % 60)) "$text" >&2
	fi
}

line=
: >"$log"
while IFS= read -r line; do
	printf '%s\n' "$line" >&3
	case $line in
	"  "[A-Z]*) n=$((n + 1)) ;;
	*) continue ;;
	esac
	if [ "$term" ]; then
		show '\r\033[K' ''
	elif [ $(((SECONDS - start) / 15)) -gt "$shown" ]; then
		shown=$(((SECONDS - start) / 15))
		show '' '\n'
	fi
done 3>"$log"
[ ! "$term" ] || printf '\r\033[K' >&2
