#!/bin/sh
# prof-query URL: a server answers as a directory with the same profiles does, and its faults are
# told. The server is tests/querier.py.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || {
	echo '1..0 # SKIP python3 is missing'
	exit 0
}
TZ=UTC
export TZ
unset PROFILECLI_URL PROFILECLI_TOKEN PROFILECLI_TENANT_ID PROFILECLI_USERNAME http_proxy
begin=$(($(date +%s) / 3600 * 3600 - 7200))
golden=$top/tests/golden
cpu='process_cpu:cpu:nanoseconds:cpu:nanoseconds'
memory='memory:inuse_space:bytes:space:bytes'

# add STORE SECOND LABELS INPUT: a profile of that second after the beginning
add() {
	prof-merge -q -t pprof "$4" | "$BUILD/tests/stamp" "time=$((begin + $2))" >one.pb.gz
	prof-store add -q "$1" one.pb.gz -l "$3"
}

# slower N: a profile of Node.js with another sum
slower() { sed "s/-300, 1000, 500/-300, $1, 500/" "$golden/cpuprofile/plain.in"; }

slower 2000 >second
slower 3000 >third
add S 0 service_name=api,region=eu,team=red "$golden/cpuprofile/plain.in"
add S 10 service_name=api,region=us,team=red second
add S 20 service_name=web,region=eu third
add S 20 service_name=db,region=eu second
add S 3600 service_name=api,region=eu,team=red second
add S 3610 'service_name=api,region=eu,k8s.pod=a"b' third
add S 30 service_name=api,region=eu "$golden/legacy-pprof/go-heap.in"
slower 4000 | prof-merge -q -t pprof | "$BUILD/tests/stamp" "time=$(($(date +%s) - 60))" >new.pb.gz
prof-store add -q S new.pb.gz -l service_name=new
prof-store compact S --resolution 0
# Samples of spans: two of a trace, one of them with the older name of the label, and others.
add T 10 service_name=web,region=eu second
add T 10 service_name=web,region=eu,trace_id=5b8efff798038103d269b633813fc60c,span_id=eee19b7ec3c1b174 second
add T 20 service_name=api,region=us,trace_id=5b8efff798038103d269b633813fc60c,profile_id=eee19b7ec3c1b175 third
prof-query -q S "$cpu{service_name=\"web\"}" -o web.pb.gz
mkdir files spans
prof-store export S >files/all.pb.gz
prof-store export T >spans/all.pb.gz
printf 'a;b 1\n' >files/folded
trap 'kill $server 2>/dev/null; cd / && rm -rf "$tmp"' EXIT
server=
# serve FILES: a server that answers for half an hour at once, so that longer times are asked for
# in parts. Sets url.
serve() {
	python3 "$top/tests/querier.py" "$1" "$1.port" 1800000 2>>server.log &
	server="$server $!"
	# On a busy machine Python takes its time.
	tries=0
	until [ -s "$1.port" ] || [ $((tries += 1)) -gt 600 ]; do
		sleep 0.1
	done
	url=http://127.0.0.1:$(cat "$1.port")
}
serve spans
of_spans=$url
serve files

# both NAME ARG...: what the server and the store say, sorted, with the same status
store=S
both() {
	name=$1
	shift
	prof-query "$url" --since "@$begin" -q "$@" >got 2>err
	got=$?
	prof-query $store --since "@$begin" -q "$@" >expected 2>/dev/null
	want=$?
	sort got >got.sorted
	sort expected >expected.sorted
	difference=$(diff -a got.sorted expected.sorted)
	[ -z "$difference" ] && [ "$got" = "$want" ] && [ -s expected ]
	ok $? "$name" "status $got, expected $want; $(cat err)
$difference"
}

