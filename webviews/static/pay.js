// Opens WeChat's pay sheet and then goes to the result page. What the phone says is passed on as a hint only.
(function () {
  'use strict';
  var page = document.querySelector('[data-pay]');
  var button = page.querySelector('[data-pay-button]');
  var trouble = page.querySelector('.pay__trouble');
  var PATIENCE = 4000;

  function findBridge() {
    return new Promise(function (resolve, reject) {
      if (window.WeixinJSBridge) { resolve(window.WeixinJSBridge); return; }
      document.addEventListener('WeixinJSBridgeReady', function () { resolve(window.WeixinJSBridge); });
      setTimeout(function () { reject(new Error(page.dataset.textNoBridge)); }, PATIENCE);
    });
  }

  function openSheet(bridge, parameters) {
    return new Promise(function (resolve) {
      bridge.invoke('getBrandWCPayRequest', parameters, function (result) {
        resolve(/:(ok|cancel)$/.exec(result.err_msg || result.errMsg || '') || [null, 'fail']);
      });
    });
  }

  function pay() {
    window.xiaopu.busy(button, true);
    trouble.hidden = true;
    findBridge().then(function (bridge) {
      return window.xiaopu.post(page.dataset.pay).then(function (parameters) { return openSheet(bridge, parameters); });
    }).then(function (said) {
      location.replace(page.dataset.result + '?hint=' + said[1]);
    }).catch(function (error) {
      if (error.answer && error.answer.go) { location.replace(error.answer.go); return; }
      trouble.textContent = error.message;
      trouble.hidden = false;
      window.xiaopu.busy(button, false);
    });
  }

  button.addEventListener('click', pay);

  // Opens by itself when somebody comes to pay, not when he comes back or reloads.
  var visit = performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
  if (!visit || visit.type === 'navigate') pay();
})();
