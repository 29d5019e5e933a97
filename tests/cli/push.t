#!/bin/sh
# prof-push: what a server gets, what it would drop, and every way in which it may fail.
. "$(dirname "$0")/../lib.sh"

unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
NETRC=$tmp/netrc
export NETRC
: >netrc
peers=
trap 'kill $peers 2>/dev/null; cd / && rm -rf "$tmp"' EXIT

# peer DIR LINE...: a server with that plan (tests/http_peer.c); leaves $url
peer() {
	peer_dir=$1
	shift
	mkdir -p "$peer_dir"
	rm -f "$peer_dir/port"
	printf '%s\n' "$@" >"$peer_dir/plan"
	"$BUILD/tests/http_peer" "$peer_dir" "${port:-0}" &
	peers="$peers $!"
	last_peer=$!
	until [ -s "$peer_dir/port" ]; do sleep 0.01; done
	url=http://127.0.0.1:$(cat "$peer_dir/port")
}

# stop_peer: the last one
stop_peer() {
	kill "$last_peer"
	wait "$last_peer" 2>/dev/null
}

# count PATTERN: files
count() { find . -path "./$1" | wc -l; }

# requests DIR: how many
requests() { wc -l <"$1/log"; }

one() { printf 'main;work %s\nmain;wait 1\n' "$1" | prof-merge -t pprof; }
for i in 1 2 3 4 5; do one $i >$i.pb.gz; done

# What arrives

peer ok 200
exits 0 'files are pushed' prof-push "$url" 1.pb.gz 2.pb.gz -l service_name=web,region=eu
says '^prof-push: sent 2 profiles to http' 'and the last line says so'
is "$(cut -d ' ' -f 2,3,6 ok/log | sort -u)" \
	'POST /push.v1.PusherService/Push application/proto' 'by push.v1'
is "$(cat ok/0001.labels)" "__name__=samples
region=eu
service_name=web" 'labels become those of the series, with the name of the type'
prof-merge -t folded ok/0001.pb.gz ok/0002.pb.gz >out
prof-merge -t folded 1.pb.gz 2.pb.gz >want
same out want 'profiles arrive whole'

exits 0 'standard input, any format, a path before the service' \
	sh -c "echo 'a;b 5' | prof-push $url/prefix/ -l service_name=s -"
is "$(tail -n 1 ok/log | cut -d ' ' -f 3)" /prefix/push.v1.PusherService/Push 'there it goes'
is "$(prof-merge -t folded ok/0003.pb.gz)" 'a;b 5' 'folded text arrives as pprof'

{
	one 7
	sleep 0.4
} | prof-push -q "$url" -l service_name=s &
push=$!
i=0
until [ -s ok/0004.pb.gz ] || [ $i -gt 30 ]; do
	i=$((i + 1))
	sleep 0.01
done
[ -s ok/0004.pb.gz ] && kill -0 $push
ok $? 'a window of a stream is pushed before the stream ends'
wait $push

# What a server would drop

gzip -dc "$data/clang.perf.gz" >app.perf
exits 0 'a recording is pushed' prof-push "$url" app.perf
says 'labels left out.*: tid' 'labels that vary are left out and named'
says 'frames without a name' 'frames get a name'
says 'without a time: sent with that of now' 'a time is given'
is "$(grep -v region ok/0005.labels)" "__name__=cpu_clock
comm=clang++-14
service_name=clang" 'what samples have in common is of the series; the binary is the service'
prof-merge -t folded ok/0005.pb.gz >out
prof-merge -t folded app.perf >want
same out want 'nothing else is lost'
prof-query --raw ok/0005.pb.gz 2>&1 | grep -qE '^ +[0-9]+: 0x[0-9a-f]+ M=[0-9]+ *$'
is $? 1 'no location is without a function'

