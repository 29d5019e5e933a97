// Elements.

const SVG = 'http://www.w3.org/2000/svg';

// make('button', {class: 'x', onclick: f}, 'text', element ...). Text becomes text nodes only.
function make(tag, attributes = {}, ...children) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name.startsWith('on'))
			e.addEventListener(name.slice(2), value);
		else if (name.startsWith('aria-') && value !== undefined)
			e.setAttribute(name, value); // "false" is a value, too
		else if (value !== undefined && value !== false)
			e.setAttribute(name, value === true ? '' : value);
	}
	e.append(...children);
	return e;
}

const button = (text, title, run, more = {}) =>
	make('button', {type: 'button', title, onclick: run, ...more}, text);

// A <select> of options: [[value, text]].
function choice(label, options, change) {
	const e = make('select', {'aria-label': label, title: label},
		...options.map(([value, text]) => make('option', {value}, text)));
	e.addEventListener('change', () => change(e.value));
	return e;
}

const pressed = (e, on) => e.setAttribute('aria-pressed', on);

// A list of any length in a box that scrolls: only the rows in sight are elements.
class LongList {
	constructor(box, height, rowOf) {
		this.box = box;
		this.height = height;
		this.rowOf = rowOf; // index -> element
		this.n = 0;
		this.body = make('div', {class: 'rows', role: 'presentation'});
		box.append(this.body);
		box.addEventListener('scroll', () => this.draw());
		new ResizeObserver(() => this.draw()).observe(box);
	}

	show(n) {
		this.n = n;
		this.body.style.height = `${n * this.height}px`;
		this.draw();
	}

	draw() {
		const top = Math.max(0, this.box.scrollTop - this.body.offsetTop);
		const from = Math.max(0, Math.floor(top / this.height) - 4);
		const to = Math.min(this.n, Math.ceil((top + this.box.clientHeight) / this.height) + 4);
		const had = this.body.contains(document.activeElement);
		this.body.replaceChildren();
		for (let i = from; i < to; i++) {
			const row = this.rowOf(i);
			row.style.top = `${i * this.height}px`;
			this.body.append(row);
		}
		if (had)
			this.body.querySelector('[tabindex="0"]')?.focus({preventScroll: true});
	}

	bringIntoSight(i) {
		const {box, height} = this, head = this.body.offsetTop, at = i * height;
		if (at < box.scrollTop)
			box.scrollTop = at;
		else if (at + height > box.scrollTop + box.clientHeight - head)
			box.scrollTop = at + height - box.clientHeight + head;
		this.draw();
	}
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
	say(`Copied: ${text}`);
}

document.addEventListener('copy', e => {
	if (!copied)
		return;
	e.clipboardData.setData('text/plain', copied);
	e.preventDefault();
	copied = '';
});
