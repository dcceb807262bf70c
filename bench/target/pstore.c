// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/pstore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any firmware keeps, and no more of a foreign file than that. */
#define PSTORE_MAX (1u << 20)

static char *read_dump(const char *dir)
{
	char *path = NULL, *text = NULL;
	size_t len;
	FILE *in;

	if (asprintf(&path, "%s/" PSTORE_LOG, dir) < 0)
		return NULL;
	in = fopen(path, "re"); /* a plain file: unpack() takes no other */
	free(path);
	if (!in)
		return NULL;
	text = malloc(PSTORE_MAX + 1);
	if (text) {
		len = fread(text, 1, PSTORE_MAX, in);
		text[len] = '\0';
		/* A dump may hold anything. */
		for (size_t i = 0; i < len; i++)
			if (!text[i])
				text[i] = ' ';
	}
	fclose(in);
	return text;
}

/* The dump comes in parts, the last one first: a word of the command line is looked for in all of it. */
static bool of_this_cycle(const struct cycle_job *job, const char *text)
{
	char run[160], cycle[40];

	snprintf(run, sizeof(run), "lubench.run=%s ", job->run);
	snprintf(cycle, sizeof(cycle), "lubench.cycle=%u ", job->cycle.number);
	return strstr(text, run) && strstr(text, cycle);
}

void pstore_look(const struct cycle_job *job, struct cycle_result *res)
{
	struct console c = { 0 };
	char *text, reason[sizeof(res->reason)];

	if (strcmp(res->outcome, "cold-reboot"))
		return;
	text = read_dump(job->dir);
	if (!text)
		return;
	console_feed(&c, text, strlen(text), 0);
	console_feed(&c, "\n", 1, 0);
	if (*c.panic && of_this_cycle(job, text)) {
		cycle_outcome(res, "panic-incoming", "%s (from pstore)", c.panic);
	} else if (*c.panic) {
		snprintf(reason, sizeof(reason), "%s", res->reason);
		cycle_outcome(res, "cold-reboot", "%.200s; pstore: %s", reason, c.panic);
	}
	free(text);
}
