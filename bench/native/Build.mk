# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's code and what it is compiled after (shim.h), and the program around it. Licence of all of it:
# GPL-2.0-only, so that it is linked with nothing of the suite.
native-kernel-y := vtdss.c x86_64.c memory.c
native-y := main.c floor.c watch.c
