#!/usr/bin/env python3
"""Requests as agents send them, for the tests of prof-listen.

    agents.py PORT WHAT [ARGUMENT]...

Each WHAT is a function below; what it prints is what the test compares. Shapes are those
that were seen on the wire of the SDKs of Go, Python, Node.js and Java.
"""
import base64
import gzip
import http.client
import json
import re
import socket
import struct
import sys
import threading
import time

port = int(sys.argv[1])


def request(method, path, body=b"", headers={}, connection=None):
    c = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    c.request(method, path, body, headers)
    r = c.getresponse()
    text = r.read()
    if not connection:
        c.close()
    return r, text


def show(name, method, path, body=b"", headers={}):
    r, text = request(method, path, body, headers)
    retry = r.getheader("Retry-After")
    line = "%s: %d" % (name, r.status)
    if retry:
        line += " retry"
    if text and r.status != 200:
        line += " " + text.decode("utf-8", "replace").strip()
    print(line)


def varint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def series(labels, *profiles):
    s = b"".join(field(1, field(1, k) + field(2, v)) for k, v in labels)
    return field(1, s + b"".join(field(2, field(1, p) + field(2, b"id")) for p in profiles))


def multipart(**parts):
    boundary = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
    body = b""
    for name, content in parts.items():
        body += (
            "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s.pprof\"\r\n"
            "Content-Type: application/octet-stream\r\n\r\n" % (boundary, name, name)
        ).encode() + content + b"\r\n"
    body += ("--%s--\r\n" % boundary).encode()
    return body, {"Content-Type": "multipart/form-data; boundary=" + boundary}


def read(path):
    with open(path, "rb") as f:
        return f.read()


PUSH = "/push.v1.PusherService/Push"
PROTO = {"Content-Type": "application/proto"}


def go(path):
    config = json.dumps({"samples": {"units": "samples", "sampled": True}}).encode()
    body, headers = multipart(profile=read(path), sample_type_config=config)
    headers["Authorization"] = "Basic " + base64.b64encode(b"user:secret").decode()
    show("go", "POST", "/ingest?aggregationType=sum&from=1795907618000000000&name=go-app"
         "%7B__session_id__%3D1%2Cregion%3Deu%7D&sampleRate=100&spyName=gospy&units=samples"
         "&until=1795907628000000000", body, headers)


def old_go(path):
    """Counts since the start, and the server is to subtract those of the part prev_profile."""
    config = b'{"alloc_space":{"units":"bytes","cumulative":%s}}'
    for name, value, more in (("no counts", b"false", {}), ("the first", b"true", {}),
                              ("the next", b"true", {"prev_profile": read(path)}),
                              ("no JSON", b"", {})):
        body, headers = multipart(profile=read(path), sample_type_config=config % value, **more)
        show(name, "POST", "/ingest?name=old-go", body, headers)


def twice(path):
    """Two parts of one name: which of them is meant?"""
    body, headers = multipart(profile=read(path))
    end = body.rindex(b"--" + body[2:body.index(b"\r\n")])
    show("two profiles", "POST", "/ingest?name=twice", body[:end] + body, headers)


def node(path):
    show("node", "POST", "/ingest?from=1795907618&until=1795907628&format=pprof&sampleRate=17"
         "&name=node-app%7Bregion%3Dus%7D&spyName=nodespy", read(path),
         {"Content-Type": "application/octet-stream"})


def python(path):
    labels = [(b"__name__", b"process_cpu"), (b"service_name", b"py-app"),
              (b"process.runtime.name", b"cpython")]
    body = series(labels, gzip.decompress(read(path)))
    show("python", "POST", PUSH, gzip.compress(body), dict(PROTO, **{"Content-Encoding": "gzip"}))


def alloy(path):
    text = base64.b64encode(read(path)).decode()
    body = {"series": [{"samples": [{"ID": "x", "rawProfile": text}],
                        "labels": [{"name": "__name__", "value": "process_cpu"},
                                   {"value": "json-app", "name": "service_name"}]}]}
    show("json", "POST", PUSH, json.dumps(body), {"Content-Type": "application/json"})