big() { awk 'BEGIN { for (i = 0; i < 17000; i++) printf "main;f%d;a;b 1\n", i }'; }
big >big.folded
exits 0 'a profile of 17,000 samples is divided' prof-push "$url" big.folded -l service_name=big
says '1 profile was too large' 'and it says so'
says 'sent 1 profile to .* .2 requests.' 'and counts as one'
prof-merge -t folded ok/0006.pb.gz ok/0007.pb.gz >out
prof-merge -t folded big.folded >want
same out want 'the parts are the whole'

awk 'BEGIN { printf "r"; for (i = 1; i < 1500; i++) printf ";f%d", i; print ";leaf 3" }' >deep.folded
printf 'x\377y;z 1\n' >bytes.folded
prof-push -q "$url" deep.folded -l service_name=d
prof-merge -t folded ok/0008.pb.gz >out
is "$(tr ';' '\n' <out | wc -l) $(sed 's/.*;//' out)" '999 leaf 3' \
	'of a deep stack the middle is left out, not the leaf'
prof-push -q "$url" bytes.folded -l service_name=d
is "$(prof-merge -t folded ok/0009.pb.gz)" "$(printf 'x\357\277\275y;z 1')" 'texts become UTF-8'

prof-merge -t pprof 1.pb.gz -o base.pb.gz
prof-diff -t pprof 1.pb.gz 2.pb.gz >diff.pb.gz 2>/dev/null
exits 2 'a difference is refused' prof-push "$url" diff.pb.gz
says 'diff.pb.gz: is a difference' 'with the reason'

# Series

prof-store add -q S 1.pb.gz -l service_name=api,region=eu
prof-store add -q S 2.pb.gz -l service_name=api,region=us
prof-merge -q S -t pprof >both.pb.gz
peer by 200
exits 0 'a label makes a series for each of its values' prof-push "$url" both.pb.gz --by region
is "$(cat by/*.labels | grep region | sort)" "region=eu
region=us" 'with the value as a label'
prof-merge -t folded by/0001.pb.gz by/0002.pb.gz >out
prof-merge -t folded 1.pb.gz 2.pb.gz >want
same out want 'samples go with their label'
prof-store add -q V 1.pb.gz -l service_name=api,profile_id=eee19b7ec3c1b175,trace_id=f9
prof-merge -q V -t pprof >span.pb.gz
exits 0 'samples of a span, by the older name of its label' prof-push "$url" span.pb.gz
is "$(grep -c _id by/0003.labels) $(prof-query -q by/0003.pb.gz --values profile_id)" \
	'0 eee19b7ec3c1b175' 'stay with the span, and are no series'
# A profile in pprof's format: a sample of "a" with the labels region=eu and region=us.
{
	printf '\012\004\010\001\020\002'
	printf '\022\022\012\001\001\022\001\001\032\004\010\003\020\004\032\004\010\003\020\005'
	printf '\042\006\010\001\042\002\010\001\052\004\010\001\020\006'
	printf '2\0002\007samples2\005count2\006region2\002eu2\002us2\001a'
} >twice.pb
exits 0 'two values of one label' prof-push "$url" twice.pb
says '1 label left out, since its name has another value already' 'of which one is left out and counted'
is "$(grep -c '^region=' by/0004.labels)" 1 'the other is kept'
exits 0 'a store is pushed, what is selected of it' prof-push "$url" S --select '{region="us"}'
prof-merge -t folded by/0005.pb.gz >out
prof-merge -t folded 2.pb.gz >want
same out want 'and no more'

for l in __x=1 =1 "a=$(head -c 3000 /dev/zero | tr '\0' a)" a=1,a=2 x '' a=1,,b=2; do
	prof-push "$url" 1.pb.gz -l "$l" 2>/dev/null
	[ $? -eq 2 ] || echo "$l"
done >out
is "$(cat out)" '' 'label names and values are checked first'

# OTLP

