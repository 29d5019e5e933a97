#!/bin/sh
# A store in S3: blocks are copied there, and what a query needs of them is fetched.
. "$(dirname "$0")/../lib.sh"

command -v python3 >/dev/null || {
	echo '1..0 # SKIP python3 is missing'
	exit
}
noon=1795867200
mkdir peer
python3 "$top/tests/s3_peer.py" peer 'an+id' 'a/secret' 2>peer/err &
peer=$!
trap 'kill $peer; cd / && rm -rf "$tmp"' EXIT
for i in 1 2 3 4 5 6 7 8 9 10 20 40 80 160; do
	[ -s peer/port ] && break
	sleep "$(awk "BEGIN { print $i / 20 }")"
done
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL_S3 http_proxy
HOME=$tmp
AWS_ENDPOINT_URL=http://127.0.0.1:$(cat peer/port)
export HOME AWS_ENDPOINT_URL
export AWS_ACCESS_KEY_ID=an+id AWS_SECRET_ACCESS_KEY=a/secret
url='s3://bucket/team a/busy'

at() {
	second=$1
	shift
	printf '%s\n' "$@" | prof-merge -t pprof | "$BUILD/tests/stamp" "time=$second" >x.pb.gz
	prof-store add -q S --resolution 0 x.pb.gz -l service_name=api
}
at $noon 'main;a 1' 'main;b 2'
prof-store compact S
at $((noon + 86400)) 'main;a 10'
prof-store compact S
at $((noon + 86410)) 'main;a 20'
prof-store compact S
at $((noon + 172800)) 'main;c 40'
prof-store compact S

exits 2 'what is not there is not a store' prof-query s3://bucket/none
says 'is not a store' 'and it says so'
exits 0 'blocks are copied' prof-store sync -v S "$url"
says 'sent 3 blocks' 'all of them'
prof-query S -t folded >want
prof-query "$url" -t folded >out 2>err
same out want 'a query answers the same from there'
is "$(prof-query "$url" '{service_name="api"}' --since @$((noon + 86400)) --series --step 1d -t tsv)" \
	"$(prof-query S '{service_name="api"}' --since @$((noon + 86400)) --series --step 1d -t tsv)" \
	'and by time'
is "$(prof-query "$url" --values service_name -t tsv)" \
	"$(prof-query S --values service_name -t tsv)" 'and labels'
exits 0 'it is verified' prof-store verify "$url"
is "$(prof-store ls "$url" -t tsv | cut -f 1-7)" "$(prof-store ls S -t tsv | cut -f 1-7)" 'and listed'
exits 0 'a second time' prof-store sync -v S "$url"
says 'sent 0 blocks, 0 bytes; 3 were there; removed 0' 'nothing is sent'

