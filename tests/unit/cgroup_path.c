/* Paths of control groups as container engines and systemd make them. */
#include "perf/cgroup_path.h"

#include <stdio.h>

#include "tap.h"

#define ID     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2    "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define UID    "3f1a2b4c-0d5e-4f60-8a7b-9c0d1e2f3a4b"
#define UID_   "3f1a2b4c_0d5e_4f60_8a7b_9c0d1e2f3a4b"
#define STATIC "0123456789abcdef0123456789abcdef"

static const struct {
	const char *who, *path, *container, *pod, *service;
} paths[] = {
	{ "docker", "/docker/" ID, ID, "", "" },
	{ "docker with systemd", "/system.slice/docker-" ID ".scope", ID, "", "" },
	{ "docker in docker", "/docker/" ID "/docker/" ID2, ID2, "", "" },
	{ "systemd in docker", "/docker/" ID "/system.slice/nginx.service", ID, "", "nginx" },
	{ "docker compose's build", "/system.slice/docker.service", "", "", "docker" },
	{ "nerdctl", "/system.slice/nerdctl-" ID ".scope", ID, "", "" },
	{ "nerdctl without systemd", "/default/" ID, ID, "", "" },
	{ "containerd",
	  "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
	  ".slice/cri-containerd-" ID ".scope",
	  ID, UID, "" },
	{ "a guaranteed pod",
	  "/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope", ID, UID, "" },
	{ "containerd without systemd", "/kubepods/besteffort/pod" UID "/" ID, ID, UID, "" },
	{ "containerd's own list",
	  "/system.slice/containerd.service/kubepods-burstable-pod" UID_
	  ".slice:cri-containerd:" ID,
	  ID, UID, "" },
	{ "a static pod", "/kubepods/burstable/pod" STATIC "/" ID, ID, STATIC, "" },
	{ "a pod's own group", "/kubepods/burstable/pod" UID, "", UID, "" },
	{ "kind",
	  "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
	  "kubelet-kubepods-besteffort-pod" UID_ ".slice/cri-containerd-" ID ".scope",
	  ID, UID, "" },
	{ "cri-o",
	  "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_ ".slice/crio-" ID
	  ".scope",
	  ID, UID, "" },
	{ "cri-o's payload",
	  "/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope/container", ID, UID, "" },
	{ "cri-o's monitor", "/kubepods.slice/kubepods-pod" UID_ ".slice/crio-conmon-" ID ".scope",
	  "", UID, "" },
	{ "podman", "/machine.slice/libpod-" ID ".scope/container", ID, "", "" },
	{ "podman's monitor", "/machine.slice/libpod-conmon-" ID ".scope", "", "", "" },
	{ "podman of a user",
	  "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
	  ID, "", "" },
	{ "a pod of podman", "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope",
	  ID, ID2, "" },
	{ "podman without systemd", "/libpod_parent/libpod-" ID, ID, "", "" },
	{ "systemd", "/system.slice/nginx.service", "", "", "nginx" },
	{ "an instance", "/system.slice/system-postgresql.slice/postgresql@14-main.service", "", "",
	  "postgresql@14-main" },
	{ "a part of a service", "/system.slice/nginx.service/worker", "", "", "nginx" },
	{ "a user's service",
	  "/user.slice/user-1000.slice/user@1000.service/app.slice/sync.service", "", "", "sync" },
	{ "a session", "/user.slice/user-1000.slice/session-3.scope", "", "", "" },
	{ "a user's program", "/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope",
	  "", "", "" },
	{ "the root", "/", "", "", "" },
	{ "nothing", "", "", "", "" },
	{ "65 digits", "/docker/" ID "0", "", "", "" },
	{ "63 digits", "/docker/123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  "", "", "" },
	{ "a pod's name", "/podman/pods/pod", "", "", "" },
};

int main(void)
{
	struct buf pod = { 0 };

	for (size_t i = 0; i < LEN(paths); i++) {
		struct str path = str_of(paths[i].path), id = cgroup_container(path);
		struct str service = cgroup_service(path);

		pod.n = 0;
		cgroup_pod(path, &pod);
		ok(str_eq(id, str_of(paths[i].container)) &&
			   str_eq(buf_str(&pod), str_of(paths[i].pod)) &&
			   str_eq(service, str_of(paths[i].service)),
		   "%s: container %.*s, pod %.*s, service %.*s", paths[i].who, STR_ARG(id),
		   STR_ARG(buf_str(&pod)), STR_ARG(service));
	}
	buf_release(&pod);
	return done();
}
