# SPDX-License-Identifier: GPL-2.0-or-later
dma-y := dma.c lsi.c lsi_script.c nvme.c
