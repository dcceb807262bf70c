# SPDX-License-Identifier: GPL-2.0-or-later
doctor-y := facts.c script.c verdict.c device.c left.c
