# SPDX-License-Identifier: GPL-2.0-or-later
target-y := target.c arch.c proc.c console.c ssh.c ssh_wait.c unpack.c host.c host_console.c leash.c qemu.c qemu_args.c qemu_probe.c qemu_machine.c qemu_device.c qemu_nvme.c qemu_fio.c \
	qemu_frames.c lab.c frames.c trace.c trace_line.c trace_vtd.c trace_smmu.c trace_results.c fake.c fake_machine.c fake_data.c fake_owner.c observer.c stalls.c budgets.c cycle.c cycle_watch.c cycle_json.c collect.c pstore.c owner.c
