#include "record/session_child.h"

#include <sys/resource.h>
#include <sys/wait.h>

static uint64_t nanoseconds(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

void session_report_child(struct session *s, int pid)
{
	if (s->o->on_child)
		s->o->on_child(s->o->context, pid);
}

bool session_child_has_ended(struct session *s, bool wait)
{
	struct rusage use;
	int status;

	if (s->o->sampler.target != TARGET_CHILD || s->child_ended)
		return s->child_ended;
	if (wait4(s->child.pid, &status, wait ? 0 : WNOHANG, &use) != s->child.pid)
		return false;
	session_report_child(s, 0);
	s->child_ended = true;
	s->window.ended = true;
	s->window.status = status;
	s->window.max_rss = (uint64_t)use.ru_maxrss * 1024;
	s->window.user_time = nanoseconds(use.ru_utime);
	s->child_cpu = nanoseconds(use.ru_utime) + nanoseconds(use.ru_stime);
	return true;
}
