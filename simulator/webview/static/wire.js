// window.WeixinJSBridge: the page's words to WeChat travel to the phone around us and the answers come back.
const ANSWER_WITHIN_MS = 20000;
const NOTICED_WITHIN_MS = 4000;
const waiting = new Map();
const listeners = new Map();
const commands = new Map();
const onAnswer = new Map();
let lastId = 0;

function tellPhone(message) {
  if (isFramed) window.parent.postMessage(message, phoneOrigin);
}

function plain(params) {
  return JSON.parse(JSON.stringify(params || {}));
}

function invoke(name, params, callback) {
  const done = typeof params === 'function' ? params : callback || (() => {});
  const id = ++lastId;
  const finish = (res) => {
    if (!waiting.has(id)) return;
    clearTimeout(waiting.get(id).timer);
    waiting.delete(id);
    done(inThisPhonesShape(name, res));
    if (onAnswer.has(name)) onAnswer.get(name)(res, plain(params));
  };
  const giveUp = (reason) => finish({ err_msg: name + ':fail', err_desc: reason });
  waiting.set(id, { finish, giveUp, timer: setTimeout(() => giveUp('nobody listens'), NOTICED_WITHIN_MS) });
  if (!isFramed) return void setTimeout(() => giveUp('not inside a phone'), 0);
  tellPhone({ type: 'wx-invoke', id, name, params: plain(params), url: location.href.split('#')[0], entryUrl });
}

// The phone has seen the call. When a person must decide there is no hurry any more.
function noticed({ id, patient }) {
  const call = waiting.get(id);
  if (!call) return;
  clearTimeout(call.timer);
  if (!patient) call.timer = setTimeout(() => call.giveUp('no answer in time'), ANSWER_WITHIN_MS);
}

// The two systems pack some answers differently, and the JS-SDK unpacks them by user agent.
function inThisPhonesShape(name, res) {
  const shaped = Object.assign({}, res);
  delete shaped.open_tags;
  if (name === 'scanQRCode' && !isAndroid && shaped.resultStr) {
    shaped.resultStr = JSON.stringify({ scan_code: { scan_result: shaped.resultStr } });
  }
  if (isAndroid && name === 'checkJsApi' && shaped.checkResult) shaped.checkResult = JSON.stringify(shaped.checkResult);
  return shaped;
}

function on(name, callback) {
  listeners.set(name, callback);
  tellPhone({ type: 'wx-on', name });
}

function fire({ name, data }) {
  const callback = listeners.get(name);
  if (callback) callback(data || {});
}

function hearPhone(event) {
  if (event.source !== window.parent || event.origin !== phoneOrigin || !event.data) return;
  const message = event.data;
  if (message.type === 'wx-result' && waiting.has(message.id)) waiting.get(message.id).finish(message.res);
  else if (message.type === 'wx-noticed') noticed(message);
  else if (message.type === 'wx-event') fire(message);
  else if (message.type === 'wx-command' && commands.has(message.name)) commands.get(message.name)(message);
}

// What belongs to a tag takes a finger: no script of the page may call it.
function invokeForPage(name, params, callback) {
  const own = String(name).startsWith('wx-open-');
  invoke(own ? 'unknown' : name, params, callback);
}

function offerBridge() {
  if (window.WeixinJSBridge) return;
  window.WeixinJSBridge = { invoke: invokeForPage, on, call: (name, params) => invokeForPage(name, params) };
  document.dispatchEvent(new Event('WeixinJSBridgeReady'));
}
