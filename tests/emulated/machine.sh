# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced after lib.sh: emulated machines that are there already, for tests that reach them as HOST is reached. Each
# is good for one kexec, and a run finds its key with the ssh agent, as a user's would be.
# shellcheck disable=SC2154 # of lib.sh
declare -A machines=()
eval "$(ssh-agent)" >/dev/null
# A machine may have ended by then.
trap 'kill "${machines[@]}" 2>/dev/null || :; ssh-agent -k >/dev/null' EXIT
ssh-add -q "$LUBENCH_CACHE/ssh/id_ed25519"

# machine NAME: launched; its output goes to $work/NAME.txt. It ends with the command that runs after the kexec, long
# after the run has what it wants.
machine() {
	"$lubench" exec -o "$work/$1" -t "$native" -k "$series" --timeout 700 --after 'sleep 600' 'echo up' \
		>"$work/$1.txt" 2>&1 </dev/null &
	machines[$1]=$!
}

# machine_port NAME: waits until it is up, and prints the port that its sshd is reached at
machine_port() {
	local pid=${machines[$1]} child line
	for _ in $(seq 600); do
		! grep -q '^up' "$work/$1.txt" || break
		kill -0 "$pid" 2>/dev/null || { show "$1" >&2; fail "$1: the machine ended"; }
		sleep 0.2
	done
	# shellcheck disable=SC2013 # words are meant
	for child in $(cat "/proc/$pid/task"/*/children); do
		line=$(tr '\0' ' ' <"/proc/$child/cmdline" 2>/dev/null) || continue
		[[ $line =~ hostfwd=tcp:127.0.0.1:([0-9]+)- ]] && { echo "${BASH_REMATCH[1]}"; return; }
	done
	show "$1" >&2
	fail "$1: the machine is not up"
}
