# SPDX-License-Identifier: GPL-2.0-or-later
# Two programs of the target share what is not their own: the engine that fio loads, and lubench-fio.
fio-shared-y := workloads/fio/session.c bench/agent/clock.c bench/agent/pcidev.c bench/agent/sysfile.c \
		bench/agent/uapi/iommufd.c bench/agent/uapi/vfio.c \
		$(addprefix workloads/nvme/,$(nvme-y))
fio-engine-y := workloads/fio/engine.c $(fio-shared-y)
fio-hold-y := workloads/fio/hold.c $(fio-shared-y) bench/agent/kexec.c bench/agent/uapi/liveupdate.c
