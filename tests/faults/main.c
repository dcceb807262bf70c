// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks all pairs of a step and a fault on the fake target, kills the controller at each operation on a
 * file and at random moments, fills its disk, resumes, and checks what is left. Ends with
 * "N passed, N failed".
 *
 *   faults LUBENCH SHIM.so [PATTERN]     FAULTS_SEED=N repeats the random moments
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "tests/faults/faults.h"

#define WORKERS 8

const char *faults_lubench, *faults_shim;
char faults_dir[] = "/tmp/lubench-faults-XXXXXX";
static unsigned int passed, failed;

void case_report(const struct fault_case *c, bool good, const char *dir)
{
	char path[400], why[600] = "";
	FILE *in;

	snprintf(path, sizeof(path), "%s.why", dir);
	in = fopen(path, "r");
	if (in && !fgets(why, sizeof(why), in))
		why[0] = '\0';
	if (in)
		fclose(in);
	passed += good;
	failed += !good;
	printf("%s %u %s%s%s\n", good ? "ok" : "not ok", passed + failed, c->name,
	       good ? "" : " # ", good ? "" : why);
	if (!good)
		printf("# kept: %s (%s)\n", dir, c->target);
	fflush(stdout);
}

/* They mostly wait. */
void cases_run(const struct fault_case *cases, size_t nr, const char *name, const char *pattern)
{
	struct {
		pid_t pid;
		const struct fault_case *c;
		char dir[300];
	} w[WORKERS] = { { 0, NULL, "" } };
	size_t next = 0, busy = 0, i;
	int raw;
	pid_t pid;

	while (next < nr || busy) {
		for (i = 0; i < WORKERS && next < nr; i++) {
			if (w[i].pid)
				continue;
			w[i].c = &cases[next++];
			if (fnmatch(pattern, w[i].c->name, 0))
				continue;
			snprintf(w[i].dir, sizeof(w[i].dir), "%s/%s-%zu", faults_dir, name, next);
			w[i].pid = fork();
			if (!w[i].pid) {
				char why[600] = "", path[400];
				bool good;
				FILE *out;

				case_log(w[i].dir);
				good = case_run(w[i].dir, w[i].c, why, sizeof(why));
				snprintf(path, sizeof(path), "%s.why", w[i].dir);
				out = fopen(path, "w");
				fputs(why, out);
				fclose(out);
				_exit(!good);
			}
			busy++;
		}
		pid = busy ? wait(&raw) : 0;
		for (i = 0; pid > 0 && i < WORKERS; i++) {
			if (w[i].pid != pid)
				continue;
			case_report(w[i].c, raw == 0, w[i].dir);
			w[i].pid = 0;
			busy--;
		}
	}
}

static bool write_plan(void)
{
	char path[64];
	FILE *out;

	snprintf(path, sizeof(path), "%s/plan.ini", faults_dir);
	out = fopen(path, "w");
	if (!out)
		return false;
	fprintf(out,
		"[run]\nscenario=preserve\nreps=1\ncycles=%d\n[matrix.1]\nhwpts=1,2\nioas=64M\npage=4K\n",
		FAULT_CYCLES);
	return fclose(out) == 0;
}

int main(int argc, char **argv)
{
	const char *pattern = argc > 3 ? argv[3] : "*";
	struct fault_case plain = { .target = "fake" };
	char dir[300], command[64];
	size_t nr;

	if (argc < 3) {
		fprintf(stderr, "usage: %s LUBENCH SHIM.so [PATTERN]\n", argv[0]);
		return 2;
	}
	faults_lubench = realpath(argv[1], NULL);
	faults_shim = realpath(argv[2], NULL);
	if (!faults_lubench || !faults_shim || !mkdtemp(faults_dir) || !write_plan()) {
		fprintf(stderr, "%s, %s or %s: %s\n", argv[1], argv[2], faults_dir,
			strerror(errno));
		return 2;
	}
	snprintf(dir, sizeof(dir), "%s/reference", faults_dir);
	case_finish(case_start(dir, &plain, "", false));
	if (!reference_load(dir))
		return 1;
	{
		struct fault_case *cases = matrix_cases(&nr);

		cases_run(cases, nr, "pair", pattern);
	}
	walk_operations(pattern);
	walk_host(pattern);
	walk_resume(pattern);
	walk_random(pattern);
	snprintf(command, sizeof(command), "rm -rf %s", faults_dir);
	if (!failed && system(command))
		fprintf(stderr, "%s cannot be removed\n", faults_dir);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
