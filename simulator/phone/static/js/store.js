// What the page knows: the simulator's state, chats, wire log and orders, kept fresh by its event stream.
import { follower, get } from './api.js';

const listeners = new Map();
const pending = new Map();

export const store = { state: null, menu: null, openid: '', chats: new Map(), wire: [], orders: [], offline: false };

export function on(topic, callback) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(callback);
}

// For parts of the page that come and go: the callback ends with its element.
export function watch(element, topic, callback) {
  let seen = false;
  const wrapped = (detail) => {
    if (seen && !element.isConnected) return void listeners.get(topic).delete(wrapped);
    seen = element.isConnected;
    callback(detail);
  };
  on(topic, wrapped);
}

export function tell(topic, detail) {
  for (const callback of listeners.get(topic) || []) callback(detail);
}

export const me = () => store.state.followers.find((one) => one.openid === store.openid);

export const fault = (name) => store.state.faults.find((one) => one.name === name);

export const isActive = (one) => (one.active === undefined ? one.value !== one.choices[0] : one.active);

export async function loadState() {
  const saved = store.openid || localStorage.getItem('sim.follower') || '';
  store.state = await get(`state?with=${encodeURIComponent(saved)}`);
  if (store.openid && store.openid !== saved) return loadState(); // somebody else was chosen meanwhile
  const known = store.state.followers.map((one) => one.openid);
  store.openid = known.includes(saved) ? saved : known[0] || '';
  await loadMenu();
  tell('state');
}

// Conditional menus make it the follower's own.
async function loadMenu() {
  const { openid } = store;
  const answer = openid ? await get(follower(openid, '/menu')) : {};
  if (openid === store.openid) store.menu = answer.menu || null;
}

export async function loadChat(openid = store.openid) {
  if (!openid) return;
  const { messages } = await get(follower(openid, '/chat'));
  store.chats.set(openid, messages);
  if (openid === store.openid) tell('chat', { whole: true });
}

export async function loadWire() {
  const { entries } = await get('wire?limit=200');
  store.wire = entries;
  tell('wire', { whole: true });
}

export async function loadOrders() {
  store.orders = (await get('orders')).orders;
  tell('orders');
}

export async function choose(openid) {
  const known = store.state.followers.some((one) => one.openid === openid);
  store.openid = openid;
  localStorage.setItem('sim.follower', openid);
  if (!known) await loadState();
  tell('follower'); // at once: whoever types now types into the right chat
  await loadMenu();
  tell('menu');
  await loadChat(openid);
}

// Bursts of events become one request.
function soon(name, action) {
  if (pending.has(name)) return;
  pending.set(name, setTimeout(() => {
    pending.delete(name);
    action().catch(() => {});
  }, 60));
}

function takeChat({ openid, message, typing }) {
  if (typing !== undefined) return openid === store.openid && tell('typing', typing);
  const messages = store.chats.get(openid);
  if (!messages || !message) return soon('chat', () => loadChat(openid || store.openid));
  const place = messages.findIndex((one) => one.seq === message.seq);
  if (place >= 0) messages[place] = message;
  else messages.push(message);
  if (openid === store.openid) tell('chat', { message });
}

function takeWire({ entry }) {
  if (!entry) return soon('wire', loadWire);
  store.wire.push(entry);
  if (store.wire.length > 500) store.wire.shift();
  tell('wire', { entry });
}

function takeEvent(event) {
  if (event.topic === 'chat') takeChat(event);
  else if (event.topic === 'wire') takeWire(event);
  else if (event.topic === 'state' && event.what === 'reset') soon('all', startOver);
  else if (event.topic === 'state') soon('state', loadState);
  else soon('orders', loadOrders);
}

// After a reset the followers are other people, even where they have the same names.
async function startOver() {
  await loadAll();
  tell('follower');
}

export async function loadAll() {
  store.chats.clear();
  await loadState();
  await Promise.all([loadChat(), loadWire(), loadOrders()]);
}

function setOffline(offline) {
  if (store.offline === offline) return;
  store.offline = offline;
  tell('offline');
}

export function listen() {
  const source = new EventSource('/sim/api/events');
  source.onmessage = ({ data }) => takeEvent(JSON.parse(data));
  // What happened before the stream opened was not told to us: look again.
  source.onopen = () => {
    setOffline(false);
    loadAll().catch(() => {});
  };
  source.onerror = () => setOffline(true);
  addEventListener('pagehide', () => source.close());
}
