# SPDX-License-Identifier: GPL-2.0-or-later
# Says what `lubench doctor` wants to know of this machine, "key=value" a line. Reads only. $1: BDF or nothing.
# shellcheck shell=sh disable=SC2010,SC2012 # names of sysfs are plain
# Runs in any POSIX shell, so it is no program of its own: lubench sends it as it is.
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
say() { printf '%s=%s\n' "$1" "$(printf '%s' "$2" | tr '\n' ' ' | cut -c1-2000)"; }
file() { [ ! -r "$2" ] || say "$1" "$(head -c 4000 "$2" 2>/dev/null | tr '\0' ' ')"; }
dir=/var/lib/lubench
bdf=${1:-}
say uid "$(id -u)"
say arch "$(uname -m)"
say release "$(uname -r)"
file cmdline /proc/cmdline
[ ! -r /etc/os-release ] || say os "$(. /etc/os-release 2>/dev/null; echo "$PRETTY_NAME")"
say init "$(cat /proc/1/comm 2>/dev/null)"
for tool in tar grep setsid stat readlink cut; do
	command -v $tool >/dev/null 2>&1 || say no_tool $tool
done

config=none
[ ! -r "/boot/config-$(uname -r)" ] || config=/boot/config-$(uname -r)
[ ! -r /proc/config.gz ] || config=/proc/config.gz
say config_from "$config"
if [ "$config" = /proc/config.gz ]; then zcat "$config"; elif [ "$config" != none ]; then cat "$config"; fi 2>/dev/null |
	grep -E '^CONFIG_[A-Z0-9_]*(KEXEC|LIVEUPDATE|IOMMU|SMMU|VFIO|IOMMUFD|SOFTLOCKUP)[A-Z0-9_]*=[ymn0-9]' | head -n 200 | sed 's/^/config=/'

for f in /dev/iommu /dev/liveupdate /dev/vfio/vfio /sys/kernel/debug/kho /sys/bus/pci/drivers/vfio-pci /sys/kernel/kexec_loaded; do
	[ ! -e $f ] || say file $f
done
file kexec_disabled /proc/sys/kernel/kexec_load_disabled
file lockdown /sys/kernel/security/lockdown
for i in /sys/class/iommu/*; do
	[ -e "$i" ] || continue
	say iommu "${i##*/} cap=$(cat "$i/intel-iommu/cap" 2>/dev/null) ecap=$(cat "$i/intel-iommu/ecap" 2>/dev/null)"
done
for p in /sys/bus/event_source/devices/dmar* /sys/bus/event_source/devices/smmuv3_pmcg*; do
	[ ! -e "$p" ] || say iommu_pmu "${p##*/}"
done

describe() { # BDF: address vendor device class driver function group members
	d=/sys/bus/pci/devices/$1
	g=$(readlink "$d/iommu_group" 2>/dev/null)
	members=$(ls "$d/iommu_group/devices" 2>/dev/null | tr '\n' ',')
	driver=$(readlink "$d/driver" 2>/dev/null)
	vf=pf; [ ! -e "$d/physfn" ] || vf=vf
	printf '%s %s %s %s %s %s %s %s' "$1" "$(cat "$d/vendor")" "$(cat "$d/device")" "$(cat "$d/class")" \
		"${driver##*/}-" "$vf" "${g##*/}-" "$members"
}
for d in /sys/bus/pci/devices/*; do
	[ -e "$d" ] || continue
	case "$(cat "$d/vendor" 2>/dev/null):$(cat "$d/device" 2>/dev/null):$(cat "$d/class" 2>/dev/null)" in
	0x8086:0x10c9:* | 0x8086:0x0b25:* | 0x8086:0x10d3:* | *:0x010802) say candidate "$(describe "${d##*/}")" ;;
	esac
