// Pages shared from one follower to another; they live in this browser, as WeChat tells the account nothing of them.
import { store } from '../store.js';

const KEY = 'sim.shares';
const KEPT = 30;

function all() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || [];
  } catch {
    return [];
  }
}

export const sharesFor = (openid) => all().filter((share) => share.to === openid).reverse();

export function share(to, { title, description, url }) {
  const { nickname, color } = store.state.followers.find((one) => one.openid === store.openid);
  const kept = [...all(), { to, from: { nickname, color }, title, description, url }].slice(-KEPT);
  localStorage.setItem(KEY, JSON.stringify(kept));
}
