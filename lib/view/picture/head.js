// The head: title, tools, and a line about the frame under the mouse or in focus

function button(text, title, run) {
	const e = make(HTML, 'button', {type: 'button', title}, text);
	e.addEventListener('click', run);
	return e;
}

const tools = {
	reset: button('Reset zoom', 'Show everything (0)', () => go({zoom: ''})),
	term: make(HTML, 'input', {type: 'search', placeholder: 'Search', spellcheck: 'false',
		title: 'Text, or a pattern between slashes: /^std::/ (/)',
		'aria-label': 'Search: text, or a pattern between slashes'}),
	cased: button('Aa', 'Match case', () => go({cased: !state.cased})),
	found: make(HTML, 'output', {role: 'status'}),
	before: button('\u2039', 'Match before (N)', () => step(-1)),
	after: button('\u203a', 'Next match (n)', () => step(1)),
	icicle: button('Icicle', 'Root at the top (i)', () => go({icicle: !down})),
	reversed: button('Reverse', 'Leaf first (r)', () => go({reversed: !state.reversed, zoom: ''})),
	order: button('Sort by width', 'Widest first (s)',
		() => go({order: state.order === conf.order ? otherOrder : conf.order})),
	shape: make(HTML, 'select', {title: 'What gives boxes their width (w)', 'aria-label': 'Width'},
		...shapes.map(s => make(HTML, 'option', {value: s}, `Width: ${s}`))),
	unfilter: button('Clear filters', 'Show all stacks and frames again',
		() => go({focus: [], ignore: [], hide: [], zoom: ''})),
	options: button('Copy filters', 'Copy them as options of prof-query', () => copy(queryOptions())),
	help: button('?', 'Keys (?)', () => toggleHelp()),
};
if (otherOrder === 'name')
	tools.order.textContent = 'Sort by name';
tools.reversed.hidden = tools.order.hidden = conf.order === 'time';
tools.shape.hidden = !conf.diff;

const details = make(HTML, 'span', {class: 'text'});
const copyButtons = [button('Copy name', 'Copy the name (c)', () => copy(fullName(current))),
	button('Copy stack', 'Copy the folded stack (C)', () => copy(folded(current)))];
const head = make(HTML, 'div', {class: 'head'},
	make(HTML, 'div', {class: 'titles'}, make(HTML, 'h1', {title: conf.title}, conf.title),
		...(conf.subtitle ? [make(HTML, 'p', {title: conf.subtitle}, conf.subtitle)] : [])),
	make(HTML, 'div', {class: 'tools', role: 'toolbar', 'aria-label': 'View'},
		tools.reset,
		make(HTML, 'span', {class: 'search'}, tools.term, tools.cased, tools.before, tools.after),
		tools.found, tools.icicle, tools.reversed, tools.order, tools.shape, tools.unfilter,
		tools.options, tools.help),
	make(HTML, 'div', {class: 'details'}, details, ...copyButtons));
const headBox = make(SVG, 'foreignObject', {class: 'headbox', width: '100%', height: 100}, head);
const legend = svg.querySelector('.legend');
const about = legend?.querySelector('.about'), aboutText = about?.textContent;

function showTools() {
	const pressed = (e, on) => e.setAttribute('aria-pressed', on);
	tools.reset.hidden = !zoom;
	tools.unfilter.hidden = tools.options.hidden = !isFiltered();
	tools.unfilter.title = `Show all again. ${queryOptions()}`;
	if (tools.term.value !== state.search)
		tools.term.value = state.search;
	pressed(tools.cased, state.cased);
	pressed(tools.icicle, down);
	pressed(tools.reversed, state.reversed);
	pressed(tools.order, state.order !== conf.order);
	tools.shape.value = state.shape;
	tools.before.disabled = tools.after.disabled = !found.count;
	tools.found.hidden = !state.search;
	tools.found.value = found.count ? `${found.at ? `${grouping.format(found.at)} of ` : ''}` +
		`${grouping.format(found.count)} matched, ${found.share}` : 'no match';
	showDetails(current);
}

function showDetails(i) {
	const name = i ? `${conf.nametype} ${fullName(i)}` : fullName(i);
	details.textContent = `${name} \u2014 ${facts(i).join('; ')}`;
	copyButtons.forEach(e => e.hidden = !current);
}

// Place the head and the legend. Returns the top of the boxes.
function placeHead() {
	const height = Math.ceil(head.getBoundingClientRect().height / scaleOfPixels());
	if (+headBox.getAttribute('height') !== height)
		headBox.setAttribute('height', height);
	if (!legend)
		return height + 4;
	legend.setAttribute('transform', `translate(${PAD} ${height + 4})`);
	about?.replaceChildren(...wrap(aboutText, room()).map((line, i) =>
		make(SVG, 'tspan', {x: 0, dy: i ? 14 : 0}, line)));
	return height + Math.ceil(legend.getBBox().height) + 16;
}

const scaleOfPixels = () => svg.getScreenCTM().a || 1;

// Keep the head in sight when a tall picture is scrolled.
function follow() {
	headBox.setAttribute('y', Math.max(0, scrollY));
}

// Copying

let copied = '';

function copy(text) {
	const byHand = () => {
		copied = text;
		document.execCommand('copy');
	};
	if (navigator.clipboard)
		navigator.clipboard.writeText(text).catch(byHand);
	else
		byHand();
	details.textContent = `Copied: ${text}`;
}

document.addEventListener('copy', e => {
	if (!copied)
		return;
	e.clipboardData.setData('text/plain', copied);
	e.preventDefault();
	copied = '';
});
