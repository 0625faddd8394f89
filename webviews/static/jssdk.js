// Sets up WeChat's JS-SDK for this page. `xiaopu.wechat` is a promise of `wx`, refused when it cannot be used.
(function () {
  'use strict';
  var signer = document.currentScript.dataset.sign;
  var APIS = ['updateAppMessageShareData', 'updateTimelineShareData', 'openAddress'];
  var BACKUP = 'https://res2.wx.qq.com/open/js/jweixin-1.6.0.js';

  function findSdk() {
    return new Promise(function (resolve, reject) {
      var tries = 0;
      var timer = setInterval(function () {
        tries += 1;
        if (window.wx && window.wx.config) { clearInterval(timer); resolve(window.wx); }
        if (tries === 30) loadBackup();
        if (tries > 80) { clearInterval(timer); reject(new Error('no JS-SDK')); }
      }, 100);
    });
  }

  function loadBackup() {
    var script = document.createElement('script');
    script.src = BACKUP;
    document.head.appendChild(script);
  }

  function sign() {
    // WeChat signs the address it shows, without what follows the hash.
    return fetch(signer + '?url=' + encodeURIComponent(location.href.split('#')[0]), { credentials: 'same-origin' })
      .then(function (response) {
        if (!response.ok) throw new Error('not signed');
        return response.json();
      });
  }

  function configure(all) {
    var wx = all[0], signature = all[1];
    return new Promise(function (resolve, reject) {
      wx.error(function (result) { reject(new Error(result.errMsg)); });
      wx.ready(function () { resolve(wx); });
      wx.config({
        debug: false,
        appId: signature.appId,
        timestamp: signature.timestamp,
        nonceStr: signature.nonceStr,
        signature: signature.signature,
        jsApiList: APIS,
        openTagList: document.querySelector('[data-notice]') ? ['wx-open-subscribe'] : [],
      });
    });
  }

  window.xiaopu.wechat = Promise.all([findSdk(), sign()]).then(configure);
  window.xiaopu.wechat.catch(function () {});  // each use has its own way without
})();
