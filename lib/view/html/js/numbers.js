// Numbers and names for people.

const compact = new Intl.NumberFormat('en-US', {notation: 'compact', maximumSignificantDigits: 4});
const typeNow = () => conf.types[state.type];

// "1.5ms" or, if the type has no common unit, "1,234" or "1.234M". The unit is the largest that the
// value reaches when it is told in the next finer one: 999.999 ms are 1s, 59.71 s are no minute.
function shortAmount(v) {
	const {units} = typeNow(), tellable = finer => +(Math.abs(v) / finer).toPrecision(3) * finer;
	const unit = units.filter(([scale], i) => tellable(units[i && i - 1][0]) >= scale).pop() || units[0];
	if (!unit)
		return Math.abs(v * conf.factor) < 1e6 ? rounded(v * conf.factor) : compact.format(v * conf.factor);
	return v ? `${+(v / unit[0]).toPrecision(3)}${unit[1]}` : '0';
}

// "1 sample", "2 samples"
const countnameOf = v => v * conf.factor === 1 ? typeNow().countname.replace(/^samples$/, 'sample') : typeNow().countname;

// "1.5ms (1,500,000 nanoseconds)"
function amount(v) {
	const exact = `${rounded(v * conf.factor)} ${countnameOf(v)}`;
	return typeNow().units.length && v ? `${shortAmount(v)} (${exact})` : exact;
}

// "1.23 instructions per cycles", where --ratio asks for it: per 1,000 (10^6 ...) if that of all is small.
function ratioText(graph, x) {
	if (!conf.ratio)
		return [];
	const [over, under] = graph.ratio(x), [above, below] = sums.ratio.map(({total}) => total[0]);
	const [name, of] = conf.ratio.map(type => conf.types[type].name);
	let per = 1;
	while (above && below && per * Math.abs(above / below) < 0.1 && per < 1e12)
		per *= 1000;
	return [`${under ? +(per * over / under).toPrecision(3) : '\u2013'} ${name} per ` +
		`${per > 1 ? `${grouping.format(per)} ` : ''}${of}`];
}

const frameName = k => k < 0 ? 'all' : names[k];
const labelOf = k => frameName(k).replace(/_\[[kwij]\]$/, ''); // the colour shows the annotation

// Two values, scaled for comparison: [before, after].
function sides(base, now) {
	const pair = [base * sums.scale, now];
	return conf.negate ? pair.reverse() : pair;
}

// The verdicts about functions, from replicates: see evidence.h.
const findings = new Map();
for (const [name, ...finding] of conf.findings || [])
	findings.set(name, [...findings.get(name) || [], finding]);
for (const [from, to] of conf.moves || []) {
	findings.get(to)?.push([1, `its code came from ${from}`, true]);
	findings.get(from)?.push([-1, `its code moved to ${to}`, true]);
}
const hasVerdicts = () => conf.evidence && !state.compare;

// The findings about a function that agree with the change of its box.
function findingsFor(k, base, now) {
	const up = now > base * sums.scale ? 1 : -1;
	return (findings.get(names[k]) || []).filter(([direction]) => direction === up);
}

const isReal = (k, base, now) => !hasVerdicts() || findingsFor(k, base, now).length > 0;

// The same of the function's own code. A finding may be about all that it calls.
const isSelfReal = (k, base, now) => !hasVerdicts() || findingsFor(k, base, now).some(([, , , isSelf]) => isSelf);

// A function with both slower and moved code counts as slower.
function isMoved(k, base, now) {
	const found = hasVerdicts() ? findingsFor(k, base, now) : [];
	return found.length > 0 && (now > base * sums.scale ? found.every(([, , moved]) => moved) :
		found.some(([, , moved]) => moved));
}

const verdictsOnAll = k => !hasVerdicts() ? [] :
	findings.has(names[k]) ? findings.get(names[k]).map(([, text]) => text) : ['may be chance'];

function verdictsOf(k, base, now) {
	if (!hasVerdicts() || k < 0)
		return [];
	const here = changeStep(sides(base, now)) ? findingsFor(k, base, now) : [];
	const elsewhere = (findings.get(names[k]) || []).filter(finding => !here.includes(finding));
	return [...here.map(([, text]) => text), ...here.length ? [] : ['may be chance'],
		...elsewhere.map(([, text]) => `in the whole profile: ${text}`)];
}

// A time of the profile, in ms as in conf.times. Before 1e11 ms, in 1973, it is not a date.
function moment(ms) {
	const start = conf.times.start;
	if (start < 1e11)
		return `+${(ms / 1000).toFixed(ms < 1e5 ? 2 : 0)} s`;
	return new Date(start + ms).toISOString().slice(0, 19).replace('T', ' ') + 'Z';
}

function span(ms) {
	const units = [[86400e3, 'd'], [3600e3, 'h'], [60e3, 'min'], [1e3, 's'], [1, 'ms']];
	const [length, unit] = units.find(([length]) => ms >= length) || units[4];
	return `${+(ms / length).toPrecision(3)} ${unit}`;
}

// A term of the search as a test: literal, unless it is /between slashes/.
function matcher(term, cased) {
	const pattern = term.match(/^\/(.+)\/(i?)$/);
	if (pattern) {
		try {
			const regex = new RegExp(pattern[1], pattern[2] || (cased ? '' : 'i'));
			return name => regex.test(name);
		} catch {
			return () => false;
		}
	}
	const fold = s => cased ? s : s.toLowerCase(), wanted = fold(term);
	return name => fold(name).includes(wanted);
}
