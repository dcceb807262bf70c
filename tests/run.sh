#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh GROUP... [FILTER=PATTERN]: runs the tests of unit, golden, faults, emulated, planted, each in a directory of
# its own below build/test-logs, and ends with "N passed, N failed". A script exits 0 when it passed
# and 4 when it was skipped, its last line saying why. A line "# time-limit: SECONDS" sets its limit.
# What may take longest comes first. After $TEST_DEADLINE (seconds since the epoch) no test is begun: it is
# skipped, which is said and no success; continuous integration loses everything when its time is over.
# $TEST_MEANWHILE is a command that makes what emulated tests need beside the tests before them, none of which boots
# a kernel.
# What a test leaves to make test-full it notes in $TEST_DIR/left, a line each, which the summary shows.
# What a test had to try again it notes in $TEST_DIR/retried, a line each: they are counted, and the
# directory is kept. Nothing passed is no success.
# What it has tried that must lose nothing it notes in $TEST_DIR/tried, lines "NUMBER WHAT", which the summary adds up.
set -u
cd "$(dirname "$0")/.." || exit 2
top=$PWD
logs=$top/build/test-logs
passed=0 failed=0 skipped=0 retried=0 late=0 left=() tried=() lost=() child='' meanwhile=''

stop() {
	[ -z "$child" ] || kill "$child" 2>/dev/null
	# In a session of its own: make does not hand a signal on to the compilers of its compilers.
	[ -z "$meanwhile" ] || kill -- -"$meanwhile" 2>/dev/null
	printf '\nlubench: stopped; %d passed, %d failed before that\n' "$passed" "$failed"
	exit 130
}
trap stop INT TERM

tests_of() { # GROUP
	case $1 in
	unit) find build/tests/unit -name 'test_*' -type f -perm -u+x 2>/dev/null |
		while read -r t; do [ ! -e "tests/unit/$(basename "$t").c" ] || echo "$t"; done | sort ;;
	golden | faults | emulated | planted) find "tests/$1" -maxdepth 1 -name '*.sh' -perm -u+x 2>/dev/null | sort |
		while read -r t; do echo "$(limit_of "$1" "$t") $t"; done | sort -s -k 1,1nr | cut -d' ' -f2- ;;
	*) echo "lubench: no test group '$1'" >&2; exit 2 ;;
	esac
}

limit_of() { # GROUP TEST
	local limit
	limit=$(sed -n 's/^# time-limit: \([0-9][0-9]*\)$/\1/p' "$2" 2>/dev/null | head -n 1)
	case $1 in
	unit) echo 180 ;;
	golden) echo "${limit:-120}" ;;
	*) echo "${limit:-900}" ;;
	esac
}

run_one() { # GROUP TEST
	local name=$1/${2##*/} log limit start=$SECONDS rc again=0
	name=${name%.sh}
	if [ "$(date +%s)" -ge "${TEST_DEADLINE:-9999999999}" ]; then
		skipped=$((skipped + 1))
		late=$((late + 1))
		printf 'skip  %s: not begun, as the time for tests is over\n' "$name"
		return
	fi
	log=$logs/$name.log
	limit=$(limit_of "$1" "$2")
	rm -rf "$logs/$name.d"
	mkdir -p "$logs/$name.d"
	[ ! -t 1 ] || printf '      %s' "$name"
	TOP=$top TEST_DIR=$logs/$name.d TMPDIR=$logs/$name.d \
		timeout -k 20 "$limit" "$2" >"$log" 2>&1 </dev/null &
	child=$!
	wait "$child"
	rc=$?
	child=
	[ ! -t 1 ] || printf '\r\033[K'
	# cmocka's exit status is a count of failures, so that 4 means nothing special there
	[ "$1" = unit ] && [ $rc -eq 4 ] && rc=1
	[ ! -s "$logs/$name.d/retried" ] || again=$(wc -l <"$logs/$name.d/retried")
	retried=$((retried + again))
	[ ! -s "$logs/$name.d/tried" ] || {
		mapfile -t -O ${#tried[@]} tried <"$logs/$name.d/tried"
		[ $rc -eq 0 ] || [ $rc -eq 4 ] || lost+=("$name")
	}
	[ ! -s "$logs/$name.d/left" ] || mapfile -t -O ${#left[@]} left < <(sed "s|^|$name: |" "$logs/$name.d/left")
	case $rc in
	0)
		passed=$((passed + 1))
		printf 'ok    %s (%d s)%s\n' "$name" $((SECONDS - start)) \
			"$([ "$1" != faults ] || tail -n 1 "$log" | sed 's/^/: /')"
		if [ "$again" -eq 0 ]; then
			rm -rf "$logs/$name.d"
		else
			sed "s|^|      retried: |" "$logs/$name.d/retried"
			echo "      what those tries left is in build/test-logs/$name.d"
		fi
		;;
	4)
		skipped=$((skipped + 1))
		printf 'skip  %s: %s\n' "$name" "$(tail -n 1 "$log")"
		;;
	*)
		failed=$((failed + 1))
		[ $rc -ne 124 ] && [ $rc -ne 137 ] || echo "time limit of $limit s reached" >>"$log"
		printf 'FAIL  %s (%d s, status %d): %s\n' "$name" $((SECONDS - start)) $rc "build/test-logs/$name.log"
		tail -n 15 "$log" | sed 's/^/      | /'
		;;
	esac
}

made_meanwhile() {
	local rc
	[ -n "$meanwhile" ] || return 0
	wait "$meanwhile" && rc=0 || rc=$?
	meanwhile=
	[ $rc -eq 0 ] || { failed=$((failed + 1)); echo "FAIL  $make_meanwhile (status $rc)"; }
}

filter='*'
groups=()
for arg; do
	case $arg in
	FILTER=*) filter=${arg#FILTER=} ;;
	*) groups+=("$arg") ;;
	esac
done
# Not for tests of this script
make_meanwhile=${TEST_MEANWHILE:-}
unset TEST_MEANWHILE
if [ -n "$make_meanwhile" ]; then
	setsid sh -c "exec env $make_meanwhile" </dev/null &
	meanwhile=$!
fi
for group in "${groups[@]}"; do
	list=$(tests_of "$group") || exit 2
	case $group in
	emulated | planted) made_meanwhile ;;
	esac
	for t in $list; do
		# shellcheck disable=SC2053 # a pattern is wanted
		[[ ${t##*/} == $filter ]] && run_one "$group" "$t"
	done
done
made_meanwhile
[ ${#tried[@]} -eq 0 ] || printf '%s\n' "${tried[@]}" |
	awk -v lost="${lost[*]:-}" '{ what = $0; sub(/^[0-9]+ /, "", what); n[what] += $1 }
		END { for (what in n) line = line (line ? ", " : "tried: ") n[what] " " what
		      print line ": " (lost ? "losses in " lost : "0 losses") }'
[ ${#left[@]} -eq 0 ] || printf 'left to make test-full: %s\n' "${left[@]}"
[ $skipped -eq 0 ] || echo "$skipped skipped"
[ $late -eq 0 ] || echo "$late of them for lack of time: run make test where nobody waits"
[ $retried -eq 0 ] || echo "$retried retried"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $late -eq 0 ] && [ $passed -gt 0 ]
