# SPDX-License-Identifier: GPL-2.0-or-later
cli-y := run.c run_options.c run_host.c rundir.c report.c list.c doctor.c doctor_host.c doctor_left.c exec.c artifacts.c progress.c \
	budget.c campaign.c resume.c hostlock.c kernels.c \
	fleet.c fleet_again.c giveback.c ready.c claim.c rows.c flame.c compare.c gate.c dashboard.c export.c history.c runs.c native.c native_rows.c