def java(path, labels):
    body, headers = multipart(jfr=read(path), labels=read(labels))
    show("java", "POST", "/ingest?name=java-app&from=1795907618&until=1795907628&spyName=javaspy"
         "&sampleRate=0&format=jfr", body, headers)


def otlp(path, text):
    show("otlp", "POST", "/v1development/profiles", gzip.compress(read(path)),
         {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"})
    show("otlp as JSON", "POST", "/v1development/profiles", read(text),
         {"Content-Type": "application/json"})
    show("otlp, damaged", "POST", "/v1development/profiles", b'{"resourceProfiles":[',
         {"Content-Type": "application/json"})
    show("otlp, nothing", "POST", "/v1development/profiles", b"",
         {"Content-Type": "application/x-protobuf"})
    show("otlp, text", "POST", "/v1development/profiles", b"a 1", {"Content-Type": "text/plain"})


def ingest():
    tree = bytes([0, 0, 1, 1, 97, 0, 2, 1, 98, 1, 0, 1, 99, 2, 0])
    trie = bytes([0, 0, 1, 3, 97, 59, 98, 3, 2, 1, 99, 1, 0, 2, 59, 100, 2, 0])
    at = "&from=1795907618&sampleRate=1000000000"
    show("tree", "POST", "/ingest?name=tree&format=tree" + at, tree)
    show("trie", "POST", "/ingest?name=trie&format=trie" + at, trie)
    show("lines", "POST", "/ingest?name=lines&format=lines" + at, b"a;b\na;c\na;b\n")
    show("folded", "POST", "/ingest?name=folded.cpu%7Bk=v%7D&from=1795907618&sampleRate=100",
         b"a;b 3\na;c -1\n")
    show("folded, gzip", "POST", "/ingest?name=heap.inuse_space" + at, gzip.compress(b"a;b 7\n"))
    long = b"a;" + b"x" * 100000 + b" 5\nb 6\n"
    show("folded, a long line", "POST", "/ingest?name=long&units=bytes" + at, long)
    show("plain", "POST", "/?name=plain%7Bk=v%7D", b"a;b 3\n")
    show("tree cut short", "POST", "/ingest?name=x&format=tree", tree[:-1])
    show("trie with more", "POST", "/ingest?name=x&format=trie", trie + b"x")
    show("pprof that is none", "POST", "/ingest?name=x&format=pprof", b"junk")
    show("empty", "POST", "/ingest?name=x", b"")
    show("no name", "POST", "/ingest", b"a 1\n")
    show("bad name", "POST", "/ingest?name=x%7Ba%7D", b"a 1\n")
    show("bad rate", "POST", "/ingest?name=x&sampleRate=0", b"a 1\n")
    show("bad time", "POST", "/ingest?name=x&from=never", b"a 1\n")
    show("no part", "POST", "/ingest?name=x", *multipart(other=b"1"))
    show("no boundary", "POST", "/ingest?name=x", b"1", {"Content-Type": "multipart/form-data"})
    show("of 1900", "POST", "/?name=x&from=1900-01-01", b"a 1\n")


def push_faults(path):
    raw = read(path)
    show("a label twice", "POST", PUSH, series([(b"a", b"b"), (b"a", b"c")], raw), PROTO)
    show("a label without a name", "POST", PUSH, series([(b"", b"b")], raw), PROTO)
    show("a label of 1 MB", "POST", PUSH, series([(b"a", b"b" * 1000000)], raw), PROTO)
    many = [(b"k%d" % i, b"v") for i in range(100)]
    show("100 labels", "POST", PUSH, series(many, raw), PROTO)
    show("no series", "POST", PUSH, b"", PROTO)
    show("no message", "POST", PUSH, b"\x0a\xff", PROTO)
    show("a million empty series", "POST", PUSH, b"\x0a\x00" * 1000000, PROTO)
    profile = series([(b"service_name", b"many")], raw)
    show("1001 series", "POST", PUSH, profile * 1001, PROTO)
    show("gRPC", "POST", PUSH, b"", {"Content-Type": "application/grpc"})
    # One good, one bad: nothing is kept.
    both = series([(b"service_name", b"half")], raw) + series([(b"service_name", b"half")], b"junk")
    show("half", "POST", PUSH, both, PROTO)
    show("base64", "POST", PUSH, b'{"series":[{"samples":[{"rawProfile":"*"}]}]}',
         {"Content-Type": "application/json"})


def three(path):
    raw = read(path)
    show("three", "POST", PUSH, b"".join(series([(b"service_name", n)], raw)
                                         for n in (b"one", b"two", b"three")), PROTO)


def paths():
    for method, path in (("GET", "/ready"), ("GET", "/ingest"), ("POST", "/nothing"),
                         ("DELETE", "/metrics"), ("GET", "//ready"),
                         ("GET", "http://a:1//ready"), ("GET", "http://a"),
                         ("POST", "/%1b[31m%0a")):
        show(method + " " + path.replace("%1b", "\\x1b").replace("%0a", "\\n"), method, path)


def status_of(head):
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(head)
    print(s.makefile("rb").readline().decode().strip())


def http2():
    """The first bytes of a client of gRPC without TLS: it knows that the server speaks HTTP/2."""
    status_of(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))


def tls():
    """The first bytes of a client of TLS, of which no line ends, so that the server waits for more."""
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(bytes.fromhex("1603010200010001fc0303") + bytes(501))
    s.close()


def long_head():
    status_of(b"GET /ready HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40000 + b"\r\n\r\n")


def exchange(name, bytes_, half_close=False):
    """Send bytes as they are; print how many answers come until the end, and the first status."""
    s = socket.create_connection(("127.0.0.1", port), timeout=10)
    s.sendall(bytes_)
    if half_close:
        s.shutdown(socket.SHUT_WR)
    got = b""
    try:
        while piece := s.recv(4096):
            got += piece
    except ConnectionResetError:
        pass
    except socket.timeout:
        got += b" and the connection stays"
    print("%s: %d %s" % (name, got.count(b"HTTP/1.1 "), got.split(b"\r\n")[0].decode()))


def heads():
    """Heads that another program may read differently, and what follows, which is no request."""
    for name, lines in (
            ("two lengths", b"Content-Length: 4\r\nContent-Length: 30"),
            ("length and chunks", b"Content-Length: 4\r\nTransfer-Encoding: chunked"),
            ("a blank before the colon", b"Content-Length : 4"),
            ("packed and in chunks", b"Transfer-Encoding: gzip, chunked"),
            ("two tenants", b"Content-Length: 4\r\nX-Scope-OrgID: a\r\nX-Scope-OrgID: b"),
            ("two tokens", b"Content-Length: 4\r\nAuthorization: Bearer a\r\nauthorization: Bearer b"),
            ("two encodings", b"Content-Length: 4\r\nContent-Encoding: gzip\r\nContent-Encoding: br")):
        exchange(name, b"POST /ingest?name=twice HTTP/1.1\r\nHost: x\r\n" + lines +
                 b"\r\n\r\na 1\nGET /ready HTTP/1.1\r\nHost: x\r\n\r\n")


def chunks():
    """Bodies in chunks, in ways that clients may write them."""
    for name, body in (
            ("extensions", b"4;a=b;c=\"d\"\r\na 1\n\r\n0;e\r\n\r\n"),
            ("zeros before sizes", b"00000000000000000000004\r\na 1\n\r\n0000\r\n\r\n"),
            ("a trailer", b"4\r\na 1\n\r\n0\r\nContent-Length: 99\r\n\r\n"),
            ("a size of 65 bits", b"10000000000000004\r\na 1\n\r\n0\r\n\r\n"),
            ("a size below zero", b"-4\r\na 1\n\r\n0\r\n\r\n"),
            ("no end of line", b"4\r\na 1\n0\r\n\r\n")):
        exchange(name, b"POST /?name=chunks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                 b"Connection: close\r\n\r\n" + body)


def half_closed():
    """A client that ends its side of the connection after the request, and waits for the answer."""
    head = b"POST /?name=half HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
    exchange("a request", head + b"a 1\n", True)
    exchange("two", 2 * (head + b"a 1\n"), True)


def encodings():
    for encoding in "GZIP", "gzip, identity", "gzip ", "gzip, br":
        show(encoding, "POST", "/?name=packed", gzip.compress(b"a 1\n"), {"Content-Encoding": encoding})
    body, headers = multipart(profile=b"a 1\n")
    headers["Content-Encoding"] = "gzip"
    show("multipart", "POST", "/ingest?name=packed", gzip.compress(body), headers)


def clocks():
    """Agents whose clocks are wrong, and one that sends a profile twice."""
    for name, at in (("past", 100000000), ("future", 4102444800), ("again", 1795907618),
                     ("again", 1795907618)):
        show(name, "POST", "/?name=%s&from=%d" % (name, at), b"a 1\n")
    show("a path as a name", "POST", "/?name=../../x", b"a 1\n")


def bombs():
    zeros = gzip.compress(b"\0" * (64 << 20), 9)
    show("10 GB of gzip", "POST", "/ingest?name=x&format=pprof", zeros * 160)
    show("10 GB of folded", "POST", "/ingest?name=x",
         gzip.compress(b"a;b 1\n" * (10 << 20), 6) * 160)
    deep = gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"a 1\n"))))
    show("gzip in gzip in gzip in gzip", "POST", "/ingest?name=x", deep)
    # Each node adds its byte to a text that is a stack a megabyte long.
    trie = bytes([255, 255, 63]) + b"a;" * 524287 + b"a" + b"\1\1"
    trie += b"\1;\1\1" * 60000 + b"\1;\1\0"
    show("a slow trie", "POST", "/ingest?name=x&format=trie", trie)
    show("after them", "POST", "/ingest?name=after", b"a 1\n")