# questions: what both are asked, all of them
questions() {
	both 'one service' "$cpu{service_name=\"api\"}" -t folded
	both 'a pattern of labels' "$cpu{region=~\"e.\", team!=\"red\"}" -t folded
	both 'a label that is not there' "$cpu{team=\"\"}" -t folded
	both 'a value with a quote' "$cpu{\"k8s.pod\"=\"a\\\"b\"}" -t folded
	both 'nothing' "$cpu{service_name=\"nobody\"}" -t folded --series -t tsv
	both 'the end does not belong to the time' "$cpu{}" --until "@$((begin + 10))" -t folded
	both 'the ms before the end does' "$cpu{}" --until "@$((begin + 11))" -t folded
	both 'a longer time than the server allows counts nothing twice' "$cpu{}" \
		--until "@$((begin + 5400))" -t folded
	both 'a type by its name' --type inuse_space -t folded
	both '--top' "$cpu{}" --top -t tsv
	both '--top by label' "$cpu{}" --top --by region -t tsv
	both '--top with filters of stacks' "$cpu{}" --top --focus work --hide main -t tsv
	both 'a filter by label' "$cpu{}" --top --tag region=us -t tsv
	both 'a filter by any label' "$cpu{}" --top --no-tag us -t tsv
	both '--tagroot' "$cpu{}" --tagroot region,team -t folded
	both '--traces' "$cpu{}" --traces -t tsv
	both '--peek' "$cpu{}" --peek work -t tsv
	both '--base' "$cpu{region=\"eu\"}" --base web.pb.gz --top -t tsv
	both '--labels' "$cpu{}" --labels -t tsv
	both '--values' "$cpu{service_name=\"api\"}" --values region -t tsv
	both '--types' --types
	both '--types of a service' '{service_name="web"}' --types -t tsv
	both '--series-list' --series-list -t tsv
	both '--series' "$cpu{}" --series --step 1m -t tsv
	both '--series by labels, in steps that the time cuts' "$cpu{}" --series --step 7s \
		--by region,team --until "@$((begin + 3608))" -t tsv
	both '--series in steps that are longer than the server allows' "$memory{}" --series --step 1d -t tsv
	both '--series of a function' "$cpu{}" --series --step 20m --function '^work' --by region -t tsv
	both '--alert' "$cpu{}" --until "@$((begin + 7000))" --alert 'share(function="work") > 10%' -t tsv
	both '--alert over steps' "$cpu{}" --alert 'share(function="work") > 90%' --step 1h --by region -t tsv
	both '--changes' "$cpu{}" --until "@$((begin + 7000))" --changes --step 1m -t tsv
	both '--series as metrics' "$cpu{}" --series --step 1h --by region,k8s.pod -t openmetrics
	both '--series as a picture' "$cpu{}" --series --step 1h --by region -t svg
	both '--series, the largest profile' "$cpu{}" --series --step 1h --measure max -t tsv
both '--series, the mean, of profiles of the same time' "$cpu{}" --series --step 1h --measure avg -t tsv
	both '--series, the mean of a function' "$cpu{}" --series --step 1h --function '^work' \
		--measure avg -t tsv
	both '--heatmap' "$cpu{}" --heatmap --step 1m -t tsv
	both '--heatmap of a function, as a picture' "$cpu{}" --heatmap --step 1m --function '^work' \
		--measure share -t svg
	prof-query "$url" --since "@$begin" --exemplars=3 --function '^work' "$cpu{}" -t tsv | cut -f 1,3-5 >got
	prof-query S --since "@$begin" --exemplars=3 --function '^work' "$cpu{}" -t tsv | cut -f 1,3-5 >expected
	same got expected '--exemplars, but for their duration'
	is "$(eval "$(prof-query "$url" --since "@$begin" --exemplars=1 "$cpu{}" -t tsv |
		sed -n '2s/.*\t//p') -q -t folded")" \
		"$(eval "$(prof-query S --since "@$begin" --exemplars=1 "$cpu{}" -t tsv |
			sed -n '2s/.*\t//p') -q -t folded")" 'and its command gets the profile'
	prof-query "$url" --since "@$begin" --profiles -t tsv | cut -f 1,3- | sort >got
	prof-query S --since "@$begin" --profiles -t tsv | cut -f 1,3- | sort >expected
	same got expected '--profiles, but for their duration'
}
questions_of_spans() {
	trace=5b8efff798038103d269b633813fc60c
	both 'a span' "$cpu{}" --span eee19b7ec3c1b174 -t folded
	both 'a span, by the older name of its label' "$cpu{}" --span eee19b7ec3c1b175 --top -t tsv
	both 'a span in the selector' "$cpu{region=\"eu\", span_id=\"eee19b7ec3c1b174\"}" -t folded
	both 'a trace' "$cpu{}" --trace $trace -t folded
	both 'values of a label in a trace' "$cpu{}" --trace $trace --values region -t tsv
	both 'a span that is not there' "$cpu{}" --span 0000000000000001 --series -t tsv
	both '--series of a trace' "$cpu{}" --trace $trace --series --by region --step 1h -t tsv
	both '--alert of a trace' "$cpu{}" --trace $trace --until "@$((begin + 7000))" \
		--alert 'share(function="work") > 10%' -t tsv
}
questions
store=T
ours=$url
url=$of_spans
questions_of_spans
store=S
url=$ours

