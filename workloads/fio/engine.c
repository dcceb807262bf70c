// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fio's I/O engine "lubench-nvme": jobs run on an NVMe controller that the suite drives itself, through a
 * HWPT. Without bdf= the controller was started by somebody else, before a kexec maybe, and its descriptors
 * are inherited. Built with the headers of the fio that loads it; see docs/fio.md.
 */
#include "config-host.h"

#include "fio.h"
#include "optgroup.h"

#include <stdatomic.h>

#include "workloads/fio/session.h"

/**
 * struct engine_options - options of a job
 * @td: fio wants the first member for itself
 * @bdf: device, bound to vfio-pci, that the engine shall take and start itself
 * @device_fd: VFIO cdev of a session
 * @memfd_fd: its memfd
 * @memory: with @bdf: bytes of the memfd
 */
struct engine_options {
	struct thread_data *td;
	char *bdf;
	unsigned int device_fd;
	unsigned int memfd_fd;
	unsigned long long memory;
};

static struct fio_option options[] = {
	{
		.name = "bdf",
		.lname = "PCI address",
		.type = FIO_OPT_STR_STORE,
		.off1 = offsetof(struct engine_options, bdf),
		.help = "Take this device, bound to vfio-pci, and start it",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = "device_fd",
		.lname = "VFIO cdev",
		.type = FIO_OPT_INT,
		.off1 = offsetof(struct engine_options, device_fd),
		.help = "Inherited descriptor of the device, attached to a HWPT",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = "memfd_fd",
		.lname = "Memory",
		.type = FIO_OPT_INT,
		.off1 = offsetof(struct engine_options, memfd_fd),
		.help = "Inherited descriptor of queues and buffers, mapped by that HWPT",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = "memory",
		.lname = "Memory size",
		.type = FIO_OPT_STR_VAL,
		.off1 = offsetof(struct engine_options, memory),
		.help = "With bdf: size of queues and buffers",
		.def = "32m",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{ .name = NULL },
};

/* A device that says nothing for so long will say nothing any more. */
#define STALL_MS 30000

/* There is one controller with one queue pair: one session a process, and one job at a time. */
static struct session session = { .device = -1, .iommufd = -1, .memfd = -1 };
static atomic_flag busy = ATOMIC_FLAG_INIT;

/**
 * struct job - a job while it runs
 * @by_cid: what each command id is used for
 * @events: completed, for fio to fetch
 * @pending: queued since the last commit
 * @nr_pending: how many
 */
struct job {
	struct io_u *by_cid[SESSION_ENTRIES];
	struct io_u *events[SESSION_ENTRIES];
	struct io_u *pending[SESSION_ENTRIES];
	unsigned int nr_pending;
};

static int complain(struct thread_data *td, int err, const char *what)
{
	log_err("lubench-nvme: %s: %s\n", what, strerror(-err));
	td_verror(td, -err, "lubench-nvme");
	return 1;
}

static int take(struct thread_data *td, const struct engine_options *o)
{
	const char *what;
	int err = session_make(&session, o->bdf, o->memory & ~4095ull, &what);

	if (!err) {
		what = "starting the controller";
		err = session_start(&session);
	}
	if (!err)
		return 0;
	session_close(&session);
	return complain(td, err, what);
}

static int inherit(struct thread_data *td, const struct engine_options *o)
{
	int err;

	if (!o->device_fd || !o->memfd_fd) {
		log_err("lubench-nvme: use bdf=, or device_fd= and memfd_fd= of a session, as lubench-fio sets them\n");
		td_verror(td, EINVAL, "lubench-nvme");
		return 1;
	}
	session.device = (int)o->device_fd;
	session.memfd = (int)o->memfd_fd;
	err = session_map(&session);
	if (err) {
		session_init(&session);
		return complain(td, err, "mapping memfd_fd");
	}
	/* Another kernel or process has started it; to start it again would hide what we look for. */
	err = session_adopt(&session);
	return err ? complain(td, err, "adopting the controller") : 0;
}

static int engine_setup(struct thread_data *td)
{
	const struct nvme_state *s;
	struct fio_file *f;
	unsigned int i;

	if (!session.map && (((struct engine_options *)td->eo)->bdf ? take : inherit)(td, td->eo))
		return 1;
	s = session.ctrl.state;
	if (td_min_bs(td) % s->block_bytes || td_max_bs(td) > s->max_bytes) {
		log_err("lubench-nvme: bs= must be a multiple of %u, and at most %u\n",
			s->block_bytes, s->max_bytes);
		td_verror(td, EINVAL, "lubench-nvme");
		return 1;
	}
	if (td->o.iodepth >= SESSION_ENTRIES) {
		log_err("lubench-nvme: iodepth= must be less than %u\n", SESSION_ENTRIES);
		td_verror(td, EINVAL, "lubench-nvme");
		return 1;
	}
	for_each_file(td, f, i)
	{
		f->filetype = FIO_TYPE_BLOCK;
		f->real_file_size = s->blocks * s->block_bytes;
		fio_file_set_size_known(f);
	}
	return 0;
}

/* A fio that was killed may have left commands behind; their buffers are ours now. */
static int forget_old_commands(void)
{
	struct nvme_done done;
	int n = nvme_quiesce(&session.ctrl, STALL_MS);

	if (n)
		return n;
	while ((n = nvme_poll(&session.ctrl, &done)) > 0)
		nvme_release(&session.ctrl, done.cid);
	return n;
}

static int engine_init(struct thread_data *td)
{
	int err;

	if (!td->o.use_thread) {
		log_err("lubench-nvme: the queues are shared by all jobs; use thread=1\n");
		td_verror(td, EINVAL, "lubench-nvme");
		return 1;
	}
	if (atomic_flag_test_and_set(&busy)) {
		log_err("lubench-nvme: another job uses the queues; put stonewall between jobs\n");
		td_verror(td, EBUSY, "lubench-nvme");
		return 1;
	}
	td->io_ops_data = calloc(1, sizeof(struct job));
	err = td->io_ops_data ? session_adopt(&session) : -ENOMEM;
	if (!err)
		err = forget_old_commands();
	return err ? complain(td, err, "adopting the controller") : 0;
}

static void engine_cleanup(struct thread_data *td)
{
	if (!td->io_ops_data)
		return;
	free(td->io_ops_data);
	td->io_ops_data = NULL;
	atomic_flag_clear(&busy);
}

static int engine_iomem_alloc(struct thread_data *td, size_t bytes)
{
	size_t room;
	uint8_t *data = session_data(&session, &room);

	if (bytes > room) {
		log_err("lubench-nvme: iodepth= times bs= is %zu, but only %zu bytes are mapped for the device\n",
			bytes, room);
		return 1;
	}
	td->orig_buffer = (char *)data;
	return 0;
}

static void engine_iomem_free(struct thread_data *td)
{
	td->orig_buffer = NULL;
}

static int engine_file(struct thread_data *td, struct fio_file *f)
{
	return 0;
}

static enum fio_q_status refuse(struct io_u *io_u, int err)
{
	io_u->error = (unsigned int)-err;
	return FIO_Q_COMPLETED;
}

static enum fio_q_status engine_queue(struct thread_data *td, struct io_u *io_u)
{
	const uint32_t block = session.ctrl.state->block_bytes;
	struct job *job = td->io_ops_data;
	struct nvme_seg seg = { 0 };
	struct nvme_io io = { .seg = &seg, .nr_segs = 1 };
	int cid;

