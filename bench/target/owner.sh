# SPDX-License-Identifier: GPL-2.0-or-later
# Claims a machine, looks whose it is, gives the claim back, or takes it away: see owner.h. owner.c puts this before it:
# d the directory, v the verb, r i w s the claim, agents() how many are at work, the names of exit statuses.
# shellcheck shell=sh disable=SC2154 # Those.
# Runs in any POSIX shell, so it is no program of its own: lubench sends it as it is.
umask 077
# Its words are ours: a login shell may be one that splits none.
[ -z "${ZSH_VERSION:-}" ] || setopt shwordsplit
[ -d "$d" ] || [ "$v" = claim ] || [ "$v" = renew ] || exit "$none"
cd "$d" 2>/dev/null || { mkdir -p "$d" && chmod 700 "$d" && cd "$d"; } || exit "$broken"

# The lock is another file than the one that is replaced. Without flock it is a link to the pid of who has it, which is
# there at once with its text; its name has the boot, so that none outlives a kexec.
if command -v flock >/dev/null 2>&1; then
	l=
	exec 9>owner.lock
else
	l=owner.lock.$(cat /proc/sys/kernel/random/boot_id)
fi
take() {
	if [ ! "$l" ]; then flock -n 9; return; fi
	ln -s $$ "$l" 2>/dev/null && return
	p=$(readlink "$l")
	case $p in '' | *[!0-9]*) return 1 ;; esac
	# Of a process that is gone. One removes it: who has the lock on that very one, while it is still that one.
	if [ ! -d "/proc/$p" ] && ln -s $$ "$l.$p" 2>/dev/null; then
		[ "$(readlink "$l")" != "$p" ] || [ -d "/proc/$p" ] || rm -f "$l"
		rm -f "$l.$p"
	fi
	ln -s $$ "$l" 2>/dev/null
}
n=0
until take; do
	n=$((n + 1))
	if [ $n -ge 30 ]; then
		echo "$d/${l:-owner.lock} is held there${l:+ by process $(readlink "$l"); if that is none of lubench, remove it}" >&2
		exit "$locked"
	fi
	sleep 0.2 2>/dev/null || { sleep 1; n=$((n + 4)); }
done
if [ "$l" ]; then
	trap 'rm -f "$l"' EXIT
	trap 'exit 1' HUP INT TERM PIPE
fi

old=
age=0
if [ -e owner ]; then
	old=$(head -c 600 owner | tr -c 'A-Za-z0-9._@:+-' ' ')
	age=$(($(date +%s) - $(stat -c %Y owner)))
	# A clock that was set back: it lapses from now.
	[ $age -ge 0 ] || { touch owner; age=0; }
fi
set -f
# shellcheck disable=SC2086 # Words of it.
set -- $old
set +f
for_s=$3
case $for_s in '' | *[!0-9]* | ????????*) for_s=$s ;; esac
how=new
if [ ! -e owner ]; then :
elif [ "$1 $2" = "$r $i" ]; then how=ours
elif [ "$2" = "$i" ]; then how=dead
elif [ "$age" -le "$for_s" ]; then how=held
elif [ "$(agents)" != 0 ]; then how=busy
else how=lapsed; fi
say() { echo "lubench-owner $how $age $for_s $*"; }
refuse() {
	case $how in
	held) say "$@"; exit "$held" ;;
	busy) say "$@"; exit "$busy" ;;
	esac
}

case $v in
claim|renew)
	refuse "$@"
	case $v.$how.$6.$7.${10} in
	claim.dead.* | claim.lapsed.* | renew.dead.* | renew.lapsed.*) set -- "${1:-?}" "${2:-?}" "$for_s" "${4:-?}" "${5:-?}" ;;
	# It was taken over, and nobody heard of that.
	claim.ours.taken.from.dead | claim.ours.taken.from.lapsed)
		how=${10} age=${11}
		set -- "$8" '?' "$for_s" '?' "$9"
		;;
	esac
	# On the disk before the name: a machine that is reset must not have an empty one.
	{
		echo "$r $i $s $(cat /proc/sys/kernel/random/boot_id) $w" &&
			case $how in dead | lapsed) echo "taken from $1 $5 $how $age" ;; esac
	} >owner.new && { sync owner.new 2>/dev/null || sync; } && mv owner.new owner || exit "$broken"
	say "$@"
	;;
look)
	[ -e owner ] || exit "$none"
	refuse "$@"
	say "$@"
	;;
release)
	[ $how = ours ] || exit "$none"
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