# The same against a real server. PYROSCOPE is its URL, or a binary, which is run here.
serve=$top/../shared/peers/pyroscope/serve.sh
case ${PYROSCOPE:-} in
'') real= ;;
http*) real=$PYROSCOPE ;;
*)
	if [ -x "$serve" ]; then
		PORT=${PYROSCOPE_PORT:-4140} "$serve" "$tmp/real" >real.log 2>&1 &
		server="$server $!"
		real=http://127.0.0.1:${PYROSCOPE_PORT:-4140}
	fi
	;;
esac
if [ -n "${real:-}" ]; then
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		prof-query -q "$real" --types >out 2>err && break
		sleep 3
	done
	# A tenant of this run, for servers that are there already.
	PROFILECLI_TENANT_ID=prof-test-$$
	export PROFILECLI_TENANT_ID
	exits 0 'a real server takes the profiles' prof-push "$real" S
	url=$real
	questions
	PROFILECLI_TENANT_ID=prof-spans-$$
	exits 0 'and those of spans' prof-push "$real" T
	store=T
	questions_of_spans
	store=S
	url=$ours
	unset PROFILECLI_TENANT_ID
else
	skip 'PYROSCOPE names neither a binary nor a URL' 'a real server of Pyroscope'
fi

# prof-query reports what a server's answer leaves out.
exits 0 'types of several files' prof-query "$url" --since "@$begin" -o all.pb.gz
says 'without the labels k8s.pod, region, service_name, team, whose' 'labels that are left out are named'
is "$(prof-query --types all.pb.gz -t tsv | grep -c true)" 1 'one type is the default'
exits 0 'labels may be kept' prof-query "$url" "$cpu{}" --since "@$begin" --by region -o all.pb.gz
is "$(prof-query -q all.pb.gz --values region)" "eu
us" 'those that are named'
exits 0 'labels that all have in common' \
	prof-query "$url" "$cpu{service_name=\"api\", region=\"us\"}" --since "@$begin" -o all.pb.gz
is "$(prof-query -q all.pb.gz --labels -t tsv | tail -n +2 | cut -f 1,2 | sort | tr '\t\n' '= ')" \
	'region=us service_name=api team=red ' 'are put back'
