/*
 * What the path of a control group says about who runs in it. Container engines and systemd
 * name their groups in ways of their own:
 *
 *	docker		/docker/ID, /system.slice/docker-ID.scope
 *	containerd	/system.slice/nerdctl-ID.scope, .../cri-containerd-ID.scope
 *	cri-o		.../crio-ID.scope
 *	podman		/machine.slice/libpod-ID.scope/container, .../machine-libpod_pod_ID.slice/...
 *	Kubernetes	/kubepods/burstable/podUID/ID,
 *			/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID.slice/...
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
 * ("libpod-conmon-ID.scope") run outside of them.
 */
struct str cgroup_container(struct str path);

/* Append the id of the pod, with "-" between its parts; nothing if there is none. */
void cgroup_pod(struct str path, struct buf *pod);

/*
 * The innermost service of systemd, in its container if it is in one, without ".service"; empty
 * if there is none, and for those that are only managers of users' own ("user@1000.service").
 */
struct str cgroup_service(struct str path);

#endif
