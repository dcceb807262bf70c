# SPDX-License-Identifier: GPL-2.0-or-later
agent-y := main.c agent.c await.c bareroot.c boot.c boundary.c busy.c carried.c chain.c clock.c company.c counters.c courier.c \
	   cycle.c fill.c guard.c handover.c incoming.c initramfs.c invcalls.c kexec.c kmsg.c leftover.c memory.c outgoing.c pcidev.c perf.c pmu.c \
	   pmu_report.c probe.c probes.c quiet.c service.c sysfile.c tables.c toolsdisk.c vmcore.c \
	   uapi/iommufd.c uapi/liveupdate.c uapi/vfio.c scenario/adopt.c scenario/blackout.c \
	   scenario/iotlb.c scenario/preserve.c scenario/rebuild.c scenario/table.c scenario/walk.c
