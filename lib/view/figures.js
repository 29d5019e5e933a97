// Numbers and changes for people, in pictures and pages. conf is that of either.

const grouping = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
// A small fraction is no 0, and a number whose last digits a double has not is told without them.
const rounded = v => Math.abs(v) > Number.MAX_SAFE_INTEGER ? v.toPrecision(4) :
	Math.abs(v) < 10 && Math.abs(v - Math.round(v)) > 1e-4 * Math.abs(v) ? +v.toPrecision(3) : grouping.format(v);
const percent = (v, all, digits = 2) => (all ? 100 * v / all : 0).toFixed(digits) + '%';

function changeText([from, to]) {
	if (from <= 0 || to <= 0)
		return to > 0 ? 'new' : from > 0 ? 'gone' : '0.00%';
	return (to > from ? '+' : '') + percent(to - from, from);
}

// From -5 (half or less) to 5 (double or more), as change.h has it.
function changeStep([from, to]) {
	const low = Math.min(from, to), high = Math.max(from, to);
	const n = conf.ratios.filter(ratio => high * (1 + 1e-9) >= low * ratio).length;
	return high <= 0 ? 0 : from < to ? n : -n;
}
