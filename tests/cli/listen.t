#!/bin/sh
# prof-listen: what agents send arrives, with its labels, types and times; what is not to be
# taken is refused with a status that they understand.
. "$(dirname "$0")/../lib.sh"
. "$top/tests/listen.sh"

can_listen

printf 'main;a 3\nmain;b 4\n' | prof-merge -t pprof | "$BUILD/tests/stamp" time=1795907618 >p.pb.gz

# stored SERVICE: what the store S has of it, folded
stored() { prof-store export S "{service_name=\"$1\"}" | prof-fold; }

# Shapes

listen --store S
is "$(agents go p.pb.gz; agents node p.pb.gz; agents python p.pb.gz; agents alloy p.pb.gz)" \
	"go: 200
node: 200
python: 200
json: 200" 'Go, Node, Python and JSON are taken'
for app in go-app node-app py-app json-app; do
	is "$(stored $app)" 'main;a 3
main;b 4' "$app: all of it is there"
done
is "$(agents otlp "$top/tests/golden/otlp/current.in" "$top/tests/golden/otlp-json/current.in" |
	cut -c 1-17)" 'otlp: 200
otlp as JSON: 200
otlp, damaged: 40
otlp, nothing: 20
otlp, text: 415 '"$(printf '\010')" 'OTLP: protobuf and JSON are taken'
is "$(agents ingest | sed 's/[:;] *\(expected\|byte\|body\|write it as\).*//')" 'tree: 200
trie: 200
lines: 200
folded: 200
folded, gzip: 200
folded, a long line: 200
plain: 200
tree cut short: 400 body
trie with more: 400 body
pprof that is none: 400 body
empty: 400 body: is empty
no name: 400 the parameter name=APP is missing
bad name: 400 name=x{a}
bad rate: 400 sampleRate=0
bad time: 400 from=never: is not a time
no part: 400 multipart
no boundary: 400 multipart: the Content-Type has no boundary
of 1900: 400 from=1900-01-01: is not a time' '/ingest: every format, and what is wrong'
for app in tree trie lines; do
	stored $app >"$app.stacks"
done
is "$(cat tree.stacks trie.stacks lines.stacks)" 'a;b 1
a;c 2
a;b 3
a;b;d 2
a;bc 1
a;b 2
a;c 1' 'tree, trie and lines'
is "$(stored folded)" 'a;b 30000000
a;c -10000000' 'samples become nanoseconds by sampleRate; negative ones stay'
is "$(stored long | wc -c)" 100009 'a long line is whole'
prof-store add -q R -l service_name=otlp-1 p.pb.gz
prof-store add -q R -l service_name=otlp-2,zone=z p.pb.gz
prof-store export R | prof-merge -t otlp >two.otlp
is "$(curl -s -w '%{http_code}' -H 'Content-Type: application/x-protobuf' --data-binary @two.otlp \
	"http://127.0.0.1:$port/v1development/profiles"; stored otlp-1; stored otlp-2)" '200main;a 3
