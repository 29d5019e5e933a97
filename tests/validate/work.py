# A script to be recorded: text, dictionaries, a regular expression, JSON, sorting.
import json
import random
import re
import sys


def words(n, rng):
    return [''.join(rng.choices('abcdefghij', k=rng.randint(3, 9))) for _ in range(n)]


def count(text):
    seen = {}
    for word in text:
        seen[word] = seen.get(word, 0) + 1
    return seen


def match(text):
    return len(re.findall(r'(a[b-e]+)|(g\w*h)', ' '.join(text)))


def encode(seen):
    return len(json.loads(json.dumps(seen)))


def order(seen):
    return sorted(seen, key=lambda word: (-seen[word], word))[:10]


rng = random.Random(7)
total = 0
for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 20):
    text = words(20000, rng)
    seen = count(text)
    total += match(text) + encode(seen) + len(order(seen))
print(total)