is "$(prof-query -q all.pb.gz --labels -t tsv "$cpu{region=\"us\"}" | wc -l)" 4 'and select'
exits 0 'without a time' prof-query "$url" "$cpu{}" -o x.pb.gz
says 'the last hour is read' 'the last hour is read'
exits 0 'a time long ago' prof-query "$url" --since 2020-01-01 --until 2020-01-02 -o x.pb.gz
says 'older than 7 days' 'servers may have forgotten it'
says 'no profile is selected' 'and this one has'
exits 2 'a type that is not there' prof-query "$url" --since "@$begin" --type nonsense --top
says 'there is no type nonsense' 'is an error'
exits 0 'other commands read servers' prof-flame -q "$url" -o x.svg
is "$(prof-query -q "$url" files/all.pb.gz --since "@$begin" "$cpu{region=\"us\"}" -t folded)" \
	"$(prof-query -q S S --since "@$begin" "$cpu{region=\"us\"}" -t folded)" \
	'a server and a file add up'

# Faults
# fails NAME PATTERN ARG...
fails() {
	name=$1
	pattern=$2
	shift 2
	exits 2 "$name" prof-query --since "@$begin" "$@"
	says "$pattern" "$name: it says why"
}
fails 'no server' 'no connection' http://127.0.0.1:1
fails 'a slow server' 'no (answer|connection) within' "$url/fault/slow/" --timeout 200ms
fails 'garbage' 'its answer is malformed' "$url/fault/garbage/"
fails 'a page' 'is this a Pyroscope server' "$url/fault/page/"
fails 'not a server' '404.*is this a Pyroscope server' "$url/elsewhere/"
fails 'an error' 'status 500 \(unknown\): gzip reset: unexpected EOF' "$url/fault/error/"
fails 'an error in words' 'status 500: upstream .x1b.31mis on fire$' "$url/fault/text/"
fails 'a redirection to another host' 'elsewhere.*http://127.0.0.2:1/' "$url/fault/redirect/"
fails 'half an answer' 'breaks off' "$url/fault/half/"
fails 'no tenant' 'status 401 \(unauthenticated\): no org id' "$url/fault/tenant/"
fails 'a huge answer' 'larger' "$url/fault/huge/" --max-memory 30M
fails 'a password in a URL' 'has a user in it' "http://me:secret@127.0.0.1:1/"
exits 0 'a tenant' prof-query "$url/fault/tenant/" --tenant team --since "@$begin" --types
echo secret >password
exits 0 'a user' prof-query "$url/fault/basic/" --user me --password-file password --since "@$begin" --types
exits 0 'a busy server is asked again' prof-query "$url/fault/busy/" --since "@$begin" --types
PROFILECLI_TENANT_ID=team prof-query "$url/fault/tenant/" --since "@$begin" --types >out 2>err
ok $? 'the tenant of the environment' "$(cat err)"

# What a server cannot say
echo '{}' >spans.json
fails 'subsecond' 'keeps no times of samples: give the recording itself' "$url" --heatmap=subsecond
fails 'the rate of a profile' 'does not say how long profiles lasted' "$url" --exemplars --measure rate
fails 'spans of a file' '--span ID and --trace ID select one' "$url" --spans spans.json
fails 'a span and a trace' 'a span or a trace, not both' "$url" --span 1 --trace 2 --top
fails 'a pattern of spans' 'selects a span_id by its value' "$url" '{span_id=~"e.*"}' --top
fails 'the profiles of a span' 'does not say in what series or profiles' "$url" --span 1 --profiles
fails 'a server that is too old for spans' 'needs Pyroscope 2.2' "$url/fault/old/" --span 1 --top

# Profiles at URLs
is "$(prof-query -q "$url/file/all.pb.gz" -t folded "$cpu{}")" \
	"$(prof-query -q files/all.pb.gz -t folded "$cpu{}")" 'a file of a server is read'
is "$(prof-fold -q "$url/file/folded")" 'a;b 1' 'by other commands, too, and in any format'
exits 2 'what is not there' prof-query --top "$url/file/none"
says 'status 404: Unknown profile' 'is an error'
exits 2 'a page is not a profile' prof-query --top "$url/debug/pprof"
finish
