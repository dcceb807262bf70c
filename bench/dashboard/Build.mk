# SPDX-License-Identifier: GPL-2.0-or-later
dashboard-y := dashboard.c files.c run.c consoles.c figures.c phases.c groups.c judge.c changes.c values.c
