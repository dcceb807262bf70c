# SPDX-License-Identifier: GPL-2.0-or-later
nvme-y := nvme.c admin.c queue.c cmd.c
