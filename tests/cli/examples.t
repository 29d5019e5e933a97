#!/bin/sh
# Every line "$ COMMAND" in the manual and the README runs as it stands, among
# files called what the examples call them.
. "$(dirname "$0")/../lib.sh"

# perf needs a machine to itself; here it prints what it once recorded.
mkdir bin day
cat >bin/perf <<END
#!/bin/sh
[ "\$1" = record ] || gzip -dc "$data/clang.perf.gz"
END
cat >app <<'END'
#!/bin/sh
# Busy for a while, and then waits.
i=0
while [ $i -lt 100000 ]; do i=$((i + 1)); done
sleep 0.01
END
cat >bin/pgrep <<'END'
#!/bin/sh
cat app.pid
END
chmod +x bin/* app
LD_PRELOAD=${BUILD-}/libprof-alloc.so sleep 1000 2>/dev/null &
echo $! >app.pid
trap 'kill "$(cat app.pid)" "$peer"; clean_up' EXIT
records=true
prof-record -q -a -d 10ms -o /dev/null 2>err || records=false
why=$(head -n 1 err)
PATH=$tmp/bin:$PATH
perf script >app.perf
cp "$top/tests/golden/perf-data/frames.in" perf.data
prof-merge -t pprof app.perf -o app.pb.gz
cp app.pb.gz old.pb.gz
cp app.pb.gz new.pb.gz
cp "$top/tests/golden/pprof/go-heap.in" heap.pb.gz
cp "$top/tests/golden/pprof/go-cpu.in" api.pb.gz
for i in 1 2 3; do
	cp api.pb.gz run$i.pb.gz
	cp api.pb.gz day/$i.pb.gz
done
cp api.pb.gz a.pb.gz
cp api.pb.gz b.pb.gz
prof-fold app.perf >base.folded
sed 's/;malloc /;malloc 9/' base.folded >new.folded
prof-store add -q store -l service_name=api,region=eu api.pb.gz
"$BUILD/tests/stamp" time="$(date +%s)" <api.pb.gz | prof-store add -q store -l service_name=api,region=eu
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
mkdir peer
"$BUILD/tests/http_peer" peer &
peer=$!
until [ -s peer/port ]; do sleep 0.01; done
URL=http://127.0.0.1:$(cat peer/port)
export URL
echo secret >token
if command -v git >/dev/null; then
	git init -q . && git add app &&
		git -c user.name=app -c user.email=app@localhost commit -q -m app && git tag v1.2
fi
. "$top/tests/runs.sh"
mkdir runs
(cd runs && record_both 5)

# A server of both kinds in the place of those of the examples.
mkdir served
for version in 1.4 1.5; do
	"$BUILD/tests/stamp" "time=$(($(date +%s) - 60))" <api.pb.gz >now.pb.gz
	prof-store add -q served/store -l "service_name=api,version=$version" now.pb.gz
done
prof-store export served/store >served/all.pb.gz
cp heap.pb.gz served/heap
cp api.pb.gz served/profile
url=
if command -v python3 >/dev/null; then
	python3 "$top/tests/querier.py" served port &
	server=$!
	trap 'kill "$(cat app.pid)" $peer $server; clean_up' EXIT
	# On a busy machine Python takes its time.
	tries=0
	until [ -s port ] || [ $((tries += 1)) -gt 600 ]; do
		sleep 0.1
	done
	url=http://127.0.0.1:$(cat port)
fi

# missing_for COMMAND: what this machine lacks for it
missing_for() {
	case $1 in
	*--revision*) command -v git >/dev/null || echo 'git is missing' ;;
	prof-record*|*app.svg|*both.pb.gz) $records || echo "$why" ;;
	*--symbolize*) names_addresses || head -n 1 err ;;
	*curl*)
		command -v curl >/dev/null || echo 'curl is missing'
		command -v prof-listen >/dev/null || echo 'prof-listen is not built'
		;;
	*'| dot '*) command -v dot >/dev/null || echo 'graphviz is missing' ;;
	esac
}

for page in "$top"/man/*.[1-9] "$top/README.md"; do
	[ -f "$page" ] || continue
	# In the manual \e is a backslash.
	sed -n 's/^ *\$ //p' "$page" | sed 's/\\e/\\/g' >commands
	while IFS= read -r command; do
		case $command in
		*http://pyroscope:4040*|*http://localhost:6060*)
			[ -n "$url" ] || {
				skip 'python3 is missing' "$(basename "$page"): $command"
				continue
			}
			command=$(printf '%s\n' "$command" | sed "s#http://pyroscope:4040#$url#
				s#http://localhost:6060/debug/pprof/#$url/file/#") ;;
		esac
		case $command in
		git*|make*|cd*|sudo*) continue ;; # what builds and installs
		*s3://*) continue ;;              # store-s3.t
		*locks.svg) continue ;;           # a shell has no locks: record-offcpu.t
		esac
		missing=$(missing_for "$command")
		[ -z "$missing" ] || {
			skip "$missing" "$(basename "$page"): $command"
			continue
		}
		sh -e -c "$command" >out 2>err </dev/null
		status=$?
		# The store here is too short for changes, which the command says.
		case $status$command in
		2*' --changes'*) grep -q 'too few to look for changes: 24 are needed' err && status=0 ;;
		esac
		ok $status "$(basename "$page"): $command" "$(cat err)"
	done <commands
done
finish
