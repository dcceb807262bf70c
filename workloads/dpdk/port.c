// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dpdk/port.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>

#define MEGABYTES "64"
#define DESCRIPTORS 512
#define BUFFERS 4095
#define CACHE 64
#define MAX_ARGS 16

/* DPDK would pin the thread to one processor, which may be the one that the emulator needs. */
static void lcores(char *text, size_t len)
{
	cpu_set_t set;
	size_t used;
	int cpu;

	used = (size_t)snprintf(text, len, "--lcores=0@(");
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set))
		CPU_SET(0, &set);
	for (cpu = 0; cpu < CPU_SETSIZE && used + 8 < len; cpu++)
		if (CPU_ISSET(cpu, &set))
			used += (size_t)snprintf(text + used, len - used, "%d,", cpu);
	text[used - 1] = ')';
}

/* DPDK leaves an empty directory behind, in one that others may use, too. */
static void remove_dirs(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", rte_eal_get_runtime_dir());
	rmdir(path);
	rmdir(dirname(path));
}

/* Memory is one memfd; with --no-huge, --in-memory is refused. */
static int start(const char *program, const char *iface, const char *device)
{
	static char prefix[64], cpus[4096], vdev[96];
	char *argv[MAX_ARGS] = {
		(char *)program, "--no-huge",	   "-m",   MEGABYTES, "--no-telemetry",
		"--no-shconf",	 "--iova-mode=va", prefix, cpus,      "--log-level=warning",
	};
	int argc = 10;

	/* Nothing of it is needed, but it must be possible to make; a guest has no /var/run. */
	setenv("RUNTIME_DIRECTORY", "/tmp", 0);
	snprintf(prefix, sizeof(prefix), "--file-prefix=%s-%d", program, (int)getpid());
	lcores(cpus, sizeof(cpus));
	if (iface) {
		snprintf(vdev, sizeof(vdev), "--vdev=net_af_packet0,iface=%s", iface);
		argv[argc++] = "--no-pci";
		argv[argc++] = vdev;
	} else {
		argv[argc++] = "-a";
		argv[argc++] = (char *)device;
	}
	if (rte_eal_init(argc, argv) >= 0)
		return 0;
	remove_dirs();
	fprintf(stderr, "%s: DPDK does not start on %s: %s; its messages are above\n", program,
		iface ? iface : device, rte_strerror(rte_errno));
	return rte_errno ? -rte_errno : -EIO;
}

static int configure(struct port *p)
{
	const struct rte_eth_conf conf = { 0 };
	uint16_t rx = DESCRIPTORS, tx = DESCRIPTORS;
	int err;

	p->pool = rte_pktmbuf_pool_create("frames", BUFFERS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					  SOCKET_ID_ANY);
	if (!p->pool)
		return -rte_errno;
	err = rte_eth_dev_configure(p->id, 1, 1, &conf);
	if (!err)
		err = rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &rx, &tx);
	if (!err)
		err = rte_eth_rx_queue_setup(p->id, 0, rx, SOCKET_ID_ANY, NULL, p->pool);
	if (!err)
		err = rte_eth_tx_queue_setup(p->id, 0, tx, SOCKET_ID_ANY, NULL);
	if (!err)
		err = rte_eth_dev_start(p->id);
	/* The frames carry addresses of their own. */
	if (!err)
		err = rte_eth_promiscuous_enable(p->id);
	return err == -ENOTSUP ? 0 : err;
}

int port_open(struct port *p, const char *program, const char *iface, const char *device)
{
	int err;

	if (iface && !if_nametoindex(iface)) {
		fprintf(stderr, "%s: no interface %s here; `ip link` shows them\n", program, iface);
		return -ENODEV;
	}
	err = start(program, iface, device);
	if (err)
		return err;
	p->id = rte_eth_find_next(0);
	if (p->id >= RTE_MAX_ETHPORTS) {
		fprintf(stderr, "%s: DPDK has no driver for %s, or it is not bound to vfio-pci\n",
			program, iface ? iface : device);
		rte_eal_cleanup();
		remove_dirs();
		return -ENODEV;
	}
	rte_eth_dev_get_name_by_port(p->id, p->name);
	err = configure(p);
	if (err) {
		fprintf(stderr, "%s: port %s does not start: %s\n", program, p->name,
			rte_strerror(-err));
		port_close(p);
	}
	return err;
}

void port_close(struct port *p)
{
	rte_eth_dev_stop(p->id);
	rte_eth_dev_close(p->id);
	rte_eal_cleanup();
	remove_dirs();
}
