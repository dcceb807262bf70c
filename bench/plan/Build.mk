# SPDX-License-Identifier: GPL-2.0-or-later
plan-y := plan.c points.c value.c
