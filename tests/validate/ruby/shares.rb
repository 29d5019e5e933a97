# Programs whose functions take known shares of CPU time; ruby/measure.py holds profiles against them.
#
#	shares.rb PROGRAM SECONDS
#
# Each work function counts the time of its own thread that it used, so the truth is of the same run.
# On standard output: a line "NAME SECONDS" for each.
$used = Hash.new(0.0)

def clock
  Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID)
end

def burn(seconds)
  stop = clock + seconds
  x = 1
  while clock < stop
    i = 0
    while i < 200
      x = (x * 31 + i) & 0xffffffff
      i += 1
    end
  end
  x
end

def work(name, seconds)
  start = clock
  burn(seconds)
  $used[name] += clock - start
end

def work_a(seconds)
  work("work_a", seconds)
end

def work_b(seconds)
  work("work_b", seconds)
end

def work_c(seconds)
  work("work_c", seconds)
end

def plain
  work_a(0.006)
  work_b(0.003)
  work_c(0.001)
end

def recurse(n, &f)
  n == 0 ? f.call : recurse(n - 1, &f)
end

def deep
  recurse(60) { work_a(0.006) }
  recurse(400) { work_b(0.003) }
  recurse(5) { work_c(0.001) }
end

Item = Struct.new(:value) do
  def <=>(other)
    work_c(0.0001)
    value <=> other.value
  end
end

def callbacks
  (0...10).sort_by { |x| work_a(0.0006); -x }
  "education".gsub(/[aeiou]/) { |m| work_b(0.0006); m.upcase }
  [3, 1, 2, 5, 4].map { |v| Item.new(v) }.sort
end

def fibers
  f = Fiber.new { 3.times { work_a(0.002); Fiber.yield } }
  3.times { f.resume; work_b(0.001) }
  work_c(0.001)
end

def raise_deep(n)
  if n == 0
    work_a(0.003)
    raise ArgumentError
  end
  raise_deep(n - 1)
ensure
  work_b(0.0001)
end

def exceptions
  raise_deep(10)
rescue ArgumentError
  work_c(0.001)
end

$made = 0

# Methods that are made and dropped.
def churn
  10.times do
    $made += 1
    name = %w[work_a work_a work_a work_a work_a work_a work_b work_b work_b work_c][$made % 10]
    o = Object.new
    o.instance_eval("def #{name}_made(s); work('#{name}', s); end", "#{name}.made", 1)
    o.send("#{name}_made", 0.001)
  end
end

def threads
  [[:work_a, 0.06], [:work_b, 0.03], [:work_c, 0.01]].map { |f, s| Thread.new { send(f, s) } }.each(&:join)
end

def forks
  2.times do
    r, w = IO.pipe
    pid = fork do
      $used.clear
      plain
      w.write(Marshal.dump($used.to_a))
      exit!
    end
    w.close
    Marshal.load(r.read).each { |k, v| $used[k] += v }
    Process.wait(pid)
  end
end

limit = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 60 * ARGV[1].to_f
while $used.values.sum < ARGV[1].to_f && Process.clock_gettime(Process::CLOCK_MONOTONIC) < limit
  send(ARGV[0])
end
$used.sort.each { |name, seconds| puts format("%s %.6f", name, seconds) }
