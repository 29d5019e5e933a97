// The menu of a frame, and its filters: only stacks with the frame (focus), only stacks without
// it (ignore), all stacks with the frame removed (hide); as in prof-query.

const menu = make(HTML, 'div', {class: 'menu', role: 'menu', 'aria-label': 'Frame'});
const menuBox = make(SVG, 'foreignObject', {class: 'menubox', width: 1, height: 1}, menu);

// A character that is not shown as it is may be any.
const inRegex = name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\ufffd', '.');
const inShell = text => `'${text.replaceAll("'", "'\\''")}'`;

function queryOptions() {
	const filters = ['focus', 'ignore', 'hide'].flatMap(how =>
		state[how].map(name => `--${how} ${inShell(`^${inRegex(name)}$`)}`));
	return (conf.query ? [conf.query, ...filters] : filters).join(' ');
}

function filterBy(how) {
	if (current)
		go({[how]: [...new Set([...state[how], fullName(current)])], zoom: ''});
}

const actions = [
	['Zoom in', () => zoomTo(current)],
	['Focus on it', () => filterBy('focus')],
	['Ignore stacks with it', () => filterBy('ignore')],
	['Hide the frame', () => filterBy('hide')],
	['Search for it', () => go({search: fullName(current)})],
	['Copy name', () => copy(fullName(current))],
	['Copy stack', () => copy(folded(current))],
];

const menuItem = ([text, run]) => make(HTML, 'button', {type: 'button', role: 'menuitem', tabindex: -1}, text);

// Open the menu beside a point of the window, and within the window.
function openMenu(x, y) {
	menu.replaceChildren(make(HTML, 'b', {}, fullName(current)), ...actions.map(action => {
		const item = menuItem(action);
		item.addEventListener('click', () => {
			closeMenu();
			action[1]();
		});
		return item;
	}));
	menuBox.setAttribute('width', Math.min(300, room()));
	const {width, height} = menu.getBoundingClientRect(), scale = scaleOfPixels();
	const at = new DOMPoint(Math.max(0, Math.min(x, innerWidth - width - 4)),
		Math.max(0, Math.min(y, innerHeight - height - 4))).matrixTransform(svg.getScreenCTM().inverse());
	menuBox.setAttribute('height', height / scale);
	menuBox.setAttribute('x', at.x);
	menuBox.setAttribute('y', at.y);
	menuBox.classList.add('shown');
	hideTip();
	menu.querySelector('button').focus();
}

function menuOfCurrent() {
	const {left, bottom} = drawn.get(current)?.element.getBoundingClientRect() || {};
	if (current && left !== undefined)
		openMenu(Math.max(0, left) + 8, bottom);
}

// Returns whether it was open.
function closeMenu() {
	const wasOpen = menuBox.classList.contains('shown');
	menuBox.classList.remove('shown');
	if (wasOpen)
		focusOn(current);
	return wasOpen;
}

menu.addEventListener('keydown', e => {
	const items = [...menu.querySelectorAll('button')], at = items.indexOf(document.activeElement);
	const by = {ArrowDown: 1, ArrowUp: -1}[e.key];
	if (by)
		items[(at + by + items.length) % items.length].focus();
	else if (e.key === 'Escape' || e.key === 'Tab')
		closeMenu();
	else
		return e.stopPropagation();
	e.preventDefault();
	e.stopPropagation();
});