peer otlp 200 partial
exits 0 'OTLP goes to the URL as it is' prof-push -t otlp "$url/v1/x" 1.pb.gz -l service_name=web
is "$(cut -d ' ' -f 2,3,6,7 otlp/log)" 'POST /v1/x application/x-protobuf gzip' 'packed'
gzip -dc otlp/0001.body >otlp.bin
prof-merge -t folded otlp.bin >out
prof-merge -t folded 1.pb.gz >want
same out want 'and arrives whole'
exits 2 'a partial success is none' \
	env OTEL_EXPORTER_OTLP_ENDPOINT="$url" OTEL_EXPORTER_OTLP_HEADERS='X-Scope-OrgID=t%31' \
	prof-push -t otlp 1.pb.gz
says 'refused.*not it' 'with the words of the server'
is "$(tail -n 1 otlp/log | cut -d ' ' -f 3,4)" '/v1development/profiles t1' \
	"OpenTelemetry's variables count"

peer plain 200
OTEL_EXPORTER_OTLP_COMPRESSION=none prof-push -q -t otlp "$url" 1.pb.gz
OTEL_EXPORTER_OTLP_COMPRESSION=none OTEL_EXPORTER_OTLP_PROFILES_COMPRESSION=gzip \
	prof-push -q -t otlp "$url" 1.pb.gz
is "$(cut -d ' ' -f 7 plain/log | tr '\n' ' ')" '- gzip ' 'and for compression'
exits 2 'a list of headers without "="' \
	env OTEL_EXPORTER_OTLP_HEADERS=x=1,token prof-push -t otlp "$url" 1.pb.gz
says 'expected NAME=VALUE' 'is refused'
peer warns 'as application/x-protobuf 0a0612046e6f7465'
exits 0 'a warning is no failure' prof-push -t otlp "$url" 1.pb.gz
says '1.pb.gz: the server warns: note$' 'and told'
peer json 'as application/json 7b7d' \
	"as application/json $(printf '{"partialSuccess":{"rejectedProfiles":"1","errorMessage":"not it"}}' | od -An -v -tx1 | tr -d ' \n')"
exits 0 'an answer in JSON' prof-push -t otlp "$url" 1.pb.gz
exits 2 'a partial success in JSON' prof-push -t otlp "$url" 1.pb.gz
says 'refused, by a partial success: not it' 'is none, either'

# Who asks

peer who 200
echo s3cret >token
echo 'machine 127.0.0.1 login joe password s3cret' >netrc
prof-push -q "$url" 1.pb.gz --token-file token --tenant t1
PROFILECLI_URL=$url PROFILECLI_TENANT_ID=t2 PROFILECLI_USERNAME=ann PROFILECLI_PASSWORD=pw \
	prof-push -q 1.pb.gz
prof-push -q "$url" 1.pb.gz
: >netrc
printf 'Authorization: Special x\n' >headers
prof-push -q "$url" 1.pb.gz --header @headers --header 'X-Scope-OrgID: t3'
is "$(sed 's/ application.*//; s/.*Push //' who/log)" "t1 Bearer s3cret
t2 Basic $(printf ann:pw | base64)
- Basic $(printf joe:s3cret | base64)
t3 Special x" 'tokens, variables, .netrc and headers say who asks'
printf 'machine 127.0.0.1 login ann password a\nmachine 127.0.0.1 login joe password j\n' >netrc
prof-push -q "$url" 1.pb.gz --user joe
PROFILECLI_TENANT_ID='t4
' PROFILECLI_TOKEN='t0ken
' prof-push -q "$url" 1.pb.gz
is "$(tail -n 2 who/log | sed 's/ application.*//; s/.*Push //')" "- Basic $(printf joe:j | base64)
t4 Bearer t0ken" 'a user has the password of .netrc; a newline at the end of a variable is none of its text'
exits 2 'a line of another header in a variable' env PROFILECLI_TENANT_ID='t5
X-Other: x' prof-push "$url" 1.pb.gz
says 'PROFILECLI_TENANT_ID: expected one line' 'is refused'
printf 'machine 127.0.0.1 login "joe' >netrc
exits 2 'a broken .netrc' prof-push "$url" 1.pb.gz
says 'sent 0 profiles.* 1 refused' 'is no reason to wait'
: >netrc
echo pw >password
exits 2 'a password without a user' env PROFILECLI_USERNAME=ann \
	prof-push -t otlp "$url" 1.pb.gz --password-file password