	switch (io_u->ddir) {
	case DDIR_READ:
		io.op = NVME_READ;
		break;
	case DDIR_WRITE:
		io.op = NVME_WRITE;
		break;
	case DDIR_SYNC:
	case DDIR_DATASYNC:
		io.op = NVME_FLUSH;
		break;
	default:
		return refuse(io_u, -EINVAL);
	}
	if (io.op != NVME_FLUSH) {
		if (io_u->offset % block || io_u->xfer_buflen % block)
			return refuse(io_u, -EINVAL);
		seg.iova = session_iova(&session, io_u->xfer_buf);
		seg.bytes = (uint32_t)io_u->xfer_buflen;
		io.slba = io_u->offset / block;
		io.blocks = (uint32_t)(io_u->xfer_buflen / block);
	}
	cid = nvme_submit(&session.ctrl, &io);
	if (cid == -EAGAIN)
		return FIO_Q_BUSY;
	if (cid < 0)
		return refuse(io_u, cid);
	job->by_cid[cid] = io_u;
	job->pending[job->nr_pending++] = io_u;
	return FIO_Q_QUEUED;
}

static int engine_commit(struct thread_data *td)
{
	struct job *job = td->io_ops_data;
	struct timespec now;
	unsigned int i;

	if (!job->nr_pending)
		return 0;
	fio_gettime(&now, NULL);
	for (i = 0; i < job->nr_pending; i++) {
		job->pending[i]->issue_time = now;
		io_u_queued(td, job->pending[i]);
	}
	io_u_mark_submit(td, job->nr_pending);
	job->nr_pending = 0;
	return nvme_kick(&session.ctrl);
}

static void completed(struct io_u *io_u, uint16_t status)
{
	if (!status)
		return;
	log_err("lubench-nvme: offset %llu: NVMe status %#x\n", io_u->offset, status);
	io_u->error = EIO;
}

/* Polls, as a driver in user space does; fio's timeout is not used, as min is given with it. */
static int engine_getevents(struct thread_data *td, unsigned int min, unsigned int max,
			    const struct timespec *t)
{
	struct job *job = td->io_ops_data;
	struct nvme_done done;
	struct timespec start;
	unsigned int nr = 0;
	int n, err = engine_commit(td);

	fio_gettime(&start, NULL);
	while (!err && nr < max) {
		n = nvme_poll(&session.ctrl, &done);
		if (n < 0)
			return n;
		if (!n && nr >= min)
			break;
		if (!n && mtime_since_now(&start) > STALL_MS) {
			log_err("lubench-nvme: no completion for %d s\n", STALL_MS / 1000);
			return -ETIMEDOUT;
		}
		if (!n)
			continue;
		completed(job->by_cid[done.cid], done.status);
		job->events[nr++] = job->by_cid[done.cid];
		nvme_release(&session.ctrl, done.cid);
	}
	if (!err)
		err = nvme_kick(&session.ctrl);
	return err ? err : (int)nr;
}

static struct io_u *engine_event(struct thread_data *td, int event)
{
	return ((struct job *)td->io_ops_data)->events[event];
}

__attribute__((visibility("default"))) struct ioengine_ops ioengine = {
	.name = "lubench-nvme",
	.version = FIO_IOOPS_VERSION,
	.flags = FIO_DISKLESSIO | FIO_RAWIO | FIO_NOEXTEND | FIO_NODISKUTIL | FIO_MEMALIGN |
		 FIO_ASYNCIO_SETS_ISSUE_TIME,
	.setup = engine_setup,
	.init = engine_init,
	.cleanup = engine_cleanup,
	.queue = engine_queue,
	.commit = engine_commit,
	.getevents = engine_getevents,
	.event = engine_event,
	.open_file = engine_file,
	.close_file = engine_file,
	.invalidate = engine_file,
	.iomem_alloc = engine_iomem_alloc,
	.iomem_free = engine_iomem_free,
	.option_struct_size = sizeof(struct engine_options),
	.options = options,
};