def memory():
    names = b"".join(b"%032x;%032x 1\n" % (i, i + 1) for i in range(0, 400000, 2))
    show("many names", "POST", "/ingest?name=x", gzip.compress(names, 1))
    show("after them", "POST", "/ingest?name=after", b"a 1\n")


def tenants():
    for name in (None, "", "a", "a-b.c", "..", ".", ".x", "../x", "a/b", "a\\b", "x" * 151,
                 "a|b"):
        headers = {} if name is None else {"X-Scope-OrgID": name}
        show("%.10s" % name, "POST", "/ingest?name=t", b"a 1\n", headers)


def tokens():
    def basic(text):
        return {"Authorization": "Basic " + base64.b64encode(text).decode()}
    tries = (("none", {}), ("wrong", {"Authorization": "Bearer nonsense"}),
             ("bearer", {"Authorization": "Bearer open"}), ("basic", basic(b"me:open")),
             ("part", {"Authorization": "Bearer ope"}),
             ("its tenant", {"Authorization": "Bearer one"}),
             ("another tenant", {"Authorization": "Bearer one", "X-Scope-OrgID": "two"}))
    for name, headers in tries:
        h = dict(headers)
        if name in ("bearer", "basic"):
            h["X-Scope-OrgID"] = "free"
        show(name, "POST", "/ingest?name=t", b"a 1\n", h)
    show("ready needs none", "GET", "/ready")
    show("metrics need one", "GET", "/metrics")