says '--password-file needs --user' "is no password of OTLP's, whatever Pyroscope's user is"
exits 2 'a secret on the command line is refused' prof-push "http://joe:s3cret@127.0.0.1/" 1.pb.gz
! grep -q s3cret err
ok $? 'and not repeated'
exits 2 'in a header, too' prof-push "$url" 1.pb.gz --header 'Authorization: Basic s3cret'

# Faults

peer gone 200
stop_peer
away=$url
exits 2 'a server that is away' prof-push --retry-for 0 "$away" 1.pb.gz
says '1.pb.gz: no connection' 'is named'
says 'sent 0 profiles.*1 lost' 'what is lost is counted'

# Several that take their time, at the same time.
peer error 500
error=$url
peer always 429
prof-push --retry-for 0.6s "$url" 1.pb.gz 2>always.err &
always=$!
prof-push "$error" 1.pb.gz 2>error.err &
error=$!
peer busy '429 1' 503 200
began=$(date +%s%N)
exits 0 'a server that is busy is asked again' prof-push "$url" 1.pb.gz
[ $((($(date +%s%N) - began) / 1000000)) -ge 1000 ]
ok $? 'not before the time that it asks for'
is "$(requests busy)" 3 'until it answers'
wait $error
is "$? $(requests error)" '2 3' 'an error of the server is tried three times'
wait $always
is $? 2 'a server that is busy for ever'
cp always.err err
says '429.*words of the server' "is quoted"
[ "$(requests always)" -le 4 ]
ok $? 'and not asked often'
peer later '429 3600'
exits 2 'one that asks for more time than there is' prof-push "$url" 1.pb.gz 2.pb.gz --parallel 1
is "$(requests later)" 1 'is left alone'

peer long '429 99999999999999999999'
exits 2 'for more than can be counted' prof-push "$url" 1.pb.gz
is "$(requests long)" 1 'likewise'
peer date "429 $(LC_ALL=C date -u -d '+1 hour' '+%a, %d %b %Y %H:%M:%S GMT')"
exits 2 'until a time' prof-push "$url" 1.pb.gz
is "$(requests date)" 1 'likewise'

peer bad 400 200
exits 2 'one refused profile' prof-push --parallel 1 "$url" 1.pb.gz 2.pb.gz
says '1.pb.gz: refused .400.: words of the server' 'is named with the reason'
says 'sent 1 profile .*, 1 refused' 'and the others are sent'

peer other 200
elsewhere=$(echo "$url" | sed 's/127.0.0.1/localhost/')
peer there "redirect $elsewhere/x"
exits 2 'a redirection to another host is not followed' \
	prof-push "$url" 1.pb.gz --token-file token --tenant t1
says "redirected .307. to $elsewhere/x" 'but told'
is "$(cat other/log 2>/dev/null)" '' 'nothing goes there'
peer same "redirect /elsewhere" 200
exits 0 'one to the same host is' prof-push "$url" 1.pb.gz --token-file token
is "$(cut -d ' ' -f 3,5,6 same/log | tail -n 1)" '/elsewhere Bearer s3cret' 'whole'
is "$(count 'same/*.pb.gz')" 0 'to the path that it names'

for fault in garbage cut part close; do
	peer $fault $fault 200
	exits 2 "$fault: an answer that is none" prof-push "$url" 1.pb.gz
	says 'whether the server has it is not known' "$fault: leaves it open"
	is "$(requests $fault)" 1 "$fault: is not repeated"