prof-query S -t folded >want-before
# Compaction at home, twice before the next copy: nothing counts twice.
cp -r S before
at $noon 'main;late 100'
prof-store compact S
at $noon 'main;late 100'
prof-store compact S
cp -n before/*.block S
is "$(prof-query S -t folded | tr '\n' ' ')" 'main;a 31 main;b 2 main;c 40 main;late 200 ' \
	'a copy that keeps what was replaced counts nothing twice'
rm -rf copy && cp -r S copy
prof-store compact -q copy
is "$(prof-query copy -t folded)" "$(prof-query S -t folded)" 'nor after compaction'
prof-store compact S
: >peer/log
exits 0 'what was compacted is copied' prof-store sync -v S "$url"
says 'sent 1 blocks, .*removed 1' 'and replaces what is there'
prof-query S -t folded >want
prof-query "$url" -t folded >out 2>err
same out want 'with the same answer'

# A copy that is killed: readers see all of it at every moment, and the next one completes it.
shim=$BUILD/tests/die_at.so
for half in '' :half; do
	if [ ! -f "$shim" ] || sanitized; then
		skip 'the shim does not go with sanitizers' 'a copy killed at each call'
		continue
	fi
	i=0
	wrong=
	while [ $((i += 1)) -lt 400 ]; do
		there="s3://bucket/killed$half$i"
		prof-store sync before "$there"
		rm -f reached
		DIE=$i$half DIE_LOG=$tmp/reached LD_PRELOAD=$shim prof-store sync S "$there" >/dev/null 2>&1
		[ -e reached ] || break
		now=$(prof-query "$there" -t folded 2>&1)
		[ "$now" = "$(cat want)" ] || [ "$now" = "$(cat want-before)" ] || wrong="$wrong $i: $now;"
		prof-store sync S "$there" 2>err || wrong="$wrong $i: $(cat err);"
		[ "$(prof-query "$there" -t folded 2>&1)" = "$(cat want)" ] || wrong="$wrong $i: the next one;"
		[ "$(prof-store ls "$there" -t tsv | wc -l)" = "$(prof-store ls S -t tsv | wc -l)" ] ||
			wrong="$wrong $i: left over;"
	done
	[ -z "$wrong" ] && [ "$i" -gt 5 ] && [ "$i" -lt 400 ]
	ok $? "a copy killed at each call$half" "after $i calls:$wrong"
done

# A server that keeps a part of a block: the next copy sends all of it.
if [ -f "$shim" ] && ! sanitized; then
	i=0
	while [ $((i += 1)) -lt 30 ]; do
		DIE=$i:half LD_PRELOAD=$shim prof-store sync S s3://partial/x >/dev/null 2>&1
	done
	exits 0 'a copy after some that were cut off' prof-store sync S s3://partial/x
	is "$(prof-query s3://partial/x -t folded)" "$(cat want)" 'is whole'
fi

cp want want-S
# Only what is needed is fetched.
rm -rf L && mkdir folded
i=0
while [ $i -lt 3 ]; do
	awk -v s=$i 'BEGIN { srand(s); for (i = 0; i < 30000; i++) printf "main;f%d;g%d %d\n", rand() * 1e7, rand() * 1e7, 1 + rand() * 1e6 }' |
		prof-merge -t pprof | "$BUILD/tests/stamp" "time=$noon" >x.pb.gz
	prof-store add -q L --no-compact --resolution 0 x.pb.gz -l service_name=s$i
	i=$((i + 1))
done
prof-store compact L
prof-store sync L s3://bucket/large
: >peer/log
prof-query s3://bucket/large '{service_name="s1"}' -t folded >out
prof-query L '{service_name="s1"}' -t folded >want
same out want 'one of three services'
got=$(awk '$3 ~ /^bytes/ { split(substr($3, 7), r, "-"); n += r[2] - r[1] + 1 } END { print n }' peer/log)
size=$(cat L/*.block | wc -c)
ok $((got * 10 > size * 7)) 'is not the whole block' "$got of $size bytes"

# Who asks
exits 2 'a wrong key is refused' env AWS_SECRET_ACCESS_KEY=other prof-query "$url"
says '403: SignatureDoesNotMatch' 'as the server says'
mkdir .aws
printf '[default]\naws_access_key_id = nobody\n[work]\naws_access_key_id = an+id\naws_secret_access_key = a/secret\n' >.aws/credentials
is "$(env -u AWS_ACCESS_KEY_ID AWS_PROFILE=work prof-query "$url" -t folded)" \
	"$(prof-query S -t folded)" 'the key is in the shared file'
exits 2 'a profile that is not in it' env -u AWS_ACCESS_KEY_ID AWS_PROFILE=play prof-query "$url"
says 'does not have the profile' 'is an error'
exits 2 'a server that is not there is an error' \
	env AWS_ENDPOINT_URL=http://127.0.0.1:1 prof-query "$url"

# What servers say
: >peer/log
odd='s3://bucket/a b+c%25&<d>"/ä€'
exits 0 'a prefix of any characters' prof-store sync S "$odd"
is "$(prof-query "$odd" -t folded)" "$(cat want-S)" 'is read'
exits 0 'with a session token' env AWS_SESSION_TOKEN=to/ken+= prof-store sync S s3://session
exits 2 'without it' prof-query s3://session
says '403: InvalidToken' 'the server says so'
for bucket in moved moved-on; do
	exits 0 "a bucket of another region ($bucket)" prof-store sync S "s3://$bucket/x"
	is "$(prof-query "s3://$bucket/x" -t folded)" "$(cat want-S)" 'is read'
done
exits 2 'a clock that is wrong' prof-query s3://skewed/x
says "RequestTimeTooSkewed: It's late; this machine's clock says 20.*, the server's ..., " 'is told of both'
for bucket in changing careless; do
	prof-store sync L "s3://$bucket/x"
	exits 2 "an object that is replaced while it is read ($bucket)" prof-query "s3://$bucket/x" -t folded
	says 'the object was replaced while it was read' 'is not taken for one'
done

# A query waits for a server once, not once for each block.
for day in 1 2 3 4; do
	at $((noon + day * 86400)) "main;day$day 1"
	prof-store compact S
done
prof-store sync S s3://together/x
exits 0 'the indexes of blocks are fetched side by side' prof-query s3://together/x --series-list -t tsv
prof-query S --series-list -t tsv >want
same out want 'and read'

exits 2 'nothing is added there' prof-store add "$url" x.pb.gz
exits 2 'a copy needs a URL' prof-store sync S elsewhere
is "$(cat peer/err)" '' 'the peer has no trouble'
finish
