# SPDX-License-Identifier: GPL-2.0-or-later
plan-y := plan.c cycles.c kernels.c points.c value.c