done
if [ -n "$bdf" ] && [ -e "/sys/bus/pci/devices/$bdf" ]; then
	d=/sys/bus/pci/devices/$bdf
	say device "$(describe "$bdf")"
	say group_type "$(cat "$d/iommu_group/type" 2>/dev/null)"
	say bridge "$(od -An -tu1 -j14 -N1 "$d/config" 2>/dev/null | tr -d ' ')"
	say reset_method "$(cat "$d/reset_method" 2>/dev/null)"
	say numa "$(cat "$d/numa_node" 2>/dev/null)"
	for n in "$d"/net/*; do
		[ -e "$n" ] || continue
		say device_net "${n##*/} $(cat "$n/operstate" 2>/dev/null)"
		grep -q "^${n##*/}	00000000" /proc/net/route && say device_route "${n##*/}"
	done
	for b in /sys/class/block/*; do
		case "$(readlink -f "$b")" in */"$bdf"/*)
			say device_block "${b##*/} $(grep -c "^/dev/${b##*/} " /proc/mounts) $(ls "$b/holders" 2>/dev/null | wc -l)" ;;
		esac
	done
fi

say memory_kib "$(grep '^MemTotal:' /proc/meminfo | tr -dc 0-9)"
say available_kib "$(grep '^MemAvailable:' /proc/meminfo | tr -dc 0-9)"
say crash_bytes "$(cat /sys/kernel/kexec_crash_size 2>/dev/null)"
mkdir=$dir; while [ ! -d "$mkdir" ]; do mkdir=${mkdir%/*}; mkdir=${mkdir:-/}; done
say free_kib "$(df -Pk "$mkdir" | tail -n 1 | tr -s ' ' | cut -d' ' -f4)"
file clocksource /sys/devices/system/clocksource/clocksource0/current_clocksource
flags=$(grep -m1 -E '^(flags|Features)' /proc/cpuinfo)
for f in constant_tsc nonstop_tsc hypervisor; do
	case " $flags " in *" $f "*) say cpu_flag $f ;; esac
done
say cpus "$(grep -c ^processor /proc/cpuinfo)"
file governor /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor
file load /proc/loadavg
say logins "$(who 2>/dev/null | wc -l)"
# "AGE RUN CONTROLLER SECONDS BOOT WHO", see bench/target/owner.h.
owner=
[ ! -e $dir/owner ] || owner="$(($(date +%s) - $(stat -c %Y $dir/owner))) $(head -n 1 $dir/owner | head -c 400)"
for_s=$(printf '%s' "$owner" | tr -s ' ' | cut -d' ' -f4)
case $for_s in '' | *[!0-9]* | ????????*) for_s=0 ;; esac
# The largest overshoot of some short sleeps, what starting a process costs included; not while another run may be measuring.
if [ -n "$owner" ] && [ "${owner%% *}" -le "$for_s" ]; then
	say claimed 1
else
	worst=0
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		a=$(date +%s%N); sleep 0.05; b=$(date +%s%N)
		case $a$b in *[!0-9]*) worst=; break ;; esac
		over=$(((b - a) / 1000 - 50000)); [ $over -le $worst ] || worst=$over
	done
	say overshoot_us "$worst"
fi

for w in /sys/class/watchdog/*; do
	[ -e "$w" ] || continue
	say watchdog "${w##*/} state=$(cat "$w/state" 2>/dev/null) timeout=$(cat "$w/timeout" 2>/dev/null) nowayout=$(cat "$w/nowayout" 2>/dev/null) $(cat "$w/identity" 2>/dev/null)"
done
file panic /proc/sys/kernel/panic
file softlockup_panic /proc/sys/kernel/softlockup_panic
file hung_task_panic /proc/sys/kernel/hung_task_panic
for k in RuntimeWatchdogUSec KExecWatchdogUSec; do
	v=$(systemctl show -p $k --value 2>/dev/null) && say systemd_watchdog "$k ${v:-0}"
done
grep -ls 'lubench.run' /etc/systemd/system/*.service /etc/init.d/* /etc/rc.local /usr/lib/systemd/system/*.service 2>/dev/null |
	head -n 3 | sed 's/^/starter=/'
command -v perf >/dev/null 2>&1 && say has perf
say agents "$(ls -l /proc/[0-9]*/exe 2>/dev/null | grep -c -- "-> $dir/agent")"
file undo $dir/undo
[ -z "$owner" ] || say owner "$owner"
say end 1
