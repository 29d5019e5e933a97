/*
 * Finds the container, the pod and the service in the path of a control group. Container engines
 * and systemd use these names:
 *
 *	docker		/docker/ID, /system.slice/docker-ID.scope
 *	containerd	/system.slice/nerdctl-ID.scope, .../cri-containerd-ID.scope
 *	cri-o		.../crio-ID.scope
 *	podman		/machine.slice/libpod-ID.scope/container,
 *			.../machine-libpod_pod_ID.slice/...
 *	Kubernetes	/kubepods/burstable/podUID/ID,
 *			/kubepods.slice/kubepods-burstable.slice/
 *			kubepods-burstable-podUID.slice/...
 *	systemd		/system.slice/nginx.service
 *
 * An ID has 64 hexadecimal digits, a UID the form of a UUID (with _ for - where systemd
 * has the -) or, of a static pod, 32 digits.
 */
#ifndef PERF_CGROUP_PATH_H
#define PERF_CGROUP_PATH_H

#include "base/buf.h"

/*
 * The id of the innermost container; empty if there is none. Monitors of containers
 * ("libpod-conmon-ID.scope") run outside them.
 */
struct str cgroup_container(struct str path);

/* Appends the id of the pod, with "-" between its parts; nothing if there is none. */
void cgroup_pod(struct str path, struct buf *pod);

/*
 * The innermost systemd service, without ".service", inside the container if there is one. Empty
 * if there is none, and for a user's service manager ("user@1000.service").
 */
struct str cgroup_service(struct str path);

#endif
