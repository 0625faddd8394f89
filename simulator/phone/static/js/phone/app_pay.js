// The merchant's own app opens WeChat to pay: its PayReq stands in this page's address, as it would in the SDK's hands.
import { post } from '../api.js';
import { t } from '../i18n.js';
import { choose, store } from '../store.js';
import { payByApp } from './pay_sheet.js';
import { openDialog } from './sheet.js';

const FIELDS = ['appid', 'partnerid', 'prepayid', 'package', 'noncestr', 'timestamp', 'sign'];
const CODES = { ok: 0, cancel: -2 };

export async function payForApp(address = new URL(location.href)) {
  const given = address.searchParams;
  if (!given.has('prepayid')) return;
  const params = Object.fromEntries(FIELDS.map((name) => [name, given.get(name) || '']));
  const openid = given.get('openid') || store.openid;
  if (openid !== store.openid) await choose(openid);
  const checked = await post('bridge/app', { openid, params });
  const result = await payByApp(checked, openid);
  history.replaceState(null, '', address.pathname); // reloading asks nobody to pay again
  await sayResult(result);
}

// What the SDK tells the app; the app then asks its server, which asks WeChat Pay.
function sayResult({ err_msg: message }) {
  const word = message.split(':').pop();
  const code = CODES[word] ?? -1;
  return openDialog({ title: t('回到商家 App'), text: t('SDK 告诉 App：errCode {code}。付没付成，App 要问自己的服务器。', { code }), confirm: t('完成') });
}
