# A fixed amount of work, 60 functions deep, after a line on standard input.
#
# It prints "took CPU TIME WAITED", in seconds: what it waited for a processor is Linux's count.
def waited
  File.read("/proc/self/schedstat").split[1].to_i / 1e9
end

def now(clock)
  Process.clock_gettime(clock)
end

def leaf(n)
  x = 1
  i = 0
  while i < n
    x = (x * 31 + i) & 0xffffffff
    i += 1
  end
  x
end

def recurse(depth, n)
  depth > 0 ? recurse(depth - 1, n) : leaf(n)
end

$stdin.gets
cpu, wall, wait = now(Process::CLOCK_PROCESS_CPUTIME_ID), now(Process::CLOCK_MONOTONIC), waited
4000.times { recurse(60, 20_000) }
puts format("took %.6f %.6f %.6f", now(Process::CLOCK_PROCESS_CPUTIME_ID) - cpu, now(Process::CLOCK_MONOTONIC) - wall, waited - wait)
