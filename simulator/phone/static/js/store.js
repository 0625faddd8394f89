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

let questions = 0;
const answered = new Map();
const hearing = new Set();

// Answers may overtake one another: undefined when a later question of this kind was answered before.
export async function ask(kind, path) {
  const turn = questions += 1;
  const answer = await get(path);
  if (turn < (answered.get(kind) || 0)) return undefined;
  answered.set(kind, turn);
  return answer;
}

// And the stream overtakes the answers: what it tells of the list in the meantime is written into it.
async function askList(kind, path, name) {
  const news = [];
  const listener = { kind, news };
  hearing.add(listener);
  try {
    const answer = await ask(kind, path);
    return answer && news.reduce(put, answer[name]);
  } finally {
    hearing.delete(listener);
  }
}

function put(list, one) {
  const place = list.findIndex((known) => known.seq >= one.seq);
  if (place < 0) list.push(one);
  else list.splice(place, list[place].seq === one.seq ? 1 : 0, one);
  return list;
}

function hear(kind, one) {
  for (const listener of hearing) if (listener.kind === kind) listener.news.push(one);
}

export async function loadState() {
  const saved = store.openid || localStorage.getItem('sim.follower') || '';
  const state = await ask('state', `state?with=${encodeURIComponent(saved)}`);
  if (store.openid && store.openid !== saved) return loadState(); // somebody else was chosen meanwhile
  if (state) {
    store.state = state;
    const known = state.followers.map((one) => one.openid);
    store.openid = known.includes(saved) ? saved : known[0] || '';
  }
  await loadMenu();
  tell('state');
}

// Conditional menus make it the follower's own.
async function loadMenu() {
  const { openid } = store;
  const answer = openid ? await ask('menu', follower(openid, '/menu')) : {};
  if (answer && openid === store.openid) store.menu = answer.menu || null;
}

export async function loadChat(openid = store.openid) {
  if (!openid) return;
  const messages = await askList(`chat ${openid}`, follower(openid, '/chat'), 'messages');
  if (!messages) return;
  store.chats.set(openid, messages);
  if (openid === store.openid) tell('chat', {});
}

export async function loadWire() {
  const entries = await askList('wire', 'wire?limit=200', 'entries');
  if (!entries) return;
  store.wire = entries;
  tell('wire', {});
}

export async function loadOrders() {
  const answer = await ask('orders', 'orders');
  if (!answer) return;
  store.orders = answer.orders;
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
  const isMine = openid === store.openid;
  if (typing !== undefined) return isMine && tell('typing', typing);
  const messages = store.chats.get(openid);
  hear(`chat ${openid}`, message);
  if (messages) put(messages, message);
  if (isMine && messages) tell('chat', { message });
  else if (isMine) soon('chat', loadChat);
}

function takeWire({ entry }) {
  if (!entry) return soon('wire', loadWire);
  hear('wire', entry);
  put(store.wire, entry);
  if (store.wire.length > 500) store.wire.shift();
  tell('wire', { entry });
}

function takeEvent(event) {
  if (event.topic === 'chat') takeChat(event);
  else if (event.topic === 'wire') takeWire(event);
  else if (event.topic === 'state' && event.what === 'reset') soon('all', startOver);
  else if (event.topic === 'state') soon('state', loadState);
  else if (event.topic === 'mass') soon('mass', afterMass);
  else soon('orders', loadOrders);
}

// Whoever got a mass message is not told singly: look again.
async function afterMass() {
  tell('mass');
  await loadChat();
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
