# SPDX-License-Identifier: GPL-2.0-or-later
# Claims a machine, gives the claim back, or takes it away: see owner.h. owner.c puts this before it:
# d the directory, v the verb, r i w s the claim, agents() how many are at work, the names of exit statuses.
# shellcheck shell=sh disable=SC2154 # Those.
# Runs in any POSIX shell, so it is no program of its own: lubench sends it as it is.
umask 077
[ -d "$d" ] || [ "$v" = claim ] || exit "$none"
cd "$d" 2>/dev/null || { mkdir -p "$d" && chmod 700 "$d" && cd "$d"; } || exit "$broken"

# The lock is another file than the one that is replaced. Without flock its name has the boot, so that none outlives a kexec.
if command -v flock >/dev/null 2>&1; then
	l=
	exec 9>owner.lock
else
	l=owner.lock.$(cat /proc/sys/kernel/random/boot_id)
fi
take() {
	if [ "$l" ]; then (set -C; : >"$l") 2>/dev/null; else flock -n 9; fi
}
n=0
until take; do
	n=$((n + 1))
	if [ $n -ge 30 ]; then
		echo "$d/${l:-owner.lock} is held there; if nobody does, remove it" >&2
		exit "$locked"
	fi
	sleep 0.2 2>/dev/null || sleep 1
done
if [ "$l" ]; then
	trap 'rm -f "$l"' EXIT
	trap 'exit 1' HUP INT TERM PIPE
fi

old=
age=0
if [ -e owner ]; then
	old=$(head -c 400 owner | tr -c 'A-Za-z0-9._@:+-' ' ')
	age=$(($(date +%s) - $(stat -c %Y owner)))
fi
set -f
# shellcheck disable=SC2086 # Words of it.
set -- $old
set +f
for_s=$3
case $for_s in '' | *[!0-9]* | ????????*) for_s=$s ;; esac
how=new
if [ ! -e owner ]; then :
elif [ "$1" = "$r" ]; then how=ours
elif [ "$2" = "$i" ]; then how=dead
elif [ "$age" -le "$for_s" ]; then how=held
elif [ "$(agents)" != 0 ]; then how=busy
else how=lapsed; fi
say() { echo "lubench-owner $how $age $for_s $*"; }

case $v in
claim)
	case $how in
	held) say "$@"; exit "$held" ;;
	busy) say "$@"; exit "$busy" ;;
	esac
	# On the disk before the name: a machine that is reset must not have an empty one.
	echo "$r $i $s $(cat /proc/sys/kernel/random/boot_id) $w" >owner.new &&
		{ sync owner.new 2>/dev/null || sync; } && mv owner.new owner || exit "$broken"
	say "$@"
	;;
release)
	[ -e owner ] && [ "$1" = "$r" ] && [ "$2" = "$i" ] || exit "$none"
	how=gone
	rm owner || exit "$broken"
	say "$@"
	;;
unlock)
	[ -e owner ] || exit "$none"
	how=gone
	if [ "$(agents)" != 0 ]; then how=busy; say "$@"; exit "$busy"; fi
	rm owner || exit "$broken"
	say "$@"
	;;
esac
