// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of target kinds, and what all of them share. */
#include "bench/target/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench/target/fake.h"
#include "bench/target/qemu.h"
#include "bench/target/ssh.h"

const struct target_row target_rows[] = {
	{ "vtd", "QEMU q35, VT-d in legacy mode", &qemu_target_ops, true, false, &qemu_vtd },
	{ "vtd-sm", "QEMU q35, VT-d in scalable mode", &qemu_target_ops, true, false,
	  &qemu_vtd_sm },
	{ "smmuv3", "QEMU virt, Arm SMMUv3", &qemu_target_ops, true, false, &qemu_smmuv3 },
	{ "smmuv3-s2", "QEMU virt, Arm SMMUv3, stage 2", &qemu_target_ops, true, false,
	  &qemu_smmuv3_s2 },
	{ "host", "a real machine (--host user@machine)", &ssh_target_ops, false, false, NULL },
	{ "fake", "no machine at all: recorded answers and faults, for tests", &fake_target_ops,
	  true, true, NULL },
	{ NULL, NULL, NULL, false, false, NULL },
};

const struct target_row *target_row_find(const char *name)
{
	size_t len = strcspn(name, ":");
	const struct target_row *row;

	for (row = target_rows; row->name; row++)
		if (strlen(row->name) == len && !strncmp(row->name, name, len))
			return row;
	return NULL;
}

const char *target_default(void)
{
	const struct target_row *row;
	struct utsname uts;

	uname(&uts);
	for (row = target_rows; row->name; row++)
		if (row->machine && !strcmp(row->machine->arch, uts.machine))
			return row->name;
	return target_rows[0].name;
}

/* Copies one line of *text, which moves on; false at the end or when it is too long. */
static bool take_line(const char **text, char *out, size_t room)
{
	size_t len = strcspn(*text, "\n");

	if (!len || len >= room)
		return false;
	memcpy(out, *text, len);
	out[len] = '\0';
	*text += len + ((*text)[len] == '\n');
	return true;
}

int target_seen_parse(const char *text, struct target_seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	if (!take_line(&text, seen->boot_id, sizeof(seen->boot_id)) ||
	    !take_line(&text, seen->cmdline, sizeof(seen->cmdline)))
		return -EINVAL;
	seen->outcome = strstr(text, "outcome\n") != NULL;
	seen->agent_gone = strstr(text, "gone\n") != NULL;
	return 0;
}

int64_t target_ram_offset(const struct qemu_machine *machine, uint64_t ram, uint64_t gpa)
{
	return machine && machine->ram_offset ? machine->ram_offset(ram, gpa) : -1;
}

bool cmdline_word(const char *cmdline, const char *key, char *buf, size_t len)
{
	size_t klen = strlen(key), wlen;
	bool found = false;

	while (*cmdline) {
		cmdline += strspn(cmdline, " ");
		wlen = strcspn(cmdline, " ");
		if (wlen >= klen && !strncmp(cmdline, key, klen) && wlen - klen < len) {
			memcpy(buf, cmdline + klen, wlen - klen);
			buf[wlen - klen] = '\0';
			found = true;
		}
		cmdline += wlen;
	}
	return found;
}

char *cmdline_strip(const char *cmdline, bool crash)
{
	static const char *const once[] = { "lubench.",
					    "BOOT_IMAGE=", "elfcorehdr=", "rdinit=/lubench/" };
	char *copy = strdup(cmdline), *out = calloc(1, strlen(cmdline) + 1), *save = copy, *word;
	bool drop;
	size_t i;

	while (copy && out && (word = strsep(&save, " \n"))) {
		drop = !*word || (crash && !strncmp(word, "crashkernel=", 12));
		for (i = 0; i < sizeof(once) / sizeof(once[0]); i++)
			drop |= !strncmp(word, once[i], strlen(once[i]));
		if (drop)
			continue;
		if (*out)
			strcat(out, " ");
		strcat(out, word);
	}
	free(copy);
	return out;
}

void cmdline_drop(char *cmdline, const char *word)
{
	size_t len = strlen(word);
	char *at = cmdline;

	while ((at = strstr(at, word))) {
		bool begins = at == cmdline || at[-1] == ' ', ends = !at[len] || at[len] == ' ';

		if (begins && ends)
			memmove(at, at + len + (at[len] == ' '),
				strlen(at + len + (at[len] == ' ')) + 1);
		else
			at += len;
	}
}

const char *target_why(int err, struct target_exec *x)
{
	if (x->why[0])
		return x->why;
	if (err < 0)
		return strerror(-err);
	/* A shell's way to tell of a signal */
	if (err > 128)
		snprintf(x->why, sizeof(x->why), "ended by signal %d, without a message",
			 err - 128);
	else
		snprintf(x->why, sizeof(x->why), "exit status %d, without a message", err);
	return x->why;
}
