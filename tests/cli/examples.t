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
sleep 100 &
echo $! >app.pid
trap 'kill "$(cat app.pid)" "$peer"; cd / && rm -rf "$tmp"' EXIT
records=true
prof-record -q -a -d 10ms -o /dev/null 2>err || records=false
why=$(head -n 1 err)
PATH=$tmp/bin:$PATH
perf script >app.perf
cp "$top/tests/golden/perf-data/frames.in" perf.data
prof-merge -t pprof app.perf -o app.pb.gz
cp app.pb.gz old.pb.gz
cp app.pb.gz new.pb.gz
ln "$top/tests/golden/pprof/go-heap.in" heap.pb.gz 2>/dev/null ||
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
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
mkdir peer
"$BUILD/tests/http_peer" peer &
peer=$!
until [ -s peer/port ]; do sleep 0.01; done
URL=http://127.0.0.1:$(cat peer/port)
export URL
echo secret >token
. "$top/tests/runs.sh"
mkdir runs
(cd runs && record_both 5)

for page in "$top"/man/*.[1-9] "$top/README.md"; do
	[ -f "$page" ] || continue
	# In the manual \e is a backslash.
	sed -n 's/^ *\$ //p' "$page" | sed 's/\\e/\\/g' >commands
	while IFS= read -r command; do
		case $command in
		git*|make*|cd*|sudo*) continue ;;
		prof-record*)
			$records || skip "$why" "$(basename "$page"): $command"
			$records || continue
			;;
		*--symbolize*)
			names_addresses || skip "$(head -n 1 err)" "$(basename "$page"): $command"
			names_addresses || continue
			;;
		*curl*)
			command -v curl >/dev/null || continue
			command -v prof-listen >/dev/null || continue
			;;
		*'| dot '*) command -v dot >/dev/null || continue ;;
		*app.svg|*both.pb.gz) $records || continue ;;
		esac
		sh -e -c "$command" >out 2>err </dev/null
		ok $? "$(basename "$page"): $command" "$(cat err)"
	done <commands
done
finish
