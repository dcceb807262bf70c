/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose a real machine is: the file "owner" in TARGET_DIR names the run that uses it. Controllers on several
 * machines, and one machine under several names, meet there. No I/O here: the text of a command, and what it
 * answers, which is foreign data.
 *
 * The file is a line "RUN CONTROLLER SECONDS BOOT WHO", and until the first renewal of a claim that was taken over one
 * "taken from RUN WHO HOW AGE": the reply to that may be lost. It is looked at and replaced under flock(1), where that
 * is there, else under a link whose text is the pid of its maker, which whoever comes after that one's death removes;
 * its name has the boot, so that none outlives a kexec.
 */
#ifndef BENCH_TARGET_OWNER_H
#define BENCH_TARGET_OWNER_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/target/target.h"

/** OWNER_FILE - its name in TARGET_DIR. */
#define OWNER_FILE "owner"

/** OWNER_WORD - room for a word of the file. */
#define OWNER_WORD 80

/** OWNER_COMMAND_MAX - room for a command. */
#define OWNER_COMMAND_MAX 8192

/** OWNER_SECONDS_MAX - longest time that a claim can be good for. */
#define OWNER_SECONDS_MAX 9999999

/** enum owner_verb - what is done with the file */
enum owner_verb {
	OWNER_CLAIM, /* who has not heard what became of that asks the same again */
	OWNER_RENEW, /* who has */
	OWNER_LOOK,
	OWNER_RELEASE,
	OWNER_UNLOCK,
};

/*
 * Exit statuses of a command: another run holds the machine; its claim has lapsed (or does not matter), but an agent
 * is at work (for OWNER_LOOK: somebody else's that has lapsed); there is no claim (of ours, for OWNER_RELEASE); somebody else is at the file for too long; the file
 * cannot be written.
 */
#define TARGET_OWNER_HELD 94
#define TARGET_OWNER_BUSY 95
#define TARGET_OWNER_NONE 96
#define TARGET_OWNER_LOCKED 97
#define TARGET_OWNER_BROKEN 98

/** TARGET_OWNER_LOST - exit status of a command that begins with owner_check(): the machine is not ours any more. */
#define TARGET_OWNER_LOST 99

/** OWNER_CHECK_MAX - room for what owner_check() makes. */
#define OWNER_CHECK_MAX 320

/**
 * struct owner_claim - who claims, and for how long; all words are made plain by owner_word()
 * @run: run id
 * @controller: stable id of the lock on the controller: who has it knows that its former holder is dead
 * @who: user@machine, for people
 * @seconds: the claim lapses when it was not renewed for that long
 */
struct owner_claim {
	char run[OWNER_WORD];
	char controller[OWNER_WORD];
	char who[OWNER_WORD];
	long long seconds;
};

/** enum owner_how - what a command has found */
enum owner_how {
	OWNER_NEW,
	OWNER_OURS, /* of this run and this controller: another one that has resumed the run may be at work */
	OWNER_DEAD,   /* of this controller's lock, which its owner has no more */
	OWNER_LAPSED, /* taken over */
	OWNER_HELD,
	OWNER_BUSY,
	OWNER_GONE, /* the claim was taken away, by OWNER_RELEASE or OWNER_UNLOCK */
};

/**
 * struct owner - what a command has answered
 * @how: what it has found
 * @age: seconds since the claim was made or renewed, by the target's clock; 0 when that is in the future
 * @seconds: how long it is good for
 * @run, @controller, @boot, @who: the claim that was there, plain; "?" for what it does not say
 */
struct owner {
	enum owner_how how;
	long long age;
	long long seconds;
	char run[OWNER_WORD];
	char controller[OWNER_WORD];
	char boot[OWNER_WORD];
	char who[OWNER_WORD];
};

/**
 * owner_word() - make a word that is safe in the file and within a command
 * @buf: set to @text with '_' for everything odd; "?" for nothing
 * @len: its room
 * @text: any text
 *
 * Return: @buf.
 */
char *owner_word(char *buf, size_t len, const char *text);

/**
 * owner_command() - the command for a target's shell
 * @buf: set to it
 * @verb: what is to be done
 * @me: the claim; its words come from owner_word(). For OWNER_UNLOCK nothing of it matters, for OWNER_LOOK the controller
 *
 * It changes the file at once or not at all. Done a second time by the same run it does the same.
 */
void owner_command(char buf[OWNER_COMMAND_MAX], enum owner_verb verb, const struct owner_claim *me);

/**
 * owner_check() - the beginning of a command that only who owns the machine may give
 * @buf: set to it
 * @me: the claim
 *
 * A controller that was suspended between its claim and that command may have lost the machine in the meantime.
 */
void owner_check(char buf[OWNER_CHECK_MAX], const struct owner_claim *me);

/**
 * owner_elsewhere() - the same command for another directory than TARGET_DIR
 * @command: from owner_command()
 * @dir: the directory, without odd characters
 *
 * For targets that only play one, and for tests.
 *
 * Return: new string or NULL when out of memory.
 */
char *owner_elsewhere(const char *command, const char *dir);

/**
 * owner_parse() - what a command has answered
 * @text: its output; may be NULL
 * @o: filled in
 *
 * Return: false when there is no answer in it.
 */
bool owner_parse(const char *text, struct owner *o);

/**
 * owner_left() - when a claim lapses
 * @o: from owner_parse()
 *
 * Return: seconds, 0 when it has lapsed.
 */
long long owner_left(const struct owner *o);

#endif
