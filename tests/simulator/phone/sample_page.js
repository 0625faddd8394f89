const facts = JSON.parse(document.getElementById('facts').textContent);
const show = (id, words) => { document.getElementById(id).textContent = words; };
const tell = (answer) => show('result', JSON.stringify(answer));
const all = { success: tell, cancel: tell, fail: tell };
const press = (id, action) => document.getElementById(id).addEventListener('click', action);

document.addEventListener('WeixinOpenTagsError', (event) => show('trouble', event.detail.errMsg));
for (const name of ['success', 'error']) {
  const tag = document.getElementById('tag');
  if (tag) tag.addEventListener(name, (event) => tell({ name, ...event.detail }));
}
wx.config(facts.config);
// The JS-SDK calls ready after error as well.
let refused = '';
wx.ready(() => {
  show('state', refused || 'ready');
  wx.updateAppMessageShareData({ title: '好茶', desc: '秋茶头采', link: location.origin + '/shop/shared', imgUrl: '' });
  wx.hideMenuItems({ menuList: ['menuItem:copyUrl'] });
});
wx.error((answer) => { refused = answer.errMsg; });

press('address', () => wx.openAddress({ ...all }));
press('scan', () => wx.scanQRCode({ needResult: 1, ...all }));
press('pay', () => wx.chooseWXPay({ ...facts.pay, timestamp: facts.pay.timeStamp, ...all }));
press('raw-pay', () => WeixinJSBridge.invoke('getBrandWCPayRequest', facts.pay, tell));
press('close', () => wx.closeWindow());
press('grow', () => {
  const line = document.createElement('p');
  line.id = 'grown';
  line.textContent = '新的一行';
  document.body.append(line);
});
