/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One ethdev port with one queue each way, without hugepages: what both DPDK programs start with. */
#ifndef WORKLOADS_DPDK_PORT_H
#define WORKLOADS_DPDK_PORT_H

#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_mempool.h>

/** PORT_BURST - frames handled at a time. */
#define PORT_BURST 32

/**
 * struct port - an open port
 * @id: of ethdev
 * @pool: its buffers
 * @name: of its device: a PCI address or net_af_packet0
 */
struct port {
	uint16_t id;
	struct rte_mempool *pool;
	char name[RTE_ETH_NAME_MAX_LEN];
};

/**
 * port_open() - start DPDK and the port
 * @p: filled in
 * @program: name for messages and DPDK's files
 * @iface: network interface of this machine, or NULL
 * @device: PCI address of a device that is bound to vfio-pci; used when @iface is NULL
 *
 * To be called once in a process. The calling thread may run on every processor that it could run on
 * before.
 *
 * Return: 0 or -errno (said on stderr).
 */
int port_open(struct port *p, const char *program, const char *iface, const char *device);

/**
 * port_close() - stop the port and DPDK
 * @p: port
 */
void port_close(struct port *p);

#endif
