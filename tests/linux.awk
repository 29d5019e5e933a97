# Which files may know that this is Linux: those of prof-record and prof-listen, and the reader
# of recordings. Elsewhere, headers that only Linux has stand within #ifdef __linux__, with
# something for other systems beside it:
#	awk -f tests/linux.awk cmd/*.[ch] cmd/*/*.[ch] lib/*/*.[ch] lib/*/*/*.[ch]
# prints FILE:LINE for every other include of one, and exits with 1.

FNR == 1 {
	depth = 0
	guarded = 0
	mine = FILENAME ~ /^lib\/(record|interp|alloc|perf|unwind|listen|format\/perf_data)\/|^cmd\/(prof-record|prof-listen|record\/)/
}

/^#[ \t]*if/ {
	depth++
	if (!guarded && /__linux__|__has_include|HAVE_/)
		guarded = depth
}

/^#[ \t]*endif/ {
	if (guarded == depth)
		guarded = 0
	depth--
}

/^#[ \t]*include <(linux|asm)\// ||
/^#[ \t]*include <sys\/(prctl|auxv|epoll|eventfd|signalfd|timerfd|inotify|memfd|sendfile|syscall|sysmacros|sysinfo|vfs|statfs|capability|fsuid)\.h>/ ||
/^#[ \t]*include <(seccomp|sched|endian|byteswap|error|malloc)\.h>/ {
	if (!mine && !guarded) {
		printf "%s:%d: %s is only on Linux\n", FILENAME, FNR, $2
		bad = 1
	}
}

END { exit bad }