done
peer kept 200 close 200
exits 2 'a kept connection that breaks' prof-push --parallel 1 "$url" 1.pb.gz 2.pb.gz
is "$(requests kept)" 2 'is no reason to repeat, either'
peer half half
exits 2 'half of an answer' prof-push --retry-for 0 "$url" 1.pb.gz
says '500' 'has a status'
peer again close 200
exits 0 '--at-least-once repeats' prof-push --at-least-once "$url" 1.pb.gz
is "$(requests again)" 2 'what the server may have'
peer slow hang
exits 2 'a server that does not answer' prof-push --timeout 0.2s "$url" 1.pb.gz
says 'no answer within 0.2' 'is waited for so long'
peer page page
exits 2 'a web page is not a server for profiles' prof-push "$url" 1.pb.gz
says 'web page' 'and it says so'
peer types 'as - ' 'as text/plain 4f4b' 'as application/json 7b7d' 'as application/proto ffff'
exits 0 'an answer without a type and a body' prof-push "$url" 1.pb.gz
exits 2 'an answer in words' prof-push "$url" 1.pb.gz
says 'is of the type text/plain, not application/proto' 'is not of a server for profiles'
exits 2 'an answer of another protocol' prof-push "$url" 1.pb.gz
exits 2 'an answer that is no message' prof-push "$url" 1.pb.gz
says 'the answer is broken: whether the server has it is not known' 'leaves it open'
exits 2 'a server without TLS' prof-push "https://127.0.0.1:${url##*:}" 1.pb.gz
says 'SSL|TLS' 'is told by its answer'

if command -v openssl >/dev/null && command -v python3 >/dev/null; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x \
		-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
	cat >tls.py <<'END'
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('cert.pem', 'key.pem')
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
open('tls.part', 'w').write(str(server.server_port))
__import__('os').rename('tls.part', 'tls.port')
server.serve_forever()
END
	python3 tls.py 2>/dev/null &
	peers="$peers $!"
	until [ -s tls.port ]; do sleep 0.01; done
	url=https://127.0.0.1:$(cat tls.port)
	exits 2 'a certificate that nobody vouches for' prof-push "$url" 1.pb.gz
	says 'certificate' 'is told at once'
	exits 0 'one that --cacert vouches for' prof-push --cacert cert.pem "$url" 1.pb.gz
	exits 2 'that of another host' \
		prof-push --cacert cert.pem "https://localhost:$(cat tls.port)" 1.pb.gz

	# A proxy that answers CONNECT with each status in turn; the last one connects.
	cat >proxy.py <<'END'
