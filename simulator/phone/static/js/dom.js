// Building pages without ever parsing text as markup: h('div.cls', {attributes}, children…).
import { PATHS } from './icons.js';

const SVG = 'http://www.w3.org/2000/svg';

export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  if (element instanceof HTMLButtonElement) element.type = 'button';
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else if (name === 'testid') element.dataset.testid = value;
  else if (name === 'style') Object.assign(element.style, value);
  else if (name in element && typeof value !== 'string') element[name] = value;
  else if (name === 'value') element.value = value;
  else element.setAttribute(name, value === true ? '' : value);
}

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.dataset.icon = name;
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

export function byId(id) {
  return document.getElementById(id);
}

// Lets `element` come in with its animation. What slides would slide away under a finger, so that nothing
// inside can be tapped before `moving` has come to rest.
export function enter(element, moving = element) {
  const rest = () => element.classList.remove('entering');
  element.classList.add('entering');
  moving.addEventListener('animationend', ({ target }) => target === moving && rest());
  setTimeout(rest, 400);
}

// Lets a leaving element play its animation before it goes.
export function leave(element) {
  element.classList.add('leaving');
  element.inert = true;
  element.removeAttribute('data-testid');
  for (const part of element.querySelectorAll('[data-testid]')) part.removeAttribute('data-testid');
  const gone = () => element.remove();
  element.addEventListener('animationend', gone, { once: true });
  setTimeout(gone, 320);
}

// Escape closes, and the keyboard stays inside: what a modal owes its reader.
export function trapKeys(element, close) {
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    } else if (event.key === 'Tab') stayInside(element, event);
  });
}

function stayInside(element, event) {
  const reachable = [...element.querySelectorAll('button, input, textarea, select, a[href]')].filter(
    (one) => !one.disabled && one.offsetParent,
  );
  if (!reachable.length) return;
  const edge = event.shiftKey ? reachable[0] : reachable[reachable.length - 1];
  if (document.activeElement === edge) {
    event.preventDefault();
    (event.shiftKey ? reachable[reachable.length - 1] : reachable[0]).focus();
  }
}

// One piece of a list: drawn anew only when its `value` is another one.
export const part = (key, value, make) => ({ key: String(key), value: JSON.stringify(value), make });

const drawn = new WeakMap();

// Brings what stands inside up to date and leaves alone what stays the same: nobody's finger, keyboard or selection
// loses what it is on.
export function arrange(container, parts) {
  const focused = container.contains(document.activeElement) ? document.activeElement : null;
  const old = new Map([...container.children].map((one) => [one.dataset.key, one]));
  const wanted = parts.map((one) => keepOrMake(old, one));
  old.forEach((one) => one.remove());
  wanted.forEach((one, place) => {
    if (container.children[place] !== one) container.insertBefore(one, container.children[place] || null);
  });
  if (focused && !focused.isConnected) refocus(container, focused.dataset.testid);
}

function keepOrMake(old, { key, value, make }) {
  const known = old.get(key);
  if (known && drawn.get(known) === value) {
    old.delete(key);
    return known;
  }
  const made = make();
  made.dataset.key = key;
  drawn.set(made, value);
  return made;
}

function refocus(container, testid) {
  if (testid) container.querySelector(`[data-testid="${CSS.escape(testid)}"]`)?.focus({ preventScroll: true });
}
