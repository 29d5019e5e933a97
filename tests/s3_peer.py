"""A small S3 for tests: s3_peer.py DIR ID KEY

Listens on 127.0.0.1, writes its port to DIR/port, and keeps objects in memory. It computes the
signature of each request anew (AWS Signature Version 4) and answers 403 if it differs, gives
lists in pages of two, ranges of objects, and 503 to the first request for a name that
contains "busy". Some buckets are special:

    moved, moved-on  are in the region eu-north-1: elsewhere 301 or 400, as S3 answers
    session          needs the session token to/ken+=
    skewed           says that the clock is wrong
    changing         replaces an object after the first part of it was read
    careless         does so, too, and does not know If-Match
    together         answers the first four requests for objects only once it has all four
    partial          keeps what has arrived of an object when its client is cut off

DIR/log has a line for each request: method, path, range, status.
"""
import hashlib
import hmac
import http.server
import sys
import threading
import urllib.parse
import xml.sax.saxutils

DIR, ID, KEY = sys.argv[1:4]
objects = {}
asked = set()
four = threading.Barrier(4, timeout=20)
log = open(DIR + "/log", "a", buffering=1)


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def together():
    """Have four requests been here at once?"""
    global four
    try:
        if four:
            four.wait()
            four = None
    except threading.BrokenBarrierError:
        return False
    return True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=()):
        log.write("%s %s %s %d\n" % (self.command, self.path, self.headers.get("Range"), status))
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def error(self, status, code, more="", headers=()):
        self.answer(status, ("<Error><Code>%s</Code>%s</Error>" % (code, more)).encode(), headers)

    def is_signed(self, body):
        """Is the signature the one that these headers and this key make?"""
        what = self.headers.get("Authorization", "")
        if not what.startswith("AWS4-HMAC-SHA256 "):
            return False
        part = dict(p.strip().split("=", 1) for p in what[17:].split(","))
        scope = part["Credential"].split("/")
        self.region = scope[2]
        path, _, query = self.path.partition("?")
        names = part["SignedHeaders"].split(";")
        must = {"host"} | {n.lower() for n in self.headers if n.lower().startswith("x-amz-")}
        if names != sorted(names) or not must <= set(names):
            return False
        payload = self.headers.get("x-amz-content-sha256", "")
        if payload not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
            return False
        pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
        request = "\n".join([
            self.command,
            urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~"),
            "&".join("%s=%s" % (urllib.parse.quote(k, safe="-_.~"),
                                urllib.parse.quote(v, safe="-_.~")) for k, v in pairs),
            "".join("%s:%s\n" % (n, " ".join(self.headers[n].split())) for n in names),
            ";".join(names),
            payload])
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], "/".join(scope[1:]),
                          hashlib.sha256(request.encode()).hexdigest()])
        key = ("AWS4" + KEY).encode()
        for step in scope[1:]:
            key = digest(key, step)
        wanted = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return scope[0] == ID and hmac.compare_digest(wanted, part["Signature"])

    def handle_request(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            if not self.path.startswith("/partial/"):
                return
        url = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(url.path)
        try:
            signed = self.is_signed(body)
        except (KeyError, ValueError, AttributeError):  # the head was cut off
            signed = False
        if not signed:
            return self.error(403, "SignatureDoesNotMatch")
        if "busy" in self.path and self.path not in asked:
            asked.add(self.path)
            return self.error(503, "SlowDown")
        bucket = path.split("/")[1]
        if bucket.startswith("moved") and self.region != "eu-north-1":
            if bucket == "moved":
                return self.error(301, "PermanentRedirect",
                                  headers=[("x-amz-bucket-region", "eu-north-1")])
            return self.error(400, "AuthorizationHeaderMalformed", "<Region>eu-north-1</Region>")
        if bucket == "session" and self.headers.get("x-amz-security-token") != "to/ken+=":
            return self.error(403, "InvalidToken")
        if bucket == "skewed":
            return self.error(403, "RequestTimeTooSkewed", "<Message>It&apos;s late</Message>")
        if self.command == "PUT":
            objects[path] = body
            return self.answer(200)
        if self.command == "DELETE":
            objects.pop(path, None)
            return self.answer(204)
        if url.query:
            return self.list(path, dict(urllib.parse.parse_qsl(url.query)))
        if path not in objects:
            return self.error(404, "NoSuchKey")
        etag = '"%s"' % hashlib.md5(objects[path]).hexdigest()
        if bucket != "careless" and self.headers.get("If-Match", etag) != etag:
            return self.error(412, "PreconditionFailed")
        if bucket == "together" and not together():
            return self.error(400, "TheOthersAreMissing")
        content = objects[path]
        if bucket in ("changing", "careless"):
            objects[path] = bytes(255 - b for b in content)
        if "Range" not in self.headers:
            return self.answer(200, content, [("ETag", etag)])
        first, last = self.headers["Range"][6:].split("-")
        return self.answer(206, content[int(first):int(last) + 1], [("ETag", etag)])

    do_GET = do_PUT = do_DELETE = handle_request

    def list(self, bucket, query):
        prefix = bucket + query.get("prefix", "")
        keys = sorted(k for k in objects if k.startswith(prefix) and "/" not in k[len(prefix):])
        token = "a/b+c&d='"
        at = int(query.get("continuation-token", token + "0")[len(token):])
        xml = "<ListBucketResult><IsTruncated>%s</IsTruncated>" % (
            "true" if at + 2 < len(keys) else "false")
        if at + 2 < len(keys):
            xml += "<NextContinuationToken>a/b&#43;c&amp;d&#x3D;&#39;%d</NextContinuationToken>" % (at + 2)
        for key in keys[at:at + 2]:
            xml += "<Contents><Key>%s</Key><Size>%d</Size></Contents>" % (
                xml_escape(key[len(bucket):]), len(objects[key]))
        self.answer(200, (xml + "</ListBucketResult>").encode())


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that was killed
            super().handle_error(request, address)


xml_escape = xml.sax.saxutils.escape
server = Server(("127.0.0.1", 0), Handler)
with open(DIR + "/port", "w") as f:
    f.write("%d\n" % server.server_port)
server.serve_forever()