import os, shutil, socket, sys, threading
def copy(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
listener = socket.create_server(('127.0.0.1', 0))
open('proxy.part', 'w').write(str(listener.getsockname()[1]))
os.rename('proxy.part', 'proxy.port')
for status in sys.argv[1:]:
    client, _ = listener.accept()
    head = b''
    while b'\r\n\r\n' not in head:
        head += client.recv(4096)
    with open('proxy.log', 'ab') as log:
        log.write(head)
    if status != '200':
        client.sendall(b'HTTP/1.1 %s No\r\nContent-Length: 0\r\n\r\n' % status.encode())
        client.close()
        continue
    server = socket.create_connection(('127.0.0.1', int(head.split()[1].split(b':')[1])))
    client.sendall(b'HTTP/1.1 200 OK\r\n\r\n')
    threading.Thread(target=copy, args=(server, client)).start()
    copy(client, server)
END
	# proxied STATUS... -- COMMAND...
	proxied() {
		statuses=
		while [ "$1" != -- ]; do
			statuses="$statuses $1"
			shift
		done
		shift
		rm -f proxy.port proxy.log
		# shellcheck disable=SC2086 # words
		python3 proxy.py $statuses 2>/dev/null &
		proxy=$!
		peers="$peers $proxy"
		until [ -s proxy.port ]; do sleep 0.01; done
		https_proxy=http://127.0.0.1:$(cat proxy.port) "$@"
		proxied_status=$?
		kill $proxy 2>/dev/null
		wait $proxy 2>/dev/null
		return $proxied_status
	}
	printf s3cret >token
	exits 0 'through a proxy, which is busy at first' \
		proxied 503 200 -- prof-push --cacert cert.pem --token-file token "$url" 1.pb.gz
	is "$(grep -c '^CONNECT 127.0.0.1:' proxy.log) $(grep -c 'Authorization\|s3cret' proxy.log)" '2 0' \
		'which does not learn the token'
	exits 2 'a proxy that wants to know who asks' \
		proxied 407 -- prof-push --cacert cert.pem --retry-for 0 "$url" 1.pb.gz
	says 'the proxy does not connect to the server .407.: it wants to know who asks' 'is told'
	exits 0 'no_proxy names hosts that need none' env no_proxy=127.0.0.1 https_proxy=http://127.0.0.1:1 \
		prof-push --cacert cert.pem "$url" 1.pb.gz
else
	skip 'there is no openssl, or no python3' 'TLS'
fi

# The spool

exits 0 'what cannot be sent is spooled' prof-push --retry-for 0 --spool Q "$away" 1.pb.gz 2.pb.gz
says 'sent 0 .*2 spooled \(no connection' 'and it says so'
is "$(count 'Q/*.push')" 2 'in files'
exits 0 'and stays there' prof-push --retry-for 0 --spool Q --drain "$away"
is "$(count 'Q/*.push')" 2 'until'
peer q 200
exits 0 'a later run sends it' prof-push --spool Q "$url" 3.pb.gz
is "$(count 'Q/*.push*')" 0 'and empties the spool'
prof-merge -t folded q/*.pb.gz >out
prof-merge -t folded 1.pb.gz 2.pb.gz 3.pb.gz >want
same out want 'all of it, once'

prof-push -q --retry-for 0 --spool Q "$away" 1.pb.gz
size=$(cat Q/*.push | wc -c)
exits 2 'a spool has a size' \
	prof-push --retry-for 0 --spool Q --spool-max $((size * 2 + 20)) "$away" 2.pb.gz 3.pb.gz 4.pb.gz
says '2 spooled.*2 dropped' 'above which the oldest are dropped'
for file in Q/*.push; do
	mv "$file" "Q/0${file#Q/?}"
done
peer q2 200
exits 2 'and an age' prof-push --spool Q --spool-age 1h "$url" 5.pb.gz
says 'sent 1 profile .*2 dropped' 'which is counted'
prof-push -q --retry-for 0 --spool Q "$away" 1.pb.gz
for file in Q/*.push; do
	mv "$file" "Q/2${file#Q/?}"
done
exits 0 'a profile that was spooled before the clock was set back' \
	prof-push --spool Q --spool-age 1h --drain "$url"
says 'sent 1 profile' 'is sent'
prof-push -q --retry-for 0 --spool Q "$away" 1.pb.gz
now=$(date +%s)000000000
: >"Q/$now-0000000001-0000000001.push"
ln -s "$tmp/token" "Q/$now-0000000001-0000000002.push"
mkdir "Q/$now-0000000001-0000000003.push"
exits 2 'files that are no requests' prof-push --spool Q --drain "$url"
says 'is empty' 'an empty one is dropped'
says 'sent 1 profile .*, 1 dropped' 'and not sent'
is "$(find Q ! -type d ! -name lock -exec basename {} \;)" "$now-0000000001-0000000002.push" \
	'a link is left alone'
rm -r Q
exits 2 'one that nothing fits into' prof-push --spool Q --spool-max 10 "$url" 1.pb.gz
says 'Q: is full' 'is reported'
says 'sent 1 profile' 'and the profile sent all the same'
: >file
exits 2 'a spool that is none' prof-push --spool file "$url" 1.pb.gz
says 'file: cannot' 'is told before anything is sent'

peer fail 403 400 200
exits 2 'who may not push' prof-push --spool Q "$url" 1.pb.gz
is "$(count 'Q/*.push')" 1 'keeps it in the spool'
exits 2 'what is refused' prof-push --spool Q "$url" --parallel 1 2.pb.gz
is "$(count 'Q/*.push')" 0 'does not stay there'
prof-push -q --spool Q "$url" <1.pb.gz

# prof-push reports an error of the spool, because a later run may send the profile again.
peer spool 200
if sanitized; then
	skip 'the shim does not go with sanitizers' 'a file of the spool that cannot be renamed'
else
	FAIL=rename:2 LD_PRELOAD=$BUILD/tests/fail_io.so \
		prof-push --spool F "$url" 1.pb.gz -l service_name=s 2>err
	is $? 2 'a file of the spool that cannot be renamed'
	says 'F: [0-9-]*: Input/output error: a later run may send it twice' 'is reported'
	is "$(requests spool) $(count 'F/*.push*')" '1 0' 'and the profile sent all the same'
fi

# Killed in the middle: some are on the server, some on their way, the others wait.
peer kill 200 200 200 hang
mkfifo pipe
prof-push -q --parallel 2 --spool K "$url" -l service_name=s <pipe &
push=$!
exec 9>pipe
for i in 1 2 3 4 5; do
	cat $i.pb.gz >&9
done
i=0
until [ "$(requests kill 2>/dev/null)" = 5 ] || [ $i -gt 200 ]; do
	i=$((i + 1))
	sleep 0.01
done
exec 9>&-
kill -9 $push
wait $push 2>/dev/null
is "$(count 'kill/*.pb.gz') $(count 'K/*.push') $(count 'K/*.sending')" '3 0 2' \
	'killed: three are there, two on their way'
peer kill2 200
exits 0 'the next run does not know whether the server has them' prof-push --spool K "$url" 1.pb.gz
says '2 requests of an earlier run were on their way' 'and says so'
is "$(count 'kill2/*.pb.gz')" 1 'sends only what it has itself'
exits 2 '--drain does not end well while they are there' prof-push --spool K --drain "$url"
says '2 requests of an earlier run were on their way' 'and says why'
exits 0 '--at-least-once sends them' prof-push --at-least-once --spool K "$url" 1.pb.gz
is "$(count 'kill2/*.pb.gz') $(count 'K/*.push*')" '4 0' 'and empties the spool'

# Ended by its service manager, while it reads.
peer term 200
prof-push -q "$url" -l service_name=s <pipe &
push=$!
exec 9>pipe
cat 1.pb.gz >&9
i=0
until [ -s term/0001.labels ] || [ $i -gt 200 ]; do
	i=$((i + 1))
	sleep 0.01
done
kill $push
cat 2.pb.gz >&9
exec 9>&-
wait $push
is "$? $(count 'term/*.pb.gz')" '0 2' 'a first SIGTERM is outlived while a pipe is read'

# The server goes away for a while and comes back at the same port.
peer back 200
port=${url##*:}
stop_peer
{
	one 1
	one 2
	sleep 0.3
	one 3
} | prof-push --spool B "$url" -l service_name=s 2>err &
push=$!
sleep 0.2
peer back 200
wait $push
is $? 0 'a server that comes back gets everything'
says 'sent 3 profiles' 'once'
is "$(count 'back/*.pb.gz') $(count 'B/*.push*')" '3 0' 'and the spool is empty'

# A recording of Java has one period, but a server takes each upload's for the ids of its types.
port=0
peer java 200
ln -s "$top/tests/golden/jfr/all-kinds.in" java.jfr
exits 0 'a recording of Java' prof-push -q "$url" -l service_name=s java.jfr
for path in java/*.pb.gz; do prof-query --types "$path" | awk '{ print $3 }'; done | sort >out
prof-query --types java.jfr 2>err | awk '{ print $3 }' | sort >want
same out want 'its types have the ids there that they have here'
for path in java/*.pb.gz; do prof-query --raw "$path"; done | grep -a -o 'period_type=[^ ]*' | sort | uniq -c >out
is "$(awk '{ print $2 }' out | tr '\n' ' ')" \
	'period_type=block period_type=cpu period_type=mutex period_type=space period_type=wall ' \
	'by their periods'

finish