def limits():
    show("a body of 2 MB", "POST", "/ingest?name=x", b"a" * 2000000)
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    c.request("POST", "/ingest?name=x", iter([b"a" * 65536] * 24), {}, encode_chunked=True)
    print("the same in chunks: %d" % c.getresponse().status)
    for i in range(4):
        show("series %d" % i, "POST", "/ingest?name=s%d" % i, b"a 1\n")
    # The bucket has ten seconds of 100 kB: the third of 600 kB is too early.
    body = b"a 1\n" * 150000
    for i in range(3):
        show("600 kB", "POST", "/ingest?name=s0", body)


def raw_request():
    body, headers = multipart(profile=b"a;b 1\n")
    head = "POST /ingest?name=cut HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(body)
    head += "".join("%s: %s\r\n" % h for h in headers.items())
    return head.encode() + b"\r\n" + body


def cut():
    whole = raw_request()
    for i in range(len(whole)):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(whole[:i])
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", i % 2, 0))
        s.close()
    s = socket.create_connection(("127.0.0.1", port))
    for i in range(0, len(whole), 16):
        s.sendall(whole[i:i + 16])
    print("cut: %s" % s.recv(100).split(b"\r\n")[0].decode())


def slow():
    """Heads and bodies that drip do not keep others waiting, and are cut off."""
    whole = raw_request()
    drips = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
    for i, s in enumerate(drips):
        s.sendall(whole[:20 if i % 2 else len(whole) - 20])
    began = time.monotonic()
    show("others", "POST", "/ingest?name=others", b"a 1\n")
    print("at once" if time.monotonic() - began < 2 else "late")
    gone = 0
    while gone < 50 and time.monotonic() - began < 8:
        gone = 0
        for i, s in enumerate(drips):
            if i % 2:
                continue
            s.settimeout(0.01)
            try:
                s.send(b"-")
                gone += s.recv(1) == b""
            except socket.timeout:
                pass
            except OSError:
                gone += 1
        time.sleep(0.1)
    print("bodies that drip: %d left" % (50 - gone))


