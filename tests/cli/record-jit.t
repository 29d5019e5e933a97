#!/bin/sh
# Code that node, a JVM and CPython compile as they run: whole stacks, with names.
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$top/tests/record.sh"

cat >busy.js <<'END'
function inner(n) { let s = 0; for (let i = 0; i < n; i++) s += Math.sqrt(i); return s }
function outer(end) { let s = 0; while (process.cpuUsage().user < end) s += inner(50000); return s }
outer(process.cpuUsage().user + 600000);
END
cat >Busy.java <<'END'
public class Busy {
	static double inner(int n) { double s = 0; for (int i = 0; i < n; i++) s += Math.sqrt(i % 7 + s); return s; }
	static double outer(long end) { double s = 0; while (System.currentTimeMillis() < end) s += inner(5000); return s; }
	public static void main(String[] a) { System.exit(outer(System.currentTimeMillis() + 1500) < 0 ? 1 : 0); }
}
END
cat >Pairs.java <<'END'
public class Pairs {
	static long sum(int n) { long s = 0; for (int i = 0; i < n; i++) s += i * 31 + (s >>> 3); return s; }
	static long deep(int d) { return d == 0 ? sum(2000) : deep(d - 1) + d; }
	static String text(int n) { StringBuilder b = new StringBuilder(); for (int i = 0; i < n; i++) b.append(i); return b.toString(); }
	static long work() { return sum(2000) + deep(20) + text(200).length(); }
	public static void main(String[] a) {
		long s = 0, end = System.nanoTime() + 4000000000L;
		while (System.nanoTime() < end) s += work();
		System.exit(s == 1 ? 1 : 0);
	}
}
END
cat >busy.py <<'END'
import time
def inner(n):
    return sum(i * i for i in range(n))
def outer(end):
    s = 0
    while time.process_time() < end:
        s += inner(2000)
    return s
outer(time.process_time() + 0.4)
END

# Memory of all kinds, a map that is gone before the window ends, a forked child, and a jitdump that
# names the code only when the work is done
target jit
while read -r kind what; do
	prof-record -q -F 499 -o kind.pb.gz -- ./jit "$kind" "$what"
	prof-fold kind.pb.gz >kind.folded
	at_least "$(share kind.folded '_start;.*main;py::made by the program;spin')" 95 \
		"code in memory: $kind $what" "$(head -5 kind.folded)"
done <<'END'
anonymous gone
shared gone
memfd gone
double gone
sysv gone
unlinked gone
anonymous fork
memfd fork
anonymous dump
END

# named WHAT FUNCTIONS WHOLE COMMAND...: half of the samples and more have those
# functions, nearly all of them whole stacks
named() {
	what=$1 functions=$2 whole=$3
	shift 3
	exits 0 "$what" prof-record -F 299 -o jit.pb.gz "$@"
	prof-fold jit.pb.gz >jit.folded
	at_least "$(share jit.folded "$functions")" 50 "$what: functions have names" \
		"$(head -5 jit.folded)"
	at_least "$(grep -v truncated jit.folded | share - "$whole")" 97 "$what: stacks are whole"
	at_least $((100 - $(share jit.folded truncated))) 90 "$what: few are truncated"
}

root='^[^;]*;(_start|.*clone|.*start_thread|[[]ld|[[]libc|.*(execve|exit))'
if command -v node >/dev/null; then
	named 'node --jit-names' '_start;.*outer.*busy.js' "$root" --jit-names -- node busy.js
	named 'node with a jitdump' '_start;.*outer.*busy.js.*;.*inner.*busy.js' "$root" \
		-- node --perf-prof --no-turbo-inlining --interpreted-frames-native-stack busy.js
	is "$(prof-query --raw jit.pb.gz | grep -c 'file=.*jit-[0-9]*.dump')" 1 'which its mapping is called after'
else
	skip 'there is no node: make deps-dev' node
fi
if command -v javac >/dev/null && javac Busy.java 2>err; then
	named 'a JVM --jit-names' 'Busy.(outer|inner|main)' "$root" --jit-names -- java Busy
	# Its compiled code has frames of fixed sizes, in which old return addresses lie, and uses the
	# frame pointer's register for other things. The map is written when the process ends.
	if javac Pairs.java && java -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit -version 2>err; then
		named 'a JVM without frame pointers' 'Pairs.(main|work|sum|deep|text)' "$root" \
			-- java -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit Pairs
		awk -F';' '
			function is(frame, names) { return frame ~ "Pairs[.](" names ")[(]" }
			{ for (i = 2; i <= NF; i++) {
				if (!is($i, "main|work|sum|deep|text") || $(i - 1) ~ /truncated|Interpreter/)
					continue
				if (is($i, "main") ? $(i - 1) !~ /Stub|call_helper/ : \
				    is($i, "work") ? !is($(i - 1), "main") : !is($(i - 1), "main|work|deep"))
					print $(i - 1) " does not call " $i
			} }' jit.folded | sort | uniq -c >wrong
		is "$(cat wrong)" '' 'whose functions have their own callers'
	else
		skip 'this JVM writes no map at its end' 'a JVM without frame pointers'
	fi
else
	skip 'there is no javac: make deps-dev' 'a JVM'
fi

# A container that starts during the recording: it gets its root after its namespace
gcc -O1 -static -o jit-static "$top/tests/targets/jit.c" 2>/dev/null
mkdir new
cat >start <<'END'
mount -t tmpfs none new && mkdir new/tmp new/old && cp jit-static new/jit && cd new &&
	pivot_root . old && exec /jit anonymous
END
if unshare -m sh -c 'mount -t tmpfs none new && mkdir new/old && cd new && pivot_root . old' 2>/dev/null &&
	[ -x jit-static ]; then
	mkfifo control ack
	prof-record -q -a --comm jit -F 499 --control fifo:control,ack -o root.pb.gz &
	recorder=$!
	started
	unshare -m sh start
	kill -INT $recorder
	wait $recorder
	prof-fold root.pb.gz >root.folded
	at_least "$(share root.folded 'main;py::made by the program;spin')" 90 \
		'code of a container that starts meanwhile' "$(head -5 root.folded)"
else
	skip 'no container can be made here' 'code of a container that starts meanwhile'
fi

# A process that has changed its root has its map there
mkdir -p cage/tmp
if [ -x jit-static ] && cp jit-static cage/jit && chroot cage /jit anonymous 0 >/dev/null 2>&1; then
	prof-record -q -F 499 -o cage.pb.gz -- chroot cage /jit anonymous
	prof-fold cage.pb.gz >cage.folded
	at_least "$(share cage.folded 'main;py::made by the program;spin')" 90 'code below another root' \
		"$(head -5 cage.folded)"
else
	skip 'chroot is not possible' 'code below another root'
fi

# CPython has trampolines since 3.12
python=
for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12; do
	if "$candidate" -c 'import sys; sys.exit(not getattr(sys, "is_stack_trampoline_active", 0))' 2>/dev/null; then
		python=$candidate
		break
	fi
done
if [ -n "$python" ]; then
	named "CPython --jit-names" 'py::outer:.*;py::inner:' "$root" --no-interpreters --jit-names -- "$python" busy.py
else
	skip 'there is no CPython 3.12 or later' CPython
fi
rm -f /tmp/perf-$$.map
finish
