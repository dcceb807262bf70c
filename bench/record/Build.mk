# SPDX-License-Identifier: GPL-2.0-or-later
record-y := emit.c record.c alike.c stream.c writer.c mend.c journal.c index.c index_run.c index_key.c below.c schema.c
# the part that the agent links, too
record-agent-y := emit.c