def drain():
    """A request that has begun when SIGTERM comes is taken: standard input says when."""
    whole = raw_request()
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(whole[:-10])
    time.sleep(0.2)
    print("begun", flush=True)
    sys.stdin.readline()
    s.sendall(whole[-10:])
    print(s.recv(100).split(b"\r\n")[0].decode())


def steady(seconds):
    """Profiles, each with a function of its own; prints those that were acknowledged, as they are."""
    end = time.monotonic() + float(seconds)
    lock = threading.Lock()

    def run(n):
        i = 0
        try:
            c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            while time.monotonic() < end:
                name = "f%d_%d" % (n, i)
                i += 1
                r, _ = request("POST", "/ingest?name=steady&sampleRate=1000000000",
                               ("%s 1\n" % name).encode(), connection=c)
                if r.status == 200:
                    with lock:
                        print(name, flush=True)
                else:
                    time.sleep(0.01)
        except OSError:
            pass
        except http.client.HTTPException:
            pass

    threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def statuses(n):
    """One small profile after the other: how many were taken, and what the last one got."""
    taken = 0
    for i in range(int(n)):
        r, text = request("POST", "/ingest?name=full&sampleRate=1000000000",
                          b"\n".join(b"f%d_%d 1" % (i, k) for k in range(50)) + b"\n")
        taken += r.status == 200
    print(taken, r.status, r.getheader("Retry-After"))


def lines(i, n):
    """So many lines of 32 bytes each, of a function of its own, each with a value of 1."""
    return b"%029d 1\n" % i * n


def crowd(n, many=937, few=131072):
    """So many requests of so many lines at once: what each got, and whether few bytes were held,
    once a line on stdin says to look."""
    got = []

    def one(i):
        r, _ = request("POST", "/ingest?name=crowd&sampleRate=1000000000", lines(i, int(many)))
        got.append(r.status)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(int(n))]
    for t in threads:
        t.start()
    time.sleep(1)
    text = request("GET", "/metrics")[1].decode()
    held = int(re.search(r"^prof_listen_held_bytes (\d+)", text, re.M).group(1))
    print(len(got), "answered,", "few" if 0 < held <= int(few) else held, "bytes held", flush=True)
    sys.stdin.readline()
    for t in threads:
        t.join()
    print(got.count(200), "taken")


def stall():
    """Bodies fill the memory, and their clients do not go on: others do not wait for them."""
    body = lines(0, 28000)
    stalled = [socket.create_connection(("127.0.0.1", port)) for _ in range(6)]
    for s in stalled:
        s.sendall(b"POST /ingest?name=stalled HTTP/1.1\r\nHost: localhost\r\n"
                  b"Content-Length: %d\r\n\r\n" % len(body) + body[:-100])
    time.sleep(0.5)
    began = time.monotonic()
    show("others", "POST", "/ingest?name=others&sampleRate=1000000000", lines(1, 28000))
    print("in time" if time.monotonic() - began < 20 else "late")
    answers = set()
    for s in stalled:
        s.sendall(body[-100:])
        answers.add(s.recv(1000).split(b"\r\n")[0].decode())
    print(*sorted(answers), sep="\n")


globals()[sys.argv[2]](*sys.argv[3:])
