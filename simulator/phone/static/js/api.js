// The control API of the simulator, as functions that return the answer or throw a sentence.
import { t } from './i18n.js';

const BASE = '/sim/api/';

export class ApiError extends Error {}

async function call(path, options) {
  let response;
  try {
    response = await fetch(BASE + path, { cache: 'no-store', ...options });
  } catch {
    throw new ApiError(t('模拟器没有回答，它还在运行吗？'));
  }
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) throw new ApiError(answer.error || answer.message || `${response.status} ${response.statusText}`);
  return answer;
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}

export const get = (path) => call(path);

export const post = (path, body = {}) =>
  call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export const postForm = (path, form) => call(path, { method: 'POST', body: form });

export const follower = (openid, rest = '') => `followers/${encodeURIComponent(openid)}${rest}`;
