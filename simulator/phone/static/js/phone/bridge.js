// WeChat's side of WeixinJSBridge: who may call what, and what comes back.
import { follower, get, post } from '../api.js';
import { t } from '../i18n.js';
import { chooseAddress } from './address_sheet.js';
import { choosePicture } from './composer.js';
import { pay } from './pay_sheet.js';
import { openPreview } from './preview.js';
import { openScan } from './scan_sheet.js';
import { askToSubscribe } from './subscribe_sheet.js';
import { sharePage } from './web_menu.js';
import { closePage } from './webview.js';

const NO_PERMISSION = 'fail_the permission value is offline verifying';
const FREE = new Set([
  'preVerifyJSAPI', 'checkJsApi', 'closeWindow', 'getNetworkType', 'getBrandWCPayRequest', 'hideOptionMenu', 'showOptionMenu',
  'imagePreview', 'sendAppMessage', 'shareTimeline',
]);
const PATIENT = new Set(['editAddress', 'getBrandWCPayRequest', 'scanQRCode', 'chooseImage', 'sendAppMessage', 'wx-open-subscribe']);

async function configure({ params, url, entryUrl }, page) {
  const answer = await post('bridge/config', { openid: page.openid, url, entry_url: entryUrl, params });
  const tags = answer.open_tags;
  page.granted = new Set([...(answer.granted || []), ...(tags ? tags.granted : [])]);
  return { err_msg: answer.err_msg || 'preVerifyJSAPI:fail', open_tags: tags };
}

const RAW_ADDRESS = [
  'userName', 'telNumber', 'addressPostalCode', 'proviceFirstStageName', 'addressCitySecondStageName',
  'addressCountiesThirdStageName', 'addressDetailInfo', 'nationalCode',
];

async function address(_, page) {
  const chosen = await chooseAddress(page.openid);
  if (!chosen) return { err_msg: 'edit_address:cancel' };
  const fields = RAW_ADDRESS.map((name) => [name, chosen[name] || '']);
  return { err_msg: 'edit_address:ok', ...Object.fromEntries(fields) };
}

async function scan({ params }) {
  const handle = Number(params.needResult) !== 1;
  const text = await openScan({ handle });
  if (text === null) return { err_msg: 'scanQRCode:cancel' };
  return handle ? { err_msg: 'scanQRCode:ok' } : { err_msg: 'scanQRCode:ok', resultStr: text };
}

function hideItems({ params, name }, page) {
  for (const item of params.menuList || []) {
    if (name === 'hideMenuItems') page.hidden.add(item);
    else page.hidden.delete(item);
  }
  return { err_msg: `${name}:ok` };
}

function toggleMenu({ name }, page) {
  page.head.more.hidden = name === 'hideOptionMenu';
  return { err_msg: `${name}:ok` };
}

function toggleAll({ name }, page) {
  const items = ['menuItem:share:appMessage', 'menuItem:copyUrl'];
  items.forEach((item) => (name === 'hideAllNonBaseMenuItem' ? page.hidden.add(item) : page.hidden.delete(item)));
  return { err_msg: `${name}:ok` };
}

function keepShare({ name, params }, page) {
  if (name === 'updateAppMessageShareData') page.share = params;
  return { err_msg: `${name}:ok` };
}

async function sendToFriend({ name, params }, page) {
  const sent = await sharePage(page, { title: params.title, desc: params.desc, link: params.link });
  return { err_msg: sent ? `${name}:ok` : `${name}:cancel` };
}

async function chooseImage() {
  const file = await choosePicture();
  return file ? { err_msg: 'chooseImage:ok', localIds: [URL.createObjectURL(file)] } : { err_msg: 'chooseImage:cancel' };
}

async function position(_, page) {
  const { addresses } = await get(follower(page.openid, '/addresses'));
  return { err_msg: 'geoLocation:ok', latitude: 24.479834, longitude: 118.089425, speed: 0, accuracy: 65, known: addresses.length };
}

function preview({ params }) {
  openPreview(params.urls || [params.current], params.current);
  return { err_msg: 'imagePreview:ok' };
}

function close() {
  closePage();
  return { err_msg: 'closeWindow:ok' };
}

const METHODS = {
  preVerifyJSAPI: configure,
  editAddress: address,
  getBrandWCPayRequest: pay,
  scanQRCode: scan,
  'wx-open-subscribe': askToSubscribe,
  closeWindow: close,
  hideOptionMenu: toggleMenu,
  showOptionMenu: toggleMenu,
  hideMenuItems: hideItems,
  showMenuItems: hideItems,
  hideAllNonBaseMenuItem: toggleAll,
  showAllNonBaseMenuItem: toggleAll,
  updateAppMessageShareData: keepShare,
  updateTimelineShareData: keepShare,
  sendAppMessage: sendToFriend,
  imagePreview: preview,
  chooseImage,
  geoLocation: position,
  getNetworkType: () => ({ err_msg: 'network_type:wifi' }),
  checkJsApi: ({ params }) => ({
    err_msg: 'checkJsApi:ok',
    checkResult: Object.fromEntries((params.jsApiList || []).map((name) => [name, name in METHODS])),
  }),
};

// A page may call what it was granted; a snapshot page may call nothing at all.
function refusal({ name }, page) {
  if (!(name in METHODS)) return 'fail_function not exist';
  if (page.snapshot) return 'fail_permission denied';
  return FREE.has(name) || page.granted.has(name) ? '' : NO_PERMISSION;
}

export async function answerInvoke(message, page, noticed) {
  noticed(PATIENT.has(message.name));
  const refused = refusal(message, page);
  if (refused) return { err_msg: `${message.name}:${refused}` };
  try {
    return await METHODS[message.name](message, page);
  } catch (error) {
    return { err_msg: `${message.name}:fail`, err_desc: error.message || t('出错了') };
  }
}
