// The official account's face.
import { h } from '../dom.js';

export function accountAvatar(account) {
  const letter = [...(account.name || '铺')][0];
  return h('span.avatar', { style: { background: 'linear-gradient(140deg, #2aae67, #0b7a45)' }, 'aria-hidden': 'true' }, letter);
}
