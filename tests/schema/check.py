"""check.py KIND FILE: is that a valid report? Own readings of what each consumer documents:
SARIF 2.1.0 as code scanning takes it, GitLab's Code Quality, OpenMetrics 1.0, prof-diff/1."""
import json
import math
import re
import sys


def need(condition, what):
    if not condition:
        sys.exit(f'{sys.argv[2]}: {what}')


def keys(o, required, optional=()):
    need(isinstance(o, dict), f'{o!r} is no object')
    missing = set(required) - set(o)
    need(not missing, f'{missing} is missing')
    more = set(o) - set(required) - set(optional)
    need(not more, f'{more} is not known')


def text(v):
    need(isinstance(v, str) and v, f'{v!r} is not a text')


def sarif(o):
    keys(o, ['$schema', 'version', 'runs'])
    need(o['version'] == '2.1.0', 'the version is 2.1.0')
    need(len(o['runs']) == 1, 'there is one run')
    run = o['runs'][0]
    keys(run, ['tool', 'results', 'invocations'])
    driver = run['tool']['driver']
    keys(driver, ['name', 'rules'])
    rules = {rule['id'] for rule in driver['rules']}
    for rule in driver['rules']:
        text(rule['shortDescription']['text'])
    for call in run['invocations']:
        keys(call, ['executionSuccessful', 'toolExecutionNotifications'])
        for n in call['toolExecutionNotifications']:
            need(n['level'] in ('none', 'note', 'warning', 'error'), 'level')
            text(n['message']['text'])
    need(len(run['results']) <= 5000, 'too many results')
    seen = set()
    for r in run['results']:
        keys(r, ['ruleId', 'level', 'message', 'locations', 'partialFingerprints'])
        need(r['ruleId'] in rules, 'the rule is known')
        need(r['level'] in ('none', 'note', 'warning', 'error'), 'level')
        text(r['message']['text'])
        need(len(r['locations']) >= 1, 'a result has a place')
        place = r['locations'][0]['physicalLocation']
        need(re.fullmatch(r'[A-Za-z0-9._~/%-]+', place['artifactLocation']['uri']), 'the URI is valid')
        need(isinstance(place['region']['startLine'], int) and place['region']['startLine'] > 0,
             'the line is one')
        for name, value in r['partialFingerprints'].items():
            need('/' in name, 'a fingerprint is versioned')
            text(value)
            need(value not in seen, 'fingerprints are unique')
            seen.add(value)


def codequality(o):
    need(isinstance(o, list), 'it is an array')
    seen = set()
    for issue in o:
        keys(issue, ['description', 'check_name', 'fingerprint', 'severity', 'location'])
        for key in ('description', 'check_name', 'fingerprint'):
            text(issue[key])
        need(issue['severity'] in ('info', 'minor', 'major', 'critical', 'blocker'), 'severity')
        keys(issue['location'], ['path', 'lines'])
        text(issue['location']['path'])
        need(not issue['location']['path'].startswith('./'), 'the path is relative to the root')
        need(issue['location']['lines']['begin'] > 0, 'the line is one')
        need(issue['fingerprint'] not in seen, 'fingerprints are unique')
        seen.add(issue['fingerprint'])


def own(o):
    need(o['schema'] == 'prof-diff/1', 'schema')
    keys(o, ['schema', 'outcome', 'gated', 'metric', 'unit', 'per_work', 'by', 'options', 'total',
             'runs', 'paired', 'order', 'identical', 'host_match', 'noise', 'detectable',
             'budgets', 'warnings', 'rows', 'news'], ['required'])
    need(o['outcome'] in ('regression', 'slower', 'faster', 'suspect', 'identical', 'inconclusive',
                          'no_regression'), 'the outcome')
    text(o['news'])
    need(len(o['detectable']) == 3, 'three shares')
    for row in o['rows'] + [o['total']]:
        need(row['verdict'] in ('same', 'inconclusive', 'slower', 'faster', 'new', 'gone', 'moved',
                                'suspect', 'explained'), 'the verdict')
        need(row.get('kind', 'self') in ('self', 'inclusive'), 'the kind')
        for key in ('base', 'new', 'change', 'low', 'high', 'confidence', 'p', 'q'):
            need(row[key] is None or isinstance(row[key], (int, float)), f'{key} is a number')
        need(row['q'] is None or 0 <= row['q'] <= 1, 'q is a probability')
        need(None in (row['low'], row['high']) or row['low'] <= row['high'], 'the interval')


def openmetrics(lines):
    need(lines[-1] == '# EOF', 'it ends in # EOF')
    family = None
    seen = set()
    for line in lines[:-1]:
        about = re.fullmatch(r'# (TYPE|HELP) ([a-z_:][a-z0-9_:]*) (.+)', line)
        if about:
            if about[1] == 'TYPE':
                family = about[2]
                need(family not in seen, f'{family} stands once')
                need(about[3] == 'gauge', 'all are gauges')
                seen.add(family)
            need(about[2] == family, 'help follows its type')
            continue
        label = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
        sample = re.fullmatch(r'([a-z_:]+)(?:\{(?:%s(?:,%s)*)?\})? (\S+)' % (label, label), line)
        need(sample, f'{line!r} is no sample')
        need(sample[1] == family, 'samples follow their type')
        need(not math.isnan(float(sample[2])) or sample[2] == 'NaN', 'the value is a number')


with open(sys.argv[2], encoding='utf-8') as f:
    content = f.read()
if sys.argv[1] == 'openmetrics':
    openmetrics(content.split('\n')[:-1])
else:
    {'sarif': sarif, 'codequality': codequality, 'json': own}[sys.argv[1]](
        json.loads(content, parse_constant=lambda c: need(False, f'{c} is no JSON')))
