#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 400
# Bad input and bad luck: one clear line, a non-zero exit status, and no record lost.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

image=${series##*/}

bad_plan() { # NAME PATTERN SED-EXPRESSION
	name=$1
	sed "$3" "$(small_plan "$1")" >"$work/$1.bad.ini"
	run "$1" -t "$native" -k "$series" -p "$work/$1.bad.ini"
	refused "$1" 2 "$2"
	[ ! -e "$work/$1" ] || fail "$1: a run directory was left"
}

bad_plan unknown-key 'bad.ini:[0-9]*: ' 's/^reps = 2/repz = 2/'
bad_plan unknown-section 'bad.ini:[0-9]*: ' 's/^\[matrix.1\]/[matrics]/'
bad_plan negative 'bad.ini:[0-9]*: reps' 's/^reps = 2/reps = -2/'
bad_plan negative-size 'bad.ini:[0-9]*: .*ioas' 's/^ioas = .*/ioas = -64M/'
bad_plan overflow 'bad.ini:[0-9]*: .*ioas' 's/^ioas = .*/ioas = 99999999999999999999G/'
bad_plan overflow-suffix 'bad.ini:[0-9]*: .*ioas' 's/^ioas = .*/ioas = 18014398509481985K/'
bad_plan odd-page 'bad.ini:[0-9]*: .*page' 's/^page = .*/page = 5K/'
bad_plan huge-page 'bad.ini:[0-9]*: page: .*use 4K or 2M' 's/^page = .*/page = 1G/; s/^ioas = .*/ioas = 1G/'
bad_plan too-many-hwpts 'memory' 's/^hwpts = .*/hwpts = 64/; s/^ioas = .*/ioas = 64G/'

# Samples cross the kexec in preserved memory, of which there is so much and no more
name=too-many-samples
sed 's/^reps = 2/reps = 10000/; s/^hwpts = .*/hwpts = 1,2,3/; s/^cycles = 2/cycles = 1/' "$(small_plan $name)" >"$work/$name.many.ini"
run $name -t "$native" -k "$series" -p "$work/$name.many.ini"
expect "$name: exit status" "$rc" 1
expect "$name: points that say it" "$(q $name '[.[] | select(.kind=="outcome" and .outcome=="harness-error"
	and (.reason | test("10000 repetitions at 3 points need [0-9]+ MiB")))] | length')" 3
ok "$name: $(q $name '[.[] | select(.kind=="outcome")][0].reason')"

name=no-qemu
mkdir "$work/bin"
for tool in ssh tar sh grep; do ln -s "$(command -v $tool)" "$work/bin/"; done
PATH=$work/bin run $name -t "$native" -k "$series" -p "$smoke"
refused $name 1 "qemu-system-$arch is not installed.*make deps"

name=wrong-kernel-text
echo 'not a kernel' >"$work/$image"
run $name -t "$native" -k "$work/$image" -p "$smoke"
refused $name 1 "is not a $image of $arch"

name=no-kernel
run $name -t "$native" -k "$work/nothing/$image" -p "$smoke"
refused $name 1 'make kernel'

# A good image next to the build id of another one: only the booted kernel can tell
name=wrong-kernel-id
mkdir "$work/foreign"
cp "$series" "$work/foreign/$image"
echo 0123456789abcdef0123456789abcdef01234567 >"$work/foreign/build-id"
run $name -t "$native" -k "$work/foreign/$image" -p "$smoke"
[ "$rc" -eq 1 ] || fail "$name: exit status $rc"
grep -q 'wrong kernel image: .*make kernel' "$work/$name.txt" || { show $name; fail "$name: it was not noticed"; }
ok "$name: $(sed -n 's|.*/foreign|...|; s/^lubench: wrong/wrong/p' "$work/$name.txt" | head -n 1)$(
	grep -o 'runs as build id.*' "$work/$name.txt" | head -n 1)"

# A line that was cut by a crash or a full disk: everything before it is still reported
name=torn
run $name -t fake -p "$(small_plan torn)"
[ "$rc" -eq 0 ] || { show $name; fail "$name: exit status $rc"; }
"$lubench" report "$work/$name" >"$work/whole.txt"
size=$(stat -c %s "$work/$name/samples.jsonl")
truncate -s $((size - 40)) "$work/$name/samples.jsonl"
rc=0
"$lubench" report "$work/$name" >"$work/torn.report" 2>"$work/torn.err" || rc=$?
expect "$name: exit status of the report" "$rc" 1
expect "$name: lines about it" "$(grep -c 'torn last line' "$work/torn.err")" 1
grep -q '^TORN ' "$work/torn.report" || fail "$name: the report itself does not say it"
[ "$(wc -l <"$work/torn.report")" -ge $(($(wc -l <"$work/whole.txt") / 2)) ] || fail "$name: most of the report is lost"
ok "$name: $(sed "s|$work/||g; s/^lubench: //" "$work/torn.err")"

# ^C in the middle: the guest is ended, the journal says so, and --resume does the rest
name=interrupt
until_first_cycle() {
	"$lubench" run -t "$native" -k "$series" -p "$smoke" -o "$work/$name" >"$work/$name.txt" 2>&1 </dev/null &
	pid=$!
	for _ in $(seq 900); do
		! grep -qs '"ev":"outcome"' "$work/$name/journal.jsonl" || break
		sleep 0.2
	done
}
until_first_cycle
if grep -qs '"outcome":"hang".* in phase jump of the ' "$work/$name/journal.jsonl"; then
	kill -INT "$pid"
	wait "$pid" || :
	again $name "its first cycle hung"
	until_first_cycle
fi
grep -qs '"ev":"outcome"' "$work/$name/journal.jsonl" || { show $name; fail "$name: no first cycle"; }
sleep 1
qemu=
read -ra children < <(cat /proc/"$pid"/task/*/children) || :
for child in "${children[@]}"; do
	! grep -qs '^qemu-system' "/proc/$child/comm" || qemu=$child
done
[ -n "$qemu" ] || fail "$name: no guest is running"
kill -INT "$pid"
rc=0
wait "$pid" || rc=$?
expect "$name: exit status" "$rc" 130
[ ! -e "/proc/$qemu" ] || fail "$name: the guest is still there"
grep -q '"ev":"interrupted"' "$work/$name/journal.jsonl" || fail "$name: the journal does not say it"
before=$(q $name '[.[] | select(.kind=="sample" and .cycle==1)] | length')
[ "$before" -gt 0 ] || fail "$name: the samples of the first cycle are lost"
ok "$name: status 130, guest ended, $before samples kept"
rc=0
"$lubench" run --resume "$work/$name" >>"$work/$name.txt" 2>&1 </dev/null || rc=$?
[ "$rc" -eq 0 ] || { show $name; fail "$name: --resume ended with status $rc"; }
expect "$name: samples of the first cycle" "$(q $name '[.[] | select(.kind=="sample" and .cycle==1)] | length')" "$before"
expect "$name: points that are ok in the end" \
	"$(q $name '[.[] | select(.kind=="outcome" and .outcome=="ok")] | length')" 4
ok "$name: --resume did the other cycle"
