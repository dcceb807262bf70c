/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives that a target sends. It may be anything that answers, so nothing in one is taken on trust. */
#ifndef BENCH_TARGET_UNPACK_H
#define BENCH_TARGET_UNPACK_H

/** UNPACK_ENTRIES - files and directories of an archive. */
#define UNPACK_ENTRIES 1000

/**
 * unpack() - unpack the results of a target
 * @fd: the archive, at its beginning; not longer than what may come out of it
 * @dir: directory that is there and empty
 * @why: what is wrong with the archive
 *
 * Taken are directories and plain files with the names "out/...", and "NAME.log" beside it. Owner, times and
 * permissions are not: what comes out belongs to the user and nobody else reads it. Extended headers are skipped.
 *
 * Return: 0; -EBADMSG with @why for an archive with anything else in it, or one that ends early; -ENOSPC or other
 * -errno of a file here. No message.
 */
int unpack(int fd, const char *dir, const char **why);

/**
 * remove_tree() - remove a directory with all that is in it
 * @dir: which; links are not followed, and one that is not there is fine
 *
 * Return: 0 or -errno.
 */
int remove_tree(const char *dir);

#endif
