# SPDX-License-Identifier: GPL-2.0-or-later
stats-y := quantile.c bootstrap.c rank.c shift.c line.c robust.c cluster.c family.c counts.c changepoint.c