main;b 4
main;a 3
main;b 4' 'OTLP of two services: each has its own'
agents push_faults p.pb.gz >out
is "$(sed 's/"code":"invalid_argument",//' out)" 'a label twice: 400 {"message":"label a is given twice"}
a label without a name: 400 {"message":"a label has no name"}
a label of 1 MB: 400 {"message":"label a has 1000000 bytes; the limit is 65536"}
100 labels: 400 {"message":"more than 64 labels"}
no series: 400 {"message":"no profiles received"}
no message: 400 {"message":"the body is not a PushRequest, or too large"}
a million empty series: 400 {"message":"no profiles received"}
1001 series: 413 {"code":"resource_exhausted","message":"more than 1000 profiles in one request"}
gRPC: 415 {"message":"Content-Type: application/grpc: expected application/proto or application/json"}
half: 400 {"message":"profile: byte 0: profile field 13 is 117 bytes long, and 2 are left"}
base64: 400 {"message":"body: byte 38: rawProfile is not base64"}' 'push: what is wrong'
is "$(agents paths)" 'GET /ready: 200
GET /ingest: 405 the method is POST
POST /nothing: 404 /nothing: no such path: profiles are taken at /ingest, /push.v1.PusherService/Push, /v1development/profiles and /
DELETE /metrics: 405 the method is GET
GET //ready: 200
GET http://a:1//ready: 200
GET http://a: 405 the method is POST
POST /\x1b[31m\n: 404 /\x1b[31m\n: no such path: profiles are taken at /ingest, /push.v1.PusherService/Push, /v1development/profiles and /' 'paths and methods'
# One note a second.
sleep 1.1
is "$(agents http2; tail -n 1 log)" 'HTTP/1.1 505 HTTP Version Not Supported
prof-listen: status 505: a client speaks HTTP/2, as OTLP over gRPC does: requests are HTTP/1.1 (OTLP: http/protobuf)' \
	'a client that insists on HTTP/2, as gRPC does, and a note'
sleep 1.1
agents tls
# At the latest when the connection was idle for ten seconds.
tries=0
until tail -n 1 log | grep -q 'sent no request' || [ $((tries += 1)) -gt 200 ]; do sleep 0.1; done
is "$(tail -n 1 log)" \
	'prof-listen: a client sent no request: is its URL https: where this server has http:?' \
	'a client that speaks TLS'
sleep 1.1
is "$(agents long_head; tail -n 1 log)" 'HTTP/1.1 431 Request Header Fields Too Large
prof-listen: status 431: the head of a request exceeds 16 KiB' 'a head that is too long'
is "$(agents heads)" 'two lengths: 1 HTTP/1.1 400 Bad Request
length and chunks: 1 HTTP/1.1 400 Bad Request
a blank before the colon: 1 HTTP/1.1 400 Bad Request
packed and in chunks: 1 HTTP/1.1 501 Not Implemented
two tenants: 1 HTTP/1.1 400 Bad Request
two tokens: 1 HTTP/1.1 400 Bad Request
two encodings: 1 HTTP/1.1 400 Bad Request' 'heads that can be read in two ways are refused, and so is what follows'
sleep 1.1
curl -s -o answer -d x "http://127.0.0.1:$port/v1/profiles"
is "$(tail -n 1 log)" "prof-listen: $(cat answer)" 'a note tells what a client that is refused at once is told'
curl -s "http://127.0.0.1:$port/metrics" >metrics
grep -q '^prof_listen_profiles_total 15$' metrics && [ "$(tail -n 1 metrics)" = '# EOF' ]
ok $? 'metrics count profiles' "$(grep -v bucket metrics)"
hang_up
is "$(prof-query --series-list -t tsv S | tail -n +2)" \
	"samples:samples:count::	pyroscope_spy=gospy,region=eu,service_name=go-app
samples:samples:count::	pyroscope_spy=nodespy,region=us,service_name=node-app
samples:samples:count::	process.runtime.name=cpython,service_name=py-app
samples:samples:count::	service_name=json-app
process_cpu:cpu:nanoseconds:cpu:nanoseconds	host.name=db-1,service_name=shop
process_cpu:samples:count:cpu:nanoseconds	host.name=db-1,service_name=shop
process_cpu:samples:count:cpu:nanoseconds	host.name=db-1,service_name=shop,thread=worker
process_cpu:cpu:nanoseconds:cpu:nanoseconds	service_name=tree
process_cpu:cpu:nanoseconds:cpu:nanoseconds	service_name=trie
process_cpu:cpu:nanoseconds:cpu:nanoseconds	service_name=lines
process_cpu:cpu:nanoseconds:cpu:nanoseconds	k=v,service_name=folded
memory:inuse_space:bytes:space:bytes	service_name=heap
memory:alloc_space:bytes:space:bytes	service_name=long
samples:samples:count::	k=v,service_name=plain
samples:samples:count::	service_name=otlp-1
samples:samples:count::	service_name=otlp-2,zone=z" 'the series: types, labels, spy'
exits 0 'the store is whole' prof-store verify S

# What reads bodies has no right but to write the store.
if ldd "$BUILD/prof-listen" | grep -q libseccomp && ! sanitized; then
	listen --store S
	reader=$(ps -o pid= --ppid "$server" | head -n 1 | tr -d ' ')
	tries=0
	until grep -q '^Seccomp:.2' "/proc/$reader/status" || [ $((tries += 1)) -gt 100 ]; do sleep 0.02; done
	is "$(sed -n 's/^\(Seccomp\|NoNewPrivs\):.*\([0-9]\)$/\1 \2/p' "/proc/$reader/status")" \
		'NoNewPrivs 1
Seccomp 2' 'readers are confined'
	hang_up
else
	skip 'built without libseccomp, or with sanitizers' 'readers are confined'
fi

# What clocks and senders do wrong
listen --store C
is "$(agents clocks)" 'past: 200
future: 200
again: 200
again: 200
a path as a name: 200' 'a profile of any time is taken'
is "$(agents old_go p.pb.gz)" 'no counts: 200
the first: 422 alloc_space is cumulative: differences are the client'"'"'s to make, as newer SDKs do
the next: 422 a part "prev_profile": differences are the client'"'"'s to make, as newer SDKs do
no JSON: 400 sample_type_config: byte 46: unallowed token at this point in JSON text' 'counts since the start are refused, not added up'
is "$(agents twice p.pb.gz)" 'two profiles: 400 multipart: a second part "profile"' \
	'a part that is there twice is refused, not left out'
hang_up
is "$(prof-query -q C '{service_name="future"}' --since 2100-01-01 -t folded)
$(prof-query -q C '{service_name="past"}' --until 1974-01-01 -t folded)" 'a 1
a 1' 'and has its own time'
is "$(prof-query -q C '{service_name="again"}' -t folded)" 'a 2' 'one that is sent twice counts twice'
is "$(prof-query -q C '{service_name="../../x"}' -t folded; find C -mindepth 1 ! -name '*.log' -exec basename {} \;)" 'a 1
prof-store' 'a path in a name is only a label'

# What HTTP allows, and what it does not
listen --store H
is "$(agents chunks | sed 's/\(413\|400\) .*/\1/')" 'extensions: 1 HTTP/1.1 200 OK
zeros before sizes: 1 HTTP/1.1 200 OK
a trailer: 1 HTTP/1.1 200 OK
a size of 65 bits: 1 HTTP/1.1 413
a size below zero: 1 HTTP/1.1 400
no end of line: 1 HTTP/1.1 400' 'bodies in chunks'
is "$(agents half_closed)" 'a request: 1 HTTP/1.1 200 OK
two: 2 HTTP/1.1 200 OK' 'a client that has said all waits for the answer, and gets it'
is "$(agents encodings)" 'GZIP: 200
gzip, identity: 200
gzip : 200
gzip, br: 415 Content-Encoding: gzip, br: gzip, zstd and deflate are read
multipart: 200' 'how bodies are packed'
hang_up
is "$(prof-query -q H '{service_name=~"chunks|half|packed"}' -t folded)" 'a 10' 'what was acknowledged is there, once'

# The other outputs

listen -z gzip >stream.pb.gz
agents go p.pb.gz >/dev/null
agents node p.pb.gz >/dev/null
hang_up
is "$(prof-fold stream.pb.gz)" 'main;a 6
main;b 8' 'a stream on standard output'
listen -o 'f-%Y.pb.gz'
agents go p.pb.gz >/dev/null
agents node p.pb.gz >/dev/null
hang_up
is "$(ls f-*)" 'f-2026.pb.gz
f-2026.pb.gz.2' 'a file for each request, and none is replaced'
is "$(prof-merge --by region -o 'by-%s.pb.gz' f-2026.pb.gz; prof-fold f-2026.pb.gz.2)" 'main;a 3
main;b 4' 'its samples have the labels'
mkfifo pipe
prof-query --top --follow <pipe >top 2>&1 &
top_pid=$!
listen >pipe
agents python p.pb.gz >/dev/null
hang_up
wait $top_pid
ok $? 'prof-listen | prof-query --top --follow' "$(cat top)"
grep -q 'main' top
ok $? 'which shows the functions' "$(cat top)"
listen >/dev/full
is "$(agents statuses 2)" '0 503 10' 'an output that is full: 503, and the server stays'
hang_up

mkfifo full
# shellcheck disable=SC2217
sleep 60 <full &
sleeper=$!
listen --drain 100ms >full
printf '%0200000d 1\n' 0 >long.folded
curl -s -m 0.5 --data-binary @long.folded "http://127.0.0.1:$port/?name=x" >/dev/null
hang_up
is "$ended" 0 'a pipe that nobody reads does not keep it from ending'
kill $sleeper

# Who may send

printf '# tokens\nopen\none one\n' >tokens
listen --store T --tenants --token-file tokens
is "$(agents tokens)" 'none: 401 no valid token
wrong: 401 no valid token
bearer: 200
basic: 200
part: 401 no valid token
its tenant: 200
another tenant: 403 the token is another tenant'"'"'s
ready needs none: 200
metrics need one: 401 no valid token' 'tokens'
hang_up
is "$(ls T)" 'free
one' 'a store for each tenant'
mkdir U
listen --store U/root --tenants --max-tenants 2
is "$(agents tenants | cut -c 1-48)" 'None: 401 no org id: the header X-Scope-OrgID na
: 401 no org id: the header X-Scope-OrgID names 
a: 200
a-b.c: 200
..: 400 X-Scope-OrgID: up to 150 letters, digits
.: 400 X-Scope-OrgID: up to 150 letters, digits 
.x: 400 X-Scope-OrgID: up to 150 letters, digits
../x: 400 X-Scope-OrgID: up to 150 letters, digi
a/b: 400 X-Scope-OrgID: up to 150 letters, digit
a\b: 400 X-Scope-OrgID: up to 150 letters, digit
xxxxxxxxxx: 400 X-Scope-OrgID: up to 150 letters
a|b: 400 X-Scope-OrgID: up to 150 letters, digit' 'names of tenants'
curl -s -H 'X-Scope-OrgID: third' --data-binary 'a 1' "http://127.0.0.1:$port/?name=x" >out
is "$(cat out)" 'there are 2 tenants already, which is the limit' 'tenants have a limit'
hang_up
is "$(ls U U/root)" 'U:
root

U/root:
a
a-b.c' 'no name leaves the root'

# Limits

listen --store V --max-body 1M --max-series 2 --rate 100000
is "$(agents limits)" 'a body of 2 MB: 413 a body of 2000000 bytes: the limit is 1048576
the same in chunks: 413
series 0: 200
series 1: 200
series 2: 429 retry more than 2 series in this hour
series 3: 429 retry more than 2 series in this hour
600 kB: 200
600 kB: 200
600 kB: 429 retry more than 100000 bytes a second' 'bodies, series, rate'
hang_up

# TLS
if command -v openssl >/dev/null && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	-nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 2>/dev/null; then
	listen --store W --tls-cert cert.pem --tls-key key.pem
	is "$(curl -s --cacert cert.pem -w '%{http_code}' --data-binary @p.pb.gz \
		"https://127.0.0.1:$port/?name=tls")" 200 'TLS'
	mv cert.pem old.pem
	mv key.pem key-old.pem
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem \
		-out cert.pem -days 2 -subj /CN=new -addext subjectAltName=IP:127.0.0.1 2>/dev/null
	# now CERTIFICATE: wait until the server shows it
	now() {
		tries=0
		until curl -s --cacert "$1" "https://127.0.0.1:$port/ready" || [ $((tries += 1)) -gt 100 ]; do
			sleep 0.05
		done
	}
	kill -HUP "$server"
	is "$(now cert.pem)" ready 'SIGHUP: new certificates'
	cp key-old.pem key.pem
	kill -HUP "$server"
	tries=0
	until grep -q 'the old certificates stay' log || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
	is "$(now cert.pem) $(grep -c 'key.pem: cannot be used for TLS: .*: the old certificates stay' log)" \
		'ready 1' 'whose key is that of others: the old ones stay'
	hang_up
	exits 2 'a key of another certificate' timeout 5 prof-listen --listen 127.0.0.1:0 --store W \
		--tls-cert cert.pem --tls-key key.pem
	says 'cannot be used for TLS' 'and it says so'
else
	skip 'openssl makes no certificate' 'TLS'
fi

# Usage
listen --store X
exits 2 'a port that is taken' timeout 5 prof-listen --listen "127.0.0.1:$port" --store X
says 'Address already in use' 'and it says so'
hang_up
exits 2 'half of TLS' prof-listen --store X --tls-key key.pem
says 'go together' 'and it says so'
exits 2 'two outputs' prof-listen --store X -o y
exits 2 'an operand' prof-listen --store X 4040
finish
