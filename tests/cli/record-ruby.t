#!/bin/sh
# Functions of Ruby in stacks, read by BPF at each sample: named, in their places, with the shares
# of CPU time that the program itself has measured, and none called by one that does not call it.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/interpreted.sh"

ruby=
for r in ruby ruby3.1 ruby3.0 ruby3.2; do
	command -v $r >/dev/null && ruby=$r && break
done
[ "$ruby" ] || {
	echo '1..0 # SKIP there is no ruby'
	exit 0
}
needs_bpf

cat >app.rb <<'R'
$used = Hash.new(0.0)

def now
  Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID)
end

def burn(seconds)
  stop = now + seconds
  x = 1
  while now < stop
    i = 0
    while i < 300
      x = (x * 31 + i) & 0xffffffff
      i += 1
    end
  end
end

def work(name, seconds)
  start = now
  burn(seconds)
  $used[name] += now - start
end

def work_a(s)
  work(:work_a, s)
end

def work_b(s)
  work(:work_b, s)
end

def recurse(n, s)
  n == 0 ? work_a(s) : recurse(n - 1, s)
end

class Worker
  def run(s)
    [s, s].each { |x| work_b(x) }
  end
end

def fibers(s)
  f = Fiber.new { 2.times { work_b(s); Fiber.yield } }
  2.times { f.resume }
end

def raising(s)
  raise ArgumentError
rescue ArgumentError
  work_a(s)
end

def in_thread(s)
  work_a(s)
end

def main(seconds)
  stop = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 20
  loop do
    recurse(60, 0.02)
    Worker.new.run(0.01)
    fibers(0.01)
    raising(0.01)
    Thread.new { in_thread(0.01) }.join
    eval("work_b(0.01)", binding, "evaluated.rb", 1)
    break if $used.values.sum > seconds || Process.clock_gettime(Process::CLOCK_MONOTONIC) > stop
  end
end

main(0.8)
$used.each { |name, seconds| puts "#{name} #{seconds}" }
R
prof-record -v -F 999 -o app.pb.gz -- $ruby app.rb >truth 2>err </dev/null
was_read err
cp err report
prof-merge -t folded app.pb.gz >all.folded

names='<main>|main|burn|work|work_a|work_b|recurse|run|fibers|raising|in_thread|block in [a-z_]*|block [(]2 levels[)] in [a-z_]*|rescue in raising'
only_known "$names" all.folded >rubies
has() {
	grep -q -- "$1;" rubies
	ok $? "$2" "$(sort -u rubies | head -40)"
}
has 'main;block in main;run;block in run;work_b;work;burn' 'a block that C calls'
is "$(grep -o 'recurse' rubies | wc -l | awk '{ print ($1 > 0) }')" 1 'a recursion'
awk '/recurse/ { n = gsub(/recurse/, ""); if (n != 61) bad++ } END { exit bad > 0 }' rubies
ok $? 'has each of its calls' "$(grep recurse rubies | sort -u | head -3)"
has 'block in fibers;.*work_b;work;burn' 'a fiber'
has 'rescue in raising;work_a;work;burn' 'after an exception'
has 'in_thread;work_a;work;burn' 'a thread'
awk -F ';' '{
	for (i = 2; i < NF; i++) {
		if ($i == "burn" && $(i - 1) != "work" ||
		    $i == "work" && $(i - 1) !~ /^work_[ab]$/ ||
		    $i == "recurse" && $(i - 1) !~ /^(recurse|block in main)$/ ||
		    $i == "block in run" && $(i - 1) != "run" ||
		    $i == "work_a" && $(i - 1) !~ /^(recurse|in_thread|rescue in raising)$/)
			print $(i - 1), "calls", $i
	} }' rubies >impossible
is "$(cat impossible)" '' 'no function calls one that it does not'
nearly_whole Ruby report 'nearly all samples have all functions'
shares_hold truth rubies
lines_within app.rb 7 16 burn app.pb.gz

# The native stack of a fiber and its context change one after the other.
cat >fibers.rb <<'R'
def in_fiber
  loop { Fiber.yield }
end

def resume(stop)
  f = Fiber.new { in_fiber }
  100.times { f.resume } while Time.now.to_f < stop
end
resume(Time.now.to_f + 1)
R
prof-record -v -F 4999 -t folded -o fibers.folded -- $ruby fibers.rb 2>report </dev/null
only_known '_start|<main>|resume|in_fiber|block in (resume|in_fiber)' fibers.folded | sed 's/ [0-9]*$//' | sort -u >fibers
grep -q '^;block in resume;in_fiber;' fibers
ok $? 'fibers that change all the time' "$(cat fibers report)"
is "$(grep in_fiber fibers | grep -v '^;block in resume;in_fiber;')$(grep '^;<main>' fibers)" '' \
	'do not have the stack of the thread, nor it theirs'

# Compiled code has no unwind tables, and stands for the functions that it is of.
if $ruby --yjit -e 'exit(RubyVM::YJIT.enabled?)' 2>err; then
	prof-record -v -F 999 -o yjit.pb.gz -- $ruby --yjit app.rb >truth 2>report </dev/null
	nearly_whole Ruby report 'with YJIT, too'
	prof-merge -t folded yjit.pb.gz >yjit.folded
	grep -q ';run;\(.*;\)*block in run;work_b;work;burn' yjit.folded
	ok $? 'in their places' "$(grep -m3 'block in run' yjit.folded)"
fi

# An interpreter that a program loads late: it is found when the record of its mapping is read,
# within 50 ms where CPUs are free.
cat >late.c <<'C'
#include <dlfcn.h>
#include <stddef.h>
#include <time.h>

int main(int argc, char **argv)
{
	void *ruby;

	while (clock() < CLOCKS_PER_SEC * 11 / 10)
		;
	ruby = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
	if (!ruby)
		return 1;
	((void (*)(void))dlsym(ruby, "ruby_init"))();
	((long (*)(const char *))dlsym(ruby, "rb_eval_string"))(
		"def late; stop = Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) + 2.5;"
		"nil while Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) < stop; end; late");
	return 0;
}
C
library=$($ruby -e 'puts File.read("/proc/self/maps")[%r{/.*/libruby[^/]*$}]')
if [ -e "$library" ] && ${CC:-gcc} -o ruby-late late.c -ldl 2>err; then
	prof-record -v -F 999 -t folded -o late.folded -- ./ruby-late "$library" 2>report </dev/null
	nearly_whole Ruby report 'an interpreter that is loaded late'
fi

# Children of a process that only waits for them: it has no sample of its own, and they have not touched
# the pages of all names
cat >waits.rb <<'R'
def work
  stop = Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) + 0.02
  nil while Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) < stop
end
loop do
  pid = fork do
    work
    exit!
  end
  Process.wait(pid)
end
R
$ruby waits.rb &
pid=$!
sleep 0.5
prof-record -v -F 99 -d 2 -t folded -p $pid --children -o waits.folded 2>report
kill $pid
nearly_whole Ruby report 'all children of a process that waits'
grep -q ';work' waits.folded && ! grep ';work' waits.folded | grep -v ';<main>;' >nameless
ok $? 'with all names' "$(cat nameless report)"

finish
